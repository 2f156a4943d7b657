// Forwards to the merchant's backend: their bodies and their retry schedule. Pure: clock and random
// numbers are passed in.
import type { Fact } from "./fact.ts";
import type { Json } from "./json.ts";
import { isPaid, type Order } from "./order.ts";

/** Timeout of an attempt. */
export const FORWARD_TRY_MS = 10_000;

// Waits before each attempt, as in the example of Standard Webhooks: ten attempts over a little
// more than three days.
const SECOND = 1000;
const MINUTE = 60 * SECOND;
const HOUR = 60 * MINUTE;
const WAITS = [0, 5 * SECOND, 5 * MINUTE, 30 * MINUTE, 2 * HOUR, 5 * HOUR, 10 * HOUR, 14 * HOUR, 20 * HOUR, 24 * HOUR];
/**
 * Jitter: each wait is up to this fraction longer, so that forwards that failed together are not
 * retried together.
 */
const JITTER = 0.1;
/** Upper bound for a backend's Retry-After, in ms. */
const RETRY_AFTER_MAX = 24 * HOUR;

/**
 * The wait before attempt number `tries` (0 = the first), in ms; null after the last attempt.
 * `random` is in [0, 1).
 */
export function waitBeforeTry(tries: number, random: number): number | null {
  const wait = WAITS[tries];
  return wait === undefined ? null : Math.round(wait * (1 + JITTER * random));
}

export type AttemptResult =
  | { readonly do: "delivered" }
  | { readonly do: "give_up" }
  | { readonly do: "try_again"; readonly at: number };

/**
 * The step after an attempt. `status` is the backend's response, null if there was none;
 * `retryAfter` its Retry-After in ms. 410 stops all attempts (Standard Webhooks). A redirect is a
 * failure: the body must go only to the configured URL.
 */
export function afterTry(
  tries: number,
  status: number | null,
  retryAfter: number | null,
  now: number,
  random: number,
): AttemptResult {
  if (status !== null && status >= 200 && status < 300) return { do: "delivered" };
  const wait = waitBeforeTry(tries, random);
  if (status === 410 || wait === null) return { do: "give_up" };
  return { do: "try_again", at: now + Math.max(wait, Math.min(retryAfter ?? 0, RETRY_AFTER_MAX)) };
}

/** `Retry-After` in ms: seconds, or a date (RFC 9110, 10.2.3); null for any other text. */
export function retryAfterOf(value: string | null, now: number, dateOf: (text: string) => number): number | null {
  if (value === null) return null;
  if (/^\d{1,9}$/.test(value.trim())) return Number(value) * SECOND;
  const date = dateOf(value);
  return Number.isNaN(date) ? null : Math.max(0, date - now);
}

/** The body of a forwarded fact. `raw` is the sender's text, null for a fact without a sender. */
export function forwardOf(
  biz: string,
  orderId: string | null,
  order: Order,
  fact: Fact,
  raw: string | null,
  at: string,
): Json {
  const money = "money" in fact ? fact.money : null;
  return {
    type: `order.${order.status}`,
    timestamp: at,
    data: {
      biz,
      order_id: orderId ?? biz,
      status: order.status,
      paid: isPaid(order.status),
      amount: money?.unit === "major" ? money.amount : null,
      currency: money?.currency ?? null,
      fact: fact.kind === "payment" || fact.kind === "dispute" ? `${fact.kind}.${fact.status}` : fact.kind,
      provider: fact.instance,
      event_id: fact.eventId,
      flags: {
        checked: order.checked,
        late: order.late,
        disputed: order.disputed,
        held: order.held,
        mismatch: order.mismatches.length > 0,
        underpaid: order.underpaid !== null,
        overpaid: order.overpaid !== "0",
        excess_payment: order.excessPayments.length > 0,
      },
      raw,
    },
  };
}

/** The body of a forwarded delivery that is authentic but concerns no order. */
export const forwardOfDelivery = (
  provider: string,
  type: string,
  eventId: string | null,
  raw: string,
  at: string,
): Json => ({
  type: `callback.${provider}`,
  timestamp: at,
  data: { provider, type, event_id: eventId, raw },
});
