// The settings: vars and secrets read and validated, once. Names a bad one, never its value; knows no platform.
import { PUSH_EVERY_SECONDS_MAX, PUSH_EVERY_SECONDS_MIN } from "./limits.ts";
import { parseOriginPattern, type OriginPattern } from "./origin.ts";
import { no, ok, type Result } from "./result.ts";
import { formatTime } from "./time.ts";

export interface Settings {
  /** Which pages may connect; empty = those of the Worker's own host. */
  readonly allowedOrigins: readonly OriginPattern[];
  /** Keys that backends come in with; several at once, for rotation. Empty = no backend may. */
  readonly apiKeys: readonly string[];
  /** The zone of the times on the wire, by its IANA name. */
  readonly timeZone: string;
  /** The period of the articles' pushes, in ms. */
  readonly pushEveryMs: number;
}

/** A setting that cannot be used, and what it should be. */
export interface BadSetting {
  readonly setting: string;
  readonly expected: string;
}

/** The vars and secrets as the platform hands them over: strings, in so far as they are set. */
export type Vars = Readonly<
  Partial<Record<"ALLOWED_ORIGINS" | "API_KEYS" | "TIME_ZONE" | "PUSH_EVERY_SECONDS", string>>
>;

const read = new WeakMap<Vars, Result<Settings, BadSetting>>();

/** The settings of one Env, read and validated the first time they are asked for. */
export function settingsOf(vars: Vars): Result<Settings, BadSetting> {
  let settings = read.get(vars);
  if (settings === undefined) {
    settings = readSettings(vars);
    read.set(vars, settings);
  }
  return settings;
}

/** Reads all settings, or names the first bad one. */
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
  return ok({ allowedOrigins, apiKeys, timeZone, pushEveryMs: Math.round(pushEverySeconds * 1000) });
}

// Characters that may stand in a header and in a subprotocol (RFC 9110, 5.6.2), where Node's own WebSocket has to put its key.
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
    return false; // RangeError: no such zone; nothing else is thrown for a string
  }
}
