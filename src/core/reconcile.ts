// Schedule of queries for an order's status. Pure: clock and random numbers are passed in.
import { isSettled, type OrderStatus } from "./order.ts";
import type { Registration } from "./registration.ts";

/** Waits before each query, in seconds; the last one repeats. */
const WAIT_SECONDS = [10, 20, 40, 60] as const;
/**
 * Jitter: each wait is up to this fraction longer. It spreads the queries for orders of the same
 * minute.
 */
const JITTER = 0.2;

/** The wait in ms before query number `attempt` (0 = the first). `random` is in [0, 1). */
export function waitBefore(attempt: number, random: number): number {
  const seconds = WAIT_SECONDS[Math.min(attempt, WAIT_SECONDS.length - 1)] ?? 60;
  return Math.round(seconds * 1000 * (1 + JITTER * random));
}

/** What decides whether an order's status is queried. */
export interface QueryConditions {
  readonly status: OrderStatus;
  /** Whether the order is registered or has facts. */
  readonly isKnown: boolean;
  /** Open connections. */
  readonly watchers: number;
  readonly registration: Registration | null;
}

/**
 * Whether a query can be useful: the order is known and unsettled, and has a watcher or an unexpired
 * registration. Pages of invented orders cost the queried backend nothing.
 */
export const isWorthQuerying = ({ status, isKnown, watchers, registration }: QueryConditions, now: number): boolean =>
  isKnown && !isSettled(status) && (watchers > 0 || (registration?.expiresAt != null && registration.expiresAt > now));
