// /openapi.json and /asyncapi.json as the Worker serves them: their examples, and whether a value is what a schema of theirs says. Tests nothing.
import { Ajv2020 } from "ajv/dist/2020.js";
import addFormats from "ajv-formats";

export type Json = null | boolean | number | string | readonly Json[] | JsonObject;
export interface JsonObject {
  readonly [key: string]: Json;
}

export interface Document {
  readonly json: JsonObject;
  /** What is wrong with a value by the schema at a place of the document; null if nothing is. */
  readonly fault: (place: readonly string[], value: unknown) => string | null;
}

export async function documentAt(url: string): Promise<Document> {
  const json = (await (await fetch(url)).json()) as JsonObject; // the tests find out whether it is one
  const ajv = new Ajv2020({ strict: false, validateFormats: true });
  addFormats(ajv);
  ajv.addSchema(json, "document");
  const fault: Document["fault"] = (place, value) => {
    const pointer = place.map((part) => encodeURIComponent(part.replaceAll("~", "~0").replaceAll("/", "~1"))).join("/");
    const validate = ajv.compile({ $ref: `document#/${pointer}` });
    return validate(value) ? null : ajv.errorsText(validate.errors);
  };
  return { json, fault };
}

export const isObject = (value: unknown): value is JsonObject =>
  typeof value === "object" && value !== null && !Array.isArray(value);

/** The object at a place; an empty one if there is none. */
export function at(value: unknown, ...place: readonly string[]): JsonObject {
  let found: unknown = value;
  for (const part of place) found = isObject(found) ? found[part] : undefined;
  return isObject(found) ? found : {};
}

/** What stands under a name, as text; "" where there is no text and no number. */
export function text(value: unknown, name: string): string {
  const found = at(value)[name];
  return typeof found === "string" || typeof found === "number" ? String(found) : "";
}

/** A value with every text in it changed. */
export const retold = <Value>(value: Value, change: (text: string) => string): Value =>
  JSON.parse(change(JSON.stringify(value))) as Value; // the same shape, other texts

/**
 * What no example can know beforehand, made the same on both sides: epochs and connection ids are drawn at random, and time passes.
 * (These tests also push every second.)
 */
export function knowable(value: unknown): unknown {
  return JSON.parse(JSON.stringify(value), (key, each: unknown) => {
    if (typeof each === "number") return key === "time" ? 0 : key === "push_every_seconds" ? 60 : each;
    if (typeof each !== "string") return each;
    if (key === "epoch") return each.replace(/^[0-9a-f]{8}$/, "<epoch>");
    return each
      .replace(/^[0-9a-f]{8}(-\d+)$/, "<epoch>$1")
      .replace(/![0-9a-f]{32}$/, "!<connection>")
      .replace(/^\d{4}-\d\d-\d\d \d\d:\d\d:\d\d$/, "<time>")
      .replace(/^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}Z$/, "<instant>");
  });
}
