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

/** What a group knows of its own push when something other than the alarm wakes it. */
export interface Watch {
  /** Connections that are open now, the one that just joined among them. */
  readonly connections: number;
  /** Whether the connection that woke the group is its first. */
  readonly first: boolean;
  /** When the push began; null if it never did or was stopped. */
  readonly start: number | null;
  /** What the platform's alarm is set for; null if it is not. */
  readonly armed: number | null;
}

export type Step =
  | { readonly do: "nothing" }
  | { readonly do: "start"; readonly start: number }
  | { readonly do: "arm"; readonly at: number }
  | { readonly do: "stop" };

/**
 * What keeps the push right: the first connection starts it, the last one's leaving stops it, and an alarm that was lost is set
 * again on the old grid. An alarm more than two periods in the past counts as lost (cloudflare-docs#18324: one stood still for days).
 */
export function keepPush(watch: Watch, period: number, now: number): Step {
  if (watch.connections === 0) return watch.armed === null && watch.start === null ? { do: "nothing" } : { do: "stop" };
  // A millisecond ahead: the platform moves an alarm that is not in the future, and the grid must begin where it really rings.
  if (watch.first || watch.start === null) return { do: "start", start: now + 1 };
  const lost = watch.armed === null || watch.armed < now - 2 * period;
  return lost ? { do: "arm", at: nextTick({ start: watch.start, period }, now) } : { do: "nothing" };
}
