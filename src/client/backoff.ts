// How long to wait before the next try. Pure: draws nothing and waits for nothing.
import { PAUSE_MAX_MS, PAUSE_MIN_MS } from "./times.ts";

/**
 * Full jitter: browsers that were lost at the same moment do not come back at the same moment. `losses` counts the connections that did
 * not last, this one included; `random` is in [0, 1).
 */
export function pauseMs(losses: number, random: number): number {
  const most = Math.min(PAUSE_MAX_MS, PAUSE_MIN_MS * 2 ** losses);
  return PAUSE_MIN_MS + random * (most - PAUSE_MIN_MS);
}
