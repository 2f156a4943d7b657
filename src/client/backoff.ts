// Computes the pause before a reconnect. Pure: the caller passes the random number and waits.
import { BACKOFF_MAX_MS, BACKOFF_MIN_MS } from "./times.ts";

/**
 * Full jitter, so that browsers that lost their connections together reconnect at different times.
 * `losses` counts consecutive connections that ended before a heartbeat was answered, including
 * this one. `random` is in [0, 1).
 */
export function backoffMs(losses: number, random: number): number {
  const maxMs = Math.min(BACKOFF_MAX_MS, BACKOFF_MIN_MS * 2 ** losses);
  return BACKOFF_MIN_MS + random * (maxMs - BACKOFF_MIN_MS);
}
