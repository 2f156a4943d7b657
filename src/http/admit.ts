// Who may come in, and as whom: by Origin, by API key, by token, by how often. Looks at the request only; wakes no object.
import type { Context } from "hono";
import type { Consumer } from "../consumers/consumer.ts";
import { anybody, type Member } from "../core/admission.ts";
import { originAllowed } from "../core/origin.ts";
import { no, ok, type Result } from "../core/result.ts";
import type { Found } from "../core/route.ts";
import { isApiKey, presentedApiKey } from "./backend.ts";
import type { App } from "./app.ts";
import type { Reason } from "./problem.ts";

export interface NotAdmitted {
  readonly reason: Reason;
  /** For the log: never a part of what was presented. */
  readonly log?: string;
}

/** A backend's key opens every group. */
const backend: Member = { sub: null, info: null, mayPublish: true, expiresAt: null };

/** Admits a client to what its path leads to; `found` is null if that is nothing. */
export async function admit(
  c: Context<App>,
  found: Found<Consumer> | null,
  bearer: string | null,
): Promise<Result<Member, NotAdmitted>> {
  if (await comesTooOften(c)) return no({ reason: "too_many_upgrades" });
  const origin = c.req.header("Origin") ?? null;
  // Checked even where a key comes along: a page that holds an API key should not be helped to use it.
  if (origin !== null && !originAllowed(c.var.settings.allowedOrigins, origin, new URL(c.req.url).hostname)) {
    return no({ reason: "origin_refused" });
  }
  const { headers } = c.req.raw;
  if (await isApiKey(presentedApiKey(headers) ?? bearer, c.var.settings.apiKeys)) return ok(backend);
  if (origin === null) return no({ reason: "origin_missing" });
  return found?.consumer.access === "token" ? no({ reason: "token_missing" }) : ok(anybody);
}

/** By the platform's own counters, which count in each of its places for itself: a brake, not a border. */
async function comesTooOften(c: Context<App>): Promise<boolean> {
  const limiter = c.env.UPGRADES as RateLimit | undefined; // a binding may be left out of wrangler.toml, whatever its type says
  const address = c.req.header("CF-Connecting-IP");
  if (limiter === undefined || address === undefined) return false;
  return !(await limiter.limit({ key: address })).success;
}
