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

/** Parses `text` and keeps every number as written. Nesting too deep for the stack is refused like any text that is not JSON. */
export function parseExact(text: string): Result<Json, "not JSON"> {
  try {
    return ok(
      sourceText.parse(text, (_key, value, { source }) =>
        // Only a number that would come out otherwise is kept as its text: making one is dear, and most come out as they went in.
        typeof value === "number" && String(value) !== source ? sourceText.rawJSON(source) : value,
      ),
    );
  } catch {
    return no("not JSON");
  }
}

/** Whether a value is a JSON object: not null, not an array, not a number kept exact. */
export const isObject = (value: Json | undefined): value is JsonObject =>
  typeof value === "object" && value !== null && !Array.isArray(value) && !sourceText.isRawJSON(value);
