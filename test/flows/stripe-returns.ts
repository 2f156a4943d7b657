// Stripe's flows: invoices, and what goes back by refunds and disputes.
import type { Flow } from "./flow.ts";
import { charge, dispute, disputed, intent, invoice, listed, refund, session } from "./stripe-events.ts";

const REFUNDS = "https://docs.stripe.com/refunds";
const DISPUTES = "https://docs.stripe.com/disputes/how-disputes-work";
const INVOICES = "https://docs.stripe.com/billing/subscriptions/webhooks";
const BASIL_PAYMENTS =
  "https://docs.stripe.com/changelog/basil/2025-03-31/add-support-for-multiple-partial-payments-on-invoices";
const SUBSCRIPTION_DETAILS = "https://stripe.dev/stripe-java/com/stripe/model/Invoice.SubscriptionDetails.html";

const usd = (amount: string) => ({ amount, currency: "USD" });
const registered = { A: usd("20.00") };

const invoices: readonly Flow[] = [
  {
    name: "the first invoice of a subscription and its session are one payment, and renewals pay no order",
    source: INVOICES,
    registered,
    events: (biz) => [
      session("completed", 1, {
        order: biz("A"),
        more: { mode: "subscription", payment_intent: null, invoice: "in_1" },
      }),
      invoice("paid", 1, { id: "in_1", reason: "subscription_create", order: biz("A") }),
      invoice("paid", 50, { id: "in_2", reason: "subscription_cycle", order: biz("A") }),
      invoice("payment_failed", 90, { id: "in_3", reason: "subscription_cycle", order: biz("A") }),
    ],
    ends: { A: { status: "paid", amount: "20", overpaid: "0", excess_payments: [] } },
    handedOn: 2,
  },
  {
    name: "an invoice that fails and is paid later",
    source: INVOICES,
    registered,
    events: (biz) => [
      invoice("payment_failed", 1, { id: "in_1", reason: "manual", order: biz("A") }),
      invoice("paid", 5, { id: "in_1", reason: "manual", order: biz("A") }),
    ],
    ends: { A: { status: "paid", checked: true } },
    handedOn: 0,
  },
  {
    name: "an invoice that is voided or given up is a failed attempt",
    source: INVOICES,
    registered: { A: usd("20.00"), B: usd("20.00") },
    events: (biz) => [
      invoice("voided", 1, { id: "in_1", reason: "manual", order: biz("A") }),
      invoice("marked_uncollectible", 2, { id: "in_2", reason: "manual", order: biz("B") }),
    ],
    ends: { A: { status: "failed" }, B: { status: "failed" } },
    handedOn: 0,
  },
  {
    name: "an invoice names its order in its own metadata, or in its subscription's, before 2025-03-31 and after",
    source: SUBSCRIPTION_DETAILS,
    registered: { A: usd("20.00"), B: usd("20.00"), C: usd("20.00") },
    events: (biz) => [
      invoice("paid", 1, { id: "in_1", reason: "manual", more: { metadata: { order_id: biz("A") } } }),
      invoice("paid", 2, { id: "in_2", reason: "subscription_create", order: biz("B") }),
      invoice("paid", 3, {
        id: "in_3",
        reason: "subscription_create",
        more: { parent: undefined, subscription_details: { metadata: { order_id: biz("C") } } },
      }),
    ],
    ends: { A: { status: "paid" }, B: { status: "paid" }, C: { status: "paid" } },
    handedOn: 0,
  },
  {
    name: "a one-off session, its intent, its charge and the invoice that documents it are one payment before 2025-03-31",
    source: "TryGhost/Ghost#28292",
    registered,
    events: (biz) => [
      session("completed", 2, { order: biz("A"), more: { invoice: "in_1" } }),
      intent("succeeded", 1, { order: biz("A"), more: { invoice: "in_1" } }),
      invoice("paid", 3, {
        id: "in_1",
        reason: "manual",
        more: { payment_intent: "pi_1", metadata: { order_id: biz("A") } },
      }),
      charge("refunded", 5, { order: biz("A"), refunded: 2000, more: { invoice: "in_1" } }),
    ],
    ends: { A: { status: "refunded", refunded: "20", excess_payments: [] } },
    handedOn: 0,
  },
  {
    name: "before 2025-03-31, refund and dispute of an invoice reach it by its intent, and a subscription's charge by its invoice",
    source: BASIL_PAYMENTS,
    registered: { A: usd("20.00"), B: usd("20.00") },
    events: (biz) => [
      invoice("paid", 1, {
        id: "in_1",
        reason: "manual",
        more: { payment_intent: "pi_1", metadata: { order_id: biz("A") } },
      }),
      refund("refund.created", 5, { id: "re_1", amount: 500 }),
      dispute("created", 6, { id: "du_1", amount: 1500, status: "needs_response" }),
      invoice("paid", 2, {
        id: "in_2",
        reason: "subscription_create",
        order: biz("B"),
        more: { payment_intent: "pi_2" },
      }),
      charge("refunded", 7, { n: 2, refunded: 2000, more: { invoice: "in_2" } }),
    ],
    ends: { A: { status: "partially_refunded", refunded: "5", disputed: "open" }, B: { status: "refunded" } },
    handedOn: 0,
  },
  {
    name: "a refund of an invoice or of a sale that is older than Belfry waits for its payment",
    source: BASIL_PAYMENTS,
    registered,
    events: (biz) => [
      intent("succeeded", 1, { order: biz("A") }),
      refund("refund.created", 2, { id: "re_9", of: 9, amount: 500 }),
    ],
    ends: { A: { status: "paid", refunded: "0" } },
    handedOn: 1,
  },
];

