// HMAC and RSA signatures, through Web Crypto alone: it compares in constant time. The algorithm is ours, never the sender's choice.
import { concat, fromBase64, toBase64, utf8, type Bytes } from "./bytes.ts";

/** A key of Web Crypto: CryptoKey, by whichever name the platform's types know it. */
export type Key = Awaited<ReturnType<typeof crypto.subtle.importKey>>;

const HMAC = { name: "HMAC", hash: "SHA-256" };
const RSA = { name: "RSASSA-PKCS1-v1_5", hash: "SHA-256" };
const HMAC_BYTES = 32;

/** A header can hold hundreds of signatures, and each costs a pass over the whole body; a sender that rotates sends two. */
export const SIGNATURES_MAX = 8;

/** `secret` must not be empty: Web Crypto throws for a key of no bytes. */
export const hmacKey = (secret: Bytes): Promise<Key> => crypto.subtle.importKey("raw", secret, HMAC, false, ["verify"]);

export const hmacKeys = (secrets: readonly string[]): Promise<Key[]> =>
  Promise.all(secrets.map((secret) => hmacKey(utf8(secret))));

/** Whether one of the signatures was made with one of the keys: both are several while a secret is being rotated. */
export async function isSigned(
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

/** An RSA public key: PEM (`BEGIN PUBLIC KEY`) or its bare base64, as the consoles of Alipay print it. */
export const rsaPublicKey = (text: string): Promise<Key | null> => rsaKey("spki", text, "verify");

/** An RSA private key in PKCS#8: PEM (`BEGIN PRIVATE KEY`) or its bare base64. */
export const rsaPrivateKey = (text: string): Promise<Key | null> => rsaKey("pkcs8", text, "sign");

async function rsaKey(format: "spki" | "pkcs8", text: string, usage: "sign" | "verify"): Promise<Key | null> {
  const label = format === "spki" ? "PUBLIC KEY" : "PRIVATE KEY";
  const pem = new RegExp(`^-----BEGIN ${label}-----([^-]*)-----END ${label}-----$`).exec(text.trim());
  const der = fromBase64((pem?.[1] ?? text).replace(/\s/g, ""));
  if (der === null) return null;
  try {
    return await crypto.subtle.importKey(format, der, RSA, false, [usage]);
  } catch {
    return null; // DataError: well-formed base64, but no RSA key of this kind
  }
}

export async function isRsaSigned(keys: readonly Key[], signature: Bytes | null, message: Bytes): Promise<boolean> {
  if (signature === null) return false;
  for (const key of keys) {
    if (await crypto.subtle.verify(RSA, key, signature, message)) return true;
  }
  return false;
}

/** What we sign ourselves: a query to the provider. */
export const rsaSign = async (key: Key, message: string): Promise<string> =>
  toBase64(new Uint8Array(await crypto.subtle.sign(RSA, key, utf8(message))));

/** The key of a Standard Webhooks secret; null if it is not base64. */
export function webhookSecret(secret: string): Bytes | null {
  const text = secret.replace(/^whsec_/, "");
  // Some senders print the key without its padding.
  const bytes = fromBase64(text.padEnd(Math.ceil(text.length / 4) * 4, "="));
  return bytes === null || bytes.length === 0 ? null : bytes;
}
