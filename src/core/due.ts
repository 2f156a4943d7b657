// One object, one alarm, many reasons to wake: what is due, and when to wake next. Pure: arms nothing, reads no clock.
import { isSettled, type OrderStatus } from "./order.ts";
import type { Registration } from "./registration.ts";
import { isWorthAsking, waitBefore } from "./reconcile.ts";
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
  /** When the order is erased, or old deliveries are deleted. */
  readonly cleanup?: number;
  /** When what is kept for a time only is looked after: publications, idempotency keys, a position nobody came back to. */
  readonly history?: number;
  /** When the others are told of a member that has not come back. */
  readonly presence?: number;
  /** When a connection's token runs out, or its grace. */
  readonly tokens?: number;
  /** Until when no job is done, after one has failed by a fault of ours. */
  readonly pause?: number;
}

/** What an alarm rings for, the push aside, whose ticks follow from its start. */
export type Job = Exclude<keyof Due, "push" | "pause">;

const jobs: readonly Job[] = ["reconcile", "expiry", "forward", "cleanup", "history", "presence", "tokens"];

const timeOf = (due: Due, job: Job): number | undefined => (job === "reconcile" ? due.reconcile?.at : due[job]);

/** Whether nothing of it has changed. */
export const isSameDue = (one: Due, other: Due): boolean =>
  one.push === other.push &&
  one.pause === other.pause &&
  one.reconcile?.attempt === other.reconcile?.attempt &&
  jobs.every((job) => timeOf(one, job) === timeOf(other, job));

/** The jobs whose time has come. */
export const dueJobs = (due: Due, now: number): readonly Job[] =>
  (due.pause ?? 0) > now ? [] : jobs.filter((job) => (timeOf(due, job) ?? Infinity) <= now);

/** When the alarm has to ring next, always later than `now`; null if never. `period` is the push's, null without one. */
export function nextWake(due: Due, period: number | null, now: number): number | null {
  const times = jobs.flatMap((job) => timeOf(due, job) ?? []).map((at) => Math.max(at, due.pause ?? 0));
  if (due.push !== undefined && period !== null) times.push(nextTick({ start: due.push, period }, now));
  return times.length === 0 ? null : Math.max(now + 1, Math.min(...times));
}

/** The due-times with one of them set anew, or gone. */
export function withDue(
  due: Due,
  job: "history" | "presence" | "tokens" | "push" | "forward",
  at: number | undefined,
): Due {
  const { [job]: _, ...rest } = due;
  return at === undefined ? rest : { ...rest, [job]: at };
}

/** How long nothing is tried after a fault of ours. */
export const FAULT_PAUSE_MS = 60_000;

export type AlarmStep =
  | { readonly do: "leave" }
  | { readonly do: "set"; readonly at: number }
  | { readonly do: "delete" };

/** An alarm this many ms in the past has been lost: one stood still for days (cloudflare-docs#18324). A late one rings by itself. */
const LOST_MS = 120_000;

/**
 * What to do with an alarm that is set for `armed` (null = for nothing) where `wanted` is the earliest due-time. One whose time has
 * come is about to ring and is left alone, unless it is `late` by more than it ever is.
 */
export function alarmStep(armed: number | null, wanted: number | null, now: number, late: number = LOST_MS): AlarmStep {
  if (wanted === null) return armed === null ? { do: "leave" } : { do: "delete" };
  const rings = armed !== null && (armed === wanted || (armed <= now && armed >= now - late));
  return rings ? { do: "leave" } : { do: "set", at: wanted };
}

/** What an order's due-times follow from. */
export interface OrderConditions {
  readonly status: OrderStatus;
  readonly registration: Registration | null;
  /** Connections that are open. */
  readonly watchers: number;
  /** Whether there is somebody to ask for the status. */
  readonly canAsk: boolean;
  /** When the order is erased, in ms; null = never. */
  readonly eraseAt: number | null;
  /** When the first delivery owed is to be tried; undefined = none is owed. */
  readonly forward: number | undefined;
}

/** An order's due-times: what goes on goes on as it was, what has become pointless is gone. Those that are no order's stay. `dice` is from 0 up to 1. */
export function orderDue(due: Due, now: number, dice: number, it: OrderConditions): Due {
  const { push, history, presence, tokens } = due;
  const { status, registration, watchers, canAsk, eraseAt, forward } = it;
  const asks = canAsk && isWorthAsking(status, watchers, registration, now);
  const expiry = isSettled(status) ? null : (registration?.expiresAt ?? null);
  return {
    ...(push === undefined ? {} : { push }),
    ...(history === undefined ? {} : { history }),
    ...(presence === undefined ? {} : { presence }),
    ...(tokens === undefined ? {} : { tokens }),
    ...(due.pause === undefined || due.pause <= now ? {} : { pause: due.pause }),
    ...(asks ? { reconcile: due.reconcile ?? { at: now + waitBefore(0, dice), attempt: 0 } } : {}),
    ...(expiry === null ? {} : { expiry }),
    ...(forward === undefined ? {} : { forward }),
    ...(eraseAt === null ? {} : { cleanup: eraseAt }),
  };
}
