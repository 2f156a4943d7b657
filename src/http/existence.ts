// Whether a group can exist, decided by the Worker before its object wakes.
import { isBiz } from "../callbacks/order-id.ts";
import type { Consumer } from "../consumers/consumer.ts";
import { splitGroup } from "../core/group.ts";
import type { Found } from "../core/route.ts";
import type { BelfryEnv } from "../env.ts";
import type { RouteContext } from "./context.ts";

/** Answers of `exists`, and how long they are used: a stranger who asks again costs its backend nothing. */
const CACHED_MS = 30_000;
const CACHED_MAX = 10_000;

/** One cache per environment, as each may have its own backend. */
const caches = new WeakMap<BelfryEnv, Map<string, { readonly exists: boolean; readonly until: number }>>();

/** An order by its id where ids are issued; any other group by its consumer's `exists`, if it has one. */
export async function canExist(c: RouteContext, { consumer, group }: Found<Consumer>): Promise<boolean> {
  const { key } = splitGroup(group);
  if (consumer.keeps === "order") return isBiz(key, c.var.settings.orders);
  if (consumer.exists === undefined) return true;
  const cache = caches.get(c.env) ?? new Map();
  caches.set(c.env, cache);
  const now = Date.now();
  const cached = cache.get(group);
  if (cached !== undefined && cached.until > now) return cached.exists;
  const exists = await consumer.exists(key, c.env as BelfryEnv & Cloudflare.Env); // the platform passes the whole environment
  if (cache.size >= CACHED_MAX) cache.clear();
  cache.set(group, { exists, until: now + CACHED_MS });
  return exists;
}
