// Rate limits: token buckets, each stored as one number. A connection's is in its attachment, which
// survives hibernation. Pure.
import { FRAMES_AT_ONCE, FRAMES_PER_SECOND, FRAME_COST_LENGTH, RELAYED_AT_ONCE, RELAYED_PER_SECOND } from "./limits.ts";

const PER_FRAME_MS = 1000 / FRAMES_PER_SECOND;
const BURST_MS = FRAMES_AT_ONCE * PER_FRAME_MS;
const PER_RELAYED_MS = 1000 / RELAYED_PER_SECOND;

/** The cost of a message of `length` characters or bytes, in frames. */
export const frameCost = (length: number): number => 1 + Math.floor(length / FRAME_COST_LENGTH);

/** Upper bound for the time of the last frame, in ms, derived from `fullAt`. */
export const lastFrameBy = (fullAt: number): number => fullAt - PER_FRAME_MS;

/**
 * Consumes `costMs` from the bucket that is full again at `fullAt` (0 = full now) and holds
 * `sizeMs`. Returns the new `fullAt`, or null if the bucket holds less. ITU-T I.371 calls this the
 * "generic cell rate algorithm". It stores a token bucket as one time instead of a level and a time.
 */
export function consume(fullAt: number, now: number, costMs: number, sizeMs: number): number | null {
  // A bucket is full within `sizeMs`: a later time was stored before the clock went back, and means nothing.
  const since = fullAt > now + sizeMs ? now : Math.max(fullAt, now);
  const next = since + costMs;
  return next - now > sizeMs ? null : next;
}

/** Consumes `cost` frames of a connection's budget. */
export const consumeFrames = (fullAt: number, now: number, cost: number): number | null =>
  consume(fullAt, now, cost * PER_FRAME_MS, BURST_MS);

/** Consumes the `length` of a relayed message from a group's budget. */
export const consumeRelay = (fullAt: number, now: number, length: number): number | null =>
  consume(fullAt, now, length * PER_RELAYED_MS, RELAYED_AT_ONCE * PER_RELAYED_MS);
