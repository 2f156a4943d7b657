// Signs tokens, right and wrong ones, by Web Crypto alone: the library that verifies them has no part in it. Runs in Node and workerd.

export const NOW = Date.UTC(2026, 10, 22, 12);
export const SECRET = "a secret of the tests, 32 or more";
export const KEYS_URL = "https://issuer.test/keys";

const base64url = (bytes: Uint8Array): string =>
  btoa(String.fromCharCode(...bytes))
    .replaceAll("+", "-")
    .replaceAll("/", "_")
    .replaceAll("=", "");

const utf8 = (text: string) => new Uint8Array(new TextEncoder().encode(text));

/** Text, or what JSON makes of a value, as a token's part. */
export const part = (value: unknown): string =>
  base64url(utf8(typeof value === "string" ? value : JSON.stringify(value)));

/** Claims that are right at `NOW`, but for what is given. */
export const claims = (wrong: Record<string, unknown> = {}): Record<string, unknown> => ({
  sub: "ann@shop",
  groups: ["feed_news"],
  exp: NOW / 1000 + 60,
  ...wrong,
});

export type Signature = (input: Uint8Array<ArrayBuffer>) => Promise<ArrayBuffer>;

/** A token: `payload` and `header` are JSON values, or texts that need not be JSON. */
export async function token(header: unknown, payload: unknown, sign: Signature): Promise<string> {
  const input = `${part(header)}.${part(payload)}`;
  return `${input}.${base64url(new Uint8Array(await sign(utf8(input))))}`;
}

export function hmac(secret: string | Uint8Array<ArrayBuffer> = SECRET, hash = "SHA-256"): Signature {
  const bytes = typeof secret === "string" ? utf8(secret) : secret;
  return async (input) => {
    const key = await crypto.subtle.importKey("raw", bytes, { name: "HMAC", hash }, false, ["sign"]);
    return crypto.subtle.sign("HMAC", key, input);
  };
}

export const hs256 = (wrong: Record<string, unknown> = {}, header: Record<string, unknown> = {}): Promise<string> =>
  token({ alg: "HS256", typ: "JWT", ...header }, claims(wrong), hmac());

/** A pair of keys as an issuer has it: the public one as JWK, the private one to sign with. */
export interface Pair {
  readonly alg: string;
  readonly kid: string;
  readonly jwk: Record<string, unknown>;
  readonly privateJwk: Record<string, unknown>;
  readonly spki: Uint8Array<ArrayBuffer>;
  readonly sign: Signature;
}

const algorithms = {
  RS256: { name: "RSASSA-PKCS1-v1_5", hash: "SHA-256", modulusLength: 2048, publicExponent: new Uint8Array([1, 0, 1]) },
  RS512: { name: "RSASSA-PKCS1-v1_5", hash: "SHA-512", modulusLength: 2048, publicExponent: new Uint8Array([1, 0, 1]) },
  short: { name: "RSASSA-PKCS1-v1_5", hash: "SHA-256", modulusLength: 1024, publicExponent: new Uint8Array([1, 0, 1]) },
  PS256: { name: "RSA-PSS", hash: "SHA-256", modulusLength: 2048, publicExponent: new Uint8Array([1, 0, 1]) },
  ES256: { name: "ECDSA", namedCurve: "P-256" },
  ES384: { name: "ECDSA", namedCurve: "P-384" },
  EdDSA: { name: "Ed25519" },
};

export async function pair(name: keyof typeof algorithms, kid: string): Promise<Pair> {
  const algorithm = algorithms[name];
  const made = await crypto.subtle.generateKey(algorithm, true, ["sign", "verify"]);
  if (!("publicKey" in made)) throw new Error("all of these have two halves");
  const { publicKey, privateKey } = made;
  const how = { ...algorithm, hash: name === "ES384" ? "SHA-384" : "SHA-256", saltLength: 32 };
  const exported = async (key: typeof publicKey) =>
    (await crypto.subtle.exportKey("jwk", key)) as unknown as Record<string, unknown>; // a JWK
  const { key_ops: _, ext: _ext, alg: _alg, ...jwk } = await exported(publicKey);
  const { key_ops: __, ext: __ext, alg: __alg, ...privateJwk } = await exported(privateKey);
  const alg = name === "short" ? "RS256" : name;
  const spki: unknown = await crypto.subtle.exportKey("spki", publicKey);
  return {
    alg,
    kid,
    jwk: { ...jwk, kid },
    privateJwk: { ...privateJwk, kid, alg },
    spki: new Uint8Array(spki as ArrayBuffer), // as every format but JWK
    sign: (input) => crypto.subtle.sign(how, privateKey, input),
  };
}

/** A token of a pair, under its own `alg` and `kid` but for what is given. */
export const signedBy = (
  { alg, kid, sign }: Pair,
  wrong: Record<string, unknown> = {},
  header: Record<string, unknown> = {},
): Promise<string> => token({ alg, kid, ...header }, claims(wrong), sign);

export function pem(spki: Uint8Array<ArrayBuffer>): string {
  const lines = btoa(String.fromCharCode(...spki)).match(/.{1,64}/g) ?? [];
  return `-----BEGIN PUBLIC KEY-----\n${lines.join("\n")}\n-----END PUBLIC KEY-----\n`;
}

/** An issuer that tells its keys to whoever asks, and counts how often. */
export class Issuer {
  asked: { readonly url: string; readonly init: RequestInit }[] = [];
  answer: (init: RequestInit) => Response | Promise<Response>;

  constructor(...keys: readonly unknown[]) {
    this.answer = () => Issuer.tells(...keys);
  }

  static tells(...keys: readonly unknown[]): Response {
    return Response.json({ keys });
  }

  readonly fetch = async (url: string, init: RequestInit): Promise<Response> => {
    this.asked.push({ url, init });
    return this.answer(init);
  };
}
