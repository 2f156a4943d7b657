// Who is a backend: whoever shows one of the API keys. Compares in constant time and keeps no key.
import { createMiddleware } from "hono/factory";
import { sha256, type Bytes } from "../callbacks/bytes.ts";
import { bearerOf } from "../core/credential.ts";
import { refuse } from "./respond-problem.ts";
import type { RouteContext, RouteEnv } from "./context.ts";

/** Whether a request carries one, as `Authorization: Bearer <key>` or `X-API-Key: <key>`. */
export const showsApiKey = ({ req, var: { settings } }: RouteContext): Promise<boolean> =>
  isApiKey(bearerOf(req.header("Authorization") ?? null) ?? req.header("X-API-Key") ?? null, settings.apiKeys);

/** Whether `presented` is one of the keys. Hashed first, so that neither a key's length nor its first letters show in the time it takes. */
export async function isApiKey(presented: string | null, keys: readonly string[]): Promise<boolean> {
  if (presented === null) return false;
  const hashed = hashes.get(keys) ?? (await Promise.all(keys.map(sha256)));
  hashes.set(keys, hashed);
  const digest = await sha256(presented);
  const same = hashed.map((own) => crypto.subtle.timingSafeEqual(own, digest));
  return same.includes(true);
}

/** Of the keys of one Env. Never a promise of them: one request must not wait for what another one began and may not end. */
const hashes = new WeakMap<readonly string[], readonly Bytes[]>();

export const unauthorized = (c: RouteContext): Response =>
  refuse(c, "unauthorized", { headers: { "WWW-Authenticate": "Bearer" } });

/** Lets backends through and nobody else. */
export const backendOnly = createMiddleware<RouteEnv>(async (c, next) => {
  if (await showsApiKey(c)) return next();
  return unauthorized(c);
});
