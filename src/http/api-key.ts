// API keys in `Authorization: Bearer <key>` or `X-API-Key: <key>`: compared in constant time, checked for their scope.
import { createMiddleware } from "hono/factory";
import { sha256, type Bytes } from "../callbacks/bytes.ts";
import { hasScope, mayPublish, type ApiKey, type PlainScope } from "../core/api-key.ts";
import { bearerOf } from "../core/credential.ts";
import { log } from "../observe/log.ts";
import { takeFailure } from "./budget.ts";
import type { RouteContext, RouteEnv } from "./context.ts";
import { groupInPath, respondProblem } from "./respond-problem.ts";

/** The scope that a route demands; `publish` is for the group that the request names. */
export type RouteScope = PlainScope | "publish";

/** The candidate in the request's headers; null without one. */
export const keyInRequest = ({ req }: RouteContext): string | null =>
  bearerOf(req.header("Authorization") ?? null) ?? req.header("X-API-Key") ?? null;

/** The request's valid API key; null for a wrong one and without one. */
export const apiKeyOf = (c: RouteContext): Promise<ApiKey | null> => findKey(keyInRequest(c), c.var.settings.apiKeys);

/** Compares hashes of all keys, so that the duration depends on neither length nor prefix. */
export async function findKey(candidate: string | null, keys: readonly ApiKey[]): Promise<ApiKey | null> {
  if (candidate === null) return null;
  const hashes = hashesOf.get(keys) ?? (await Promise.all(keys.map(({ secret }) => sha256(secret))));
  hashesOf.set(keys, hashes);
  const digest = await sha256(candidate);
  const matches = hashes.map((hash) => crypto.subtle.timingSafeEqual(hash, digest));
  return keys.find((_key, index) => matches[index]) ?? null;
}

/**
 * Hashes of the keys of one Env. Holds values and not promises, because a Worker must not await I/O
 * of another request: https://developers.cloudflare.com/workers/observability/errors/
 */
const hashesOf = new WeakMap<readonly ApiKey[], readonly Bytes[]>();

/** Refuses a request without a valid credential. Guesses are slowed, per address. */
export function respondUnauthorized(c: RouteContext): Response {
  if (!takeFailure(c)) return respondTooMany(c);
  return respondProblem(c, "unauthorized", { headers: { "WWW-Authenticate": "Bearer" } });
}

export const respondTooMany = (c: RouteContext): Response =>
  respondProblem(c, "too_many_requests", { headers: { "Retry-After": "10" } });

export const respondLacksScope = (c: RouteContext, scope: string): Response =>
  respondProblem(c, "key_lacks_scope", { detail: `the scope ${scope} is needed` });

/** Middleware of routes with `api_key` access. Each act that changes something is logged with the key's name. */
export const requireApiKey = (scope: RouteScope) =>
  createMiddleware<RouteEnv>(async (c, next) => {
    const key = await apiKeyOf(c);
    if (key === null) return respondUnauthorized(c);
    // The group of `publish` is checked by the handler, which reads it.
    if (scope !== "publish" && !hasScope(key, scope)) return respondLacksScope(c, scope);
    c.set("apiKey", key);
    await next();
    if (c.req.method === "GET" || !c.res.ok) return;
    const ms = Date.now() - c.var.startedAtMs;
    const route = `${c.req.method} ${c.req.routePath}`;
    log(c.env, { event: "act", reason: "done", key: key.name, route, group: groupInPath(c), ms });
  });

/** Whether the request's key may send to `group`. */
export const keyCovers = (c: RouteContext, group: string): boolean => mayPublish(c.var.apiKey, group);
