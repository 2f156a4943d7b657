// Signature check of WeChat Pay's notifications and API responses (API v3). Keys come from the
// setting: fetching an unknown serial's key would let strangers trigger requests. No I/O.
import type { VerificationError, Webhook } from "../core/callback.ts";
import { ok, type Result } from "../core/result.ts";
import { concat, fromBase64, utf8 } from "./bytes.ts";
import { header, isOutside, parseSeconds } from "./content.ts";
import { nameOrLength, reject, rejectMissing, rejectTime, rejectTimestamp } from "./reject.ts";
import { isRsaSigned, type Key } from "./signature.ts";

const TOLERANCE_MS = 300_000;
const RSA_TYPE = "WECHATPAY2-SHA256-RSA2048";

/**
 * Public keys by certificate serial or key id (`PUB_KEY_ID_…`). Both exist while WeChat moves a
 * merchant from one to the other.
 */
export type SerialKeys = ReadonlyMap<string, Key>;

const HEADERS = {
  timestamp: "Wechatpay-Timestamp",
  nonce: "Wechatpay-Nonce",
  serial: "Wechatpay-Serial",
  signature: "Wechatpay-Signature",
  type: "Wechatpay-Signature-Type",
} as const;

export async function checkSigned(
  keys: SerialKeys,
  message: Webhook,
  now: number,
): Promise<Result<null, VerificationError>> {
  const read = (name: string) => header(message, name.toLowerCase());
  const timestamp = read(HEADERS.timestamp);
  const nonce = read(HEADERS.nonce);
  const serial = read(HEADERS.serial);
  const signature = read(HEADERS.signature);
  if (timestamp === null) return rejectMissing(HEADERS.timestamp);
  if (nonce === null) return rejectMissing(HEADERS.nonce);
  if (serial === null) return rejectMissing(HEADERS.serial);
  if (signature === null) return rejectMissing(HEADERS.signature);
  // The other type, SM2, is not supported. A missing header means RSA.
  const type = read(HEADERS.type) ?? RSA_TYPE;
  if (type !== RSA_TYPE) {
    const received = nameOrLength(type);
    return reject({ stage: "header", field: HEADERS.type, expected: `be ${RSA_TYPE}`, received });
  }
  const seconds = parseSeconds(timestamp);
  if (seconds === null) return rejectTimestamp(HEADERS.timestamp, timestamp);
  const at = seconds * 1000;
  if (isOutside(at, now, TOLERANCE_MS)) return rejectTime(HEADERS.timestamp, at, now, TOLERANCE_MS);
  const key = keys.get(serial);
  if (key === undefined) {
    const expected = "be a serial or key id of keys: add WeChat Pay's new public key to the setting";
    const received = serial.startsWith("PUB_KEY_ID_") ? "a key id" : "a serial";
    return reject({ stage: "signature", field: HEADERS.serial, expected, received });
  }
  const signed = concat(utf8(`${timestamp}\n${nonce}\n`), message.body, utf8("\n"));
  if (await isRsaSigned([key], fromBase64(signature), signed)) return ok(null);
  const expected = "match the key of Wechatpay-Serial: WeChat Pay's public key, not the merchant's";
  return reject({ stage: "signature", field: HEADERS.signature, expected });
}
