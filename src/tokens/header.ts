// The header of a token, read before anything is believed: which of the algorithms taken, and which key. Follows nothing it names.
import { decodeProtectedHeader } from "jose/decode/protected_header";
import { TOKEN_CHARS } from "../core/limits.ts";
import { ok, type Result } from "../core/result.ts";
import { refusedToken, type RefusedToken } from "../core/token.ts";

/** What public keys are good for: RFC 7518, 3.1 and RFC 8037, 3.1. */
const publicAlgorithms = ["RS256", "ES256", "EdDSA"] as const;
export type PublicAlgorithm = (typeof publicAlgorithms)[number];

/** `alg` decides which keys are looked at, never which algorithm a key is used with: each key is good for one alone. */
export type Header = { readonly alg: "HS256" } | PublicHeader;

export interface PublicHeader {
  readonly alg: PublicAlgorithm;
  /** The key's id among the issuer's; null where the token names none. */
  readonly kid: string | null;
}

// Three parts of base64url without padding (RFC 7515, 7.1), none of them empty: an unsigned token is none.
const COMPACT = /^[A-Za-z0-9_-]+\.[A-Za-z0-9_-]+\.[A-Za-z0-9_-]+$/;
// RFC 7519, 5.1 and RFC 9068, 2.1. What else an issuer signs with the same key, a logout token say, lets nobody in.
const TYPE = /^(application\/)?(at\+)?jwt$/i;

export function readHeader(jwt: string): Result<Header, RefusedToken> {
  if (jwt.length > TOKEN_CHARS) return invalid(`more than ${TOKEN_CHARS} characters`);
  const header = COMPACT.test(jwt) ? decode(jwt) : null;
  if (header === null) return invalid("not a signed JWT");
  const { alg, kid, typ, crit } = header;
  if (typ !== undefined && !(typeof typ === "string" && TYPE.test(typ))) return invalid("typ is none of a token's");
  if (crit !== undefined) return invalid("crit asks for an extension, and none is known here");
  if (kid !== undefined && typeof kid !== "string") return invalid("kid must be a string");
  if (alg === "HS256") return ok({ alg });
  const known = publicAlgorithms.find((name) => name === alg);
  if (known === undefined) return invalid(`alg must be HS256, ${publicAlgorithms.join(", ")}`);
  return ok({ alg: known, kid: kid ?? null });
}

/** Its members, whatever a stranger put there; null where it is not a JSON object. */
function decode(jwt: string): Readonly<Record<string, unknown>> | null {
  try {
    return decodeProtectedHeader(jwt);
  } catch {
    return null; // TypeError: not base64url, not UTF-8, not JSON, not an object
  }
}

const invalid = (detail: string) => refusedToken("token_invalid", detail);
