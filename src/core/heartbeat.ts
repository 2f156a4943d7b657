// Whether a connection is still alive, by the heartbeats it sent. Reads no clock and closes nothing.
import { HEARTBEATS_MISSED, HEARTBEAT_SECONDS } from "./limits.ts";

/**
 * True for a connection that once sent a heartbeat and has been silent for three. One that never sent any (`last` null: an article's
 * page) is never taken for silent; it ends when its TCP does. Times in ms.
 */
export const isSilent = (last: number | null, now: number): boolean =>
  last !== null && now - last > HEARTBEATS_MISSED * HEARTBEAT_SECONDS * 1000;
