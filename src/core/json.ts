// JSON that preserves the source text of numbers. Invalid input is returned as a failure.
import { no, ok, type Result } from "./result.ts";

export interface JsonObject {
  readonly [key: string]: Json;
}
/** A JSON value. An `ExactNumber` replaces a number that JavaScript would write differently. */
export type Json = null | boolean | number | string | ExactNumber | readonly Json[] | JsonObject;

declare const exact: unique symbol;
/**
 * A number as its source text: `12345678901234567890`, `2.0` and `1e5` survive `parseExact` and
 * `JSON.stringify` unchanged.
 */
export interface ExactNumber {
  readonly [exact]: true;
}

// "JSON.parse source text access" is in V8 since 11.4 (so in workerd and Node 22); TypeScript's
// library lacks its types.
interface SourceTextJson {
  rawJSON(source: string): ExactNumber;
  isRawJSON(value: unknown): value is ExactNumber;
  parse(text: string, reviver: (key: string, value: unknown, context: { source: string }) => unknown): Json;
}
const sourceText = JSON as unknown as SourceTextJson; // the same object, with the members that its type lacks

/**
 * Detects numbers that JavaScript may write differently: a fraction, an exponent, minus zero, or 16
 * digits (2^53 has 16). A match inside a string is harmless.
 */
const UNUSUAL_NUMBER = /(?:^|[\s:,[])(?:-0|-?\d+[.eE]|-?\d{16})/;

/**
 * Parses `text` and keeps every number as written. Nesting too deep for the stack is rejected like
 * any text that is not JSON.
 */
export function parseExact(text: string): Result<Json, "not JSON"> {
  try {
    return ok(isPlainJson(text) ? (JSON.parse(text) as Json) : sourceText.parse(text, keepSourceText)); // parsed text is JSON
  } catch {
    return no("not JSON");
  }
}

/**
 * Whether JavaScript writes the numbers of `text` as they are, so that `parsePlain` is exact. A
 * reviver takes seven times as long as the parser alone, and few bodies need it.
 */
export const isPlainJson = (text: string): boolean => !UNUSUAL_NUMBER.test(text) && isShallow(text);

/**
 * Parses `text` with JavaScript's numbers, fast whatever it contains, and to any depth. For values
 * that are only looked at: encoding a deep one may overflow the stack.
 */
export function parsePlain(text: string): Result<Json, "not JSON"> {
  try {
    return ok(JSON.parse(text) as Json); // parsed text is JSON
  } catch {
    return no("not JSON");
  }
}

/**
 * The parser alone accepts any depth, unlike the code after it. A reviver overflows the stack here,
 * where the error is caught.
 */
function isShallow(text: string): boolean {
  if (text.length <= 2 * DEPTH_MAX) return true;
  let opened = 0;
  for (let i = 0; i < text.length && opened <= DEPTH_MAX; i++) {
    const code = text.charCodeAt(i);
    if (code === 0x5b || code === 0x7b) opened += 1; // [ and {, also those inside strings
  }
  return opened <= DEPTH_MAX;
}

/** Depth that JSON.stringify and the structured clone handle on every platform. */
const DEPTH_MAX = 1000;

const keepSourceText = (_key: string, value: unknown, { source }: { readonly source: string }): unknown =>
  typeof value === "number" && String(value) !== source ? sourceText.rawJSON(source) : value;

/** Whether a value is a JSON object, as opposed to null, an array or an `ExactNumber`. */
export const isObject = (value: Json | undefined): value is JsonObject =>
  typeof value === "object" && value !== null && !Array.isArray(value) && !sourceText.isRawJSON(value);
