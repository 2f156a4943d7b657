// A request's body as JSON: bounded, in UTF-8, numbers kept as written. Validates no shape.
import { bodyLimit } from "hono/body-limit";
import { parseExact, type Json } from "../core/json.ts";
import { BATCH_BYTES, BODY_BYTES, WEBHOOK_BYTES } from "../core/limits.ts";
import { no, ok, type Result } from "../core/result.ts";
import { refuse } from "./respond-problem.ts";
import type { RouteContext } from "./context.ts";

/** Refuses a body larger than any backend may send, before it is read to its end. */
export const boundedBody = bounded(BODY_BYTES);

/** The same for a batch. */
export const boundedBatch = bounded(BATCH_BYTES);

/** The same for a payment provider's delivery. */
export const boundedWebhook = bounded(WEBHOOK_BYTES);

function bounded(bytes: number) {
  const onError = (c: RouteContext) => refuse(c, "body_too_large", { detail: `at most ${bytes} bytes` });
  return bodyLimit({ maxSize: bytes, onError });
}

/** The body's JSON; undefined for an empty body. */
export async function readJson(request: Request): Promise<Result<Json | undefined, "not_json">> {
  const bytes = await request.arrayBuffer();
  if (bytes.byteLength === 0) return ok(undefined);
  const text = decodeBody(bytes);
  const parsed = text === null ? null : parseExact(text);
  return parsed?.ok === true ? parsed : no("not_json");
}

/** A body as text, without a byte-order mark; null if it is not UTF-8. */
export function decodeBody(body: ArrayBuffer | Uint8Array): string | null {
  try {
    return new TextDecoder("utf-8", { fatal: true, ignoreBOM: false }).decode(body);
  } catch {
    return null; // TypeError: not UTF-8
  }
}
