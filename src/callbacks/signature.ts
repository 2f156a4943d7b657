// HMAC and RSA signatures by Web Crypto, which compares in constant time. The algorithm is fixed.
import { concat, fromBase64, toBase64, utf8, type Bytes } from "./bytes.ts";

/** Web Crypto's CryptoKey, under the name of the platform's types. */
export type Key = Awaited<ReturnType<typeof crypto.subtle.importKey>>;

const HMAC = { name: "HMAC", hash: "SHA-256" };
const RSA = { name: "RSASSA-PKCS1-v1_5", hash: "SHA-256" };
const HMAC_BYTES = 32;

/** Limits the work: each signature costs a pass over the body. A sender that rotates sends two. */
export const SIGNATURES_MAX = 8;

/** `secret` must not be empty: Web Crypto throws for a key of zero bytes. */
export const hmacKey = (secret: Bytes): Promise<Key> => crypto.subtle.importKey("raw", secret, HMAC, false, ["verify"]);

export const hmacKeys = (secrets: readonly string[]): Promise<Key[]> =>
  Promise.all(secrets.map((secret) => hmacKey(utf8(secret))));

/** The HMAC of a message. `secret` must not be empty. */
export async function hmacSign(secret: Bytes, message: Bytes): Promise<Bytes> {
  const key = await crypto.subtle.importKey("raw", secret, HMAC, false, ["sign"]);
  return new Uint8Array(await crypto.subtle.sign("HMAC", key, message));
}

/** Whether any signature matches any key. Both can be several while a secret is rotated. */
export async function isHmacSigned(
  keys: readonly Key[],
  signatures: readonly (Bytes | null)[],
  ...message: readonly Bytes[]
): Promise<boolean> {
  const text = concat(...message);
  for (const signature of signatures.slice(0, SIGNATURES_MAX)) {
    if (signature?.length !== HMAC_BYTES) continue;
    for (const key of keys) {
      if (await crypto.subtle.verify("HMAC", key, signature, text)) return true;
    }
  }
  return false;
}

/** Imports an RSA public key: PEM (`BEGIN PUBLIC KEY`), or bare base64 as in Alipay's console. */
export const rsaPublicKey = (text: string): Promise<Key | null> => rsaKey("spki", text, "verify");

/** Imports an RSA private key in PKCS#8: PEM (`BEGIN PRIVATE KEY`) or bare base64. */
export const rsaPrivateKey = (text: string): Promise<Key | null> => rsaKey("pkcs8", text, "sign");

async function rsaKey(format: "spki" | "pkcs8", text: string, usage: "sign" | "verify"): Promise<Key | null> {
  const label = format === "spki" ? "PUBLIC KEY" : "PRIVATE KEY";
  const pem = new RegExp(`^-----BEGIN ${label}-----([^-]*)-----END ${label}-----$`).exec(text.trim());
  const der = fromBase64((pem?.[1] ?? text).replace(/\s/g, ""));
  if (der === null) return null;
  try {
    return await crypto.subtle.importKey(format, der, RSA, false, [usage]);
  } catch {
    return null; // DataError: valid base64, but not an RSA key of this format
  }
}

/** Whether the signature matches any key. */
export async function isRsaSigned(keys: readonly Key[], signature: Bytes | null, message: Bytes): Promise<boolean> {
  if (signature === null) return false;
  for (const key of keys) {
    if (await crypto.subtle.verify(RSA, key, signature, message)) return true;
  }
  return false;
}

/** Signs a query to the provider. */
export const rsaSign = async (key: Key, message: string): Promise<string> =>
  toBase64(new Uint8Array(await crypto.subtle.sign(RSA, key, utf8(message))));

/** The key of a Standard Webhooks secret; null if it is not base64. */
export function webhookSecret(secret: string): Bytes | null {
  const text = secret.replace(/^whsec_/, "");
  // Some senders print the key without its padding.
  const bytes = fromBase64(text.padEnd(Math.ceil(text.length / 4) * 4, "="));
  return bytes === null || bytes.length === 0 ? null : bytes;
}
