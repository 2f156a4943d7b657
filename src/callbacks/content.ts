// Reads a delivery: its headers, and the JSON that a signature covers. Own properties only; throws nothing; believes nothing unasked.
import type { Unproved, Webhook } from "../core/callback.ts";
import { isObject, parseExact, type Json, type JsonObject } from "../core/json.ts";
import { fromMajor, fromMinor, type Money } from "../core/money.ts";
import { no, ok, type Result } from "../core/result.ts";
import { textOf, type Bytes } from "./bytes.ts";

export const unproved = (stage: Unproved["stage"], detail: string): { readonly ok: false; readonly reason: Unproved } =>
  no({ stage, detail });

/** A header by its name in lower case; null where it is missing or empty. */
export const header = (webhook: Pick<Webhook, "headers">, name: string): string | null =>
  webhook.headers.get(name)?.trim() || null;

/** Seconds since 1970 as a header states them; a repeated header, joined by ", ", is not a number. */
export const seconds = (text: string | null): number | null =>
  text !== null && /^\d{1,12}$/.test(text) ? Number(text) : null;

/** Whether a signed time is too far from now, in the past or in the future. */
export const isOutside = (at: number, now: number, toleranceMs: number): boolean => Math.abs(now - at) > toleranceMs;

export function jsonObject(body: Bytes): JsonObject | null {
  const text = textOf(body);
  const json = text === null ? null : parseExact(text);
  return json?.ok === true && isObject(json.value) ? json.value : null;
}

/** The value at a dotted path; `purchase_units.0.custom_id` goes through lists as well. */
export function at(json: Json | undefined, path: string): Json | undefined {
  let value = json;
  for (const step of path.split(".")) {
    if (Array.isArray(value)) value = /^\d{1,4}$/.test(step) ? value[Number(step)] : undefined;
    // `__proto__` and `constructor` are paths like any other to a stranger.
    else value = isObject(value) && Object.hasOwn(value, step) ? value[step] : undefined;
  }
  return value;
}

/** The text at the first of the paths that has one: a string, a number as its sender wrote it, true or false. Empty is none. */
export function textAt(json: Json | undefined, ...paths: readonly string[]): string | null {
  for (const path of paths) {
    const text = textOfScalar(at(json, path));
    if (text !== null) return text;
  }
  return null;
}

/** The order's id at the first of the paths that has one. A path goes on inside a text that is a JSON object (PayPal's `custom_id`). */
export function orderIdAt(json: Json | undefined, paths: readonly string[]): string | null {
  for (const path of paths) {
    const id = textAt(json, path) ?? textInside(json, path.split("."));
    if (id !== null) return id;
  }
  return null;
}

function textInside(json: Json | undefined, steps: readonly string[]): string | null {
  for (let end = 1; end < steps.length; end++) {
    const text = at(json, steps.slice(0, end).join("."));
    const parsed = typeof text === "string" ? parseExact(text) : null;
    if (parsed?.ok === true && isObject(parsed.value)) return orderIdAt(parsed.value, [steps.slice(end).join(".")]);
  }
  return null;
}

function textOfScalar(value: Json | undefined): string | null {
  if (value === undefined || value === null || value === "" || Array.isArray(value) || isObject(value)) return null;
  return typeof value === "string" ? value : JSON.stringify(value);
}

/** ms since 1970 of a time that names its zone: `2026-11-18T12:26:40Z`, `…T20:26:40.5+08:00`. */
export function isoTime(text: string | null): number | null {
  const shape = /^\d{4}-\d{2}-\d{2}T\d{2}:\d{2}:\d{2}(\.\d{1,9})?(Z|[+-]\d{2}:?\d{2})$/;
  const time = text === null || !shape.test(text) ? Number.NaN : Date.parse(text);
  return Number.isNaN(time) ? null : time;
}

/** Money that a provider signed; null where it signed none. What stands there and is no amount proves nothing at all. */
export type Amount = Result<Money | null, "not an amount">;

export const noAmount: Amount = ok(null);

/** Minor units by the provider's own table of digits. */
export function minor(amount: string | null, currency: string | null, digits: ReadonlyMap<string, number>): Amount {
  if (amount === null) return noAmount;
  const code = upperCase(currency ?? "");
  return fromMinor(amount, code, digits.get(code));
}

export const major = (amount: string | null, currency: string | null): Amount =>
  amount === null ? noAmount : fromMajor(amount, upperCase(currency ?? ""));

/** ASCII alone: `toUpperCase` would make USD of `uſd`, whose second letter is a long s. */
const upperCase = (text: string): string => text.replace(/[a-z]/g, (letter) => letter.toUpperCase());
