// Caches the token of `getToken` for all connections of a client until it is refused as expired.
import type { Options } from "./platform.ts";

export type Token = Promise<string | undefined>;

export interface Tokens {
  /** Returns the cached token, or requests one. */
  get(): Token;
  /**
   * Drops `old`, which has expired or was never delivered. Connections that report the same token
   * share the next one.
   */
  invalidate(old: Token | undefined): void;
}

export function tokensOf(getToken: Options["getToken"]): Tokens {
  let cached: Token | undefined;
  const invalidate = (old: Token | undefined) => {
    if (old === cached) cached = undefined;
  };
  const request = async () => getToken?.();
  return {
    get() {
      const token = (cached ??= request());
      token.catch(() => invalidate(token)); // the next `get` tries again
      return token;
    },
    invalidate,
  };
}
