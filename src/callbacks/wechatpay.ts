// WeChat Pay's notifications, API v3: an RSA signature over time, nonce and raw body, then a resource sealed with AES-256-GCM
// (pay.weixin.qq.com/doc/v3/merchant/4012071382). Only what opens under its tag is read. No I/O.
import type { Callback, Unproved } from "../core/callback.ts";
import { isObject, type JsonObject } from "../core/json.ts";
import { no, ok, type Result } from "../core/result.ts";
import type { Adapter } from "./adapter.ts";
import { fromBase64, utf8, type Bytes } from "./bytes.ts";
import { at, isoTime, jsonObject, minor, orderIdAt, textAt, unproved, type Amount } from "./content.ts";
import { isoDigits } from "./currencies.ts";
import { becomes, callbackOf, otherAccount, printed, type Row } from "./mapping.ts";
import { replyIn } from "./reply.ts";
import { type Identity, isOf, onlyOf, Setting } from "./setting.ts";
import type { Key } from "./signature.ts";
import { queryWechatpay, type WechatpayAccess } from "./wechatpay-query.ts";
import { checkSigned, type SerialKeys } from "./wechatpay-signature.ts";

interface Config {
  readonly keys: SerialKeys;
  readonly apiV3Key: Key;
  /** The merchants that are paid. */
  readonly mchid: Identity;
  /** The apps that their orders are made in. */
  readonly appid: Identity;
  /** Where the order's id stands in the opened resource, or in each sub order of a combined one. */
  readonly order: readonly string[];
  readonly access: WechatpayAccess | null;
}

/** The usual field of the order's id, and the one that a payment is asked for by. */
const TRADE = "out_trade_no";

/** AES-256. With any other length Web Crypto would quietly do another AES, or throw. */
const APIV3_KEY_BYTES = 32;

/**
 * The field is the opened resource's, or the sub order's. Closed and expired orders are never notified, and of failed
 * payments those by contract alone: the others come by query, or not at all.
 */
const events: readonly Row[] = [
  // REFUND is a payment that was refunded since. Without a state it is none: shared profit and used coupons come by the
  // same type (developers.weixin.qq.com/community/pay/doc/000ec4fb9b81b810192b694c353c00).
  { event: "TRANSACTION.SUCCESS", where: { trade_state: ["SUCCESS", "REFUND"] }, becomes: ["paid"] },
  // A charge by contract that the bank refused
  // (pay.weixin.qq.com/docs/merchant/apis/insurance-entrusted-payment/deduct-result-notify.html).
  { event: "TRANSACTION.FAIL", becomes: ["failed"] },
  // A refund names what was paid beside what is refunded: it proves both.
  { event: "REFUND.SUCCESS", becomes: ["paid", "refund"] },
  // The card is closed or frozen. Sent elsewhere later, the money leaves by REFUND.SUCCESS with the same refund_id.
  { event: "REFUND.ABNORMAL", becomes: ["refund_failed"] },
  { event: "REFUND.CLOSED", becomes: ["refund_failed"] },
];

export const wechatpay: Adapter<Config> = {
  name: "wechatpay",
  configure: (value) => configureWith(APIV3_KEY_BYTES, value),

  async verify(config, webhook, now) {
    const signed = await checkSigned(config.keys, webhook, now);
    if (!signed.ok) return signed;
    const json = jsonObject(webhook.body);
    if (json === null) return unproved("parse", "not a JSON object");
    const resource = await open(config.apiV3Key, json);
    if (!resource.ok) return resource;
    return ok(callbacksOf(config, json, resource.value));
  },

  canQuery: ({ access }) => access !== null,
  query: async (config, orderId, io) =>
    config.access === null ? no("not_configured") : queryWechatpay(config.access, orderId, io),

  // A refusal must say FAIL, and anything but 200 or 204 is one (WeChat sends wrong signatures on purpose to see it).
  reply: (verdict) =>
    replyIn(
      { success: "", failure: JSON.stringify({ code: "FAIL", message: "失败" }), type: "application/json" },
      verdict,
    ),
  mapping: printed(events),
};

/** `configure`, for a key of any length that AES has: a published example of WeChat's has 16 bytes, and only tests may take it. */
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
  if (pems.size === 0) setting.refuse("keys", "an object of serial or PUB_KEY_ID_… and public key");
  const publicKeys = await setting.publicKeys("keys", [...pems.values()]);
  const apiV3Key = utf8(setting.string("apiV3Key"));
  if (apiV3Key.length !== keyBytes) setting.refuse("apiV3Key", `${keyBytes} bytes long`);
  const mchid = setting.identity("mchid");
  const appid = setting.identity("appid");
  const order = setting.orderPaths(TRADE);
  const privateKey = await setting.optionalPrivateKey("merchantPrivateKey");
  const serial = privateKey === null ? "" : setting.string("merchantSerial");
  const publicKeyId = setting.optionalString("publicKeyId");
  const base = setting.base("apiBase", "https://api.mch.weixin.qq.com");
  if (setting.problem !== null) return no(setting.problem);
  const keys = new Map(
    [...pems.keys()].flatMap((name, index) => (publicKeys[index] ? [[name, publicKeys[index]] as const] : [])),
  );
  const key = await crypto.subtle.importKey("raw", apiV3Key, "AES-GCM", false, ["decrypt"]);
  // A query names one merchant, and a payment by its out_trade_no: an id from another field could be another order's.
  const asking = order.join() === TRADE ? onlyOf(mchid) : null;
  const rest = { serial, publicKeyId, base, appid, keys };
  const access = privateKey === null || asking === null ? null : { ...rest, privateKey, mchid: asking };
  return ok({ keys, apiV3Key: key, mchid, appid, order, access });
}

