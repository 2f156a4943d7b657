// Who may come in, and as whom: by how often, by Origin, by API key, by token. Looks at the request only; wakes no object.
import type { Consumer } from "../consumers/consumer.ts";
import { anybody, memberOfToken, type Member } from "../core/admission.ts";
import { credentialsOf, type Credential } from "../core/credential.ts";
import { originAllowed } from "../core/origin.ts";
import { no, ok, type Result } from "../core/result.ts";
import type { Found } from "../core/route.ts";
import { coversGroup } from "../core/token.ts";
import { verifyToken } from "../tokens/verify.ts";
import { isApiKey } from "./api-key.ts";
import type { RouteContext } from "./context.ts";
import type { Reason } from "./problem.ts";

export interface NotAdmitted {
  readonly reason: Reason;
  /** For the log: never a part of what was shown. */
  readonly log?: string;
}

type Admitted = Result<Member, NotAdmitted>;

/** A backend's key opens every group. */
const backend: Member = { sub: null, info: null, mayPublish: true, expiresAt: null };

/** Admits a client to what its path leads to; `found` is null if that is nothing. `bearer` came as a subprotocol. */
export async function admit(c: RouteContext, found: Found<Consumer> | null, bearer: string | null): Promise<Admitted> {
  if (await comesTooOften(c)) return no({ reason: "too_many_upgrades" });
  const origin = c.req.header("Origin") ?? null;
  // Checked even where a key comes along: a page that holds an API key should not be helped to use it.
  if (origin !== null && !originAllowed(c.var.settings.allowedOrigins, origin, new URL(c.req.url).hostname)) {
    return no({ reason: "origin_refused" });
  }
  const shown = shownBy(c, bearer);
  for (const { from, text } of shown) {
    if (mayBeKey.has(from) && (await isApiKey(text, c.var.settings.apiKeys))) return ok(backend);
  }
  const token = shown.find(({ from }) => from !== "api_key");
  if (token === undefined && origin === null) return no({ reason: "origin_missing" });
  if (found === null) return ok(anybody);
  const isNeeded = origin === null || found.consumer.access === "token";
  if (token === undefined) return isNeeded ? no({ reason: "token_missing" }) : ok(anybody);
  const member = await memberByToken(c, token.text, found.group);
  // A cookie goes along unasked: one that is no good keeps nobody out of a group that is open.
  return !member.ok && !isNeeded && token.from === "cookie" ? ok(anybody) : member;
}

const mayBeKey: ReadonlySet<Credential["from"]> = new Set(["subprotocol", "authorization", "api_key"]);

function shownBy({ req }: RouteContext, bearer: string | null): readonly Credential[] {
  return credentialsOf({
    subprotocol: bearer,
    authorization: req.header("Authorization") ?? null,
    apiKey: req.header("X-API-Key") ?? null,
    cookie: req.header("Cookie") ?? null,
    query: req.query("token") ?? null,
  });
}

async function memberByToken({ var: { settings } }: RouteContext, text: string, group: string): Promise<Admitted> {
  const token = await verifyToken(text, settings.tokens, Date.now());
  if (!token.ok) return no({ reason: token.reason.reason, log: token.reason.detail });
  return coversGroup(token.value, group) ? ok(memberOfToken(token.value)) : no({ reason: "token_wrong_group" });
}

/** By the platform's own counters, which count in each of its places for itself: a brake, not a border. */
async function comesTooOften(c: RouteContext): Promise<boolean> {
  const limiter = c.env.UPGRADES as RateLimit | undefined; // a binding may be left out of wrangler.toml, whatever its type says
  const address = c.req.header("CF-Connecting-IP");
  if (limiter === undefined || address === undefined) return false;
  return !(await limiter.limit({ key: address })).success;
}
