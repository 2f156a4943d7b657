// Reads /openapi.json and /asyncapi.json from the Worker and validates values by their schemas.
import { Ajv2020 } from "ajv/dist/2020.js";
import addFormats from "ajv-formats";

export type Json = null | boolean | number | string | readonly Json[] | JsonObject;
export interface JsonObject {
  readonly [key: string]: Json;
}

export interface Document {
  readonly json: JsonObject;
  /** The error of a value by the schema at `place` in the document; null if it is valid. */
  readonly schemaError: (place: readonly string[], value: unknown) => string | null;
}

export async function documentAt(url: string): Promise<Document> {
  const json = (await (await fetch(url)).json()) as JsonObject; // the tests check the documents
  const ajv = new Ajv2020({ strict: false, validateFormats: true });
  addFormats(ajv);
  ajv.addSchema(json, "document");
  const schemaError: Document["schemaError"] = (place, value) => {
    const pointer = place.map((part) => encodeURIComponent(part.replaceAll("~", "~0").replaceAll("/", "~1"))).join("/");
    const validate = ajv.compile({ $ref: `document#/${pointer}` });
    return validate(value) ? null : ajv.errorsText(validate.errors);
  };
  return { json, schemaError };
}

export const isObject = (value: unknown): value is JsonObject =>
  typeof value === "object" && value !== null && !Array.isArray(value);

/** The object at `place`; an empty one by default. */
export function at(value: unknown, ...place: readonly string[]): JsonObject {
  let found: unknown = value;
  for (const part of place) found = isObject(found) ? found[part] : undefined;
  return isObject(found) ? found : {};
}

/** The text or number under `name`, as text; "" for other values. */
export function text(value: unknown, name: string): string {
  const found = at(value)[name];
  return typeof found === "string" || typeof found === "number" ? String(found) : "";
}

/** A value with `change` applied to every text in it. */
export const replaceTexts = <Value>(value: Value, change: (text: string) => string): Value =>
  JSON.parse(change(JSON.stringify(value))) as Value; // `change` keeps the shape

/**
 * Replaces values that examples cannot contain: random epochs and connection ids, times, and the
 * push interval, which is 1 s in these tests.
 */
export function normalized(value: unknown): unknown {
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
