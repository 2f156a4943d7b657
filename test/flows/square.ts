// Square's flows: payments with and without a tip, split tenders, refunds and disputes that name the payment only.
import type { Flow, FlowEvent, ProviderFlows } from "./flow.ts";

const PAYMENTS = "https://developer.squareup.com/docs/payments-api/webhooks";
const REFUNDS = "https://developer.squareup.com/docs/refunds-api/webhooks";
const DISPUTES = "https://developer.squareup.com/docs/disputes-api/webhooks";

const money = (amount: number) => ({ amount, currency: "USD" });
const usd = (amount: string) => ({ amount, currency: "USD" });
const registered = { A: usd("20.00") };

/** `minute` is the time of the event, and its id. */
function event(minute: number, type: string, object: object, merchant_id = "DEVELOPMENT"): FlowEvent {
  const created_at = new Date(Date.UTC(2026, 10, 22, 9, minute)).toISOString();
  const [kind = ""] = Object.keys(object);
  return { merchant_id, type, event_id: `E-${minute}`, created_at, data: { type: kind, object } };
}

interface Payment {
  readonly id: string;
  readonly amount: number;
  readonly status?: string;
  readonly order?: string;
  readonly tip?: number;
  readonly refunded?: number;
  readonly merchant?: string;
}

const payment = (minute: number, { id, amount, order, tip, refunded, merchant, status = "COMPLETED" }: Payment) =>
  event(
    minute,
    "payment.updated",
    {
      payment: {
        id,
        status,
        ...(order === undefined ? {} : { reference_id: order }),
        amount_money: money(amount),
        ...(tip === undefined ? {} : { tip_money: money(tip) }),
        total_money: money(amount + (tip ?? 0)),
        ...(refunded === undefined ? {} : { refunded_money: money(refunded) }),
      },
    },
    merchant,
  );

const refund = (minute: number, id: string, payment_id: string, amount: number, status = "COMPLETED") =>
  event(minute, "refund.updated", { refund: { id, payment_id, status, amount_money: money(amount) } });

const dispute = (minute: number, id: string, payment_id: string, state: string) =>
  event(minute, "dispute.state.updated", {
    dispute: { id, state, amount_money: money(2000), disputed_payment: { payment_id } },
  });

