// Stripe's events about one payment, delivered through the real route, and what the payment index stores of it.
import { runInDurableObject } from "cloudflare:test";
import { indexPlace } from "../../src/callbacks/order-id.ts";
import { deliveryOf, registerFor, send } from "./deliver.ts";
import { newBiz, stubOf } from "./workerd.ts";

/** Stripe's events about one payment intent. With `orderId` null, the event has no order id. */
export function events(intent: string) {
  const of = (type: string, object: object, created = 1) => ({
    id: `evt_${type}_${created}_${intent}`,
    object: "event",
    type,
    created,
    livemode: false,
    data: { object },
  });
  const metadata = (orderId: string | null) => (orderId === null ? {} : { metadata: { order_id: orderId } });
  const shared = { currency: "usd", payment_intent: intent };
  return {
    succeeded: (orderId: string | null, amount = 1999) =>
      of("payment_intent.succeeded", {
        id: intent,
        object: "payment_intent",
        amount,
        amount_received: amount,
        currency: "usd",
        ...metadata(orderId),
      }),
    processing: (orderId: string | null) =>
      of("payment_intent.processing", {
        id: intent,
        object: "payment_intent",
        amount: 1999,
        currency: "usd",
        ...metadata(orderId),
      }),
    refunded: (orderId: string | null = null, amount = 500) =>
      of(
        "refund.updated",
        { ...shared, id: `re_${intent}`, object: "refund", amount, status: "succeeded", ...metadata(orderId) },
        2,
      ),
    disputed: () =>
      of(
        "charge.dispute.created",
        { ...shared, id: `dp_${intent}`, object: "dispute", amount: 1999, status: "needs_response" },
        3,
      ),
  };
}

export const post = (event: object, changed: Partial<Env> = {}) =>
  send("stripe", deliveryOf("stripe", "", { event }), changed);
export const newIntent = () => `pi_${newBiz()}`;
export const placeOf = (intent: string) => indexPlace({ instance: "stripe", paymentId: intent });

export async function registered(): Promise<string> {
  const biz = newBiz();
  await registerFor("stripe", biz);
  return biz;
}

/** The rows of a payment in the index. */
export async function stored(intent: string): Promise<{ claims: unknown[]; orphans: unknown[] }> {
  const { group, key } = await placeOf(intent);
  return runInDurableObject(stubOf(group), (_object, { storage }) => {
    const tables = new Set([...storage.sql.exec("SELECT name FROM sqlite_master")].map(({ name }) => name));
    const rowsOf = (table: string) =>
      tables.has(table) ? [...storage.sql.exec(`SELECT * FROM ${table} WHERE payment = ?`, key)] : [];
    return { claims: rowsOf("claims"), orphans: rowsOf("orphans") };
  });
}
