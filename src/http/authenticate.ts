// Authentication of a WebSocket handshake, before its object wakes. Checks in this order: rate,
// Origin, API key, token.
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
import type { ProblemReason } from "./problem.ts";

export interface AuthenticationProblem {
  readonly reason: ProblemReason;
  /** `detail` of the log line. Must exclude the credential. */
  readonly log?: string;
}

type Authenticated = Result<Member, AuthenticationProblem>;

/** The member of a connection with an API key, which opens every group. */
const backendMember: Member = { sub: null, info: null, mayPublish: true, expiresAt: null };

/**
 * Returns the member that a handshake authenticates.
 *
 * `found` is the consumer and group of the path, null for an unknown path; `bearer` is the
 * credential in the subprotocol.
 */
export async function authenticate(
  c: RouteContext,
  found: Found<Consumer> | null,
  bearer: string | null,
): Promise<Authenticated> {
  if (await exceedsUpgradeRate(c)) return no({ reason: "too_many_upgrades" });
  const origin = c.req.header("Origin") ?? null;
  // Checked beside an API key too: a page of a foreign origin must not profit from a leaked key.
  if (origin !== null && !originAllowed(c.var.settings.allowedOrigins, origin, new URL(c.req.url).hostname)) {
    return no({ reason: "origin_refused" });
  }
  const credentials = readCredentials(c, bearer);
  for (const { from, text } of credentials) {
    if (apiKeySources.has(from) && (await isApiKey(text, c.var.settings.apiKeys))) return ok(backendMember);
  }
  const token = credentials.find(({ from }) => from !== "api_key");
  if (token === undefined && origin === null) return no({ reason: "origin_missing" });
  if (found === null) return ok(anybody);
  const isRequired = origin === null || found.consumer.access === "token";
  if (token === undefined) return isRequired ? no({ reason: "token_missing" }) : ok(anybody);
  const member = await memberFromToken(c, token.text, found.group);
  // An invalid cookie is ignored where a token is optional: browsers send cookies automatically.
  return !member.ok && !isRequired && token.from === "cookie" ? ok(anybody) : member;
}

const apiKeySources: ReadonlySet<Credential["from"]> = new Set(["subprotocol", "authorization", "api_key"]);

function readCredentials({ req }: RouteContext, bearer: string | null): readonly Credential[] {
  return credentialsOf({
    subprotocol: bearer,
    authorization: req.header("Authorization") ?? null,
    apiKey: req.header("X-API-Key") ?? null,
    cookie: req.header("Cookie") ?? null,
    query: req.query("token") ?? null,
  });
}

async function memberFromToken(
  { var: { settings } }: RouteContext,
  text: string,
  group: string,
): Promise<Authenticated> {
  const token = await verifyToken(text, settings.tokens, Date.now());
  if (!token.ok) return no({ reason: token.reason.reason, log: token.reason.detail });
  return coversGroup(token.value, group) ? ok(memberOfToken(token.value)) : no({ reason: "token_wrong_group" });
}

/**
 * Whether one address exceeds its handshakes. The platform counts per location and eventually
 * consistently:
 * https://developers.cloudflare.com/workers/runtime-apis/bindings/rate-limit/
 */
async function exceedsUpgradeRate(c: RouteContext): Promise<boolean> {
  const limiter = c.env.UPGRADES;
  const address = c.req.header("CF-Connecting-IP");
  if (limiter === undefined || address === undefined) return false;
  return !(await limiter.limit({ key: address })).success;
}
