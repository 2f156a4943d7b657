// Paddle's flows: transactions, renewals that look like them, and adjustments that name the transaction only.
import type { Flow, FlowEvent, ProviderFlows } from "./flow.ts";

const TRANSACTIONS = "https://developer.paddle.com/webhooks/transactions/transaction-completed";
const ADJUSTMENTS = "https://developer.paddle.com/webhooks/adjustments/adjustment-updated";

const usd = (amount: string) => ({ amount, currency: "USD" });
const registered = { A: usd("20.00") };

/** `minute` is the time of the event, and its id. */
const event = (minute: number, event_type: string, data: object): FlowEvent => ({
  event_id: `evt_${minute}`,
  event_type,
  occurred_at: new Date(Date.UTC(2026, 10, 22, 9, minute)).toISOString(),
  notification_id: `ntf_${minute}`,
  data,
});

interface Transaction {
  readonly id?: string;
  readonly order: string | null;
  readonly total?: number;
  readonly origin?: string;
  readonly currency?: string;
}

const transaction = (minute: number, name: string, { id = "txn_1", order, total, origin, currency }: Transaction) =>
  event(minute, `transaction.${name}`, {
    id,
    origin: origin ?? "web",
    custom_data: order === null ? null : { order_id: order },
    currency_code: currency ?? "USD",
    details: { totals: { total: String(total ?? 2000), currency_code: currency ?? "USD" } },
  });

interface Adjustment {
  readonly id: string;
  readonly action: string;
  readonly total: number;
  readonly status?: string;
  readonly transaction?: string;
  readonly type?: "full" | "partial";
}

const adjustment = (minute: number, { id, action, total, status, transaction: of, type }: Adjustment) =>
  event(minute, "adjustment.updated", {
    id,
    action,
    type: type ?? "partial",
    status: status ?? "approved",
    transaction_id: of ?? "txn_1",
    currency_code: "USD",
    totals: { total: String(total), currency_code: "USD" },
  });

const flows: readonly Flow[] = [
  {
    name: "a transaction that is paid and completed pays the order once",
    source: TRANSACTIONS,
    registered,
    events: (biz) => [transaction(1, "paid", { order: biz("A") }), transaction(2, "completed", { order: biz("A") })],
    ends: { A: { status: "paid", amount: "20", checked: true, excess_payments: [] } },
    handedOn: 0,
  },
  {
    name: "a declined card is a failed attempt, and the next one pays the same transaction",
    source: "https://developer.paddle.com/webhooks/transactions/transaction-payment-failed",
    registered,
    events: (biz) => [
      transaction(1, "payment_failed", { order: biz("A") }),
      transaction(2, "completed", { order: biz("A") }),
    ],
    ends: { A: { status: "paid", late: false } },
    handedOn: 0,
  },
  {
    name: "a cancelled transaction closes the order",
    source: "https://developer.paddle.com/webhooks/transactions/transaction-canceled",
    registered,
    events: (biz) => [transaction(1, "canceled", { order: biz("A") })],
    ends: { A: { status: "closed", paid: false } },
    handedOn: 0,
  },
  {
    name: "a renewal carries the first order's custom data, and is no payment of it",
    source: "laravel/cashier-paddle#310",
    registered,
    events: (biz) => [
      transaction(1, "completed", { order: biz("A") }),
      transaction(2, "completed", { id: "txn_2", order: biz("A"), origin: "subscription_recurring" }),
      transaction(3, "payment_failed", { id: "txn_3", order: biz("A"), origin: "subscription_recurring" }),
    ],
    ends: { A: { status: "paid", amount: "20", excess_payments: [] } },
    handedOn: 2,
  },
  {
    name: "a true second payment is an excess; its refund in full settles that entry",
    source: "laravel/cashier-paddle#310",
    registered,
    events: (biz) => [
      transaction(1, "completed", { order: biz("A") }),
      transaction(2, "completed", { id: "txn_2", order: biz("A") }),
    ],
    ends: {
      A: {
        status: "paid",
        excess_payments: [
          { provider: "paddle", event_id: "evt_2", payment_id: "txn_2", amount: "20", currency: "USD" },
        ],
      },
    },
    handedOn: 0,
  },
  {
    name: "a partial adjustment refunds its amount, one that waits for approval nothing",
    source: ADJUSTMENTS,
    registered,
    events: (biz) => [
      transaction(1, "completed", { order: biz("A") }),
      adjustment(2, { id: "adj_1", action: "refund", total: 500, status: "pending_approval" }),
      adjustment(3, { id: "adj_1", action: "refund", total: 500 }),
    ],
    ends: { A: { status: "partially_refunded", refunded: "5" } },
    handedOn: 1,
  },
  {
    name: "a full adjustment refunds the order, whichever comes first",
    source: ADJUSTMENTS,
    registered,
    events: (biz) => [
      transaction(1, "completed", { order: biz("A") }),
      adjustment(2, { id: "adj_1", action: "refund", total: 2000, type: "full" }),
    ],
    ends: { A: { status: "refunded", paid: false, refunded: "20" } },
    handedOn: 0,
  },
  {
    name: "a refund that Paddle rejects goes back to nobody",
    source: ADJUSTMENTS,
    registered,
    events: (biz) => [
      transaction(1, "completed", { order: biz("A") }),
      adjustment(2, { id: "adj_1", action: "refund", total: 2000 }),
      adjustment(3, { id: "adj_1", action: "refund", total: 2000, status: "rejected" }),
    ],
    ends: { A: { status: "paid", refunded: "0" } },
    handedOn: 0,
  },
  {
    name: "a credit is no refund",
    source: ADJUSTMENTS,
    registered,
    events: (biz) => [
      transaction(1, "completed", { order: biz("A") }),
      adjustment(2, { id: "adj_1", action: "credit", total: 500 }),
    ],
    ends: { A: { status: "paid", refunded: "0" } },
    handedOn: 1,
  },
  {
    name: "a chargeback warning that becomes a chargeback and is reversed ends won",
    source: "https://developer.paddle.com/build/transactions/create-transaction-adjustments",
    registered,
    events: (biz) => [
      transaction(1, "completed", { order: biz("A") }),
      adjustment(2, { id: "adj_1", action: "chargeback_warning", total: 2000 }),
      adjustment(3, { id: "adj_2", action: "chargeback", total: 2000 }),
      adjustment(4, { id: "adj_3", action: "chargeback_reverse", total: 2000 }),
    ],
    ends: { A: { status: "paid", disputed: "won" } },
    handedOn: 0,
  },
  {
    name: "an adjustment of a transaction that no order knows waits",
    source: ADJUSTMENTS,
    registered,
    events: () => [adjustment(1, { id: "adj_9", action: "refund", total: 500, transaction: "txn_9" })],
    ends: { A: { status: "pending", mismatches: [] } },
    handedOn: 1,
  },
  {
    name: "a payment in another currency is a mismatch, and the right one pays",
    source: TRANSACTIONS,
    registered,
    events: (biz) => [
      transaction(1, "completed", { order: biz("A"), currency: "EUR" }),
      transaction(2, "completed", { id: "txn_2", order: biz("A") }),
    ],
    ends: {
      A: {
        status: "paid",
        mismatches: [
          {
            reason: "currency",
            provider: "paddle",
            event_id: "evt_1",
            payment_id: "txn_1",
            amount: "20",
            currency: "EUR",
          },
        ],
      },
    },
    handedOn: 0,
  },
];

export const paddle: ProviderFlows = { provider: "paddle", flows };
