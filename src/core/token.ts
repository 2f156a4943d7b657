// What a token lets its bearer do, read from its claims. Checks no signature and no time: src/tokens/ does, and it alone makes tokens.
import { isGroupName } from "./group.ts";
import type { Json, JsonObject } from "./json.ts";
import { TOKEN_GROUPS, TOKEN_INFO_CHARS, SUB_CHARS, TOKEN_TIME_SECONDS_MAX } from "./limits.ts";
import { no, ok, type Result } from "./result.ts";

declare const verified: unique symbol;

/** What a verified token says. Only `tokenOf` makes one, so that claims which nobody has verified do not pass for it. */
export interface Token {
  readonly [verified]: true;
  /** Who: the user's id, as the issuer knows it. */
  readonly sub: string;
  /** Names of groups, or beginnings of names with `*` behind them. */
  readonly groups: readonly string[];
  /** Whether its bearer may publish into those groups. */
  readonly publish: boolean;
  /** What others see of its bearer in presence. */
  readonly info: Json;
  /** When it ends, in ms since 1970. */
  readonly expiresAt: number;
}

/** Every reason a token is refused for by itself. That it is for another group is for whoever asks `coversGroup` to say. */
export const tokenRefusals = [
  "token_invalid",
  "token_expired",
  "token_not_yet_valid",
  "token_keys_unavailable",
] as const;

export type TokenRefusal = (typeof tokenRefusals)[number];

/** Why a token was refused. `detail` is for the log: it holds no part of the token. */
export interface RefusedToken {
  readonly reason: TokenRefusal;
  readonly detail: string;
}

export const refusedToken = (reason: TokenRefusal, detail: string) => no<RefusedToken>({ reason, detail });

/** Whether the token lets its bearer into a group. */
export const coversGroup = ({ groups }: Pick<Token, "groups">, group: string): boolean =>
  groups.some((entry) => (entry.endsWith("*") ? group.startsWith(entry.slice(0, -1)) : group === entry));

/** Reads claims whose signature, time, issuer and audience have been verified. One that is not as docs/tokens.md has it refuses all. */
export function tokenOf(claims: JsonObject): Result<Token, RefusedToken> {
  const { sub, groups, publish = false, info = null, exp, nbf = 0, iat = 0 } = claims;
  if (!isSub(sub)) return invalid(`sub must be a string of 1 to ${SUB_CHARS} characters`);
  if (!isGroups(groups))
    return invalid(`groups must be 1 to ${TOKEN_GROUPS} names, or beginnings of names with * behind`);
  if (typeof publish !== "boolean") return invalid("publish must be true or false");
  if (JSON.stringify(info).length > TOKEN_INFO_CHARS)
    return invalid(`info has more than ${TOKEN_INFO_CHARS} characters`);
  // Without an end a token would be a key for ever.
  if (!isTime(exp)) return invalid("exp must be there, in seconds since 1970");
  if (!isTime(nbf) || !isTime(iat)) return invalid("nbf and iat must be in seconds since 1970");
  const token = { sub, groups, publish, info, expiresAt: Math.floor(exp * 1000) };
  return ok(token as Token); // the one place that makes one: the mark is in the type alone
}

const invalid = (detail: string) => refusedToken("token_invalid", detail);

/**
 * Whether that can be a subject: a text of bounded length. Half a surrogate pair could not stand in a URL, and the dots that mean another
 * path would lead elsewhere: who sends to the user `..` would send to everybody.
 */
export const isSub = (sub: Json | undefined): sub is string =>
  typeof sub === "string" && sub !== "" && sub.length <= SUB_CHARS && sub.isWellFormed() && sub !== "." && sub !== "..";

const isGroups = (groups: Json | undefined): groups is readonly string[] =>
  Array.isArray(groups) && groups.length > 0 && groups.length <= TOKEN_GROUPS && groups.every(isEntry);

const isEntry = (entry: Json): entry is string =>
  typeof entry === "string" && (entry === "*" || isGroupName(entry.endsWith("*") ? entry.slice(0, -1) : entry));

const isTime = (time: Json | undefined): time is number =>
  typeof time === "number" && time >= 0 && time <= TOKEN_TIME_SECONDS_MAX;
