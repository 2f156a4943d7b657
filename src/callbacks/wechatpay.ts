// WeChat Pay's notifications, API v3: an RSA signature over time, nonce and raw body, then a resource sealed with AES-256-GCM
// (pay.weixin.qq.com/doc/v3/merchant/4012071382). Only what opens under its tag is read. No I/O.
import type { Callback, Unproved } from "../core/callback.ts";
import type { JsonObject } from "../core/json.ts";
import { no, ok, type Result } from "../core/result.ts";
import type { Adapter } from "./adapter.ts";
import { fromBase64, utf8, type Bytes } from "./bytes.ts";
import { at, isoTime, jsonObject, minor, textAt, unproved, type Amount } from "./content.ts";
import { isoDigits } from "./currencies.ts";
import { becomes, callbackOf, printed, type Row } from "./mapping.ts";
import { replyIn } from "./reply.ts";
import { Setting } from "./setting.ts";
import type { Key } from "./signature.ts";
import { queryWechatpay, type WechatpayAccess } from "./wechatpay-query.ts";
import { checkSigned, type SerialKeys } from "./wechatpay-signature.ts";

interface Config {
  readonly keys: SerialKeys;
  readonly apiV3Key: Key;
  readonly mchid: string;
  readonly appid: string | null;
  readonly access: WechatpayAccess | null;
}

/** AES-256. With any other length Web Crypto would quietly do another AES, or throw. */
const APIV3_KEY_BYTES = 32;

/** The field is the opened resource's. Failed, closed and expired payments are never notified: they come by query, or not at all. */
const events: readonly Row[] = [
  { event: "TRANSACTION.SUCCESS", where: { trade_state: ["SUCCESS"] }, becomes: ["paid"] },
  // A refund names what was paid beside what is refunded: it proves both.
  { event: "REFUND.SUCCESS", becomes: ["paid", "refund"] },
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
    const callback = provedBy(config, json, resource.value);
    return callback.ok ? ok([callback.value]) : callback;
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
  const mchid = setting.string("mchid");
  const appid = setting.optionalString("appid");
  const privateKey = await setting.optionalPrivateKey("merchantPrivateKey");
  const serial = privateKey === null ? "" : setting.string("merchantSerial");
  const publicKeyId = setting.optionalString("publicKeyId");
  const base = setting.base("apiBase", "https://api.mch.weixin.qq.com");
  if (setting.problem !== null) return no(setting.problem);
  const keys = new Map(
    [...pems.keys()].flatMap((name, index) => (publicKeys[index] ? [[name, publicKeys[index]] as const] : [])),
  );
  const key = await crypto.subtle.importKey("raw", apiV3Key, "AES-GCM", false, ["decrypt"]);
  const access = privateKey === null ? null : { privateKey, serial, publicKeyId, base, mchid, appid, keys };
  return ok({ keys, apiV3Key: key, mchid, appid, access });
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

function provedBy(config: Config, json: JsonObject, resource: JsonObject): Result<Callback, Unproved> {
  const type = textAt(json, "event_type") ?? "";
  // A service provider's notifications name the merchant and the app by other fields.
  if (textAt(resource, "mchid", "sp_mchid", "combine_mchid") !== config.mchid)
    return unproved("identity", "another mchid");
  const appid = textAt(resource, "appid", "sp_appid", "combine_appid");
  // A refund names no app.
  const needsAppid = config.appid !== null && (appid !== null || type.startsWith("TRANSACTION."));
  if (needsAppid && appid !== config.appid) return unproved("identity", "another appid");
  // Acknowledged, the payments inside would be lost without a word.
  if (at(resource, "sub_orders") !== undefined) return unproved("parse", "a combined order: not supported");
  const fen = (amount: string): Amount =>
    minor(textAt(resource, amount), textAt(resource, "amount.currency") ?? "CNY", isoDigits);
  return callbackOf({
    provider: "wechatpay",
    eventId: textAt(json, "id"),
    type,
    at: isoTime(textAt(json, "create_time")),
    orderId: textAt(resource, "out_trade_no"),
    paymentId: textAt(resource, "transaction_id"),
    becomes: becomes(events, type, (field) => textAt(resource, field)),
    payment: fen("amount.total"),
    refund: { id: textAt(resource, "refund_id"), amount: fen("amount.refund"), cumulative: false },
  });
}
