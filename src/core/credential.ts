// The credentials a request shows, and where it shows them. Believes none of them.

/** Where keys and tokens may stand in a request, each as it stands there; null where it does not. */
export interface Carried {
  /** Behind `belfry.bearer.` in `Sec-WebSocket-Protocol`: what `readHandshake` found. */
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
 * `subprotocol` and `authorization` carry an API key or a token, `api_key` a key only, `cookie` and `query` a token only. All but the
 * cookie are shown on purpose; the cookie goes along with whatever any page has the browser ask for, so the page's Origin decides there.
 */
export interface Credential {
  readonly from: "subprotocol" | "authorization" | "api_key" | "cookie" | "query";
  /** A secret: not for logs, errors or URLs. */
  readonly text: string;
}

/** All that a request shows, in the order in which they count: the first that may be a token is the token. */
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

/** What stands behind `Bearer` in an `Authorization` header (RFC 6750, 2.1; the scheme's case does not count). */
export const bearerOf = (authorization: string | null): string | null =>
  /^Bearer +(\S+)$/i.exec(authorization ?? "")?.[1] ?? null;

/** The first cookie of that name: browsers send the one with the longest path first. A value may stand in quotes (RFC 6265, 4.1.1). */
function cookieOf(header: string | null): string | null {
  const pairs = (header ?? "").split(";").map((pair) => pair.trim());
  const value = pairs.find((pair) => pair.startsWith(COOKIE))?.slice(COOKIE.length);
  return value?.replace(/^"(.*)"$/, "$1") ?? null;
}

const COOKIE = "belfry_token=";