const flows: readonly Flow[] = [
  {
    name: "a payment that is approved and completed pays the order",
    source: PAYMENTS,
    registered,
    events: (biz) => [
      payment(1, { id: "P1", amount: 2000, order: biz("A"), status: "APPROVED" }),
      payment(2, { id: "P1", amount: 2000, order: biz("A") }),
    ],
    ends: { A: { status: "paid", amount: "20", checked: true, excess_payments: [], mismatches: [] } },
    handedOn: 0,
  },
  {
    name: "a cancelled card is no order's end while another is approved, and the other pays",
    source: "Sylius/PayumStripePlugin#31",
    registered,
    events: (biz) => [
      payment(1, { id: "PA", amount: 2000, order: biz("A"), status: "CANCELED" }),
      payment(2, { id: "PB", amount: 2000, order: biz("A"), status: "APPROVED" }),
      payment(3, { id: "PB", amount: 2000, order: biz("A") }),
    ],
    ends: { A: { status: "paid", late: false, excess_payments: [] } },
    handedOn: 0,
  },
  {
    name: "a cancelled card alone is a failed attempt",
    source: PAYMENTS,
    registered,
    events: (biz) => [payment(1, { id: "PA", amount: 2000, order: biz("A"), status: "CANCELED" })],
    ends: { A: { status: "failed", paid: false } },
    handedOn: 0,
  },
  {
    name: "a tip beside the amount is not the order's: 20.00 and 3.00 pay 20.00",
    source: "wcpos/woocommerce-pos#1904",
    registered,
    events: (biz) => [payment(1, { id: "P1", amount: 2000, tip: 300, order: biz("A") })],
    ends: { A: { status: "paid", amount: "20", overpaid: "0" } },
    handedOn: 0,
  },
  {
    name: "a tip does not fill the amount up: 17.00 and 3.00 do not pay 20.00",
    source: "square/point-of-sale-android-sdk#47",
    registered,
    events: (biz) => [payment(1, { id: "P1", amount: 1700, tip: 300, order: biz("A") })],
    ends: { A: { status: "pending", underpaid: { paid: "17", missing: "3" } } },
    handedOn: 0,
  },
  {
    name: "two tenders of one order add up",
    source: "https://developer.squareup.com/docs/orders-api/pay-for-orders",
    registered,
    events: (biz) => [
      payment(1, { id: "P1", amount: 500, order: biz("A") }),
      payment(2, { id: "P2", amount: 1500, order: biz("A") }),
    ],
    ends: { A: { status: "paid", amount: "20", overpaid: "0", underpaid: null } },
    handedOn: 0,
  },
  {
    name: "a refund is counted once, by its own event and by the payment's total",
    source: REFUNDS,
    registered,
    events: (biz) => [
      payment(1, { id: "P1", amount: 2000, order: biz("A") }),
      refund(2, "R1", "P1", 500, "PENDING"),
      refund(3, "R1", "P1", 500),
      payment(4, { id: "P1", amount: 2000, order: biz("A"), refunded: 500 }),
    ],
    ends: { A: { status: "partially_refunded", refunded: "5" } },
    handedOn: 1,
  },
  {
    name: "a refund that is rejected goes back to nobody",
    source: REFUNDS,
    registered,
    events: (biz) => [
      payment(1, { id: "P1", amount: 2000, order: biz("A") }),
      refund(2, "R1", "P1", 2000),
      refund(3, "R1", "P1", 2000, "REJECTED"),
    ],
    ends: { A: { status: "paid", refunded: "0" } },
    handedOn: 0,
  },
  {
    name: "refunds in parts end in a refunded order",
    source: REFUNDS,
    registered,
    events: (biz) => [
      payment(1, { id: "P1", amount: 2000, order: biz("A") }),
      refund(2, "R1", "P1", 500),
      refund(3, "R2", "P1", 1500),
      payment(4, { id: "P1", amount: 2000, order: biz("A"), refunded: 2000 }),
    ],
    ends: { A: { status: "refunded", paid: false, refunded: "20" } },
    handedOn: 0,
  },
  {
    name: "a refund and a dispute of a sale that no order knows wait, and change nothing",
    source: "https://developer.squareup.com/docs/webhooks/overview",
    registered,
    events: () => [refund(1, "R9", "P9", 500), dispute(2, "D9", "P9", "EVIDENCE_REQUIRED")],
    ends: { A: { status: "pending", mismatches: [], disputed: "none" } },
    handedOn: 2,
  },
  {
    name: "a dispute is open, then won; a second one of the same payment is lost",
    source: DISPUTES,
    registered,
    events: (biz) => [
      payment(1, { id: "P1", amount: 2000, order: biz("A") }),
      dispute(2, "D1", "P1", "EVIDENCE_REQUIRED"),
      dispute(3, "D1", "P1", "WON"),
      dispute(4, "D2", "P1", "LOST"),
    ],
    ends: {
      A: {
        status: "paid",
        disputed: "lost",
        disputes: [
          {
            provider: "square",
            dispute_id: "D1",
            payment_id: "P1",
            status: "won",
            amount: "20",
            currency: "USD",
          },
          {
            provider: "square",
            dispute_id: "D2",
            payment_id: "P1",
            status: "lost",
            amount: "20",
            currency: "USD",
          },
        ],
      },
    },
    handedOn: 0,
  },
  {
    name: "a payment of another seller of the application proves nothing",
    source: "https://developer.squareup.com/docs/webhooks/overview",
    registered,
    events: (biz) => [payment(1, { id: "P1", amount: 2000, order: biz("A"), merchant: "ANOTHER" })],
    ends: { A: { status: "pending", version: 0, mismatches: [] } },
    handedOn: 1,
  },
  {
    name: "a second payment is an excess, and its refund settles that entry alone",
    source: PAYMENTS,
    registered,
    events: (biz) => [
      payment(1, { id: "P1", amount: 2000, order: biz("A") }),
      payment(2, { id: "P2", amount: 2000, order: biz("A") }),
      refund(3, "R1", "P2", 2000),
    ],
    ends: { A: { status: "paid", refunded: "0", excess_payments: [] } },
    handedOn: 0,
  },
];

export const square: ProviderFlows = { provider: "square", flows };
