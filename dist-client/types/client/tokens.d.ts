import type { Options } from "./platform.ts";
export type Token = Promise<string | undefined>;
export interface Tokens {
  get(): Token;
  /** `old` has run out, or does not come. Several connections that find so get one new token between them. */
  forget(old: Token | undefined): void;
}
export declare function tokensOf(getToken: Options["getToken"]): Tokens;
