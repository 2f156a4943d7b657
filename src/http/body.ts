// Request bodies: bounded in bytes, decoded as UTF-8, parsed as JSON with numbers kept as written.
import type { Next } from "hono";
import { bodyLimit } from "hono/body-limit";
import { parseExact, type Json } from "../core/json.ts";
import { no, ok, type Result } from "../core/result.ts";
import type { RouteContext } from "./context.ts";
import { respondProblem } from "./respond-problem.ts";

/** Middleware that rejects a larger body before it is read to its end. */
export function limitBody(maxBytes: number) {
  const limit = bodyLimit({ maxSize: maxBytes, onError: (c: RouteContext) => respondTooLarge(c, maxBytes) });
  return async (c: RouteContext, next: Next) => {
    try {
      return await limit(c, next);
    } catch (error) {
      // `limit` itself reads a body without a length. Errors of handlers end in `onError`, not here.
      throw new IncompleteBody("the connection ended", { cause: error });
    }
  };
}

export const respondTooLarge = (c: RouteContext, maxBytes: number): Response =>
  respondProblem(c, "body_too_large", { detail: `at most ${maxBytes} bytes` });

/** The sender ended the connection while its body was being read. */
export class IncompleteBody extends Error {}

/** The whole body. Throws `IncompleteBody`. */
export async function readBody(request: Request): Promise<Uint8Array<ArrayBuffer>> {
  try {
    return new Uint8Array(await request.arrayBuffer());
  } catch (error) {
    throw new IncompleteBody("the connection ended", { cause: error });
  }
}

/** The body's JSON; undefined for an empty body. */
export async function readJson(request: Request): Promise<Result<Json | undefined, "not_json">> {
  const bytes = await readBody(request);
  if (bytes.byteLength === 0) return ok(undefined);
  const text = decodeBody(bytes);
  const parsed = text === null ? null : parseExact(text);
  return parsed?.ok === true ? parsed : no("not_json");
}

/** The body as text, without a byte-order mark; null if it is invalid UTF-8. */
export function decodeBody(body: ArrayBuffer | Uint8Array): string | null {
  try {
    return new TextDecoder("utf-8", { fatal: true, ignoreBOM: false }).decode(body);
  } catch {
    return null; // TypeError of a fatal decoder
  }
}
