// Stripe's flows: accounts and modes, the field that names the order, and events that are handed on.
import type { Flow } from "./flow.ts";
import { charge, dispute, event, intent, listed, session } from "./stripe-events.ts";

const CONNECT = "https://docs.stripe.com/connect/webhooks";
const FULFILL = "https://docs.stripe.com/checkout/fulfillment";

const usd = (amount: string) => ({ amount, currency: "USD" });
const registered = { A: usd("20.00") };
const untouched = { status: "pending", held: null, mismatches: [], excess_payments: [], version: 0 } as const;

export const accounts: readonly Flow[] = [
  {
    name: "a connected account's payment, where none is set, changes nothing",
    source: CONNECT,
    registered,
    events: (biz) => [intent("succeeded", 1, { order: biz("A"), envelope: { account: "acct_OTHER" } })],
    ends: { A: untouched },
    handedOn: 1,
  },
  {
    name: "of connected accounts, those that are set count",
    source: CONNECT,
    setting: { account: ["acct_1", "acct_2"] },
    registered: { A: usd("20.00"), B: usd("20.00") },
    events: (biz) => [
      intent("succeeded", 1, { order: biz("A"), envelope: { account: "acct_2" } }),
      intent("succeeded", 2, { n: 2, order: biz("B"), envelope: { account: "acct_3" } }),
      intent("succeeded", 3, { n: 3, order: biz("B") }),
    ],
    ends: { A: { status: "paid" }, B: untouched },
    handedOn: 2,
  },
  {
    name: "a live payment changes nothing where test ones count",
    source: CONNECT,
    registered,
    events: (biz) => [
      intent("succeeded", 1, { order: biz("A"), envelope: { livemode: true } }),
      charge("refunded", 2, { order: biz("A"), refunded: 2000, envelope: { livemode: true } }),
    ],
    ends: { A: untouched },
    handedOn: 2,
  },
  {
    name: "another shop of the same account: payment, refund and dispute are handed on",
    source: "solspace/craft-freeform#2426",
    registered,
    events: () => [
      intent("succeeded", 1, { n: 7 }),
      charge("refunded", 2, { n: 7, refunded: 2000 }),
      dispute("created", 3, { id: "du_1", of: 7, status: "needs_response" }),
    ],
    ends: { A: untouched },
    handedOn: 3,
  },
  {
    name: "a session and an intent of one payment with two orders: the payment is the first one's",
    source: FULFILL,
    registered: { A: usd("20.00"), B: usd("20.00") },
    events: (biz) => [session("completed", 1, { order: biz("A") }), intent("succeeded", 2, { order: biz("B") })],
    ends: {
      A: { status: "paid" },
      B: { status: "pending", mismatches: [{ reason: "payment_of_another_order", ...listed(2, 1, "20") }] },
    },
    handedOn: 0,
    inThisOrder: "Two orders compete for one payment.",
  },
  {
    name: "the order's id in metadata, where the session's reference is a cart's",
    source: "https://docs.stripe.com/metadata",
    setting: { order: "metadata.order_id" },
    registered,
    events: (biz) => [session("completed", 1, { order: "cart-77", more: { metadata: { order_id: biz("A") } } })],
    ends: { A: { status: "paid" } },
    handedOn: 0,
  },
  {
    name: "an early fraud warning and a thin event are handed on",
    source: "https://docs.stripe.com/event-destinations",
    registered,
    events: (biz) => [
      intent("succeeded", 1, { order: biz("A") }),
      event("radar.early_fraud_warning.created", 2, {
        id: "issfr_1",
        object: "radar.early_fraud_warning",
        charge: "ch_1",
        payment_intent: "pi_1",
      }),
      {
        id: "evt_test_65",
        object: "v2.core.event",
        type: "v1.billing.meter.no_meter_found",
        livemode: false,
        created: "2026-11-22T09:03:00.000Z",
      },
    ],
    ends: { A: { status: "paid", disputed: "none" } },
    handedOn: 2,
  },
  {
    name: "a payment of an order that nobody registered is held",
    source: FULFILL,
    events: (biz) => [intent("succeeded", 1, { order: biz("A") })],
    ends: { A: { status: "pending", held: "not_registered" } },
    handedOn: 0,
  },
];
