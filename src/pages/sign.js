// Signs Standard Webhooks deliveries and tokens with the development secrets. Browsers offer Web Crypto
// on localhost, and development is served nowhere else.
import { STANDARD_SECRET, TOKEN_SECRET } from "./development.js";

const utf8 = new TextEncoder();
const base64 = (/** @type {Uint8Array} */ bytes) => btoa(String.fromCharCode(...bytes));
const base64url = (/** @type {Uint8Array} */ bytes) =>
  base64(bytes).replaceAll("+", "-").replaceAll("/", "_").replaceAll("=", "");

/** @param {Uint8Array<ArrayBuffer>} key @param {string} text */
async function hmac(key, text) {
  const algorithm = { name: "HMAC", hash: "SHA-256" };
  const imported = await crypto.subtle.importKey("raw", key, algorithm, false, ["sign"]);
  return new Uint8Array(await crypto.subtle.sign("HMAC", imported, utf8.encode(text)));
}

/** Returns the headers of a Standard Webhooks delivery. @param {string} body @param {string} id */
export async function standardHeaders(body, id) {
  const secret = Uint8Array.from(atob(STANDARD_SECRET.replace("whsec_", "")), (symbol) => symbol.charCodeAt(0));
  const timestamp = String(Math.floor(Date.now() / 1000));
  const signature = base64(await hmac(secret, `${id}.${timestamp}.${body}`));
  return {
    "content-type": "application/json",
    "webhook-id": id,
    "webhook-timestamp": timestamp,
    "webhook-signature": `v1,${signature}`,
  };
}

/**
 * Returns a token that is valid for an hour.
 * @param {{ sub: string, groups: string[], publish?: boolean }} claims
 */
export async function token(claims) {
  const exp = Math.floor(Date.now() / 1000) + 3600;
  const json = (/** @type {object} */ value) => base64url(utf8.encode(JSON.stringify(value)));
  const signed = `${json({ alg: "HS256", typ: "JWT" })}.${json({ ...claims, exp })}`;
  return `${signed}.${base64url(await hmac(utf8.encode(TOKEN_SECRET), signed))}`;
}
