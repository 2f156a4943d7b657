// Verifies tokens (JWT, RFC 7519): signature, times, issuer and audience. The caller passes the
// time.
import { JOSEError, JWSSignatureVerificationFailed, JWTClaimValidationFailed, JWTExpired } from "jose/errors";
import { jwtVerify, type JWTVerifyOptions } from "jose/jwt/verify";
import type { JsonObject } from "../core/json.ts";
import { TOKEN_LEEWAY_SECONDS } from "../core/limits.ts";
import { ok, type Result } from "../core/result.ts";
import type { TokenSettings } from "../core/settings.ts";
import { lifeOf, refusedToken, tokenOf, type RefusedToken, type Token } from "../core/token.ts";
import { readHeader, type Header } from "./header.ts";
import { IssuerKeys, type Fetch, type PublicKey } from "./keys.ts";

/**
 * Returns the verified token, or why it is refused. `now` is in ms; `fetch` requests the issuer's
 * keys. Invalid input is returned as a refusal and never thrown.
 */
export async function verifyToken(
  jwt: string,
  settings: TokenSettings,
  now: number,
  fetch: Fetch = networkFetch,
): Promise<Result<Token, RefusedToken>> {
  if (settings.secrets.length === 0 && settings.jwksUrl === null) {
    return refusedToken("token_invalid", "neither TOKEN_SECRET nor TOKEN_JWKS_URL is set");
  }
  const header = readHeader(jwt);
  if (!header.ok) return header;
  const keys = await keysFor(header.value, settings, now, fetch);
  if (!keys.ok) return keys;
  for (const key of keys.value) {
    const claims = await verifiedClaims(jwt, header.value, key, settings, now);
    if (claims === "wrong signature") continue;
    return claims.ok ? tokenWithin(claims.value, settings, now) : claims;
  }
  return refusedToken("token_invalid", "wrong signature");
}

/** The token of verified claims, if it ends in time. */
function tokenWithin(claims: JsonObject, { maxSeconds }: TokenSettings, now: number): Result<Token, RefusedToken> {
  const token = tokenOf(claims);
  if (!token.ok) return token;
  // The leeway covers clocks that are ahead. A token that has expired by our clock is refused,
  // since its lease needs time left.
  if (token.value.expiresAt <= now) return refusedToken("token_expired", "exp has passed");
  return lifeOf(token.value, now) > maxSeconds * 1000
    ? refusedToken("token_invalid", `exp must be at most ${maxSeconds} s after iat: TOKEN_MAX_SECONDS`)
    : token;
}

const networkFetch: Fetch = (url, init) => fetch(url, init);

/** Cached keys per settings object, which lives as long as the isolate. */
const issuers = new WeakMap<TokenSettings, IssuerKeys>();

/**
 * HS256 uses the secrets, all other algorithms the issuer's keys. A public key must never serve as a
 * secret: anyone could sign with it.
 */
async function keysFor(
  header: Header,
  settings: TokenSettings,
  now: number,
  fetch: Fetch,
): Promise<Result<readonly (PublicKey | Uint8Array)[], RefusedToken>> {
  const { secrets, jwksUrl } = settings;
  if (header.alg === "HS256") {
    return secrets.length === 0
      ? refusedToken("token_invalid", "signed with a secret, and TOKEN_SECRET is not set")
      : ok(secrets.map((secret) => new TextEncoder().encode(secret)));
  }
  if (jwksUrl === null)
    return refusedToken("token_invalid", "signed with a private key, and TOKEN_JWKS_URL is not set");
  const keys = issuers.get(settings) ?? new IssuerKeys(jwksUrl);
  issuers.set(settings, keys);
  const key = await keys.find(header, now, fetch);
  return key.ok ? ok([key.value]) : key;
}

async function verifiedClaims(
  jwt: string,
  { alg }: Header,
  key: PublicKey | Uint8Array,
  { issuer, audience }: TokenSettings,
  now: number,
): Promise<Result<JsonObject, RefusedToken> | "wrong signature"> {
  const options: JWTVerifyOptions = {
    algorithms: [alg], // also enforced by keysFor()
    currentDate: new Date(now),
    clockTolerance: TOKEN_LEEWAY_SECONDS,
    ...(issuer === null ? {} : { issuer }),
    ...(audience === null ? {} : { audience }),
  };
  try {
    const { payload } = await jwtVerify(jwt, key, options);
    return ok(payload as JsonObject); // parsed from JSON
  } catch (error) {
    return error instanceof JWSSignatureVerificationFailed ? "wrong signature" : refusalOf(error);
  }
}

/**
 * Returns the failed check only: the library's errors contain the claims. Rethrows other errors.
 */
function refusalOf(error: unknown): Result<never, RefusedToken> {
  if (error instanceof JWTExpired) return refusedToken("token_expired", "exp has passed");
  if (error instanceof JWTClaimValidationFailed) {
    const isEarly = error.claim === "nbf" && error.reason === "check_failed";
    return refusedToken(isEarly ? "token_not_yet_valid" : "token_invalid", `${error.claim}: ${error.reason}`);
  }
  if (error instanceof JOSEError) return refusedToken("token_invalid", "not a signed JWT");
  throw error;
}
