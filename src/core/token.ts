// Rights of a token, read from its claims. Signature and times are verified in src/tokens/ before.
import { isGroupName } from "./group.ts";
import type { Json, JsonObject } from "./json.ts";
import { TOKEN_GROUPS, TOKEN_INFO_CHARS, SUB_CHARS, TOKEN_TIME_SECONDS_MAX } from "./limits.ts";
import { no, ok, type Result } from "./result.ts";

declare const verified: unique symbol;

/** The content of a verified token. The brand restricts its creation to `tokenOf`. */
export interface Token {
  readonly [verified]: true;
  /** The user's id at the issuer. */
  readonly sub: string;
  /** Names of groups, or prefixes with a trailing `*`. */
  readonly groups: readonly string[];
  /** Whether the bearer may publish into those groups. */
  readonly publish: boolean;
  /** Data about the bearer that other members see in presence. */
  readonly info: Json;
  /** `iat`, in ms since 1970; null without one. */
  readonly issuedAt: number | null;
  /** Expiry, in ms since 1970. */
  readonly expiresAt: number;
}

/**
 * Reasons to reject a token itself. A token for another group is valid here; callers check
 * `coversGroup`.
 */
export const tokenRefusals = [
  "token_invalid",
  "token_expired",
  "token_not_yet_valid",
  "token_keys_unavailable",
] as const;

export type TokenRefusal = (typeof tokenRefusals)[number];

/** The reason for rejecting a token. `detail` is for the log and contains no part of the token. */
export interface RefusedToken {
  readonly reason: TokenRefusal;
  readonly detail: string;
}

export const refusedToken = (reason: TokenRefusal, detail: string) => no<RefusedToken>({ reason, detail });

/** Whether the token admits its bearer to a group. */
export const coversGroup = ({ groups }: Pick<Token, "groups">, group: string): boolean =>
  groups.some((entry) => (entry.endsWith("*") ? group.startsWith(entry.slice(0, -1)) : group === entry));

/**
 * Converts claims whose signature, time, issuer and audience have been verified. A single invalid
 * claim rejects the token (docs/tokens.md).
 */
export function tokenOf(claims: JsonObject): Result<Token, RefusedToken> {
  const { sub, groups, publish = false, info = null, exp, nbf = 0, iat = null } = claims;
  if (!isSub(sub)) return invalid(`sub must be a string of 1 to ${SUB_CHARS} characters`);
  if (!isGroups(groups))
    return invalid(`groups must be 1 to ${TOKEN_GROUPS} names, or beginnings of names with * behind`);
  if (typeof publish !== "boolean") return invalid("publish must be true or false");
  if (JSON.stringify(info).length > TOKEN_INFO_CHARS)
    return invalid(`info has more than ${TOKEN_INFO_CHARS} characters`);
  // A token without an expiry would be valid forever.
  if (!isTime(exp)) return invalid("exp must be there, in seconds since 1970");
  if (!isTime(nbf) || !(iat === null || isTime(iat))) return invalid("nbf and iat must be in seconds since 1970");
  const issuedAt = iat === null ? null : Math.floor(iat * 1000);
  const token = { sub, groups, publish, info, issuedAt, expiresAt: Math.floor(exp * 1000) };
  return ok(token as Token); // the only place that creates one: the brand exists in types only
}

/** The life of a token in ms, at most from `now`: an `iat` in the future shortens nothing. */
export const lifeOf = ({ issuedAt, expiresAt }: Pick<Token, "issuedAt" | "expiresAt">, now: number): number =>
  expiresAt - Math.min(issuedAt ?? now, now);

const invalid = (detail: string) => refusedToken("token_invalid", detail);

/**
 * Whether a value is a valid subject: a text of bounded length. A lone surrogate cannot be part of
 * a URL. `.` and `..` would change the path: a send to the user `..` would go to all users.
 */
export const isSub = (sub: Json | undefined): sub is string =>
  typeof sub === "string" && sub !== "" && sub.length <= SUB_CHARS && sub.isWellFormed() && sub !== "." && sub !== "..";

const isGroups = (groups: Json | undefined): groups is readonly string[] =>
  Array.isArray(groups) && groups.length > 0 && groups.length <= TOKEN_GROUPS && groups.every(isEntry);

const isEntry = (entry: Json): entry is string =>
  typeof entry === "string" && (entry === "*" || isGroupName(entry.endsWith("*") ? entry.slice(0, -1) : entry));

const isTime = (time: Json | undefined): time is number =>
  typeof time === "number" && time >= 0 && time <= TOKEN_TIME_SECONDS_MAX;
