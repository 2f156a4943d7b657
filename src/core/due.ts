// One object, one alarm, many reasons to wake: what is due, and when to wake next. Pure: arms nothing, reads no clock.
import { nextTick } from "./schedule.ts";

/** The due-times of one object, in ms since 1970; what is absent is not due at all. */
export interface Due {
  /** When the periodic push began: its ticks are due at whole periods from here. */
  readonly push?: number;
  /** When the order's status is asked for next, and how often it has been. */
  readonly reconcile?: { readonly at: number; readonly attempt: number };
  /** When what was registered runs out. */
  readonly expiry?: number;
  /** When the first delivery that is still owed is tried next. */
  readonly forward?: number;
  /** When the facts are given up, unless something happens before. */
  readonly cleanup?: number;
}

/** A job of an order's: everything but the push, whose ticks follow from its start. */
export type Job = Exclude<keyof Due, "push">;

const jobs: readonly Job[] = ["reconcile", "expiry", "forward", "cleanup"];

const timeOf = (due: Due, job: Job): number | undefined =>
  job === "reconcile" ? due.reconcile?.at : due[job];

/** The jobs whose time has come. */
export const dueJobs = (due: Due, now: number): readonly Job[] =>
  jobs.filter((job) => (timeOf(due, job) ?? Infinity) <= now);

/** When the alarm has to ring next, always later than `now`; null if never. `period` is the push's, null without one. */
export function nextWake(due: Due, period: number | null, now: number): number | null {
  const times = jobs.flatMap((job) => timeOf(due, job) ?? []);
  if (due.push !== undefined && period !== null) times.push(nextTick({ start: due.push, period }, now));
  return times.length === 0 ? null : Math.max(now + 1, Math.min(...times));
}
