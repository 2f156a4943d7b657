// Who is a backend: whoever shows one of the API keys. Compares in constant time and keeps no key.
import { createMiddleware } from "hono/factory";
import { bearerOf } from "../core/credential.ts";
import { refuse } from "./refuse.ts";
import type { App } from "./app.ts";

/** The key a request carries, as `Authorization: Bearer <key>` or `X-API-Key: <key>`; null if it carries none. */
export const presentedApiKey = (headers: Headers): string | null =>
  bearerOf(headers.get("Authorization")) ?? headers.get("X-API-Key");

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
const hashes = new WeakMap<readonly string[], readonly ArrayBuffer[]>();

const sha256 = (text: string): Promise<ArrayBuffer> => crypto.subtle.digest("SHA-256", new TextEncoder().encode(text));

/** Lets backends through and nobody else. */
export const backendOnly = createMiddleware<App>(async (c, next) => {
  if (await isApiKey(presentedApiKey(c.req.raw.headers), c.var.settings.apiKeys)) return next();
  return refuse(c, "unauthorized", { headers: { "WWW-Authenticate": "Bearer" } });
});
