// Validator of a provider's setting: required, malformed and unknown fields. Values stay secret.
import { rsaPrivateKey, rsaPublicKey, type Key } from "./signature.ts";

/** Ids of the accounts whose events count. */
export type Identity = ReadonlySet<string> | "any";

/** The mode whose events count: live (true), test (false), or both. */
export type Mode = boolean | "any";

/** Whether an event of account `id` counts. An event without an account counts only for "any". */
export const matchesIdentity = (identity: Identity, id: string | null): boolean =>
  identity === "any" || (id !== null && identity.has(id));

/** The account if the setting names exactly one, as a query requires. */
export function onlyId(identity: Identity): string | null {
  if (identity === "any" || identity.size !== 1) return null;
  const [only = null] = identity;
  return only;
}

/** Whether an event counts; `mode` is its text for live, `true` or `false`. */
export const matchesMode = (wanted: Mode, mode: string | null): boolean => wanted === "any" || mode === String(wanted);

/** Reads fields and records the first error in `problem`. Invalid fields read as empty values. */
export class Setting {
  readonly #fields: ReadonlyMap<string, unknown>;
  #problem: string | null = null;

  /** Fields outside `known` are an error: a misspelt `livemode` would disable a check. */
  constructor(setting: unknown, known: readonly string[]) {
    const isObject = typeof setting === "object" && setting !== null && !Array.isArray(setting);
    this.#fields = new Map(isObject ? Object.entries(setting) : []);
    if (!isObject) this.#problem = `must be a JSON object (received ${kindOf(setting)})`;
    const unknown = [...this.#fields.keys()].filter((name) => !known.includes(name));
    if (unknown.length > 0) {
      this.#problem = `must have only the fields ${known.join(", ")} (received ${unknown.length} more)`;
    }
  }

  get problem(): string | null {
    return this.#problem;
  }

  /** Records an error: `field must be expected (received kind)`. Later errors are dropped. */
  refuse(name: string, expected: string): void {
    this.#problem ??= `${name} must be ${expected} (received ${kindOf(this.#fields.get(name))})`;
  }

  has(name: string): boolean {
    return this.#fields.get(name) !== undefined && this.#fields.get(name) !== null;
  }

  string(name: string, shape = /./, expected = "a non-empty string"): string {
    const value = this.#fields.get(name);
    if (typeof value === "string" && shape.test(value)) return value;
    this.refuse(name, expected);
    return "";
  }

  optionalString(name: string): string | null {
    return this.has(name) ? this.string(name) : null;
  }

  /** A string or a list of strings. Several values are valid at once while a secret is rotated. */
  strings(name: string): readonly string[] {
    const value = this.#fields.get(name);
    const list: readonly unknown[] = Array.isArray(value) ? value : [value];
    const strings = list.filter((item): item is string => typeof item === "string" && item !== "");
    if (strings.length === list.length && strings.length > 0) return strings;
    this.refuse(name, "a non-empty string, or a list of them");
    return [];
  }

  /**
   * The ids of the accounts whose events count. Required, since otherwise payments to any account
   * would count; "any" disables the check.
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

  /** The mode whose events count. Required; "any" or a list of both disables the check. */
  mode(name: string): Mode {
    const value = this.#fields.get(name);
    const list: readonly unknown[] = Array.isArray(value) ? value : [value];
    const values = new Set(list.map(String));
    const isKnown = [...values].every((text) => text === "true" || text === "false" || text === "any");
    if (values.size === 0 || !isKnown) {
      this.refuse(name, 'true for live events, false for test events, a list of both, or "any"');
    }
    return values.has("any") || values.size > 1 ? "any" : values.has("true");
  }

  /** Dotted paths of the order id in an event; the first path with a text applies. */
  orderPaths(...defaults: readonly string[]): readonly string[] {
    return this.has("order") ? this.strings("order") : defaults;
  }

  seconds(name: string, fallback: number): number {
    const value = this.has(name) ? this.#fields.get(name) : fallback;
    if (typeof value === "number" && value > 0 && value <= 3600) return value;
    this.refuse(name, "a number of seconds above 0, at most 3600");
    return fallback;
  }

  /** One of `values`; the first if the field is missing. */
  oneOf<Value extends string>(name: string, values: readonly [Value, ...Value[]]): Value {
    const value = this.has(name) ? values.find((known) => known === this.#fields.get(name)) : values[0];
    if (value !== undefined) return value;
    this.refuse(name, `one of ${values.join(", ")}`);
    return values[0];
  }

  /** An object of strings, as a Map, which is safe for keys such as `__proto__`. */
  stringMap(name: string): ReadonlyMap<string, string> {
    const value = this.has(name) ? this.#fields.get(name) : {};
    const entries = typeof value === "object" && value !== null && !Array.isArray(value) ? Object.entries(value) : null;
    const map = new Map<string, string>();
    for (const [key, item] of entries ?? []) {
      if (typeof item === "string" && item !== "") map.set(key, item);
    }
    if (entries === null || map.size !== entries.length) this.refuse(name, "an object of non-empty strings");
    return map;
  }

  /** A base URL: https, or http on localhost, where nobody can intercept it. */
  baseUrl(name: string, fallback: string): string {
    const text = this.optionalString(name) ?? fallback;
    const url = URL.canParse(text) ? new URL(text) : null;
    const isLocal = url?.protocol === "http:" && ["localhost", "127.0.0.1"].includes(url.hostname);
    if (url?.protocol !== "https:" && !isLocal) this.refuse(name, "an https URL, or http on localhost");
    return text.replace(/\/+$/, "");
  }

  async publicKeys(name: string, texts: readonly string[]): Promise<readonly Key[]> {
    const keys = (await Promise.all(texts.map(rsaPublicKey))).filter((key) => key !== null);
    if (keys.length !== texts.length) {
      this.refuse(name, "an RSA public key (BEGIN PUBLIC KEY): openssl x509 -pubkey extracts it from a certificate");
    }
    return keys;
  }

  async optionalPrivateKey(name: string): Promise<Key | null> {
    const text = this.optionalString(name);
    const key = text === null ? null : await rsaPrivateKey(text);
    if (text !== null && key === null) {
      this.refuse(name, "an RSA private key (BEGIN PRIVATE KEY): openssl pkcs8 -topk8 -nocrypt converts other formats");
    }
    return key;
  }
}

/** The kind of a value and its length or PEM label, for an error text. */
function kindOf(value: unknown): string {
  if (value === undefined || value === null) return "no value";
  if (value === "") return "an empty string";
  if (typeof value === "string") {
    const pem = /^\s*-----BEGIN ([A-Z0-9 ]{1,40})-----/.exec(value);
    return pem?.[1] === undefined ? `${value.length} characters` : `a PEM block ${pem[1]}`;
  }
  if (Array.isArray(value)) return `a list of ${value.length}`;
  return typeof value === "object" ? "an object" : `a ${typeof value}`;
}
