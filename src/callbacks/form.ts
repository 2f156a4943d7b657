// Parser of application/x-www-form-urlencoded bytes. Alipay signs the decoded bytes in any charset.
import { fromBinary, toBinary, type Bytes } from "./bytes.ts";

/** Fields with one character per byte (bytes.ts). Null for another format or a repeated name. */
export function parseForm(body: Bytes): ReadonlyMap<string, string> | null {
  const fields = new Map<string, string>();
  const text = toBinary(body);
  const pairs = text === "" ? [] : text.split("&", FIELDS_MAX + 1);
  if (pairs.length > FIELDS_MAX) return null;
  for (const pair of pairs) {
    const equals = pair.indexOf("=");
    const name = decode(pair.slice(0, equals));
    const value = decode(pair.slice(equals + 1));
    // With a repeated name, an attacker could have one value verified and the other one read.
    if (equals === -1 || name === null || value === null || !NAME.test(name) || fields.has(name)) return null;
    fields.set(name, value);
  }
  return fields;
}

/** Alipay sends some 30 fields. */
const FIELDS_MAX = 64;

/** Excludes JSON and a query string with "?", which otherwise parse as a form of one field. */
const NAME = /^[A-Za-z0-9_.-]{1,64}$/;

function decode(text: string): string | null {
  if (/%(?![0-9A-Fa-f]{2})/.test(text)) return null;
  return text.replaceAll("+", " ").replace(/%(..)/g, (_, hex: string) => String.fromCharCode(Number.parseInt(hex, 16)));
}

/** The bytes that Alipay signs: `name=value` sorted by name, joined by `&`, unescaped. */
export function signedForm(fields: ReadonlyMap<string, string>, ...without: readonly string[]): Bytes {
  const names = [...fields.keys()].filter((name) => !without.includes(name)).toSorted(byBytes);
  return fromBinary(names.map((name) => `${name}=${fields.get(name) ?? ""}`).join("&"));
}

const byBytes = (a: string, b: string): number => (a < b ? -1 : Number(a > b));
