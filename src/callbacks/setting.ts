// Reads a provider's setting: what must be there, in its shape, and nothing unknown. A reason names a field, never a value.
import { rsaPrivateKey, rsaPublicKey, type Key } from "./signature.ts";

/** The accounts whose events count. */
export type Identity = ReadonlySet<string> | "any";

/** Which events count: live ones (true), test ones (false), or both. */
export type Mode = boolean | "any";

/** Whether an event of the account `id` counts. An event that names no account counts for none. */
export const isOf = (identity: Identity, id: string | null): boolean =>
  identity === "any" || (id !== null && identity.has(id));

/** The account, where the setting names exactly one: the one that a query can be about. */
export function onlyOf(identity: Identity): string | null {
  if (identity === "any" || identity.size !== 1) return null;
  const [only = null] = identity;
  return only;
}

/** Whether an event of this mode counts; `mode` is the event's, as text. */
export const isOfMode = (wanted: Mode, mode: string | null): boolean => wanted === "any" || mode === String(wanted);

/** Collects what a setting says; the first thing wrong with it is `problem`. What is wrong reads as empty until then. */
export class Setting {
  readonly #fields: ReadonlyMap<string, unknown>;
  #problem: string | null = null;

  /** `known`: a misspelt `livemode` would switch a check off without a word, so a field that is none of these is a problem. */
  constructor(setting: unknown, known: readonly string[]) {
    const isObject = typeof setting === "object" && setting !== null && !Array.isArray(setting);
    this.#fields = new Map(isObject ? Object.entries(setting) : []);
    if (!isObject) this.#problem = "must be a JSON object";
    else if ([...this.#fields.keys()].some((name) => !known.includes(name))) {
      this.#problem = `has a field that is none of ${known.join(", ")}`;
    }
  }

  get problem(): string | null {
    return this.#problem;
  }

  refuse(name: string, expected: string): void {
    this.#problem ??= `${name} must be ${expected}`;
  }

  has(name: string): boolean {
    return this.#fields.get(name) !== undefined && this.#fields.get(name) !== null;
  }

  string(name: string, shape = /./, expected = "a string that is not empty"): string {
    const value = this.#fields.get(name);
    if (typeof value === "string" && shape.test(value)) return value;
    this.refuse(name, expected);
    return "";
  }

  optionalString(name: string): string | null {
    return this.has(name) ? this.string(name) : null;
  }

  /** One string or a list of them: several are valid at once while a secret is being rotated. */
  strings(name: string): readonly string[] {
    const value = this.#fields.get(name);
    const list: readonly unknown[] = Array.isArray(value) ? value : [value];
    const strings = list.filter((item): item is string => typeof item === "string" && item !== "");
    if (strings.length === list.length && strings.length > 0) return strings;
    this.refuse(name, "a string that is not empty, or a list of them");
    return [];
  }

  /**
   * An identity check: which account's events prove anything. Leaving it out is a problem, since every other account's payments would
   * count; the word "any" opts out.
   */
  identity(name: string): Identity {
    const expected = `the ${name} whose events count, a list of them, or "any"`;
    if (!this.has(name)) this.refuse(name, expected);
    const value = this.#fields.get(name);
    const list: readonly unknown[] = Array.isArray(value) ? value : [value];
    const ids = list.flatMap((item) => (typeof item === "string" && item !== "" ? [item] : []));
    if (ids.length === 0 || ids.length < list.length) this.refuse(name, expected);
    return ids.includes("any") ? "any" : new Set(ids);
  }

  /** The mode whose events count: live or test. Leaving it out is a problem; the word "any" opts out, and so does a list of both. */
  mode(name: string): Mode {
    const value = this.#fields.get(name);
    const list: readonly unknown[] = Array.isArray(value) ? value : [value];
    const words = new Set(list.map(String));
    const isKnown = [...words].every((word) => word === "true" || word === "false" || word === "any");
    if (words.size === 0 || !isKnown) {
      this.refuse(name, 'true for live events, false for test events, a list of both, or "any"');
    }
    return words.has("any") || words.size > 1 ? "any" : words.has("true");
  }

  /** Where the order's id stands in an event: a dotted path or a list of them, the first that has a text. */
  orderPaths(...usual: readonly string[]): readonly string[] {
    return this.has("order") ? this.strings("order") : usual;
  }

  seconds(name: string, fallback: number): number {
    const value = this.has(name) ? this.#fields.get(name) : fallback;
    if (typeof value === "number" && value > 0 && value <= 3600) return value;
    this.refuse(name, "a number of seconds, at most 3600");
    return fallback;
  }

  oneOf<Word extends string>(name: string, words: readonly [Word, ...Word[]]): Word {
    const word = this.has(name) ? words.find((known) => known === this.#fields.get(name)) : words[0];
    if (word !== undefined) return word;
    this.refuse(name, `one of ${words.join(", ")}`);
    return words[0];
  }

  /** An object of strings, as a Map: `__proto__` is a name like any other. */
  stringMap(name: string): ReadonlyMap<string, string> {
    const value = this.has(name) ? this.#fields.get(name) : {};
    const entries = typeof value === "object" && value !== null && !Array.isArray(value) ? Object.entries(value) : null;
    const map = new Map<string, string>();
    for (const [key, item] of entries ?? []) {
      if (typeof item === "string" && item !== "") map.set(key, item);
    }
    if (entries === null || map.size !== entries.length) this.refuse(name, "an object of strings that are not empty");
    return map;
  }

  /** The start of a URL to call: https, or http on this machine, where there is nobody to listen in. */
  base(name: string, fallback: string): string {
    const text = this.optionalString(name) ?? fallback;
    const url = URL.canParse(text) ? new URL(text) : null;
    const isLocal = url?.protocol === "http:" && ["localhost", "127.0.0.1"].includes(url.hostname);
    if (url?.protocol !== "https:" && !isLocal) this.refuse(name, "an https URL");
    return text.replace(/\/+$/, "");
  }

  async publicKeys(name: string, texts: readonly string[]): Promise<readonly Key[]> {
    const keys = (await Promise.all(texts.map(rsaPublicKey))).filter((key) => key !== null);
    if (keys.length !== texts.length) this.refuse(name, "an RSA public key (BEGIN PUBLIC KEY), not a certificate");
    return keys;
  }

  async optionalPrivateKey(name: string): Promise<Key | null> {
    const text = this.optionalString(name);
    const key = text === null ? null : await rsaPrivateKey(text);
    if (text !== null && key === null) this.refuse(name, "an RSA private key in PKCS#8 (BEGIN PRIVATE KEY)");
    return key;
  }
}
