// Verifies tokens (JWT, RFC 7519): signature, times, issuer, audience. Keeps no token, reads no clock, and tries no key for two algorithms.
import { JOSEError, JWSSignatureVerificationFailed, JWTClaimValidationFailed, JWTExpired } from "jose/errors";
import { jwtVerify, type JWTVerifyOptions } from "jose/jwt/verify";
import type { JsonObject } from "../core/json.ts";
import { TOKEN_LEEWAY_SECONDS } from "../core/limits.ts";
import { ok, type Result } from "../core/result.ts";
import type { TokenSettings } from "../core/settings.ts";
import { refusedToken, tokenOf, type RefusedToken, type Token } from "../core/token.ts";
import { readHeader, type Header } from "./header.ts";
import { IssuerKeys, type Fetch, type PublicKey } from "./keys.ts";

/** What a token proves, or why it is refused. `now` in ms; `fetch` asks for the issuer's keys. Never throws for what arrived. */
export async function verifyToken(
  jwt: string,
  settings: TokenSettings,
  now: number,
  fetch: Fetch = fetchOutside,
): Promise<Result<Token, RefusedToken>> {
  if (settings.secret === null && settings.jwksUrl === null) {
    return refusedToken("token_invalid", "neither TOKEN_SECRET nor TOKEN_JWKS_URL is set");
  }
  const header = readHeader(jwt);
  if (!header.ok) return header;
  const key = await keyFor(header.value, settings, now, fetch);
  if (!key.ok) return key;
  const claims = await provenClaims(jwt, header.value, key.value, settings, now);
  if (!claims.ok) return claims;
  const token = tokenOf(claims.value);
  // The leeway is for clocks that are ahead. A token that has ended here has ended: whoever lets it in counts on some time left.
  return token.ok && token.value.expiresAt <= now ? refusedToken("token_expired", "exp has passed") : token;
}

const fetchOutside: Fetch = (url, init) => fetch(url, init);

/** The keys of each issuer, for as long as its settings are in use: as long as the isolate. */
const issuers = new WeakMap<TokenSettings, IssuerKeys>();

/** The secret is for HS256 and the issuer's keys are for the rest: a public key is never taken for a secret. */
async function keyFor(
  header: Header,
  settings: TokenSettings,
  now: number,
  fetch: Fetch,
): Promise<Result<PublicKey | Uint8Array, RefusedToken>> {
  const { secret, jwksUrl } = settings;
  if (header.alg === "HS256") {
    return secret === null
      ? refusedToken("token_invalid", "signed with a secret, and TOKEN_SECRET is not set")
      : ok(new TextEncoder().encode(secret));
  }
  if (jwksUrl === null)
    return refusedToken("token_invalid", "signed with a private key, and TOKEN_JWKS_URL is not set");
  const keys = issuers.get(settings) ?? new IssuerKeys(jwksUrl);
  issuers.set(settings, keys);
  return keys.find(header, now, fetch);
}

async function provenClaims(
  jwt: string,
  { alg }: Header,
  key: PublicKey | Uint8Array,
  { issuer, audience }: TokenSettings,
  now: number,
): Promise<Result<JsonObject, RefusedToken>> {
  const options: JWTVerifyOptions = {
    algorithms: [alg], // the key was picked for it; said again, so that no change above can part the two
    currentDate: new Date(now),
    clockTolerance: TOKEN_LEEWAY_SECONDS,
    ...(issuer === null ? {} : { issuer }),
    ...(audience === null ? {} : { audience }),
  };
  try {
    const { payload } = await jwtVerify(jwt, key, options);
    return ok(payload as JsonObject); // a JSON object: it was parsed from the token's text
  } catch (error) {
    return refusalOf(error);
  }
}

/** The library's errors hold the claims: only which check failed is passed on. Any other error is a fault of ours. */
function refusalOf(error: unknown): Result<never, RefusedToken> {
  if (error instanceof JWTExpired) return refusedToken("token_expired", "exp has passed");
  if (error instanceof JWTClaimValidationFailed) {
    const isEarly = error.claim === "nbf" && error.reason === "check_failed";
    return refusedToken(isEarly ? "token_not_yet_valid" : "token_invalid", `${error.claim}: ${error.reason}`);
  }
  if (error instanceof JWSSignatureVerificationFailed) return refusedToken("token_invalid", "wrong signature");
  if (error instanceof JOSEError) return refusedToken("token_invalid", "not a signed JWT");
  throw error;
}
