// Reads and validates the settings (vars and secrets). An error names the setting and leaves out
// its value, which may be a secret.
import { parseApiKeys, type ApiKey } from "./api-key.ts";
import {
  CONNECTIONS_PER_ADDRESS,
  CONNECTIONS_PER_ADDRESS_AND_ORDER,
  CONNECTIONS_PER_ADDRESS_MAX,
  CONNECTIONS_PER_GROUP,
  CONNECTIONS_PER_GROUP_MAX,
  DAY_MS,
  ORDER_RETENTION_DAYS_MAX,
  ORDER_RETENTION_DAYS_MIN,
  PUSH_EVERY_SECONDS_MAX,
  PUSH_EVERY_SECONDS_MIN,
  TOKEN_MAX_SECONDS_DEFAULT,
  TOKEN_MAX_SECONDS_MIN,
  TOKEN_SECRET_CHARS,
} from "./limits.ts";
import { parseOriginPattern, type OriginPattern } from "./origin.ts";
import { no, ok, type Result } from "./result.ts";
import { secretFault } from "./secret.ts";
import { formatTime } from "./time.ts";

export interface Settings {
  /**
   * Origins of pages that may connect; empty = the Worker's own. A bad list refuses browsers only:
   * webhooks have no origin.
   */
  readonly allowedOrigins: Result<readonly OriginPattern[], BadSetting>;
  /** API keys of backends; several at once allow rotation. Empty = backends have no access. */
  readonly apiKeys: readonly ApiKey[];
  /** IANA name of the time zone for times on the wire. */
  readonly timeZone: string;
  /** The period of the articles' pushes, in ms. */
  readonly pushEveryMs: number;
  readonly orders: OrderSettings;
  readonly tokens: TokenSettings;
  readonly connections: ConnectionSettings;
  /** Whether the secrets may be the published ones, which the pages then use too. On a loopback host only. */
  readonly isDevelopment: boolean;
  /** Whether the demo pages are served. */
  readonly pages: boolean;
}

export interface ConnectionSettings {
  /** Open connections of one group. */
  readonly perGroup: number;
  /** Those without a token that one address may have: in an order's group, and in any other. */
  readonly perAddress: { readonly order: number; readonly other: number };
}

export interface OrderSettings {
  /** URL for querying an order's status, with `{biz}` in it; null = off. */
  readonly statusUrl: string | null;
  /** Bearer credentials for `statusUrl`: the next is tried where one is refused. Empty = none. */
  readonly statusKeys: readonly string[];
  /** URL for forwarding new facts, and the secrets that each sign them; null = off. */
  readonly forward: { readonly url: string; readonly secrets: readonly string[] } | null;
  /** Retention of an order after its last change, in ms; null = unlimited. */
  readonly retentionMs: number | null;
  readonly requireRegistered: boolean;
  /**
   * Keys that map order ids to their biz: the first for new orders, all for existing ones. Empty =
   * only a biz is accepted as an order id.
   */
  readonly idKeys: readonly string[];
  /** Whether orders have issued ids only, so that an invented one is rejected before an object wakes. */
  readonly issuedIds: boolean;
}

export interface TokenSettings {
  /** Secrets of HS256 tokens: the first issues tickets, all verify. Empty = such tokens are rejected. */
  readonly secrets: readonly string[];
  /** URL of the public keys for all other tokens (RFC 7517, 5); null = such tokens are rejected. */
  readonly jwksUrl: string | null;
  /** Required `iss`; null = unchecked. */
  readonly issuer: string | null;
  /** Required member of `aud`; null = unchecked. */
  readonly audience: string | null;
  /** The longest life of a token, in seconds. */
  readonly maxSeconds: number;
}

/** An invalid setting, and its expected format. */
export interface BadSetting {
  readonly setting: string;
  readonly expected: string;
}

