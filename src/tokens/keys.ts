// Fetches and caches the public keys of an issuer (JWK Set, RFC 7517) from the configured URL. The
// caller passes the time.
import { JWKSMultipleMatchingKeys, JWKSNoMatchingKey } from "jose/errors";
import { createLocalJWKSet } from "jose/jwks/local";
import { isObject, parseExact } from "../core/json.ts";
import { JWKS_BYTES, JWKS_COOL_DOWN_MS, JWKS_FRESH_MS, JWKS_MS, JWKS_STALE_MS } from "../core/limits.ts";
import { no, ok, type Result } from "../core/result.ts";
import { refusedToken, type RefusedToken } from "../core/token.ts";
import { boundedText } from "../net/body.ts";
import { withDeadline } from "../net/deadline.ts";
import type { PublicHeader } from "./header.ts";

export type Fetch = (url: string, init: RequestInit) => Promise<Response>;

/** Selects a key by `kid`, `kty`, `crv`, `alg`, `use` and `key_ops`, and imports it once. */
type KeySet = ReturnType<typeof createLocalJWKSet>;
export type PublicKey = Awaited<ReturnType<KeySet>>;

interface CachedKeys {
  readonly keys: KeySet;
  readonly fetchedAt: number;
}

const NEVER = Number.NEGATIVE_INFINITY;
const RSA_BITS_MIN = 2048; // RFC 7518, 3.3

export class IssuerKeys {
  readonly #url: string;
  #cached: CachedKeys | null = null;
  /** Start of the latest fetch. */
  #fetchedAt = NEVER;
  /** Start of the latest failed fetch. */
  #failedAt = NEVER;
  #failure = "";

  constructor(url: string) {
    this.#url = url;
  }

  /**
   * Returns the key of a token. Fetches the issuer's keys first if the cached ones are too old, or
   * lack the key.
   */
  async find(header: PublicHeader, now: number, fetch: Fetch): Promise<Result<PublicKey, RefusedToken>> {
    if (now - (this.#cached?.fetchedAt ?? NEVER) >= JWKS_FRESH_MS) await this.#refresh(now, fetch);
    const cached = this.#usable(now);
    const selected = cached === null ? null : await selectKey(cached.keys, header);
    if (selected !== null) return selected;
    await this.#refresh(now, fetch);
    return this.#findAfterRefresh(header, now);
  }

  async #findAfterRefresh(header: PublicHeader, now: number): Promise<Result<PublicKey, RefusedToken>> {
    const cached = this.#usable(now);
    if (cached === null) return unavailable(this.#failure);
    const selected = await selectKey(cached.keys, header);
    if (selected !== null) return selected;
    // Keys older than the latest fetch may lack a new key: the token may still be valid.
    return cached.fetchedAt < this.#fetchedAt
      ? unavailable("the keys could not be refreshed")
      : invalid("no key matches");
  }

  #usable(now: number): CachedKeys | null {
    return this.#cached !== null && now - this.#cached.fetchedAt < JWKS_STALE_MS ? this.#cached : null;
  }

  /**
   * Fetches the keys, at most once per cool-down. Requests never share a fetch: a Worker must not
   * await I/O of another request. Without usable keys, several fetches may run at the same time.
   */
  async #refresh(now: number, fetch: Fetch): Promise<void> {
    const lastAttemptAt = this.#usable(now) === null ? this.#failedAt : this.#fetchedAt;
    if (now - lastAttemptAt < JWKS_COOL_DOWN_MS) return;
    this.#fetchedAt = now;
    const fetched = await fetchKeys(this.#url, fetch);
    if (fetched.ok) {
      // Responses may arrive out of order: the later request wins.
      if (now >= (this.#cached?.fetchedAt ?? NEVER)) this.#cached = { keys: fetched.value, fetchedAt: now };
    } else {
      this.#failedAt = now;
      this.#failure = fetched.reason;
    }
  }
}

/** Returns the only matching key, or why it is unusable; null without a match. */
async function selectKey(keys: KeySet, { alg, kid }: PublicHeader): Promise<Result<PublicKey, RefusedToken> | null> {
  try {
    const key = await keys({ alg, ...(kid === null ? {} : { kid }) });
    const bits = "modulusLength" in key.algorithm ? key.algorithm.modulusLength : null;
    return typeof bits === "number" && bits < RSA_BITS_MIN
      ? invalid(`an RSA key must have at least ${RSA_BITS_MIN} bits (received ${bits})`)
      : ok(key);
  } catch (error) {
    if (error instanceof JWKSNoMatchingKey) return null;
    return invalid(error instanceof JWKSMultipleMatchingKeys ? "several keys match" : "the key cannot be imported");
  }
}

async function fetchKeys(url: string, fetch: Fetch): Promise<Result<KeySet, string>> {
  try {
    return await withDeadline(JWKS_MS, async (signal) => {
      // Redirects are rejected: keys may come from the configured URL only.
      const response = await fetch(url, { headers: { Accept: "application/json" }, redirect: "manual", signal });
      const text = await boundedText(response, JWKS_BYTES);
      if (response.status !== 200) return no(`status ${response.status}`);
      return text === null ? no(`more than ${JWKS_BYTES} bytes, or not UTF-8`) : parseKeys(text);
    });
  } catch (error) {
    const isTimeout = error instanceof Error && error.name === "AbortError";
    return no(isTimeout ? `no answer within ${JWKS_MS} ms` : "no connection");
  }
}

function parseKeys(text: string): Result<KeySet, string> {
  const json = parseExact(text);
  const keys = json.ok && isObject(json.value) ? json.value["keys"] : undefined;
  if (!Array.isArray(keys)) return no("the body must be a JWK Set");
  // createLocalJWKSet throws on a key that is not an object, and skips keys that do not match.
  return ok(createLocalJWKSet({ keys: keys.filter(isObject) }));
}

const invalid = (detail: string) => refusedToken("token_invalid", `TOKEN_JWKS_URL: ${detail}`);
const unavailable = (detail: string) => refusedToken("token_keys_unavailable", `TOKEN_JWKS_URL: ${detail}`);
