// Presence: decides when a join or leave is announced to the other members. A reload is neither.
// Pure; `now` is passed in.
import type { Who } from "./frames.ts";
import { LINGER_MS, PRESENCE_WITHIN_MS } from "./limits.ts";

/** A member that has left and may return. */
export interface PendingLeave extends Who {
  /** Time of the announcement, in ms. */
  readonly announceAt: number;
}

/**
 * Handles a new connection: returns the remaining pending leaves and whether to announce a join.
 * `isHere`: the subject has another connection. Members without a token are indistinguishable, so a
 * new one cancels the pending leave of another.
 */
export function join(
  pending: readonly PendingLeave[],
  who: Who,
  isHere: boolean,
): { pending: readonly PendingLeave[]; announce: boolean } {
  if (who.sub !== null && isHere) return { pending, announce: false };
  const back = pending.findIndex(({ sub }) => sub === who.sub);
  return back < 0 ? { pending, announce: true } : { pending: pending.toSpliced(back, 1), announce: false };
}

/**
 * Handles a closed connection: returns the pending leaves. When several tabs of one user close
 * together, each close event sees no other tab. One pending leave is recorded per user.
 */
export function leave(
  pending: readonly PendingLeave[],
  who: Who,
  isHere: boolean,
  now: number,
): readonly PendingLeave[] {
  if (who.sub !== null && (isHere || pending.some(({ sub }) => sub === who.sub))) return pending;
  return [...pending, { sub: who.sub, info: who.info, announceAt: now + LINGER_MS }];
}

/**
 * Splits the pending leaves into those due for announcement (`left`) and the rest (`pending`). Those
 * due shortly after `now` are announced with them if any is due.
 */
export function dueLeaves(
  pending: readonly PendingLeave[],
  now: number,
): { left: readonly PendingLeave[]; pending: readonly PendingLeave[] } {
  const isDue = pending.some((leave) => timeOf(leave, now) <= now);
  const until = isDue ? now + PRESENCE_WITHIN_MS : now;
  return {
    left: pending.filter((leave) => timeOf(leave, now) <= until),
    pending: pending.filter((leave) => timeOf(leave, now) > until),
  };
}

/** Time of the next announcement; undefined if none is pending. */
export const nextLeaveAt = (pending: readonly PendingLeave[], now: number): number | undefined =>
  pending.length === 0 ? undefined : Math.min(...pending.map((leave) => timeOf(leave, now)));

/** A leave farther ahead than its delay was recorded before the clock went back: it is due now. */
const timeOf = ({ announceAt }: PendingLeave, now: number): number => (announceAt > now + LINGER_MS ? now : announceAt);
