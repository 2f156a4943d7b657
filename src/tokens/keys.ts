// Fetches and caches the public keys of an issuer (JWK Set, RFC 7517) from the configured URL. The
// caller passes the time.
import { JWKSMultipleMatchingKeys, JWKSNoMatchingKey } from "jose/errors";
import { createLocalJWKSet } from "jose/jwks/local";
import { isObject, parseExact } from "../core/json.ts";
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

/** Freshness of an issuer's keys, in ms. A revoked key stays accepted this long. */
const JWKS_FRESH_MS = 600_000;

/**
 * Use of cached keys while the issuer is unreachable, in ms: longer than a short outage, and brief
 * enough to limit the use of a stolen key.
 */
const JWKS_STALE_MS = 3_600_000;

/**
 * Cool-down between two fetches of keys, in ms: tokens signed with unknown keys must not become
 * load on the issuer.
 */
const JWKS_COOL_DOWN_MS = 10_000;

/** Timeout of a fetch of keys, in ms: a handshake is waiting for it. */
const JWKS_MS = 5_000;

/**
 * Wait for another request that fetches the keys, in ms, and between two looks. An issuer answers
 * sooner; a request that was cancelled never does.
 */
const JWKS_WAIT_MS = 1_000;
const JWKS_LOOK_MS = 20;

/** The largest key set, in bytes. A key has some 500, with its certificates 5 KiB. */
const JWKS_BYTES = 65_536;

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
  /** The request that is fetching; null between fetches. */
  #turn: symbol | null = null;

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

  /** Fetches the keys, at most once per cool-down and one request at a time. */
  async #refresh(now: number, fetch: Fetch): Promise<void> {
    const lastAttemptAt = this.#usable(now) === null ? this.#failedAt : this.#fetchedAt;
    if (now - lastAttemptAt < JWKS_COOL_DOWN_MS) return;
    const turn = await this.#takeTurn();
    if (turn === null) return;
    this.#fetchedAt = now;
    const fetched = await fetchKeys(this.#url, fetch);
    if (this.#turn === turn) this.#turn = null;
    if (fetched.ok) {
      // Responses may arrive out of order: the later request wins.
      if (now >= (this.#cached?.fetchedAt ?? NEVER)) this.#cached = { keys: fetched.value, fetchedAt: now };
    } else {
      this.#failedAt = now;
      this.#failure = fetched.reason;
    }
  }

  /**
   * The right to fetch; null if another request fetched meanwhile. A Worker must not await I/O of
   * another request, whose client may cancel it: a waiting request looks again by its own timer, and
   * takes over from one that has been fetching for too long.
   */
  async #takeTurn(): Promise<symbol | null> {
    let other = this.#turn;
    for (let waitedMs = 0; other !== null && waitedMs < JWKS_WAIT_MS; waitedMs += JWKS_LOOK_MS) {
      await new Promise((resolve) => setTimeout(resolve, JWKS_LOOK_MS));
      if (this.#turn === null) return null;
      if (this.#turn !== other) [other, waitedMs] = [this.#turn, 0];
    }
    return (this.#turn = Symbol());
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
