// An issuer's public keys (JWK Set, RFC 7517), kept for a while. Asks one URL alone, no more often than it must, and reads no clock.
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

/** Picks a key by `kid`, `kty`, `crv`, `alg`, `use` and `key_ops`, and imports it once. */
type KeySet = ReturnType<typeof createLocalJWKSet>;
export type PublicKey = Awaited<ReturnType<KeySet>>;

interface Known {
  readonly keys: KeySet;
  readonly askedAt: number;
}

const NEVER = Number.NEGATIVE_INFINITY;
const RSA_BITS_MIN = 2048; // RFC 7518, 3.3

export class IssuerKeys {
  readonly #url: string;
  #known: Known | null = null;
  #askedAt = NEVER;
  #failedAt = NEVER;
  #fault = "";

  constructor(url: string) {
    this.#url = url;
  }

  /** The key that a token names. Waits for the issuer where its keys are old, or the one named is not among them. */
  async find(header: PublicHeader, now: number, fetch: Fetch): Promise<Result<PublicKey, RefusedToken>> {
    if (now - (this.#known?.askedAt ?? NEVER) >= JWKS_FRESH_MS) await this.#ask(now, fetch);
    const known = this.#good(now);
    const picked = known === null ? null : await pick(known.keys, header);
    if (picked !== null) return picked;
    await this.#ask(now, fetch);
    return this.#findAgain(header, now);
  }

  async #findAgain(header: PublicHeader, now: number): Promise<Result<PublicKey, RefusedToken>> {
    const known = this.#good(now);
    if (known === null) return unavailable(this.#fault);
    const picked = await pick(known.keys, header);
    if (picked !== null) return picked;
    // Only keys that were told last time can say that there is no such key; else it may be a new one.
    return known.askedAt < this.#askedAt
      ? unavailable("cannot be asked for a new key right now")
      : invalid("no such key");
  }

  #good(now: number): Known | null {
    return this.#known !== null && now - this.#known.askedAt < JWKS_STALE_MS ? this.#known : null;
  }

  /**
   * Asks, unless that was done a moment ago. Each request waits for its own question: on Workers one request cannot wait for another's,
   * which ends when its client goes away. So while there are no keys at all several may ask at once; with keys, one.
   */
  async #ask(now: number, fetch: Fetch): Promise<void> {
    const lately = this.#good(now) === null ? this.#failedAt : this.#askedAt;
    if (now - lately < JWKS_COOL_DOWN_MS) return;
    this.#askedAt = now;
    const told = await ask(this.#url, fetch);
    if (told.ok) {
      // An older answer may come later than a newer one.
      if (now >= (this.#known?.askedAt ?? NEVER)) this.#known = { keys: told.value, askedAt: now };
    } else {
      this.#failedAt = now;
      this.#fault = told.reason;
    }
  }
}

/** Null where none fits. */
async function pick(keys: KeySet, { alg, kid }: PublicHeader): Promise<Result<PublicKey, RefusedToken> | null> {
  try {
    const key = await keys({ alg, ...(kid === null ? {} : { kid }) });
    const bits = "modulusLength" in key.algorithm ? key.algorithm.modulusLength : null;
    return typeof bits === "number" && bits < RSA_BITS_MIN ? invalid("a key that is too short") : ok(key);
  } catch (error) {
    if (error instanceof JWKSNoMatchingKey) return null;
    return invalid(error instanceof JWKSMultipleMatchingKeys ? "several such keys" : "a key that cannot be used");
  }
}

async function ask(url: string, fetch: Fetch): Promise<Result<KeySet, string>> {
  try {
    return await withDeadline(JWKS_MS, async (signal) => {
      // Not followed: whoever the setting does not name must not say which keys are good.
      const response = await fetch(url, { headers: { Accept: "application/json" }, redirect: "manual", signal });
      const text = await boundedText(response, JWKS_BYTES);
      if (response.status !== 200) return no(`status ${response.status}`);
      return text === null ? no(`more than ${JWKS_BYTES} bytes, or not UTF-8`) : keysIn(text);
    });
  } catch (error) {
    const isLate = error instanceof Error && error.name === "AbortError";
    return no(isLate ? `no answer within ${JWKS_MS} ms` : "no connection");
  }
}

function keysIn(text: string): Result<KeySet, string> {
  const json = parseExact(text);
  const keys = json.ok && isObject(json.value) ? json.value["keys"] : undefined;
  if (!Array.isArray(keys)) return no("not a set of keys");
  // One that is no object would spoil the set; all others are passed over by themselves where they do not fit.
  return ok(createLocalJWKSet({ keys: keys.filter(isObject) }));
}

const invalid = (detail: string) => refusedToken("token_invalid", `TOKEN_JWKS_URL: ${detail}`);
const unavailable = (detail: string) => refusedToken("token_keys_unavailable", `TOKEN_JWKS_URL: ${detail}`);
