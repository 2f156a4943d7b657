// Due-times of one Durable Object: a single alarm serves many jobs. Computes which jobs are due and
// when to wake next. Pure.
import { isSettled } from "./order.ts";
import { isWorthQuerying, waitBefore, type QueryConditions } from "./reconcile.ts";
import { nextTick } from "./schedule.ts";

/** The due-times of one Durable Object, in ms since 1970; an absent job is not due. */
export interface Due {
  /** Start of the periodic push; its ticks are due at whole periods from here. */
  readonly push?: number;
  /** Next query of the order's status, and the number of queries so far. */
  readonly reconcile?: { readonly at: number; readonly attempt: number };
  /** Expiry of the registration. */
  readonly expiry?: number;
  /** Next attempt of the first pending forward. */
  readonly forward?: number;
  /** Erasure of the order, or deletion of old deliveries. */
  readonly cleanup?: number;
  /** Next cleanup of expired publications, idempotency keys and an unused position. */
  readonly history?: number;
  /** Time to notify members of a leave, unless the member returns first. */
  readonly presence?: number;
  /** Expiry of a connection's token or of its grace period. */
  readonly tokens?: number;
  /** End of the pause after a job failed with an internal error. */
  readonly pause?: number;
  /** When these times were stored. A clock that shows an earlier time has gone back. */
  readonly setAt?: number;
}

/** Jobs of the alarm. Ticks of the push are computed from its start instead. */
export type Job = Exclude<keyof Due, "push" | "pause" | "setAt">;

const jobs: readonly Job[] = ["reconcile", "expiry", "forward", "cleanup", "history", "presence", "tokens"];

const timeOf = (due: Due, job: Job): number | undefined => (job === "reconcile" ? due.reconcile?.at : due[job]);

/** Whether two sets of due-times are equal. */
export const isSameDue = (one: Due, other: Due): boolean =>
  one.push === other.push &&
  one.pause === other.pause &&
  one.reconcile?.attempt === other.reconcile?.attempt &&
  jobs.every((job) => timeOf(one, job) === timeOf(other, job));

/** The jobs whose time has come. */
export const dueJobs = (due: Due, now: number): readonly Job[] =>
  (due.pause ?? 0) > now ? [] : jobs.filter((job) => (timeOf(due, job) ?? Infinity) <= now);

/**
 * The next alarm time, always later than `now`; null if there is none. `period` is the push's, in
 * ms; null without a push.
 */
export function nextWake(due: Due, period: number | null, now: number): number | null {
  const times = jobs.flatMap((job) => timeOf(due, job) ?? []).map((at) => Math.max(at, due.pause ?? 0));
  if (due.push !== undefined && period !== null) times.push(nextTick({ start: due.push, period }, now));
  return times.length === 0 ? null : Math.max(now + 1, Math.min(...times));
}

/**
 * Moves the due-times back with a clock that went back: without it ticks, queries and forwards would
 * stop until the clock shows their time again. The expiry of an order or a token stays: it is a date,
 * not a wait.
 */
export function followClock(due: Due, now: number): Due {
  const { push, reconcile, forward, history, pause, setAt = now } = due;
  const back = setAt - now;
  if (back <= 0) return due;
  return {
    ...due,
    ...(push === undefined ? {} : { push: push - back }),
    ...(reconcile === undefined ? {} : { reconcile: { ...reconcile, at: reconcile.at - back } }),
    ...(forward === undefined ? {} : { forward: forward - back }),
    ...(history === undefined ? {} : { history: history - back }),
    ...(pause === undefined ? {} : { pause: pause - back }),
    setAt: now,
  };
}

/** Sets or removes one due-time. */
export function withDue<Name extends keyof Due>(due: Due, name: Name, at: Due[Name] | undefined): Due {
  const { [name]: _, ...rest } = due;
  return at === undefined ? rest : { ...due, [name]: at };
}

/** Pause of all jobs after an internal error, in ms. Ticks of the push continue. */
export const FAULT_PAUSE_MS = 60_000;

export type AlarmStep =
  | { readonly do: "leave" }
  | { readonly do: "set"; readonly at: number }
  | { readonly do: "delete" };

/**
 * An alarm overdue by more than this is considered lost: one stalled for days
 * (cloudflare-docs#18324). The platform delivers a late alarm by itself.
 */
const LOST_MS = 120_000;

/**
 * Compares the alarm time `armed` (null = unset) with `wanted`, the earliest due-time. An alarm
 * overdue by at most `late` ms is assumed to be firing and is left alone.
 */
export function alarmStep(armed: number | null, wanted: number | null, now: number, late: number = LOST_MS): AlarmStep {
  if (wanted === null) return armed === null ? { do: "leave" } : { do: "delete" };
  const fires = armed !== null && (armed === wanted || (armed <= now && armed >= now - late));
  return fires ? { do: "leave" } : { do: "set", at: wanted };
}

/** What an order's due-times depend on. */
export interface OrderDueInput extends QueryConditions {
  /** Whether a status source is configured: the merchant's backend or the provider. */
  readonly canQuery: boolean;
  /** Erasure time in ms; null = kept forever. */
  readonly eraseAt: number | null;
  /** Next attempt of a pending forward; undefined if there is none. */
  readonly forward: number | undefined;
}

/**
 * The due-times of an order. Keeps times that still apply, removes those that do not, leaves the
 * group's own jobs untouched. `random` is in [0, 1).
 */
export function orderDue(due: Due, now: number, random: number, input: OrderDueInput): Due {
  const { push, history, presence, tokens } = due;
  const { status, registration, canQuery, eraseAt, forward } = input;
  const isQueried = canQuery && isWorthQuerying(input, now);
  const expiry = isSettled(status) ? null : (registration?.expiresAt ?? null);
  return {
    ...(push === undefined ? {} : { push }),
    ...(history === undefined ? {} : { history }),
    ...(presence === undefined ? {} : { presence }),
    ...(tokens === undefined ? {} : { tokens }),
    ...(due.pause === undefined || due.pause <= now ? {} : { pause: due.pause }),
    ...(isQueried ? { reconcile: due.reconcile ?? { at: now + waitBefore(0, random), attempt: 0 } } : {}),
    ...(expiry === null ? {} : { expiry }),
    ...(forward === undefined ? {} : { forward }),
    ...(eraseAt === null ? {} : { cleanup: eraseAt }),
  };
}
