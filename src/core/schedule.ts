// The schedule of a group's periodic push. Pure; the clock is passed in.
import { PRODUCE_MS } from "./limits.ts";

/**
 * A push at a fixed rate: tick n is due at `start + n * period`. Both are whole numbers of ms, so
 * the grid does not drift.
 */
export interface Push {
  readonly start: number;
  readonly period: number;
}

/**
 * The number of the tick to push now, or null. `armed` is the time for which the firing alarm was
 * set; all ticks before it are done. A late alarm pushes only the newest tick. An alarm before its
 * time returns null.
 */
export function dueTick(push: Push, armed: number, now: number): number | null {
  const tick = Math.floor((now - push.start) / push.period);
  return tick >= 0 && push.start + tick * push.period + slack(push.period) >= armed ? tick : null;
}

/**
 * Tolerance in ms. The platform slightly delays an alarm set for a past time; its tick is still
 * due.
 */
const slack = (period: number): number => Math.min(100, period / 2);

/** The time of the next tick, always later than `now`. */
export const nextTick = (push: Push, now: number): number =>
  push.start + (Math.floor((now - push.start) / push.period) + 1) * push.period;

/** Timeout of a tick's `produce`, in ms, short enough to end before the next tick. */
export const produceDeadline = (period: number): number => Math.min(period, PRODUCE_MS);

export type PushStep =
  | { readonly do: "nothing" }
  | { readonly do: "start"; readonly start: number }
  | { readonly do: "stop" };

/**
 * The effect of the number of connections on the push: the first one starts it, the end of the last
 * one stops it. `started` is its start time, undefined while stopped.
 */
export function pushStep(connections: number, started: number | undefined, now: number): PushStep {
  if (connections === 0) return started === undefined ? { do: "nothing" } : { do: "stop" };
  return started === undefined ? { do: "start", start: firstTick(now) } : { do: "nothing" };
}

/**
 * Time of the first tick of a push that starts at `now`: one ms later, because the platform moves an
 * alarm that is not in the future, and the grid must start at the actual alarm time.
 */
export const firstTick = (now: number): number => now + 1;