const refunds: readonly Flow[] = [
  {
    name: "refunds in parts reach all of it, each once, however many events report it",
    source: REFUNDS,
    registered,
    events: (biz) => [
      intent("succeeded", 1, { order: biz("A") }),
      refund("refund.created", 2, { id: "re_1", amount: 500, status: "pending" }),
      refund("refund.updated", 3, { id: "re_1", amount: 500 }),
      charge("refunded", 3, { refunded: 500 }),
      refund("refund.created", 4, { id: "re_2", amount: 1500 }),
      charge("refunded", 4, { refunded: 2000, envelope: { id: "evt_all" } }),
    ],
    ends: { A: { status: "refunded", refunded: "20" } },
    handedOn: 0,
  },
  {
    name: "a refund that comes before its payment counts when the payment comes",
    source: "woocommerce/woocommerce-gateway-stripe#1437",
    registered,
    events: (biz) => [
      refund("refund.created", 5, { id: "re_1", amount: 700 }),
      charge("refunded", 5, { refunded: 700 }),
      dispute("created", 6, { id: "du_1", amount: 1300, status: "needs_response" }),
      intent("succeeded", 1, { order: biz("A") }),
    ],
    ends: { A: { status: "partially_refunded", refunded: "7", disputed: "open" } },
    handedOn: 0,
  },
  {
    name: "a charge that is refunded proves its payment too",
    source: REFUNDS,
    registered,
    events: (biz) => [charge("refunded", 5, { order: biz("A"), refunded: 500 })],
    ends: { A: { status: "partially_refunded", refunded: "5", checked: true } },
    handedOn: 0,
  },
  {
    name: "one refund under two event ids counts once",
    source: REFUNDS,
    registered,
    events: (biz) => [
      intent("succeeded", 1, { order: biz("A") }),
      refund("refund.created", 2, { id: "re_1", amount: 1000 }),
      refund("charge.refund.updated", 3, { id: "re_1", amount: 1000 }),
      refund("refund.updated", 4, { id: "re_1", amount: 1000 }),
    ],
    ends: { A: { status: "partially_refunded", refunded: "10" } },
    handedOn: 0,
  },
  {
    name: "more than was captured never goes back",
    source: REFUNDS,
    registered,
    events: (biz) => [
      intent("succeeded", 1, { order: biz("A") }),
      refund("refund.created", 2, { id: "re_1", amount: 1500 }),
      refund("refund.created", 3, { id: "re_2", amount: 1500 }),
    ],
    ends: { A: { status: "refunded", refunded: "20" } },
    handedOn: 0,
  },
  {
    name: "a refund that fails leaves the order paid",
    source: "https://docs.stripe.com/refunds#failed-refunds",
    registered,
    events: (biz) => [
      intent("succeeded", 1, { order: biz("A") }),
      refund("refund.created", 2, { id: "re_1", amount: 2000, status: "pending" }),
      charge("refunded", 2, { refunded: 2000 }),
      refund("refund.failed", 9, { id: "re_1", amount: 2000, status: "failed" }),
      refund("refund.updated", 9, { id: "re_1", amount: 2000, status: "failed" }),
    ],
    ends: { A: { status: "paid", refunded: "0" } },
    handedOn: 0,
  },
  {
    name: "the refund of an excess payment settles it and nothing else",
    source: REFUNDS,
    registered,
    events: (biz) => [
      intent("succeeded", 1, { order: biz("A") }),
      intent("succeeded", 2, { n: 2, order: biz("A") }),
      charge("refunded", 3, { n: 2, order: biz("A"), refunded: 2000 }),
    ],
    ends: { A: { status: "paid", refunded: "0", excess_payments: [], payments: [listed(1, 1, "20")] } },
    handedOn: 0,
  },
  {
    name: "the refund of what was overpaid leaves the order paid",
    source: REFUNDS,
    registered,
    events: (biz) => [
      intent("succeeded", 1, { order: biz("A"), amount: 2500 }),
      refund("refund.created", 3, { id: "re_1", amount: 500 }),
    ],
    ends: { A: { status: "paid", overpaid: "0", refunded: "0" } },
    handedOn: 0,
  },
  {
    name: "the refund of a payment in another currency settles the mismatch",
    source: REFUNDS,
    registered,
    events: (biz) => [
      intent("succeeded", 1, { order: biz("A"), currency: "eur" }),
      refund("refund.created", 3, { id: "re_1", amount: 2000, currency: "eur" }),
    ],
    ends: { A: { paid: false, mismatches: [], refunded: "0" } },
    handedOn: 0,
  },
];

