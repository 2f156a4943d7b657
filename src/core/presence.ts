// Who came and who went, as the others are told: a reload is neither. Reads no clock and sends nothing.
import type { Who } from "./frames.ts";
import { LINGER_MS } from "./limits.ts";

/** A member that went and may come back. */
export interface Gone extends Who {
  /** When the others are told, in ms. */
  readonly tellAt: number;
}

/**
 * A connection has come: who is still awaited back, and whether the others are told of a join. `isHere` says that its subject has
 * another connection. Those without a token cannot be told apart: one that comes takes the place of one that has just gone.
 */
export function join(gone: readonly Gone[], who: Who, isHere: boolean): { gone: readonly Gone[]; tell: boolean } {
  if (who.sub !== null && isHere) return { gone, tell: false };
  const back = gone.findIndex(({ sub }) => sub === who.sub);
  return back < 0 ? { gone, tell: true } : { gone: gone.toSpliced(back, 1), tell: false };
}

/**
 * A connection has gone: who is awaited back from now on. Of tabs that close at once none is listed any more when the first one's close is
 * told, so that a subject may seem to go with each of them: it is awaited once.
 */
export function leave(gone: readonly Gone[], who: Who, isHere: boolean, now: number): readonly Gone[] {
  if (who.sub !== null && (isHere || gone.some(({ sub }) => sub === who.sub))) return gone;
  return [...gone, { sub: who.sub, info: who.info, tellAt: now + LINGER_MS }];
}

/** Who has been away for long enough for the others to be told, and who is still awaited. */
export const toTell = (gone: readonly Gone[], now: number): { left: readonly Gone[]; gone: readonly Gone[] } => ({
  left: gone.filter(({ tellAt }) => tellAt <= now),
  gone: gone.filter(({ tellAt }) => tellAt > now),
});

/** When somebody has to be told of next; undefined if nobody is awaited. */
export const nextToTell = (gone: readonly Gone[]): number | undefined =>
  gone.length === 0 ? undefined : Math.min(...gone.map(({ tellAt }) => tellAt));
