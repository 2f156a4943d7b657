// Finds the credentials in a request. Verifying them is up to the caller.

/** The places of a request that may carry a key or token, unparsed; null where absent. */
export interface Carried {
  /**
   * The text after `belfry.bearer.` in `Sec-WebSocket-Protocol`, as returned by `readHandshake`.
   */
  readonly subprotocol: string | null;
  /** The header `Authorization`. */
  readonly authorization: string | null;
  /** The header `X-API-Key`. */
  readonly apiKey: string | null;
  /** The header `Cookie`. */
  readonly cookie: string | null;
  /** `?token=`, decoded. */
  readonly query: string | null;
}

/**
 * `authorization` carries an API key or a token, `api_key` a key only, `subprotocol`, `cookie` and
 * `query` a token only: the platform's logs keep subprotocols, and a key opens more than a token. Browsers attach the cookie to requests of any page, so a cookie
 * also requires an allowed Origin.
 */
export interface Credential {
  readonly from: "subprotocol" | "authorization" | "api_key" | "cookie" | "query";
  /** A secret: keep it out of logs, errors and URLs. */
  readonly text: string;
}

/** All credentials of a request by precedence. The first that may be a token is the token. */
export function credentialsOf(carried: Carried): readonly Credential[] {
  const found: readonly [Credential["from"], string | null][] = [
    ["subprotocol", carried.subprotocol],
    ["authorization", bearerOf(carried.authorization)],
    ["api_key", carried.apiKey],
    ["cookie", cookieOf(carried.cookie)],
    ["query", carried.query],
  ];
  return found.flatMap(([from, text]) => (text === null || text === "" ? [] : [{ from, text }]));
}

/** The credential of `Authorization: Bearer`; the scheme is case-insensitive (RFC 6750, 2.1). */
export const bearerOf = (authorization: string | null): string | null =>
  /^Bearer +(\S+)$/i.exec(authorization ?? "")?.[1] ?? null;

/**
 * The first cookie of those names: browsers send the one with the longest path first. The value may
 * be quoted (RFC 6265, 4.1.1).
 */
function cookieOf(header: string | null): string | null {
  const pairs = (header ?? "").split(";").map((pair) => pair.trim());
  const found = COOKIES.map((name) => pairs.find((pair) => pair.startsWith(name))?.slice(name.length));
  const value = found.find((text) => text !== undefined);
  return value?.replace(/^"(.*)"$/, "$1") ?? null;
}

/** The prefix makes the browser insist on Secure, on this host and on no Domain (RFC 6265bis, 4.1.3.2). */
const COOKIES = ["__Host-belfry_token=", "belfry_token="];