const disputes: readonly Flow[] = [
  {
    name: "a dispute is open while its money is withdrawn, and won when it is closed",
    source: DISPUTES,
    registered,
    events: (biz) => [
      intent("succeeded", 1, { order: biz("A") }),
      dispute("created", 2, { id: "du_1", status: "needs_response" }),
      dispute("funds_withdrawn", 2, { id: "du_1", status: "needs_response" }),
      dispute("updated", 5, { id: "du_1", status: "under_review" }),
      dispute("closed", 9, { id: "du_1", status: "won" }),
      dispute("funds_reinstated", 9, { id: "du_1", status: "won" }),
    ],
    ends: { A: { status: "paid", disputed: "won", disputes: [disputed("du_1", "won", "20")] } },
    handedOn: 0,
  },
  {
    name: "a dispute that is lost",
    source: DISPUTES,
    registered,
    events: (biz) => [
      intent("succeeded", 1, { order: biz("A") }),
      dispute("created", 2, { id: "du_1", status: "needs_response" }),
      dispute("closed", 9, { id: "du_1", status: "lost" }),
    ],
    ends: { A: { status: "paid", disputed: "lost" } },
    handedOn: 0,
  },
  {
    name: "two disputes of one payment, of which the first is won",
    source: DISPUTES,
    registered,
    events: (biz) => [
      intent("succeeded", 1, { order: biz("A") }),
      dispute("created", 2, { id: "du_1", amount: 500, status: "needs_response" }),
      dispute("closed", 4, { id: "du_1", amount: 500, status: "won" }),
      dispute("created", 6, { id: "du_2", amount: 700, status: "needs_response" }),
    ],
    ends: {
      A: {
        disputed: "open",
        disputes: [disputed("du_1", "won", "5"), disputed("du_2", "open", "7")],
      },
    },
    handedOn: 0,
  },
  {
    name: "a dispute that is prevented by a refund, and an inquiry that is closed",
    source: "https://docs.stripe.com/api/disputes/object",
    registered: { A: usd("20.00"), B: usd("20.00") },
    events: (biz) => [
      intent("succeeded", 1, { order: biz("A") }),
      dispute("created", 2, { id: "du_1", status: "prevented" }),
      intent("succeeded", 3, { n: 2, order: biz("B") }),
      dispute("created", 4, { id: "du_2", of: 2, status: "warning_needs_response" }),
      dispute("closed", 9, { id: "du_2", of: 2, status: "warning_closed" }),
    ],
    ends: { A: { disputed: "won" }, B: { disputed: "won" } },
    handedOn: 0,
  },
];

export const returns: readonly Flow[] = [...invoices, ...refunds, ...disputes];
