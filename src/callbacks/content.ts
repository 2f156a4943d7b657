// Readers of a delivery's headers and JSON: own properties only, null instead of exceptions.
import type { Webhook } from "../core/callback.ts";
import { isObject, parseExact, parsePlain, type Json, type JsonObject } from "../core/json.ts";
import { fromMajor, fromMinor, type Money } from "../core/money.ts";
import { ok, type Result } from "../core/result.ts";
import { textOf, type Bytes } from "./bytes.ts";

/** A header by its lower-case name; null if it is missing or empty. */
export const header = (webhook: Pick<Webhook, "headers">, name: string): string | null =>
  webhook.headers.get(name)?.trim() || null;

/** Seconds since 1970 from a header. A repeated header, joined by ", ", is null. */
export const parseSeconds = (text: string | null): number | null =>
  text !== null && /^\d{1,12}$/.test(text) ? Number(text) : null;

/** Whether `at` is more than `toleranceMs` from `now`, in the past or in the future. */
export const isOutside = (at: number, now: number, toleranceMs: number): boolean => Math.abs(now - at) > toleranceMs;

/** The body as a JSON object; null for any other content. */
export const jsonObject = (body: Bytes): JsonObject | null => objectIn(body, parseExact);

/**
 * The same with JavaScript's numbers, for a body that must be read before its signature is verified:
 * the exact parser is slow for many unusual numbers.
 */
export const plainObject = (body: Bytes): JsonObject | null => objectIn(body, parsePlain);

function objectIn(body: Bytes, parse: typeof parseExact): JsonObject | null {
  const text = textOf(body);
  const json = text === null ? null : parse(text);
  return json?.ok === true && isObject(json.value) ? json.value : null;
}

/** The value at a dotted path. Digits index a list: `purchase_units.0.custom_id`. */
export function valueAt(json: Json | undefined, path: string): Json | undefined {
  let value = json;
  for (const step of path.split(".")) {
    if (Array.isArray(value)) value = /^\d{1,4}$/.test(step) ? value[Number(step)] : undefined;
    // Own properties only: paths such as `__proto__` and `constructor` come from the sender too.
    else value = isObject(value) && Object.hasOwn(value, step) ? value[step] : undefined;
  }
  return value;
}

/**
 * The text at the first path that has one: a string, a number as the sender wrote it, or a
 * boolean. Skips empty strings.
 */
export function textAt(json: Json | undefined, ...paths: readonly string[]): string | null {
  for (const path of paths) {
    const text = scalarText(valueAt(json, path));
    if (text !== null) return text;
  }
  return null;
}

/**
 * The order id at the first path that has one. A path continues inside a string that holds a JSON
 * object (PayPal's `custom_id`).
 */
export function orderIdAt(json: Json | undefined, paths: readonly string[]): string | null {
  for (const path of paths) {
    const id = textAt(json, path) ?? textInsideJson(json, path.split("."));
    if (id !== null) return id;
  }
  return null;
}

function textInsideJson(json: Json | undefined, steps: readonly string[]): string | null {
  for (let end = 1; end < steps.length; end++) {
    const text = valueAt(json, steps.slice(0, end).join("."));
    const parsed = typeof text === "string" ? parseExact(text) : null;
    if (parsed?.ok === true && isObject(parsed.value)) return orderIdAt(parsed.value, [steps.slice(end).join(".")]);
  }
  return null;
}

function scalarText(value: Json | undefined): string | null {
  if (value === undefined || value === null || value === "" || Array.isArray(value) || isObject(value)) return null;
  return typeof value === "string" ? value : JSON.stringify(value);
}

/** Parses a time with a zone to ms since 1970: `2026-11-18T12:26:40Z`, `…T20:26:40.5+08:00`. */
export function parseIsoTime(text: string | null): number | null {
  const shape = /^\d{4}-\d{2}-\d{2}T\d{2}:\d{2}:\d{2}(\.\d{1,9})?(Z|[+-]\d{2}:?\d{2})$/;
  const time = text === null || !shape.test(text) ? Number.NaN : Date.parse(text);
  return Number.isNaN(time) ? null : time;
}

/**
 * Money that a provider signed; null if the event has no amount. An error marks an unreadable one.
 */
export type SignedAmount = Result<Money | null, "not an amount">;

export const noAmount: SignedAmount = ok(null);

/** An amount in minor units; `digits` is the provider's own table. */
export function minorAmount(
  amount: string | null,
  currency: string | null,
  digits: ReadonlyMap<string, number>,
): SignedAmount {
  if (amount === null) return noAmount;
  const code = upperCase(currency ?? "");
  return fromMinor(amount, code, digits.get(code));
}

/** An amount in major units, as a decimal. */
export const majorAmount = (amount: string | null, currency: string | null): SignedAmount =>
  amount === null ? noAmount : fromMajor(amount, upperCase(currency ?? ""));

/** ASCII only: `toUpperCase` turns `uſd`, with a long s, into USD. */
const upperCase = (text: string): string => text.replace(/[a-z]/g, (letter) => letter.toUpperCase());
