// How fast a connection may send: a token bucket in one number, so that it fits into what survives the object's sleep. Reads no clock.
import { FRAMES_AT_ONCE, FRAMES_PER_SECOND } from "./limits.ts";

const PER_FRAME_MS = 1000 / FRAMES_PER_SECOND;
const BURST_MS = FRAMES_AT_ONCE * PER_FRAME_MS;

/** When the last frame came, at the latest: in ms, from what it left behind. */
export const lastFrameBy = (fullAt: number): number => fullAt - PER_FRAME_MS;

/**
 * Takes one frame out of the bucket that will be full again at `fullAt` (0 = it is). The new `fullAt`, or null if the bucket was empty.
 * (This is the "generic cell rate algorithm" of ITU-T I.371: the same bucket, told by a time instead of a level and a time.)
 */
export function takeFrame(fullAt: number, now: number): number | null {
  const next = Math.max(fullAt, now) + PER_FRAME_MS;
  return next - now > BURST_MS ? null : next;
}
