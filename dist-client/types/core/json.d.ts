import { type Result } from "./result.ts";
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
/** Parses `text` and keeps every number as written. Rejects nesting too deep for the stack like any text that is not JSON. */
export declare function parseExact(text: string): Result<Json, "not JSON">;
/** Whether a value is a JSON object: not null, not an array, not a number kept exact. */
export declare const isObject: (value: Json | undefined) => value is JsonObject;
export {};
