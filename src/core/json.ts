// JSON whose numbers stay as their sender wrote them. No I/O; nothing here throws for what a stranger sent.
import { no, ok, type Result } from "./result.ts";

export interface JsonObject {
  readonly [key: string]: Json;
}
/** A JSON value; an `ExactNumber` stands where `parseExact` read a number that JavaScript would write otherwise. */
export type Json = null | boolean | number | string | ExactNumber | readonly Json[] | JsonObject;

declare const exact: unique symbol;
/** A number as the text it was written as: `12345678901234567890`, `2.0` and `1e5` come out of `JSON.stringify` as they went in. */
export interface ExactNumber {
  readonly [exact]: true;
}

// "JSON.parse source text access" is in V8 since 11.4 (so in workerd and Node 22); TypeScript's library does not name it yet.
interface SourceTextJson {
  rawJSON(source: string): ExactNumber;
  isRawJSON(value: unknown): value is ExactNumber;
  parse(text: string, reviver: (key: string, value: unknown, context: { source: string }) => unknown): Json;
}
const sourceText = JSON as unknown as SourceTextJson; // the same object, seen with the members its type lacks

/**
 * May stand for a number that JavaScript writes otherwise: a fraction, an exponent, minus zero, or 16 digits (2^53 has 16). Texts may
 * contain it as well.
 */
const UNUSUAL_NUMBER = /(?:^|[\s:,[])(?:-0|-?\d+[.eE]|-?\d{16})/;

/** Parses `text` and keeps every number as written. Rejects nesting too deep for the stack like any text that is not JSON. */
export function parseExact(text: string): Result<Json, "not JSON"> {
  try {
    // A reviver takes seven times as long as the parser alone, and most bodies have no such number.
    const isPlain = !UNUSUAL_NUMBER.test(text) && isShallow(text);
    return ok(isPlain ? (JSON.parse(text) as Json) : sourceText.parse(text, exactly)); // what is parsed is JSON
  } catch {
    return no("not JSON");
  }
}

/** The parser alone takes any depth, which no code behind it does; a reviver overflows the stack first, here. */
function isShallow(text: string): boolean {
  if (text.length <= 2 * DEPTH_MAX) return true;
  let opened = 0;
  for (let i = 0; i < text.length && opened <= DEPTH_MAX; i++) {
    const code = text.charCodeAt(i);
    if (code === 0x5b || code === 0x7b) opened += 1; // [ and {, those inside texts too
  }
  return opened <= DEPTH_MAX;
}

/** Depths that JSON.stringify and the structured clone take on every platform. */
const DEPTH_MAX = 1000;

const exactly = (_key: string, value: unknown, { source }: { readonly source: string }): unknown =>
  typeof value === "number" && String(value) !== source ? sourceText.rawJSON(source) : value;

/** Whether a value is a JSON object: not null, not an array, not a number kept exact. */
export const isObject = (value: Json | undefined): value is JsonObject =>
  typeof value === "object" && value !== null && !Array.isArray(value) && !sourceText.isRawJSON(value);
