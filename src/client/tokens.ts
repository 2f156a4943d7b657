// The client's token: asked for once, kept for every connection, asked for anew when one was refused for its age. Reads none.
import type { Options } from "./platform.ts";

export type Token = Promise<string | undefined>;

export interface Tokens {
  get(): Token;
  /** `old` has run out, or does not come. Several connections that find so get one new token between them. */
  forget(old: Token | undefined): void;
}

export function tokensOf(getToken: Options["getToken"]): Tokens {
  let token: Token | undefined;
  const forget = (old: Token | undefined) => {
    if (old === token) token = undefined;
  };
  const ask = async () => getToken?.();
  return {
    get() {
      const asked = (token ??= ask());
      asked.catch(() => forget(asked)); // the next one to ask has another try
      return asked;
    },
    forget,
  };
}
