// Authentication of a WebSocket handshake, before its object wakes. Checks in this order: Origin, API
// key, token, budget of the address.
import type { Consumer } from "../consumers/consumer.ts";
import { anybody, memberOfToken, type Member } from "../core/admission.ts";
import { hasScope, mayPublish, type ApiKey } from "../core/api-key.ts";
import { credentialsOf, type Credential } from "../core/credential.ts";
import { originAllowed } from "../core/origin.ts";
import { no, ok, type Result } from "../core/result.ts";
import type { Found } from "../core/route.ts";
import type { BadSetting } from "../core/settings.ts";
import { coversGroup } from "../core/token.ts";
import { log } from "../observe/log.ts";
import { verifyToken } from "../tokens/verify.ts";
import { findKey } from "./api-key.ts";
import { clientAddress, takeAnonymous, takeFailure } from "./budget.ts";
import type { RouteContext } from "./context.ts";
import type { ProblemReason } from "./problem.ts";

export interface AuthenticationProblem {
  readonly reason: ProblemReason;
  /** `detail` of the log line. Must exclude the credential. */
  readonly log?: string;
}

type Authenticated = Result<Member, AuthenticationProblem>;

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
  const origin = c.req.header("Origin") ?? null;
  const { allowedOrigins, apiKeys } = c.var.settings;
  if (origin !== null) {
    if (!allowedOrigins.ok) return no(badSetting(c, allowedOrigins.reason));
    // Checked beside an API key too: a page of a foreign origin must not profit from a leaked key.
    if (!originAllowed(allowedOrigins.value, origin, new URL(c.req.url).origin))
      return no({ reason: "origin_refused" });
  }
  const credentials = readCredentials(c, bearer);
  for (const { from, text } of credentials) {
    const key = apiKeySources.has(from) ? await findKey(text, apiKeys) : null;
    if (key !== null) return memberOfKey(key, found?.group ?? "");
  }
  const token = credentials.find(({ from }) => from !== "api_key");
  const hasWrongKey = credentials.some(({ from }) => from === "api_key");
  if (hasWrongKey && !takeFailure(c)) return no({ reason: "too_many_upgrades" });
  if (token === undefined && origin === null) return no({ reason: "origin_missing" });
  if (found === null) return ok(anybody);
  const isRequired = origin === null || found.consumer.access === "token";
  if (token === undefined) return isRequired ? no({ reason: "token_missing" }) : admitAnonymous(c);
  // Browsers attach a cookie to every handshake: in an open group it names nobody.
  if (token.from === "cookie" && !isRequired) return admitAnonymous(c);
  const member = await memberFromToken(c, token.text, found.group);
  return member.ok || takeFailure(c) ? member : no({ reason: "too_many_upgrades" });
}

const admitAnonymous = (c: RouteContext): Authenticated =>
  takeAnonymous(c) ? ok({ ...anybody, address: clientAddress(c) }) : no({ reason: "too_many_upgrades" });

/** A connection with an API key may read every group. */
const memberOfKey = (key: ApiKey, group: string): Authenticated =>
  hasScope(key, "read")
    ? ok({ ...anybody, mayPublish: mayPublish(key, group), seesMembers: true })
    : no({ reason: "key_lacks_scope" });

function badSetting(c: RouteContext, { setting, expected }: BadSetting): AuthenticationProblem {
  log(c.env, { event: "setting", reason: "bad_setting", setting, expected });
  return { reason: "bad_setting", log: `${setting} must be ${expected}` };
}

const apiKeySources: ReadonlySet<Credential["from"]> = new Set(["authorization", "api_key"]);

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