/** Vars and secrets from the platform: strings; unset ones are absent. */
export type Vars = Readonly<Partial<Record<Name, string>>>;

type Name =
  | "ALLOWED_ORIGINS"
  | "API_KEYS"
  | "TIME_ZONE"
  | "PUSH_EVERY_SECONDS"
  | "ORDER_STATUS_URL"
  | "ORDER_STATUS_KEY"
  | "FORWARD_URL"
  | "FORWARD_SECRET"
  | "ORDER_RETENTION_DAYS"
  | "REQUIRE_REGISTERED"
  | "ORDER_ID_KEY"
  | "ORDER_IDS"
  | "TOKEN_SECRET"
  | "TOKEN_JWKS_URL"
  | "TOKEN_ISSUER"
  | "TOKEN_AUDIENCE"
  | "TOKEN_MAX_SECONDS"
  | "CONNECTIONS_PER_ADDRESS"
  | "CONNECTIONS_PER_GROUP"
  | "JURISDICTION"
  | "PAGES"
  | "DEVELOPMENT";

const read = new WeakMap<Vars, Result<Settings, BadSetting>>();

/** The settings of one Env, cached after the first call. */
export function settingsOf(vars: Vars): Result<Settings, BadSetting> {
  let settings = read.get(vars);
  if (settings === undefined) {
    settings = readSettings(vars);
    read.set(vars, settings);
  }
  return settings;
}

/** Reads all settings, or returns the first invalid one. */
export function readSettings(vars: Vars): Result<Settings, BadSetting> {
  const development = text(vars.DEVELOPMENT) ?? "0";
  if (!isFlag(development)) return bad("DEVELOPMENT", "0 or 1");
  const isDevelopment = development === "1";
  const timeZone = vars.TIME_ZONE?.trim() || "UTC";
  if (!isTimeZone(timeZone)) return bad("TIME_ZONE", "the IANA name of a time zone, such as Asia/Shanghai");
  const pushEverySeconds = Number(vars.PUSH_EVERY_SECONDS?.trim() || "60");
  if (!(pushEverySeconds >= PUSH_EVERY_SECONDS_MIN && pushEverySeconds <= PUSH_EVERY_SECONDS_MAX)) {
    return bad("PUSH_EVERY_SECONDS", `a number from ${PUSH_EVERY_SECONDS_MIN} to ${PUSH_EVERY_SECONDS_MAX}`);
  }
  const apiKeys = parseApiKeys(vars.API_KEYS ?? "");
  if (!apiKeys.ok) return bad("API_KEYS", API_KEYS_EXPECTED);
  const weak = isDevelopment ? null : weakSecret(vars, apiKeys.value);
  if (weak !== null) return no(weak);
  const orders = readOrderSettings(vars);
  if (!orders.ok) return orders;
  const tokens = readTokenSettings(vars);
  if (!tokens.ok) return tokens;
  if (!["", "eu", "fedramp"].includes(vars.JURISDICTION?.trim() ?? ""))
    return bad("JURISDICTION", "eu, fedramp, or empty");
  const connections = readConnectionSettings(vars);
  if (!connections.ok) return connections;
  const pages = text(vars.PAGES) ?? development;
  if (!isFlag(pages)) return bad("PAGES", "0 or 1");
  return ok({
    allowedOrigins: originPatterns(text(vars.ALLOWED_ORIGINS) ?? (isDevelopment ? LOOPBACK : "")),
    apiKeys: apiKeys.value,
    timeZone,
    pushEveryMs: Math.round(pushEverySeconds * 1000),
    orders: orders.value,
    tokens: tokens.value,
    connections: connections.value,
    isDevelopment,
    pages: pages === "1",
  });
}

const API_KEYS_EXPECTED =
  "a comma-separated list of keys of 16 or more of A-Z a-z 0-9 . _ ~ + -, or entries name:scopes:key with a ; between, where scopes are of callbacks, orders, read, operate, publish:<group>";

