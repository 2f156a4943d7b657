// Reads and validates the settings (vars and secrets). An error names the setting and leaves out
// its value, which may be a secret.
import {
  DAY_MS,
  ORDER_RETENTION_DAYS_MAX,
  ORDER_RETENTION_DAYS_MIN,
  PUSH_EVERY_SECONDS_MAX,
  PUSH_EVERY_SECONDS_MIN,
  TOKEN_SECRET_CHARS,
} from "./limits.ts";
import { parseOriginPattern, type OriginPattern } from "./origin.ts";
import { no, ok, type Result } from "./result.ts";
import { formatTime } from "./time.ts";

export interface Settings {
  /** Origins of pages that may connect; empty = the Worker's own host. */
  readonly allowedOrigins: readonly OriginPattern[];
  /** API keys of backends; several at once allow rotation. Empty = backends have no access. */
  readonly apiKeys: readonly string[];
  /** IANA name of the time zone for times on the wire. */
  readonly timeZone: string;
  /** The period of the articles' pushes, in ms. */
  readonly pushEveryMs: number;
  readonly orders: OrderSettings;
  readonly tokens: TokenSettings;
  /** Whether the secrets are the public ones of the repository; pages may then use them too. */
  readonly isDevelopment: boolean;
}

export interface OrderSettings {
  /** URL for querying an order's status, with `{biz}` in it; null = off. */
  readonly statusUrl: string | null;
  /** Bearer credential for `statusUrl`; null = none. */
  readonly statusKey: string | null;
  /** URL for forwarding new facts, and the secret that signs them; null = off. */
  readonly forward: { readonly url: string; readonly secret: string } | null;
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
  /** Secret of HS256 tokens; null = such tokens are rejected. */
  readonly secret: string | null;
  /** URL of the public keys for all other tokens (RFC 7517, 5); null = such tokens are rejected. */
  readonly jwksUrl: string | null;
  /** Required `iss`; null = unchecked. */
  readonly issuer: string | null;
  /** Required member of `aud`; null = unchecked. */
  readonly audience: string | null;
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
  | "JURISDICTION"
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
  const allowedOrigins = originPatterns(vars.ALLOWED_ORIGINS ?? "");
  if (allowedOrigins === null) {
    return bad("ALLOWED_ORIGINS", "a comma-separated list of *, host, .domain or scheme://host[:port]");
  }
  const timeZone = vars.TIME_ZONE?.trim() || "UTC";
  if (!isTimeZone(timeZone)) return bad("TIME_ZONE", "the IANA name of a time zone, such as Asia/Shanghai");
  const pushEverySeconds = Number(vars.PUSH_EVERY_SECONDS?.trim() || "60");
  if (!(pushEverySeconds >= PUSH_EVERY_SECONDS_MIN && pushEverySeconds <= PUSH_EVERY_SECONDS_MAX)) {
    return bad("PUSH_EVERY_SECONDS", `a number from ${PUSH_EVERY_SECONDS_MIN} to ${PUSH_EVERY_SECONDS_MAX}`);
  }
  const apiKeys = list(vars.API_KEYS ?? "");
  if (apiKeys.some((key) => !API_KEY.test(key))) {
    return bad("API_KEYS", "a comma-separated list of keys of 16 or more of A-Z a-z 0-9 . _ ~ + -");
  }
  const orders = readOrderSettings(vars);
  if (!orders.ok) return orders;
  const tokens = readTokenSettings(vars);
  if (!tokens.ok) return tokens;
  if (!["", "eu", "fedramp"].includes(vars.JURISDICTION?.trim() ?? ""))
    return bad("JURISDICTION", "eu, fedramp, or empty");
  const development = text(vars.DEVELOPMENT) ?? "0";
  if (development !== "0" && development !== "1") return bad("DEVELOPMENT", "0 or 1");
  return ok({
    allowedOrigins,
    apiKeys,
    timeZone,
    pushEveryMs: Math.round(pushEverySeconds * 1000),
    orders: orders.value,
    tokens: tokens.value,
    isDevelopment: development === "1",
  });
}

function readOrderSettings(vars: Vars): Result<OrderSettings, BadSetting> {
  const statusUrl = text(vars.ORDER_STATUS_URL);
  if (statusUrl !== null && !(HTTP_URL.test(statusUrl) && statusUrl.includes("{biz}"))) {
    return bad("ORDER_STATUS_URL", "an http or https URL with {biz} in it");
  }
  const url = text(vars.FORWARD_URL);
  const secret = text(vars.FORWARD_SECRET);
  if (url !== null && !HTTP_URL.test(url)) return bad("FORWARD_URL", "an http or https URL");
  if (url !== null && (secret === null || !WEBHOOK_SECRET.test(secret))) {
    return bad("FORWARD_SECRET", "24 bytes or more in base64, with or without whsec_ before it");
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
  if (requireRegistered !== "0" && requireRegistered !== "1") return bad("REQUIRE_REGISTERED", "0 or 1");
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
    statusKey: text(vars.ORDER_STATUS_KEY),
    forward: url === null || secret === null ? null : { url, secret },
    retentionMs: days === null ? null : days * DAY_MS,
    requireRegistered: requireRegistered === "1",
    idKeys,
    issuedIds: orderIds === "issued",
  });
}

function readTokenSettings(vars: Vars): Result<TokenSettings, BadSetting> {
  const secret = text(vars.TOKEN_SECRET);
  if (secret !== null && secret.length < TOKEN_SECRET_CHARS) {
    return bad("TOKEN_SECRET", `${TOKEN_SECRET_CHARS} characters or more`);
  }
  const jwksUrl = text(vars.TOKEN_JWKS_URL);
  if (jwksUrl !== null && !JWKS_URL.test(jwksUrl)) return bad("TOKEN_JWKS_URL", "an https URL");
  return ok({ secret, jwksUrl, issuer: text(vars.TOKEN_ISSUER), audience: text(vars.TOKEN_AUDIENCE) });
}

/** A setting's text; null if unset or empty. */
const text = (value: string | undefined): string | null => value?.trim() || null;

// A host name, an IPv4 or an IPv6 address. Credentials are excluded, because fetch rejects them.
const HTTP_URL = /^https?:\/\/([a-z0-9.-]+|\[[0-9a-f:.]+\])(:\d{1,5})?(\/\S*)?$/i;
// Over http an attacker could replace the keys and sign tokens, so http is limited to localhost.
const JWKS_URL = /^(https:\/\/[a-z0-9.-]+|http:\/\/(localhost|127\.0\.0\.1))(:\d{1,5})?(\/\S*)?$/i;
// Whole base64 groups, then a last one, which some tools print without its padding.
const WEBHOOK_SECRET = /^(whsec_)?([A-Za-z0-9+/]{4}){8,}([A-Za-z0-9+/]{2}(==)?|[A-Za-z0-9+/]{3}=?)?$/;

// Characters allowed in a header and in a subprotocol (RFC 9110, 5.6.2), where Node's own WebSocket
// sends its key.
const API_KEY = /^[A-Za-z0-9._~+-]{16,}$/;

const bad = (setting: string, expected: string) => no({ setting, expected });

const list = (text: string): string[] =>
  text
    .split(",")
    .map((item) => item.trim())
    .filter((item) => item !== "");

function originPatterns(text: string): OriginPattern[] | null {
  const patterns = list(text).map(parseOriginPattern);
  return patterns.every((pattern) => pattern !== null) ? patterns : null;
}

function isTimeZone(name: string): boolean {
  try {
    formatTime(0, name);
    return true;
  } catch {
    return false; // RangeError, the only error for a string: unknown zone
  }
}
