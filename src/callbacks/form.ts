// Reads an application/x-www-form-urlencoded body as bytes: what Alipay signs are the decoded bytes, in whatever charset they are text.
import { fromBinary, toBinary, type Bytes } from "./bytes.ts";

/** Names and values, one character per byte (bytes.ts). Null where the body is no form, or where a name occurs twice. */
export function parseForm(body: Bytes): ReadonlyMap<string, string> | null {
  const fields = new Map<string, string>();
  const text = toBinary(body);
  for (const pair of text === "" ? [] : text.split("&")) {
    const equals = pair.indexOf("=");
    const name = decode(pair.slice(0, equals));
    const value = decode(pair.slice(equals + 1));
    // Of two fields of one name a verifier may take one and a reader the other; a stranger must not be able to make use of that.
    if (equals === -1 || name === null || value === null || !NAME.test(name) || fields.has(name)) return null;
    fields.set(name, value);
  }
  return fields;
}

/** Keeps out a JSON body and a query string with its question mark, both of which look like a form of one odd name. */
const NAME = /^[A-Za-z0-9_.-]{1,64}$/;

function decode(text: string): string | null {
  if (/%(?![0-9A-Fa-f]{2})/.test(text)) return null;
  return text.replaceAll("+", " ").replace(/%(..)/g, (_, hex: string) => String.fromCharCode(Number.parseInt(hex, 16)));
}

/** The fields as Alipay signs them: by name, `name=value` joined by `&`, nothing escaped. */
export function signedForm(fields: ReadonlyMap<string, string>, ...without: readonly string[]): Bytes {
  const names = [...fields.keys()].filter((name) => !without.includes(name)).toSorted(byBytes);
  return fromBinary(names.map((name) => `${name}=${fields.get(name) ?? ""}`).join("&"));
}

const byBytes = (a: string, b: string): number => (a < b ? -1 : Number(a > b));