/** In development pages come from servers of their own, at other ports of this machine. */
const LOOPBACK = "localhost, .localhost, 127.0.0.1, [::1]";

const isFlag = (text: string): boolean => text === "0" || text === "1";

/** The first secret of the operator's choice that is published or guessable. */
function weakSecret(vars: Vars, apiKeys: readonly ApiKey[]): BadSetting | null {
  const secrets: readonly (readonly [Name, readonly string[]])[] = [
    ["API_KEYS", apiKeys.map(({ secret }) => secret)],
    ["ORDER_ID_KEY", list(vars.ORDER_ID_KEY ?? "")],
    ["ORDER_STATUS_KEY", list(vars.ORDER_STATUS_KEY ?? "")],
    ["TOKEN_SECRET", list(vars.TOKEN_SECRET ?? "")],
    ["FORWARD_SECRET", list(vars.FORWARD_SECRET ?? "")],
  ];
  for (const [setting, values] of secrets) {
    const expected = values.map(secretFault).find((fault) => fault !== null);
    if (expected !== undefined) return { setting, expected };
  }
  return null;
}

function readConnectionSettings(vars: Vars): Result<ConnectionSettings, BadSetting> {
  const perGroup = Number(text(vars.CONNECTIONS_PER_GROUP) ?? CONNECTIONS_PER_GROUP);
  if (!isWithin(perGroup, CONNECTIONS_PER_GROUP_MAX))
    return bad("CONNECTIONS_PER_GROUP", `a whole number from 1 to ${CONNECTIONS_PER_GROUP_MAX}`);
  // One number for every group, or one for orders and one for the others.
  const numbers = list(vars.CONNECTIONS_PER_ADDRESS ?? "").map(Number);
  const [order = CONNECTIONS_PER_ADDRESS_AND_ORDER, other = numbers[0] ?? CONNECTIONS_PER_ADDRESS] = numbers;
  const isValid = [order, other].every((number) => isWithin(number, CONNECTIONS_PER_ADDRESS_MAX));
  return isValid && numbers.length <= 2
    ? ok({ perGroup, perAddress: { order, other } })
    : bad("CONNECTIONS_PER_ADDRESS", `a whole number from 1 to ${CONNECTIONS_PER_ADDRESS_MAX}, or two: 50,500`);
}

const isWithin = (number: number, max: number): boolean => Number.isInteger(number) && number >= 1 && number <= max;

function readOrderSettings(vars: Vars): Result<OrderSettings, BadSetting> {
  const statusUrl = text(vars.ORDER_STATUS_URL);
  if (statusUrl !== null && !(OUTGOING_URL.test(statusUrl) && statusUrl.includes("{biz}"))) {
    return bad("ORDER_STATUS_URL", `${URL_EXPECTED}, with {biz} in it`);
  }
  const url = text(vars.FORWARD_URL);
  const secrets = list(vars.FORWARD_SECRET ?? "");
  if (url !== null && !OUTGOING_URL.test(url)) return bad("FORWARD_URL", URL_EXPECTED);
  if (url !== null && (secrets.length === 0 || !secrets.every((secret) => WEBHOOK_SECRET.test(secret)))) {
    return bad(
      "FORWARD_SECRET",
      "24 bytes or more in base64, with or without whsec_ before it, or a comma-separated list of such secrets",
    );
  }
  const retention = text(vars.ORDER_RETENTION_DAYS);
  const days = retention === null ? null : Number(retention);
  if (days !== null && !(days >= ORDER_RETENTION_DAYS_MIN && days <= ORDER_RETENTION_DAYS_MAX)) {
    return bad(
      "ORDER_RETENTION_DAYS",
      `empty (orders stay), or a number from ${ORDER_RETENTION_DAYS_MIN} to ${ORDER_RETENTION_DAYS_MAX}`,
    );
  }
  const requireRegistered = text(vars.REQUIRE_REGISTERED) ?? "1";
  if (!isFlag(requireRegistered)) return bad("REQUIRE_REGISTERED", "0 or 1");
  const idKeys = list(vars.ORDER_ID_KEY ?? "");
  if (idKeys.some((key) => key.length < 16)) {
    return bad("ORDER_ID_KEY", "16 characters or more, or a comma-separated list of such keys, the newest first");
  }
  const orderIds = text(vars.ORDER_IDS) ?? "any";
  if (orderIds !== "any" && orderIds !== "issued") return bad("ORDER_IDS", "any or issued");
  if (orderIds === "issued" && idKeys.length === 0)
    return bad("ORDER_ID_KEY", "set where ORDER_IDS is issued: 16 characters or more, such as openssl rand -hex 32");
  return ok({
    statusUrl,
    statusKeys: list(vars.ORDER_STATUS_KEY ?? ""),
    forward: url === null ? null : { url, secrets },
    retentionMs: days === null ? null : days * DAY_MS,
    requireRegistered: requireRegistered === "1",
    idKeys,
    issuedIds: orderIds === "issued",
  });
}

