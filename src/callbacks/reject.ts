// Constructors of verification errors. Every value under `received` is safe to log.
import type { VerificationError, Webhook } from "../core/callback.ts";
import { isObject, parsePlain } from "../core/json.ts";
import { no } from "../core/result.ts";
import { textOf } from "./bytes.ts";

export interface Rejection {
  readonly ok: false;
  readonly reason: VerificationError;
}

export const reject = (error: VerificationError): Rejection => no(error);

/** Rejects a delivery without the header or field `field`. */
export const rejectMissing = (field: string): Rejection => reject({ stage: "header", field, expected: "be present" });

/** Rejects a body that is not a JSON object. */
export const rejectBody = ({ body }: Pick<Webhook, "body">, expected = "be a JSON object"): Rejection =>
  reject({ stage: "parse", field: "body", expected, received: shapeOf(body) });

/** Rejects a signed time `at` further than `toleranceMs` from `now`. */
export const rejectTime = (field: string, at: number, now: number, toleranceMs: number): Rejection =>
  reject({
    stage: "time",
    field,
    expected: `be within ${toleranceMs / 1000} s of now`,
    received: ageText(at, now),
  });

/** Rejects a header whose text is not a time in seconds. */
export const rejectTimestamp = (field: string, text: string | null): Rejection =>
  reject({ stage: "header", field, expected: "be one time in seconds since 1970", received: timeOrLength(text) });

/** `412 s ago`, `412 s ahead`. */
export const ageText = (at: number, now: number): string =>
  `${Math.round(Math.abs(now - at) / 1000)} s ${at > now ? "ahead" : "ago"}`;

/** The short name of an algorithm, charset or host as it stands; otherwise like `timeOrLength`. */
export function nameOrLength(text: string | null): string {
  if (text === null) return "no value";
  return /^[\w.:+/-]{1,32}$/.test(text) ? text : lengthText(text);
}

/** A time or number as it stands; the length of any other text, null as "no value". */
export function timeOrLength(text: string | null): string {
  if (text === null) return "no value";
  return /^[\d:.+TZ-]{1,32}$/.test(text) ? text : lengthText(text);
}

export const lengthText = (text: string): string => `${text.length} characters`;

function shapeOf(body: Webhook["body"]): string {
  if (body.length === 0) return "an empty body";
  const text = textOf(body);
  const size = `${body.length} bytes`;
  if (text === null) return `${size}, not UTF-8`;
  const json = parsePlain(text);
  if (!json.ok) return `${size}, not JSON`;
  return isObject(json.value) ? `an object of ${size}` : `${size}, JSON but no object`;
}
