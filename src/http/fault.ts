// Errors that a handler throws: logs them and maps them to a reason.
import { errorText } from "../core/log.ts";
import { log } from "../observe/log.ts";
import type { BelfryEnv } from "../env.ts";

/** Logs `error` and returns the reason for the response. The error's text stays in the log. */
export function logFault(env: BelfryEnv, error: unknown, route: string): "group_unavailable" | "internal" {
  const reason = isUnavailable(error) ? "group_unavailable" : "internal";
  log(env, { event: "fault", reason, route, detail: errorText(error) });
  return reason;
}

/**
 * `retryable` and `overloaded`:
 * https://developers.cloudflare.com/durable-objects/best-practices/error-handling/
 */
function isUnavailable(error: unknown): boolean {
  if (!(error instanceof Error)) return false;
  return ("retryable" in error && error.retryable === true) || ("overloaded" in error && error.overloaded === true);
}
