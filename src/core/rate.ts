// Rate limit of a connection: a token bucket stored as one number, which fits into the attachment
// that survives hibernation. Pure.
import { FRAMES_AT_ONCE, FRAMES_PER_SECOND } from "./limits.ts";

const PER_FRAME_MS = 1000 / FRAMES_PER_SECOND;
const BURST_MS = FRAMES_AT_ONCE * PER_FRAME_MS;

/** Upper bound for the time of the last frame, in ms, derived from `fullAt`. */
export const lastFrameBy = (fullAt: number): number => fullAt - PER_FRAME_MS;

/**
 * Consumes one frame from the bucket that is full again at `fullAt` (0 = full now). Returns the new
 * `fullAt`, or null if the bucket is empty. ITU-T I.371 calls this the "generic cell rate
 * algorithm". It stores a token bucket as one time instead of a level and a time.
 */
export function consumeFrame(fullAt: number, now: number): number | null {
  const next = Math.max(fullAt, now) + PER_FRAME_MS;
  return next - now > BURST_MS ? null : next;
}
