// Checks that WeChat Pay signed what it sent, callbacks and answers alike (API v3). A key is looked up, never fetched: an unknown serial
// would otherwise make us call out at a stranger's demand. No I/O.
import type { Unproved, Webhook } from "../core/callback.ts";
import { ok, type Result } from "../core/result.ts";
import { fromBase64, utf8, concat } from "./bytes.ts";
import { header, isOutside, seconds, unproved } from "./content.ts";
import { isRsaSigned, type Key } from "./signature.ts";

const TOLERANCE_MS = 300_000;
const RSA_TYPE = "WECHATPAY2-SHA256-RSA2048";

/** Serial of a platform certificate, or id of a public key (`PUB_KEY_ID_…`) → its key. Both at once while WeChat moves from one to the other. */
export type SerialKeys = ReadonlyMap<string, Key>;

export async function checkSigned(keys: SerialKeys, message: Webhook, now: number): Promise<Result<null, Unproved>> {
  const timestamp = header(message, "wechatpay-timestamp");
  const nonce = header(message, "wechatpay-nonce");
  const serial = header(message, "wechatpay-serial");
  const signature = header(message, "wechatpay-signature");
  if (timestamp === null || nonce === null || serial === null || signature === null) {
    return unproved("header", "not the four Wechatpay- headers");
  }
  // SM2 has a type of its own; nothing but RSA is configured here.
  if ((header(message, "wechatpay-signature-type") ?? RSA_TYPE) !== RSA_TYPE)
    return unproved("header", "another signature type");
  const stated = seconds(timestamp);
  if (stated === null) return unproved("header", "a timestamp that is none");
  if (isOutside(stated * 1000, now, TOLERANCE_MS)) return unproved("time", "older or newer than 300 s");
  const key = keys.get(serial);
  if (key === undefined) return unproved("signature", "a serial that is not in the setting");
  const signed = concat(utf8(`${timestamp}\n${nonce}\n`), message.body, utf8("\n"));
  return (await isRsaSigned([key], fromBase64(signature), signed))
    ? ok(null)
    : unproved("signature", "wrong signature");
}
