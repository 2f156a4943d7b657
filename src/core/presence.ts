// Presence: decides when a join or leave is announced to the other members. A reload is neither.
// Pure; `now` is passed in.
import type { Who } from "./frames.ts";
import { LINGER_MS } from "./limits.ts";

/** A member that has left and may return. */
export interface Gone extends Who {
  /** Time of the announcement, in ms. */
  readonly tellAt: number;
}

/**
 * Handles a new connection: returns the remaining pending leaves and whether to announce a join.
 * `isHere`: the subject has another connection. Members without a token are indistinguishable, so a
 * new one cancels the pending leave of another.
 */
export function join(gone: readonly Gone[], who: Who, isHere: boolean): { gone: readonly Gone[]; announce: boolean } {
  if (who.sub !== null && isHere) return { gone, announce: false };
  const back = gone.findIndex(({ sub }) => sub === who.sub);
  return back < 0 ? { gone, announce: true } : { gone: gone.toSpliced(back, 1), announce: false };
}

/**
 * Handles a closed connection: returns the pending leaves. When several tabs of one user close
 * together, each close event sees no other tab. One pending leave is recorded per user.
 */
export function leave(gone: readonly Gone[], who: Who, isHere: boolean, now: number): readonly Gone[] {
  if (who.sub !== null && (isHere || gone.some(({ sub }) => sub === who.sub))) return gone;
  return [...gone, { sub: who.sub, info: who.info, tellAt: now + LINGER_MS }];
}

/** Splits the pending leaves into those due for announcement (`left`) and the rest (`gone`). */
export const dueLeaves = (gone: readonly Gone[], now: number): { left: readonly Gone[]; gone: readonly Gone[] } => ({
  left: gone.filter(({ tellAt }) => tellAt <= now),
  gone: gone.filter(({ tellAt }) => tellAt > now),
});

/** Time of the next announcement; undefined if none is pending. */
export const nextLeaveAt = (gone: readonly Gone[]): number | undefined =>
  gone.length === 0 ? undefined : Math.min(...gone.map(({ tellAt }) => tellAt));
