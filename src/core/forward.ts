// What a merchant's backend is told of a new fact, and when it is tried again. Sends nothing: clock and dice are passed in.
import type { Fact } from "./fact.ts";
import type { Json } from "./json.ts";
import { isPaid, type Order } from "./order.ts";

/** A try that has had no answer for this long has failed. */
export const FORWARD_TRY_MS = 10_000;

// The waits before each try, as Standard Webhooks gives them for an example: ten tries over a little more than three days.
const SECOND = 1000;
const MINUTE = 60 * SECOND;
const HOUR = 60 * MINUTE;
const WAITS = [0, 5 * SECOND, 5 * MINUTE, 30 * MINUTE, 2 * HOUR, 5 * HOUR, 10 * HOUR, 14 * HOUR, 20 * HOUR, 24 * HOUR];
/** Each wait is up to this part longer, so that what failed together is not tried together. */
const JITTER = 0.1;
/** However long a backend asks us to wait, in ms. */
const RETRY_AFTER_MAX = 24 * HOUR;

/** How many ms to wait before try number `tries` (0 = the first); null after the last. `dice` is from 0 up to 1. */
export function waitBeforeTry(tries: number, dice: number): number | null {
  const wait = WAITS[tries];
  return wait === undefined ? null : Math.round(wait * (1 + JITTER * dice));
}

export type Tried =
  | { readonly do: "delivered" }
  | { readonly do: "give_up" }
  | { readonly do: "try_again"; readonly at: number };

/**
 * What follows from a try. `status` is the backend's answer, null for none; `retryAfter` its Retry-After in ms. 410 means that it
 * wants no more of this (Standard Webhooks); a redirect is a failure: the body must not go where the setting does not point.
 */
export function afterTry(
  tries: number,
  status: number | null,
  retryAfter: number | null,
  now: number,
  dice: number,
): Tried {
  if (status !== null && status >= 200 && status < 300) return { do: "delivered" };
  const wait = waitBeforeTry(tries, dice);
  if (status === 410 || wait === null) return { do: "give_up" };
  return { do: "try_again", at: now + Math.max(wait, Math.min(retryAfter ?? 0, RETRY_AFTER_MAX)) };
}

/** `Retry-After` in ms: seconds, or a date (RFC 9110, 10.2.3); null if it is neither. */
export function retryAfterOf(value: string | null, now: number, dateOf: (text: string) => number): number | null {
  if (value === null) return null;
  if (/^\d{1,9}$/.test(value.trim())) return Number(value) * SECOND;
  const date = dateOf(value);
  return Number.isNaN(date) ? null : Math.max(0, date - now);
}

/** The body that a new fact is forwarded as. `raw` is what the sender sent, as text; null where nobody sent anything. */
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

/** The body that an authentic delivery about no order is forwarded as. */
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