async function open(key: Key, json: JsonObject): Promise<Result<JsonObject, Unproved>> {
  if (textAt(json, "resource.algorithm") !== "AEAD_AES_256_GCM") return unproved("decrypt", "another algorithm");
  const sealed = fromBase64(textAt(json, "resource.ciphertext") ?? "");
  const iv = utf8(textAt(json, "resource.nonce") ?? "");
  const additionalData = utf8(textAt(json, "resource.associated_data") ?? "");
  if (sealed === null || iv.length === 0) return unproved("decrypt", "no ciphertext or nonce");
  const opened = await decrypt(key, { name: "AES-GCM", iv, additionalData }, sealed);
  if (opened === null) return unproved("decrypt", "the tag is wrong: another APIv3 key, or not the same resource");
  const resource = jsonObject(opened);
  return resource === null ? unproved("parse", "the resource is not a JSON object") : ok(resource);
}

async function decrypt(
  key: Key,
  gcm: { name: string; iv: Bytes; additionalData: Bytes },
  sealed: Bytes,
): Promise<Bytes | null> {
  try {
    return new Uint8Array(await crypto.subtle.decrypt(gcm, key, sealed));
  } catch {
    return null; // OperationError: the tag does not fit
  }
}

const callbacksOf = (config: Config, json: JsonObject, resource: JsonObject): readonly Callback[] =>
  paymentsOf(json, resource).map((payment) => callbackOfPayment(config, json, payment));

interface Notified {
  readonly eventId: string | null;
  /** The app that the order was made in. */
  readonly appid: string | null;
  readonly subject: JsonObject;
}

/** A combined order is one notification with a payment for each of its sub orders, each with an event id of its own. */
function paymentsOf(json: JsonObject, resource: JsonObject): readonly Notified[] {
  const id = textAt(json, "id");
  const appid = textAt(resource, "appid", "sp_appid", "combine_appid");
  const subOrders = at(resource, "sub_orders");
  if (!Array.isArray(subOrders) || subOrders.length === 0) return [{ eventId: id, appid, subject: resource }];
  return subOrders.filter(isObject).map((subject) => {
    const names = [id, textAt(subject, "mchid"), textAt(subject, "sub_mchid"), textAt(subject, TRADE)];
    return { eventId: id === null ? null : names.filter((name) => name !== null).join(":"), appid, subject };
  });
}

function callbackOfPayment(config: Config, json: JsonObject, { eventId, appid, subject }: Notified): Callback {
  const type = textAt(json, "event_type") ?? "";
  const currency = textAt(subject, "amount.currency") ?? "CNY";
  const fen = (...fields: readonly string[]): Amount => minor(textAt(subject, ...fields), currency, isoDigits);
  const event = {
    instance: "wechatpay",
    eventId,
    type,
    at: isoTime(textAt(json, "create_time")),
    // A refund repeats no attach. Where that has the order's id, out_trade_no may have another's: the claim decides.
    orderId: type.startsWith("REFUND.") && config.order[0] !== TRADE ? null : orderIdAt(subject, config.order),
    paymentId: textAt(subject, "transaction_id"),
    becomes: becomes(events, type, (field) => textAt(subject, field)),
    // What the order costs; payer_total is without the coupons that WeChat or the merchant pays for.
    payment: fen("amount.total", "amount.total_amount"),
    refund: { id: textAt(subject, "refund_id"), amount: fen("amount.refund"), cumulative: false },
  };
  const isProof = event.becomes.length > 0;
  return isOurs(config, type, isProof, payeeOf(subject), appid) ? callbackOf(event) : otherAccount(event);
}

/** The merchant that is paid: through a service provider the sub-merchant (in a combined order mchid is the provider's). */
const payeeOf = (subject: JsonObject): string | null => textAt(subject, "sub_mchid", "mchid");

/**
 * Transfers, complaints and coupons name no merchant and prove nothing, so they are nobody else's. A refund names no app;
 * an out_trade_no is unique within its merchant, so it is of the payment's.
 */
function isOurs(config: Config, type: string, isProof: boolean, payee: string | null, appid: string | null): boolean {
  const needsAppid = appid !== null || (isProof && !type.startsWith("REFUND."));
  if (payee === null && !isProof) return true;
  return isOf(config.mchid, payee) && (!needsAppid || isOf(config.appid, appid));
}
