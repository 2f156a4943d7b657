// WeChat Pay's notifications, API v3: an RSA signature over time, nonce and raw body, and a
// resource encrypted with AES-256-GCM (pay.weixin.qq.com/doc/v3/merchant/4012071382). No I/O.
import type { Callback, VerificationError } from "../core/callback.ts";
import { isObject, type JsonObject } from "../core/json.ts";
import { no, ok, type Result } from "../core/result.ts";
import type { Adapter } from "./adapter.ts";
import { fromBase64, utf8, type Bytes } from "./bytes.ts";
import { jsonObject, minorAmount, orderIdAt, parseIsoTime, textAt, valueAt, type SignedAmount } from "./content.ts";
import { isoDigits } from "./currencies.ts";
import { callbackOf, documentRules, matchRule, otherAccount, type EventRule } from "./mapping.ts";
import { nameOrLength, reject, rejectBody } from "./reject.ts";
import { replyWith } from "./reply.ts";
import { matchesIdentity, onlyId, Setting, type Identity } from "./setting.ts";
import type { Key } from "./signature.ts";
import { queryWechatpay, type WechatpayAccess } from "./wechatpay-query.ts";
import { checkSigned, type SerialKeys } from "./wechatpay-signature.ts";

interface Config {
  readonly keys: SerialKeys;
  readonly apiV3Key: Key;
  /** Merchants that receive the payments. */
  readonly mchid: Identity;
  /** Apps in which the orders are created. */
  readonly appid: Identity;
  /** Paths of the order id in the decrypted resource, or in each sub order of a combined one. */
  readonly order: readonly string[];
  readonly access: WechatpayAccess | null;
}

/** The default field of the order id, and the key of a query. */
const TRADE = "out_trade_no";

const ALGORITHM = "AEAD_AES_256_GCM";
const CIPHERTEXT = "resource.ciphertext";

/** AES-256. With 16 or 24 bytes Web Crypto would use AES-128 or AES-192. */
const APIV3_KEY_BYTES = 32;

/**
 * Fields of the decrypted resource or sub order. WeChat sends failures only for payments by
 * contract. Other failures, closed and expired orders are found by query, if at all.
 */
const rules: readonly EventRule[] = [
  // REFUND: a payment refunded meanwhile. Without a state it is another event of the same type,
  // such as profit sharing or a used coupon
  // (developers.weixin.qq.com/community/pay/doc/000ec4fb9b81b810192b694c353c00).
  { event: "TRANSACTION.SUCCESS", where: { trade_state: ["SUCCESS", "REFUND"] }, factKinds: ["paid"] },
  // A charge by contract that the bank declined
  // (pay.weixin.qq.com/docs/merchant/apis/insurance-entrusted-payment/deduct-result-notify.html).
  { event: "TRANSACTION.FAIL", factKinds: ["failed"] },
  // A refund states the paid amount as well, so it yields both facts.
  { event: "REFUND.SUCCESS", factKinds: ["paid", "refund"] },
  // The card is closed or frozen. A later REFUND.SUCCESS has the same refund_id.
  { event: "REFUND.ABNORMAL", factKinds: ["refund_failed"] },
  { event: "REFUND.CLOSED", factKinds: ["refund_failed"] },
];

export const wechatpay: Adapter<Config> = {
  name: "wechatpay",
  maxBodyBytes: 16_384,
  configure: (value) => configureWith(APIV3_KEY_BYTES, value),

  async verify(config, webhook, now) {
    const signed = await checkSigned(config.keys, webhook, now);
    if (!signed.ok) return signed;
    const json = jsonObject(webhook.body);
    if (json === null) return rejectBody(webhook);
    const resource = await decryptResource(config.apiV3Key, json);
    if (!resource.ok) return resource;
    return ok(callbacksOf(config, json, resource.value));
  },

  canQuery: ({ access }) => access !== null,
  query: async (config, orderId, io) =>
    config.access === null ? no("not_configured") : queryWechatpay(config.access, orderId, io),

  // A rejection needs a status other than 200 and 204 and the code FAIL. WeChat sends wrong
  // signatures on purpose to check it.
  reply: (verdict) =>
    replyWith(
      { success: "", failure: JSON.stringify({ code: "FAIL", message: "失败" }), type: "application/json" },
      verdict,
    ),
  mapping: documentRules(rules),
};

/** `configure` with another key length, for tests: a published example of WeChat has 16 bytes. */
export async function configureWith(keyBytes: number, value: unknown): Promise<Result<Config, string>> {
  const setting = new Setting(value, [
    "keys",
    "apiV3Key",
    "mchid",
    "appid",
    "order",
    "merchantPrivateKey",
    "merchantSerial",
    "publicKeyId",
    "apiBase",
  ]);
  const pems = setting.stringMap("keys");
  if (pems.size === 0) setting.refuse("keys", "an object from serial or PUB_KEY_ID_… to public key");
  const publicKeys = await setting.publicKeys("keys", [...pems.values()]);
  const apiV3Key = utf8(setting.string("apiV3Key"));
  if (apiV3Key.length !== keyBytes) setting.refuse("apiV3Key", `${keyBytes} bytes long`);
  const mchid = setting.identity("mchid");
  const appid = setting.identity("appid");
  const order = setting.orderPaths(TRADE);
  const privateKey = await setting.optionalPrivateKey("merchantPrivateKey");
  const serial = privateKey === null ? "" : setting.string("merchantSerial");
  const publicKeyId = setting.optionalString("publicKeyId");
  const base = setting.baseUrl("apiBase", "https://api.mch.weixin.qq.com");
  if (setting.problem !== null) return no(setting.problem);
  const keys = new Map(
    [...pems.keys()].flatMap((name, index) => (publicKeys[index] ? [[name, publicKeys[index]] as const] : [])),
  );
  const key = await crypto.subtle.importKey("raw", apiV3Key, "AES-GCM", false, ["decrypt"]);
  // A query needs one merchant and finds a payment by out_trade_no only: an id from another field
  // could match another order.
  const queriedMerchant = order.join() === TRADE ? onlyId(mchid) : null;
  const rest = { serial, publicKeyId, base, appid, keys };
  const access =
    privateKey === null || queriedMerchant === null ? null : { ...rest, privateKey, mchid: queriedMerchant };
  return ok({ keys, apiV3Key: key, mchid, appid, order, access });
}

