// Stripe's flows: sessions, intents and charges. The others: stripe-accounts.ts, stripe-returns.ts.
import type { Flow, ProviderFlows } from "./flow.ts";
import { accounts } from "./stripe-accounts.ts";
import { charge, intent, listed, session } from "./stripe-events.ts";
import { returns } from "./stripe-returns.ts";

const TYPES = "https://docs.stripe.com/api/events/types";
const HOLD = "https://docs.stripe.com/payments/place-a-hold-on-a-payment-method";
const FULFILL = "https://docs.stripe.com/checkout/fulfillment";
const CURRENCIES = "https://docs.stripe.com/currencies";

const usd = (amount: string) => ({ amount, currency: "USD" });
const registered = { A: usd("20.00") };
const untouched = { status: "pending", held: null, mismatches: [], excess_payments: [], version: 0 } as const;

const payments: readonly Flow[] = [
  {
    name: "a session, its intent and its charge are one payment",
    source: FULFILL,
    registered,
    events: (biz) => [
      charge("succeeded", 1, { order: biz("A") }),
      intent("succeeded", 1, { order: biz("A") }),
      session("completed", 2, { order: biz("A") }),
    ],
    ends: { A: { status: "paid", amount: "20", checked: true, overpaid: "0", excess_payments: [] } },
    handedOn: 0,
  },
  {
    name: "a bank debit is pending until its session succeeds",
    source: FULFILL,
    registered: { A: usd("20.00"), B: usd("20.00") },
    events: (biz) => [
      session("completed", 1, { order: biz("A"), more: { payment_status: "unpaid" } }),
      session("async_payment_succeeded", 9, { order: biz("A") }),
      session("completed", 1, { n: 2, order: biz("B"), envelope: { id: "evt_B" }, more: { payment_status: "unpaid" } }),
      session("async_payment_failed", 9, { n: 2, order: biz("B") }),
    ],
    ends: { A: { status: "paid" }, B: { status: "failed", paid: false } },
    handedOn: 0,
  },
  {
    name: "a declined card and then another: paid, and not late",
    source: TYPES,
    registered,
    events: (biz) => [
      charge("failed", 1, { order: biz("A") }),
      intent("payment_failed", 1, { order: biz("A") }),
      intent("succeeded", 2, { order: biz("A") }),
    ],
    ends: { A: { status: "paid", late: false } },
    handedOn: 0,
  },
  {
    name: "a session that expires while the intent of another is processing ends nothing",
    source: "woocommerce/woocommerce-gateway-stripe#5810",
    registered: { A: usd("20.00"), B: usd("20.00") },
    events: (biz) => [
      session("expired", 3, { order: biz("A") }),
      intent("processing", 2, { n: 2, order: biz("A") }),
      intent("succeeded", 4, { n: 2, order: biz("A") }),
      session("expired", 3, { n: 3, order: biz("B"), envelope: { id: "evt_B" } }),
      intent("processing", 2, { n: 4, order: biz("B"), envelope: { id: "evt_B2" } }),
    ],
    ends: { A: { status: "paid", late: false }, B: { status: "pending" } },
    handedOn: 0,
  },
  {
    name: "a canceled intent is a failed attempt, and closes no order",
    source: "Sylius/PayumStripePlugin#31",
    registered,
    events: (biz) => [intent("processing", 1, { order: biz("A") }), intent("canceled", 2, { order: biz("A") })],
    ends: { A: { status: "failed" } },
    handedOn: 0,
  },
  {
    name: "setup mode only saves a card, and a free subscription does not pay 20.00",
    source: "Subscribie/subscribie#1400",
    registered: { A: usd("20.00"), B: usd("20.00") },
    events: (biz) => [
      session("completed", 1, {
        order: biz("A"),
        amount: null,
        more: { mode: "setup", payment_status: "no_payment_required", payment_intent: null, currency: null },
      }),
      session("completed", 2, {
        n: 2,
        order: biz("B"),
        amount: 0,
        more: { mode: "subscription", payment_status: "no_payment_required", payment_intent: null, invoice: "in_1" },
      }),
    ],
    ends: { A: { ...untouched }, B: { paid: false, underpaid: null } },
    handedOn: 1,
  },
  {
    name: "an order of nothing is paid by a session of nothing",
    source: "Subscribie/subscribie#1287",
    registered: { A: usd("0") },
    events: (biz) => [
      session("completed", 1, {
        order: biz("A"),
        amount: 0,
        more: { payment_status: "no_payment_required", payment_intent: null },
      }),
    ],
    ends: { A: { status: "paid", checked: true } },
    handedOn: 0,
  },
  {
    name: "the uncaptured rest of a hold is no refund",
    source: HOLD,
    registered: { A: usd("4.00") },
    events: (biz) => [
      charge("succeeded", 1, { order: biz("A"), amount: 1000, captured: 0 }),
      intent("amount_capturable_updated", 1, { order: biz("A"), amount: 1000 }),
      charge("captured", 2, { order: biz("A"), amount: 1000, captured: 400, refunded: 600 }),
      intent("succeeded", 2, { order: biz("A"), amount: 1000, more: { amount_received: 400 } }),
      charge("refunded", 2, { order: biz("A"), amount: 1000, captured: 400, refunded: 600 }),
    ],
    ends: { A: { status: "paid", amount: "4", refunded: "0", overpaid: "0" } },
    handedOn: 0,
  },
  {
    name: "a partial capture and a refund of a part of it",
    source: HOLD,
    registered: { A: usd("4.00") },
    events: (biz) => [
      charge("captured", 2, { order: biz("A"), amount: 1000, captured: 400, refunded: 600 }),
      charge("refunded", 5, { order: biz("A"), amount: 1000, captured: 400, refunded: 700 }),
    ],
    ends: { A: { status: "partially_refunded", amount: "4", refunded: "1" } },
    handedOn: 0,
  },
  {
    name: "captures below the amount leave the order underpaid",
    source: HOLD,
    registered: { A: usd("10.00") },
    events: (biz) => [
      intent("amount_capturable_updated", 1, { order: biz("A"), amount: 1000 }),
      charge("captured", 2, { order: biz("A"), amount: 1000, captured: 400, refunded: 600 }),
    ],
    ends: { A: { status: "pending", underpaid: { paid: "4", missing: "6" }, refunded: "0" } },
    handedOn: 0,
  },
  {
    name: "a hold that expires or is released is a failed attempt, though its charge is refunded",
    source: HOLD,
    registered: { A: usd("20.00"), B: usd("20.00") },
    events: (biz) => [
      charge("succeeded", 1, { order: biz("A"), captured: 0 }),
      charge("expired", 8, { order: biz("A"), captured: 0, refunded: 2000 }),
      intent("amount_capturable_updated", 1, { n: 2, order: biz("B") }),
      charge("refunded", 8, { n: 2, order: biz("B"), captured: 0, refunded: 2000 }),
    ],
    ends: {
      A: { status: "failed", refunded: "0", mismatches: [] },
      B: { status: "failed", refunded: "0", mismatches: [] },
    },
    handedOn: 0,
  },
  {
    name: "a bank transfer that funds a part is pending",
    source: TYPES,
    registered,
    events: (biz) => [intent("partially_funded", 1, { order: biz("A"), more: { amount_received: 0 } })],
    ends: { A: { status: "pending", paid: false } },
    handedOn: 0,
  },
  {
    name: "two intents that are both paid: the later one is owed back",
    source: TYPES,
    registered,
    events: (biz) => [intent("succeeded", 1, { order: biz("A") }), intent("succeeded", 2, { n: 2, order: biz("A") })],
    ends: { A: { status: "paid", overpaid: "0", excess_payments: [listed(2, 2, "20")] } },
    handedOn: 0,
  },
  {
    name: "payments add up, and what exceeds the amount is overpaid",
    source: TYPES,
    registered,
    events: (biz) => [
      intent("succeeded", 1, { order: biz("A"), amount: 500 }),
      intent("succeeded", 2, { n: 2, order: biz("A"), amount: 1800 }),
    ],
    ends: { A: { status: "paid", checked: true, amount: "23", overpaid: "3", underpaid: null, excess_payments: [] } },
    handedOn: 0,
  },
  {
    name: "another currency, and one that Stripe does not take, are mismatches",
    source: CURRENCIES,
    registered: { A: usd("20.00"), B: usd("20.00") },
    events: (biz) => [
      intent("succeeded", 1, { order: biz("A"), currency: "eur" }),
      intent("succeeded", 2, { n: 2, order: biz("B"), currency: "xyz" }),
    ],
    ends: {
      A: { status: "pending", mismatches: [{ reason: "currency", ...listed(1, 1, "20", "EUR") }] },
      B: { status: "pending", mismatches: [{ reason: "unknown_currency", ...listed(2, 2, "2000", "XYZ") }] },
    },
    handedOn: 0,
  },
  {
    name: "kronur of Iceland come with two digits, and dobras of before 2018 are known",
    source: CURRENCIES,
    registered: { A: { amount: "500", currency: "ISK" }, B: { amount: "500.00", currency: "STD" } },
    events: (biz) => [
      intent("succeeded", 1, { order: biz("A"), amount: 50_000, currency: "isk" }),
      intent("succeeded", 2, { n: 2, order: biz("B"), amount: 50_000, currency: "std" }),
    ],
    ends: { A: { status: "paid", checked: true }, B: { status: "paid", checked: true } },
    handedOn: 0,
  },
];

export const stripe: ProviderFlows = { provider: "stripe", flows: [...payments, ...accounts, ...returns] };
