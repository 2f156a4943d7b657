// Reads the header of a token before its signature is verified: the algorithm and the key id. URLs
// and keys in the header are ignored.
import { decodeProtectedHeader } from "jose/decode/protected_header";
import { TOKEN_CHARS } from "../core/limits.ts";
import { ok, type Result } from "../core/result.ts";
import { refusedToken, type RefusedToken } from "../core/token.ts";

/** Accepted algorithms of public keys (RFC 7518, 3.1 and RFC 8037, 3.1). */
const publicAlgorithms = ["RS256", "ES256", "EdDSA"] as const;
export type PublicAlgorithm = (typeof publicAlgorithms)[number];

/**
 * `alg` selects the candidate keys. Each key is bound to one algorithm of its own, so `alg` cannot
 * make a key verify with another one.
 */
export type Header = { readonly alg: "HS256" } | PublicHeader;

export interface PublicHeader {
  readonly alg: PublicAlgorithm;
  /** Key id at the issuer; null if the header lacks `kid`. */
  readonly kid: string | null;
}

// Three parts of base64url without padding (RFC 7515, 7.1). Empty parts, as of unsigned tokens, are
// rejected.
const COMPACT = /^[A-Za-z0-9_-]+\.[A-Za-z0-9_-]+\.[A-Za-z0-9_-]+$/;
// RFC 7519, 5.1 and RFC 9068, 2.1. Rejects other JWTs signed with the same key, such as logout
// tokens.
const TYPE = /^(application\/)?(at\+)?jwt$/i;

/** Parses the header and checks `typ`, `crit`, `kid` and `alg`. */
export function readHeader(jwt: string): Result<Header, RefusedToken> {
  if (jwt.length > TOKEN_CHARS) return invalid(`more than ${TOKEN_CHARS} characters`);
  const header = COMPACT.test(jwt) ? decode(jwt) : null;
  if (header === null) return invalid("not a signed JWT");
  const { alg, kid, typ, crit } = header;
  if (typ !== undefined && !(typeof typ === "string" && TYPE.test(typ))) return invalid("typ must be JWT or at+jwt");
  if (crit !== undefined) return invalid("crit must be absent: extensions are unsupported");
  if (kid !== undefined && typeof kid !== "string") return invalid("kid must be a string");
  if (alg === "HS256") return ok({ alg });
  const known = publicAlgorithms.find((name) => name === alg);
  if (known === undefined) return invalid(`alg must be HS256, ${publicAlgorithms.join(", ")}`);
  return ok({ alg: known, kid: kid ?? null });
}

/** The unverified members of the header; null if it is not a JSON object. */
function decode(jwt: string): Readonly<Record<string, unknown>> | null {
  try {
    return decodeProtectedHeader(jwt);
  } catch {
    return null; // TypeError: not base64url, not UTF-8, not JSON, not an object
  }
}

const invalid = (detail: string) => refusedToken("token_invalid", detail);