/** Decrypts the resource and checks its tag. */
async function decryptResource(key: Key, json: JsonObject): Promise<Result<JsonObject, VerificationError>> {
  const algorithm = textAt(json, "resource.algorithm");
  if (algorithm !== ALGORITHM) {
    const received = nameOrLength(algorithm);
    return reject({ stage: "decrypt", field: "resource.algorithm", expected: `be ${ALGORITHM}`, received });
  }
  const ciphertext = fromBase64(textAt(json, "resource.ciphertext") ?? "");
  const iv = utf8(textAt(json, "resource.nonce") ?? "");
  const additionalData = utf8(textAt(json, "resource.associated_data") ?? "");
  if (ciphertext === null) return reject({ stage: "decrypt", field: CIPHERTEXT, expected: "be base64" });
  if (iv.length === 0) return reject({ stage: "decrypt", field: "resource.nonce", expected: "be present" });
  const plaintext = await decrypt(key, { name: "AES-GCM", iv, additionalData }, ciphertext);
  if (plaintext === null) {
    const expected = "decrypt with apiV3Key: check that it is the merchant's current APIv3 key";
    return reject({ stage: "decrypt", field: CIPHERTEXT, expected });
  }
  const resource = jsonObject(plaintext);
  if (resource !== null) return ok(resource);
  const received = `${plaintext.length} bytes`;
  return reject({ stage: "parse", field: CIPHERTEXT, expected: "contain a JSON object", received });
}

async function decrypt(
  key: Key,
  gcm: { name: string; iv: Bytes; additionalData: Bytes },
  ciphertext: Bytes,
): Promise<Bytes | null> {
  try {
    return new Uint8Array(await crypto.subtle.decrypt(gcm, key, ciphertext));
  } catch {
    return null; // OperationError: the tag does not match
  }
}

const callbacksOf = (config: Config, json: JsonObject, resource: JsonObject): readonly Callback[] =>
  paymentsOf(json, resource).map((payment) => callbackOfPayment(config, json, payment));

interface NotifiedPayment {
  readonly eventId: string | null;
  /** The app in which the order was created. */
  readonly appid: string | null;
  readonly subject: JsonObject;
}

/** A combined order's notification has one payment per sub order, each with its own event id. */
function paymentsOf(json: JsonObject, resource: JsonObject): readonly NotifiedPayment[] {
  const id = textAt(json, "id");
  const appid = textAt(resource, "appid", "sp_appid", "combine_appid");
  const subOrders = valueAt(resource, "sub_orders");
  if (!Array.isArray(subOrders) || subOrders.length === 0) return [{ eventId: id, appid, subject: resource }];
  return subOrders.filter(isObject).map((subject) => {
    const names = [id, textAt(subject, "mchid"), textAt(subject, "sub_mchid"), textAt(subject, TRADE)];
    return { eventId: id === null ? null : names.filter((name) => name !== null).join(":"), appid, subject };
  });
}

function callbackOfPayment(config: Config, json: JsonObject, { eventId, appid, subject }: NotifiedPayment): Callback {
  const type = textAt(json, "event_type") ?? "";
  const currency = textAt(subject, "amount.currency") ?? "CNY";
  const fen = (...fields: readonly string[]): SignedAmount =>
    minorAmount(textAt(subject, ...fields), currency, isoDigits);
  const event = {
    instance: "wechatpay",
    eventId,
    type,
    at: parseIsoTime(textAt(json, "create_time")),
    // A refund lacks `attach`. If that has the order id, out_trade_no may be another order's id.
    orderId: type.startsWith("REFUND.") && config.order[0] !== TRADE ? null : orderIdAt(subject, config.order),
    paymentId: textAt(subject, "transaction_id"),
    factKinds: matchRule(rules, type, (field) => textAt(subject, field)),
    // The order's full price; payer_total is reduced by coupons of WeChat or the merchant.
    payment: fen("amount.total", "amount.total_amount"),
    refund: { id: textAt(subject, "refund_id"), amount: fen("amount.refund"), cumulative: false },
  };
  const hasFacts = event.factKinds.length > 0;
  return isOurs(config, type, hasFacts, payeeOf(subject), appid) ? callbackOf(event) : otherAccount(event);
}

/**
 * The merchant that receives the payment: the sub-merchant of a service provider, or else mchid. In
 * a combined order mchid is the provider's.
 */
const payeeOf = (subject: JsonObject): string | null => textAt(subject, "sub_mchid", "mchid");

/**
 * Transfers, complaints and coupons lack a merchant and yield no facts, so they are accepted. A
 * refund lacks the app. Its out_trade_no is unique within the merchant, which is enough.
 */
function isOurs(config: Config, type: string, hasFacts: boolean, payee: string | null, appid: string | null): boolean {
  const needsAppid = appid !== null || (hasFacts && !type.startsWith("REFUND."));
  if (payee === null && !hasFacts) return true;
  return matchesIdentity(config.mchid, payee) && (!needsAppid || matchesIdentity(config.appid, appid));
}
