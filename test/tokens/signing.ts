// Signs valid and invalid tokens by Web Crypto, independent of the library that verifies them.

export const NOW = Date.UTC(2026, 10, 22, 12);
export const SECRET = "a secret of the tests, 32 or more";
export const KEYS_URL = "https://issuer.test/keys";

const base64url = (bytes: Uint8Array): string =>
  btoa(String.fromCharCode(...bytes))
    .replaceAll("+", "-")
    .replaceAll("/", "_")
    .replaceAll("=", "");

const utf8 = (text: string) => new Uint8Array(new TextEncoder().encode(text));

/** Encodes a text, or a value as JSON, as a part of a token. */
export const part = (value: unknown): string =>
  base64url(utf8(typeof value === "string" ? value : JSON.stringify(value)));

/** Claims that are valid at `NOW`, changed by `wrong`. */
export const claims = (wrong: Record<string, unknown> = {}): Record<string, unknown> => ({
  sub: "ann@shop",
  groups: ["feed_news"],
  exp: NOW / 1000 + 60,
  ...wrong,
});

export type Signature = (input: Uint8Array<ArrayBuffer>) => Promise<ArrayBuffer>;

/** Signs a token. `payload` and `header` are JSON values or any texts. */
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

/** A key pair of an issuer: the public key as JWK, and a function that signs with the private key. */
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
  const generated = await crypto.subtle.generateKey(algorithm, true, ["sign", "verify"]);
  if (!("publicKey" in generated)) throw new Error("a key pair was expected");
  const { publicKey, privateKey } = generated;
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
    spki: new Uint8Array(spki as ArrayBuffer), // every format but JWK is bytes
    sign: (input) => crypto.subtle.sign(how, privateKey, input),
  };
}

/** Signs a token with a pair's key, `alg` and `kid`, changed by `header`. */
export const signedBy = (
  { alg, kid, sign }: Pair,
  wrong: Record<string, unknown> = {},
  header: Record<string, unknown> = {},
): Promise<string> => token({ alg, kid, ...header }, claims(wrong), sign);

export function pem(spki: Uint8Array<ArrayBuffer>): string {
  const lines = btoa(String.fromCharCode(...spki)).match(/.{1,64}/g) ?? [];
  return `-----BEGIN PUBLIC KEY-----\n${lines.join("\n")}\n-----END PUBLIC KEY-----\n`;
}

/** An issuer that serves its keys and records the requests. */
export class Issuer {
  requests: { readonly url: string; readonly init: RequestInit }[] = [];
  respond: (init: RequestInit) => Response | Promise<Response>;

  constructor(...keys: readonly unknown[]) {
    this.respond = () => Issuer.keysResponse(...keys);
  }

  static keysResponse(...keys: readonly unknown[]): Response {
    return Response.json({ keys });
  }

  readonly fetch = async (url: string, init: RequestInit): Promise<Response> => {
    this.requests.push({ url, init });
    return this.respond(init);
  };
}