function readTokenSettings(vars: Vars): Result<TokenSettings, BadSetting> {
  const secrets = list(vars.TOKEN_SECRET ?? "");
  if (secrets.some((secret) => secret.length < TOKEN_SECRET_CHARS)) {
    return bad("TOKEN_SECRET", `${TOKEN_SECRET_CHARS} characters or more, or a comma-separated list of such secrets`);
  }
  const jwksUrl = text(vars.TOKEN_JWKS_URL);
  if (jwksUrl !== null && !OUTGOING_URL.test(jwksUrl)) return bad("TOKEN_JWKS_URL", URL_EXPECTED);
  const maxSeconds = Number(text(vars.TOKEN_MAX_SECONDS) ?? TOKEN_MAX_SECONDS_DEFAULT);
  if (!(maxSeconds >= TOKEN_MAX_SECONDS_MIN)) {
    return bad("TOKEN_MAX_SECONDS", `a number of seconds, ${TOKEN_MAX_SECONDS_MIN} or more`);
  }
  return ok({ secrets, jwksUrl, issuer: text(vars.TOKEN_ISSUER), audience: text(vars.TOKEN_AUDIENCE), maxSeconds });
}

/** A setting's text; null if unset or empty. */
const text = (value: string | undefined): string | null => value?.trim() || null;

// Over http anybody on the way could read the credential, or replace the answer. Credentials within
// the URL are excluded, because fetch rejects them.
const OUTGOING_URL =
  /^(https:\/\/([a-z0-9.-]+|\[[0-9a-f:.]+\])|http:\/\/(localhost|127\.0\.0\.1|\[::1\]))(:\d{1,5})?(\/\S*)?$/i;
const URL_EXPECTED = "an https URL, or http on localhost";

// Whole base64 groups, then a last one, which some tools print without its padding.
const WEBHOOK_SECRET = /^(whsec_)?([A-Za-z0-9+/]{4}){8,}([A-Za-z0-9+/]{2}(==)?|[A-Za-z0-9+/]{3}=?)?$/;

const bad = (setting: string, expected: string) => no({ setting, expected });

const list = (text: string): string[] =>
  text
    .split(",")
    .map((item) => item.trim())
    .filter((item) => item !== "");

function originPatterns(text: string): Result<readonly OriginPattern[], BadSetting> {
  const patterns = list(text).map(parseOriginPattern);
  return patterns.every((pattern) => pattern !== null)
    ? ok(patterns)
    : bad("ALLOWED_ORIGINS", "a comma-separated list of *, host, .domain or scheme://host[:port]");
}

function isTimeZone(name: string): boolean {
  try {
    formatTime(0, name);
    return true;
  } catch {
    return false; // RangeError, the only error for a string: unknown zone
  }
}
