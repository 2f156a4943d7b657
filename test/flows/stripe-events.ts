// Events shaped like Stripe's: data and nothing else.
import type { FlowEvent } from "./flow.ts";

type Fields = Readonly<Record<string, unknown>>;

const START = Date.UTC(2026, 10, 22, 9) / 1000;

/** `minute` is the time of the event, and the end of its id. */
export const event = (type: string, minute: number, object: Fields, envelope: Fields = {}): FlowEvent => ({
  id: `evt_${type}_${minute}`,
  object: "event",
  api_version: "2026-04-22.dahlia",
  created: START + 60 * minute,
  livemode: false,
  pending_webhooks: 1,
  type,
  data: { object },
  ...envelope,
});

/** Nobody's order unless one is stated. */
const named = (order: string | undefined) => ({ metadata: order === undefined ? {} : { order_id: order } });

export interface Payment {
  /** The end of the ids: `pi_1`, `ch_1`, `cs_1`. */
  readonly n?: number;
  readonly amount?: number | null;
  readonly currency?: string;
  /** The shop's order, in metadata. */
  readonly order?: string;
  readonly envelope?: Fields;
  readonly more?: Fields;
}

/** `type` such as succeeded, processing and canceled. */
export const intent = (
  type: string,
  minute: number,
  { n = 1, amount = 2000, currency = "usd", order, envelope, more }: Payment,
): FlowEvent => {
  const received = type === "succeeded" ? amount : 0;
  const object = { id: `pi_${n}`, object: "payment_intent", amount, amount_received: received, currency };
  return event(
    `payment_intent.${type}`,
    minute,
    { ...object, latest_charge: `ch_${n}`, ...named(order), ...more },
    envelope,
  );
};

/** `type` such as completed and expired. The session names its order by `client_reference_id`. */
export const session = (
  type: string,
  minute: number,
  { n = 1, amount = 2000, currency = "usd", order, envelope, more }: Payment,
): FlowEvent => {
  const object = {
    id: `cs_test_${n}`,
    object: "checkout.session",
    mode: "payment",
    amount_total: amount,
    currency,
    client_reference_id: order ?? null,
    payment_intent: type === "expired" ? null : `pi_${n}`,
    payment_status: type === "completed" ? "paid" : "unpaid",
    metadata: {},
  };
  return event(`checkout.session.${type}`, minute, { ...object, ...more }, envelope);
};

export interface Charge extends Payment {
  readonly captured?: number;
  readonly refunded?: number;
}

/** `amount_refunded` contains what was held and not captured. */
export const charge = (
  type: string,
  minute: number,
  { n = 1, amount = 2000, currency = "usd", order, captured = amount ?? 0, refunded = 0, envelope, more }: Charge,
): FlowEvent => {
  const amounts = { amount, amount_captured: captured, amount_refunded: refunded, currency };
  const object = { id: `ch_${n}`, object: "charge", payment_intent: `pi_${n}`, captured: captured > 0, ...amounts };
  return event(`charge.${type}`, minute, { ...object, ...named(order), ...more }, envelope);
};

export interface Refund {
  readonly id: string;
  /** The payment's number. */
  readonly of?: number;
  readonly amount: number;
  readonly currency?: string;
  readonly status?: string;
  readonly order?: string;
}

/** `type` such as refund.created. */
export const refund = (
  type: string,
  minute: number,
  { id, of = 1, amount, currency = "usd", status = "succeeded", order }: Refund,
): FlowEvent => {
  const object = { id, object: "refund", amount, currency, charge: `ch_${of}`, payment_intent: `pi_${of}`, status };
  return event(type, minute, { ...object, ...named(order) });
};

export interface Disputed {
  readonly id: string;
  readonly of?: number;
  readonly amount?: number;
  readonly status: string;
}

/** `type` such as created, funds_withdrawn and closed. */
export const dispute = (type: string, minute: number, { id, of = 1, amount = 2000, status }: Disputed): FlowEvent => {
  const object = { id, object: "dispute", amount, currency: "usd", charge: `ch_${of}`, payment_intent: `pi_${of}` };
  return event(`charge.dispute.${type}`, minute, { ...object, reason: "fraudulent", status, metadata: {} });
};

export interface Invoice {
  readonly id: string;
  readonly reason: string;
  readonly due?: number;
  /** The shop's order, in the metadata of the subscription. */
  readonly order?: string;
  readonly more?: Fields;
}

/** An invoice of a subscription has the order in the metadata of the subscription. */
export const invoice = (type: string, minute: number, { id, reason, due = 2000, order, more }: Invoice): FlowEvent =>
  event(`invoice.${type}`, minute, {
    id,
    object: "invoice",
    amount_due: due,
    amount_paid: type === "paid" ? due : 0,
    currency: "usd",
    billing_reason: reason,
    metadata: {},
    parent:
      order === undefined
        ? null
        : { type: "subscription_details", subscription_details: { subscription: "sub_1", ...named(order) } },
    ...more,
  });

/** A payment as the backend sees it, by the intent's event that proved it. */
export const listed = (minute: number, n: number, amount: string, currency = "USD") => ({
  provider: "stripe",
  event_id: `evt_payment_intent.succeeded_${minute}`,
  payment_id: `pi_${n}`,
  amount,
  currency,
});

/** A dispute of pi_1 as the backend sees it. */
export const disputed = (dispute_id: string, status: "open" | "won" | "lost", amount: string) => ({
  provider: "stripe",
  dispute_id,
  payment_id: "pi_1",
  status,
  amount,
  currency: "USD",
});
