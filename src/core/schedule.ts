// When a group's periodic push is due and when to wake next. Pure: the clock is passed in, nothing is armed here.
import { PRODUCE_MS } from "./limits.ts";

/** A push at a fixed rate: tick n is due at `start + n * period`. Both in ms, whole numbers, so that the grid never drifts. */
export interface Push {
  readonly start: number;
  readonly period: number;
}

/**
 * The tick to push now, by number, or null if there is none. `armed` is the time the alarm that rang was set for: every tick
 * before it has been dealt with, so a late alarm owes one push (the newest), and one rung too early owes none.
 */
export function dueTick(push: Push, armed: number, now: number): number | null {
  const tick = Math.floor((now - push.start) / push.period);
  return tick >= 0 && push.start + tick * push.period + slack(push.period) >= armed ? tick : null;
}

/** The platform puts an alarm off a little that was set for a moment already past: its tick is due all the same. In ms. */
const slack = (period: number): number => Math.min(100, period / 2);

/** The time of the next tick, always later than `now`. */
export const nextTick = (push: Push, now: number): number =>
  push.start + (Math.floor((now - push.start) / push.period) + 1) * push.period;

/** How long a tick's `produce` may take, in ms: the next tick must neither wait for it nor overlap it. */
export const produceDeadline = (period: number): number => Math.min(period, PRODUCE_MS);

export type PushStep =
  | { readonly do: "nothing" }
  | { readonly do: "start"; readonly start: number }
  | { readonly do: "stop" };

/**
 * What a join or a leave means for the push: the first connection starts it, the last one's leaving stops it. `started` is when it
 * began, undefined if it does not run; `first` tells that the connection that just joined found nobody.
 */
export function pushStep(connections: number, first: boolean, started: number | undefined, now: number): PushStep {
  if (connections === 0) return started === undefined ? { do: "nothing" } : { do: "stop" };
  // A millisecond ahead: the platform moves an alarm that is not in the future, and the grid must begin where it really rings.
  return first || started === undefined ? { do: "start", start: now + 1 } : { do: "nothing" };
}
