// When an order's status is asked for, and whether it is worth asking. Asks nobody: clock and dice are passed in.
import { isSettled, type OrderStatus } from "./order.ts";
import type { Registration } from "./registration.ts";

/** The seconds after which an answer is asked for, the first time and then each time again; the last one repeats. */
const WAIT_SECONDS = [10, 20, 40, 60] as const;
/** Each wait is up to this part longer, so that orders of the same minute are not asked for in the same second. */
const JITTER = 0.2;

/** How long to wait before attempt number `attempt` (0 = the first), in ms. `dice` is from 0 up to 1. */
export function waitBefore(attempt: number, dice: number): number {
  const seconds = WAIT_SECONDS[Math.min(attempt, WAIT_SECONDS.length - 1)] ?? 60;
  return Math.round(seconds * 1000 * (1 + JITTER * dice));
}

/** Whether anybody still waits for news that asking could bring: a watcher, or a registration that has not run out. */
export const isWorthAsking = (
  status: OrderStatus,
  watchers: number,
  registration: Registration | null,
  now: number,
): boolean => !isSettled(status) && (watchers > 0 || (registration?.expiresAt != null && registration.expiresAt > now));
