// API keys in `Authorization: Bearer <key>` or `X-API-Key: <key>`, compared in constant time.
import { createMiddleware } from "hono/factory";
import { sha256, type Bytes } from "../callbacks/bytes.ts";
import { bearerOf } from "../core/credential.ts";
import type { RouteContext, RouteEnv } from "./context.ts";
import { respondProblem } from "./respond-problem.ts";

/** Whether the request carries a valid API key. */
export const hasApiKey = ({ req, var: { settings } }: RouteContext): Promise<boolean> =>
  isApiKey(bearerOf(req.header("Authorization") ?? null) ?? req.header("X-API-Key") ?? null, settings.apiKeys);

/**
 * Whether `candidate` is one of `keys`. Compares hashes, so that the duration depends on neither
 * length nor prefix.
 */
export async function isApiKey(candidate: string | null, keys: readonly string[]): Promise<boolean> {
  if (candidate === null) return false;
  const hashes = hashesOf.get(keys) ?? (await Promise.all(keys.map(sha256)));
  hashesOf.set(keys, hashes);
  const digest = await sha256(candidate);
  const matches = hashes.map((hash) => crypto.subtle.timingSafeEqual(hash, digest));
  return matches.includes(true);
}

/**
 * Hashes of the keys of one Env. Holds values and not promises, because a Worker must not await I/O
 * of another request: https://developers.cloudflare.com/workers/observability/errors/
 */
const hashesOf = new WeakMap<readonly string[], readonly Bytes[]>();

export const respondUnauthorized = (c: RouteContext): Response =>
  respondProblem(c, "unauthorized", { headers: { "WWW-Authenticate": "Bearer" } });

/** Middleware of routes with `api_key` access. */
export const requireApiKey = createMiddleware<RouteEnv>(async (c, next) => {
  if (await hasApiKey(c)) return next();
  return respondUnauthorized(c);
});
