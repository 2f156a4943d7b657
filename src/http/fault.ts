// What was thrown on the way, as a reason: the platform's trouble, which passes, or a fault of ours. Notes it; answers nobody.
import { errorText } from "../core/log.ts";
import { note } from "../observe/note.ts";
import type { BelfryEnv } from "../env.ts";

/** Whoever asked hears no more than the reason; what was thrown stands in the log. */
export function faultOf(env: BelfryEnv, error: unknown, route: string): "group_unavailable" | "internal" {
  const reason = isUnreachable(error) ? "group_unavailable" : "internal";
  note(env, { event: "fault", reason, route, detail: errorText(error) });
  return reason;
}

/** The two marks the platform puts on an error of a Durable Object that a later try may not meet again. */
function isUnreachable(error: unknown): boolean {
  if (!(error instanceof Error)) return false;
  return ("retryable" in error && error.retryable === true) || ("overloaded" in error && error.overloaded === true);
}
