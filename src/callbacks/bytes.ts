// Conversions between bytes and text: UTF-8, hex, base64. Malformed input returns null.

/** Bytes accepted by Web Crypto: not a view of shared memory. */
export type Bytes = Uint8Array<ArrayBuffer>;

const encoder = new TextEncoder();

export const utf8 = (text: string): Bytes => new Uint8Array(encoder.encode(text));

export const sha256 = async (text: string): Promise<Bytes> =>
  new Uint8Array(await crypto.subtle.digest("SHA-256", utf8(text)));

const inUtf8 = new TextDecoder("utf-8", { fatal: true, ignoreBOM: true });

/** Decodes bytes, as UTF-8 by default; null if they are malformed. Keeps a byte order mark. */
export function textOf(bytes: Bytes, charset?: string): string | null {
  try {
    const decoder = charset === undefined ? inUtf8 : new TextDecoder(charset, { fatal: true, ignoreBOM: true });
    return decoder.decode(bytes);
  } catch {
    return null; // TypeError: malformed bytes; RangeError: unknown charset
  }
}

export function fromHex(text: string): Bytes | null {
  if (text.length % 2 !== 0 || !/^[0-9a-f]*$/i.test(text)) return null;
  const bytes = new Uint8Array(text.length / 2);
  for (let i = 0; i < bytes.length; i++) bytes[i] = Number.parseInt(text.slice(2 * i, 2 * i + 2), 16);
  return bytes;
}

export const toHex = (bytes: Uint8Array): string =>
  [...bytes].map((byte) => byte.toString(16).padStart(2, "0")).join("");

export function fromBase64(text: string): Bytes | null {
  // Stricter than atob, which accepts blanks and missing padding.
  if (text.length % 4 !== 0 || !/^[A-Za-z0-9+/]*={0,2}$/.test(text)) return null;
  return fromBinary(atob(text));
}

export const toBase64 = (bytes: Bytes): string => btoa(toBinary(bytes));

/** One character of U+0000 to U+00FF per byte, so that bytes can be split, sorted and compared. */
export function toBinary(bytes: Bytes): string {
  let text = "";
  for (const byte of bytes) text += String.fromCharCode(byte);
  return text;
}

export const fromBinary = (text: string): Bytes => Uint8Array.from(text, (character) => character.charCodeAt(0));

export function concat(...parts: readonly Bytes[]): Bytes {
  const whole = new Uint8Array(parts.reduce((length, part) => length + part.length, 0));
  let offset = 0;
  for (const part of parts) {
    whole.set(part, offset);
    offset += part.length;
  }
  return whole;
}
