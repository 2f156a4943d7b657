// PayPal's flows in which money goes back or is contested: refunds, reversals, excess payments, disputes.
import type { Flow } from "./flow.ts";
import { completed, dispute, OURS, refund, reversed, sale, saleRefund, saleReversal, THEIRS } from "./paypal-events.ts";

const EVENT_NAMES = "https://developer.paypal.com/api/rest/webhooks/event-names/";
const REFUND = "https://developer.paypal.com/api/orders/v2/definitions/refund";
const OUTCOME = "https://developer.paypal.com/api/customer-disputes/v1/definitions/dispute_outcome";

const usd = (amount: string) => ({ amount, currency: "USD" });
const registered = { A: usd("20.00") };
const paid = (order: string, more = {}) => completed(1, { id: "CAP1", value: "20.00", order, ...more });

const listed = (id: string, amount: string, minute: number) => ({
  provider: "paypal",
  event_id: `WH-PAYMENT.CAPTURE.COMPLETED-${minute}`,
  payment_id: id,
  amount,
  currency: "USD",
});

const disputed = (id: string, status: "open" | "won" | "lost", amount = "20") => ({
  provider: "paypal",
  dispute_id: id,
  payment_id: "CAP1",
  status,
  amount,
  currency: "USD",
});

const refunds: readonly Flow[] = [
  {
    name: "partial refunds until everything went back",
    source: REFUND,
    registered,
    events: (biz) => [
      paid(biz("A")),
      refund("CAPTURE.REFUNDED", 2, { id: "REF1", of: "CAP1", value: "5.00", order: biz("A") }),
      refund("CAPTURE.REFUNDED", 3, { id: "REF2", of: "CAP1", value: "15.00", order: biz("A") }),
    ],
    ends: { A: { status: "refunded", refunded: "20" } },
    handedOn: 0,
  },
  {
    name: "a refund names its capture in a link alone, and counts whichever of the two comes first",
    source: "Sylius/PayPalPlugin#106",
    registered,
    events: (biz) => [paid(biz("A")), refund("CAPTURE.REFUNDED", 2, { id: "REF1", of: "CAP1", value: "5.00" })],
    ends: { A: { status: "partially_refunded", refunded: "5" } },
    handedOn: 0,
  },
  {
    name: "a refund with a custom id of its own belongs to the order of its capture",
    source: REFUND,
    registered,
    events: (biz) => [
      paid(biz("A")),
      refund("CAPTURE.REFUNDED", 2, { id: "REF1", of: "CAP1", value: "5.00", order: "CREDIT-NOTE-7" }),
    ],
    ends: { A: { status: "partially_refunded", refunded: "5" } },
    handedOn: 0,
  },
  {
    name: "a refund that is pending and then completed is one refund",
    source: EVENT_NAMES,
    registered,
    events: (biz) => [
      paid(biz("A")),
      refund("REFUND.PENDING", 2, { id: "REF1", of: "CAP1", value: "5.00", status: "PENDING" }),
      refund("CAPTURE.REFUNDED", 3, { id: "REF1", of: "CAP1", value: "5.00" }),
    ],
    ends: { A: { status: "partially_refunded", refunded: "5" } },
    handedOn: 0,
  },
  {
    name: "a refund that fails leaves the order paid",
    source: EVENT_NAMES,
    registered,
    events: (biz) => [
      paid(biz("A")),
      refund("REFUND.PENDING", 2, { id: "REF1", of: "CAP1", value: "20.00", status: "PENDING" }),
      refund("REFUND.FAILED", 3, { id: "REF1", of: "CAP1", value: "20.00", status: "FAILED" }),
    ],
    ends: { A: { status: "paid", refunded: "0" } },
    handedOn: 0,
  },
  {
    name: "a refund of a payment that nobody knows invents no order",
    source: "Sylius/PayPalPlugin#106",
    registered,
    events: () => [refund("CAPTURE.REFUNDED", 1, { id: "REF1", of: "CAP9", value: "5.00", order: "SHOP-2-1001" })],
    ends: { A: { status: "pending" } },
    handedOn: 1,
  },
  {
    name: "a partial reversal takes back its part",
    source: "woocommerce/woocommerce-paypal-payments#1614",
    registered,
    events: (biz) => [
      paid(biz("A")),
      refund("CAPTURE.REVERSED", 2, { id: "REV1", of: "CAP1", value: "7.50", order: biz("A") }),
    ],
    ends: { A: { status: "partially_refunded", refunded: "7.5" } },
    handedOn: 0,
  },
  {
    name: "a capture that is reversed went back, and never more than was captured",
    source: EVENT_NAMES,
    registered,
    events: (biz) => [
      paid(biz("A")),
      refund("CAPTURE.REFUNDED", 2, { id: "REF1", of: "CAP1", value: "5.00" }),
      reversed(3, { id: "CAP1", value: "20.00", order: biz("A") }),
    ],
    ends: { A: { status: "refunded", refunded: "20" } },
    handedOn: 0,
  },
  {
    name: "a sale of the first version: refunded with a minus, the rest reversed",
    source: "paypal/PayPal-PHP-SDK#1286",
    setting: { merchantId: "any" },
    registered,
    events: (biz) => [
      sale("COMPLETED", 1, { id: "SALE1", total: "20.00", order: biz("A") }),
      saleRefund(2, { id: "REF1", of: "SALE1", total: "-5.00" }),
      saleReversal(3, { id: "REV1", of: "SALE1", total: "-15.00" }),
    ],
    ends: { A: { status: "refunded", refunded: "20" } },
    handedOn: 0,
  },
  {
    name: "an order that is paid twice lists the second payment until it is refunded",
    source: "Enngage/ngx-paypal#100",
    registered: { A: usd("20.00"), B: usd("20.00") },
    events: (biz) => [
      paid(biz("A")),
      completed(2, { id: "CAP2", value: "20.00", order: biz("A") }),
      refund("CAPTURE.REFUNDED", 3, { id: "REF1", of: "CAP2", value: "20.00" }),
      completed(4, { id: "CAP3", value: "20.00", order: biz("B") }),
      completed(5, { id: "CAP4", value: "20.00", order: biz("B") }),
    ],
    ends: {
      A: { status: "paid", refunded: "0", excess_payments: [] },
      B: { status: "paid", excess_payments: [listed("CAP4", "20", 5)] },
    },
    handedOn: 0,
  },
  {
    name: "what exceeds the amount is overpaid, and its refund changes nothing else",
    source: REFUND,
    registered: { A: usd("20.00"), B: usd("20.00") },
    events: (biz) => [
      completed(1, { id: "CAP1", value: "23.00", order: biz("A") }),
      completed(2, { id: "CAP2", value: "23.00", order: biz("B") }),
      refund("CAPTURE.REFUNDED", 3, { id: "REF1", of: "CAP2", value: "3.00" }),
    ],
    ends: { A: { status: "paid", overpaid: "3" }, B: { status: "paid", overpaid: "0", refunded: "0" } },
    handedOn: 0,
  },
  {
    name: "the refund of a payment in another currency settles its mismatch",
    source: REFUND,
    registered,
    events: (biz) => [
      completed(1, { id: "CAP1", value: "20.00", currency: "EUR", order: biz("A") }),
      refund("CAPTURE.REFUNDED", 2, { id: "REF1", of: "CAP1", value: "20.00", currency: "EUR" }),
      completed(3, { id: "CAP2", value: "20.00", order: biz("A") }),
    ],
    ends: { A: { status: "paid", refunded: "0", mismatches: [] } },
    handedOn: 0,
  },
];

const disputes: readonly Flow[] = [
  {
    name: "a dispute that the seller wins",
    source: OUTCOME,
    registered,
    events: (biz) => [
      paid(biz("A")),
      dispute("CREATED", 2, { id: "PP-D-1", of: "CAP1", order: biz("A") }),
      dispute("UPDATED", 3, { id: "PP-D-1", of: "CAP1", status: "UNDER_REVIEW" }),
      dispute("RESOLVED", 4, { id: "PP-D-1", of: "CAP1", outcome: "RESOLVED_SELLER_FAVOUR" }),
    ],
    ends: { A: { status: "paid", disputed: "won", disputes: [disputed("PP-D-1", "won")] } },
    handedOn: 0,
  },
  {
    name: "a dispute that the buyer wins in part: lost, and the reversal is what goes back",
    source: "antiwork/gumroad#5394",
    registered,
    events: (biz) => [
      paid(biz("A")),
      dispute("CREATED", 2, { id: "PP-D-1", of: "CAP1", value: "8.00" }),
      dispute("RESOLVED", 3, { id: "PP-D-1", of: "CAP1", value: "8.00", outcome: "RESOLVED_BUYER_FAVOUR" }),
      refund("CAPTURE.REVERSED", 4, { id: "REV1", of: "CAP1", value: "8.00" }),
    ],
    ends: {
      A: { status: "partially_refunded", refunded: "8", disputed: "lost", disputes: [disputed("PP-D-1", "lost", "8")] },
    },
    handedOn: 0,
  },
  {
    name: "a payout to somebody counts as lost: PayPal does not state whose money it was",
    source: OUTCOME,
    registered,
    events: (biz) => [
      paid(biz("A")),
      dispute("RESOLVED", 2, { id: "PP-D-1", of: "CAP1", outcome: "RESOLVED_WITH_PAYOUT" }),
    ],
    ends: { A: { status: "paid", refunded: "0", disputed: "lost" } },
    handedOn: 0,
  },
  {
    name: "a dispute that ends without a decision because another was opened: the other decides",
    source: OUTCOME,
    registered,
    events: (biz) => [
      paid(biz("A")),
      dispute("CREATED", 2, { id: "PP-D-1", of: "CAP1" }),
      dispute("CREATED", 3, { id: "PP-D-2", of: "CAP1", value: "12.00" }),
      dispute("RESOLVED", 4, { id: "PP-D-1", of: "CAP1", outcome: "NONE" }),
    ],
    ends: {
      A: {
        status: "paid",
        disputed: "open",
        disputes: [disputed("PP-D-1", "won"), disputed("PP-D-2", "open", "12")],
      },
    },
    handedOn: 0,
  },
  {
    name: "a resolution without an outcome leaves the dispute open",
    source: "antiwork/gumroad#6827",
    registered,
    events: (biz) => [
      paid(biz("A")),
      dispute("CREATED", 2, { id: "PP-D-1", of: "CAP1" }),
      dispute("RESOLVED", 3, { id: "PP-D-1", of: "CAP1", outcome: "" }),
      dispute("UPDATED", 4, { id: "PP-D-1", of: "CAP1", status: "RESOLVED" }),
    ],
    ends: { A: { status: "paid", disputed: "open" } },
    // The two without an outcome.
    handedOn: 2,
  },
  {
    name: "an appeal opens a lost dispute again, and may win it",
    source: "juspay/hyperswitch#5111",
    registered: { A: usd("20.00"), B: usd("20.00") },
    events: (biz) => [
      paid(biz("A")),
      dispute("RESOLVED", 2, { id: "PP-D-1", of: "CAP1", outcome: "RESOLVED_BUYER_FAVOUR" }),
      dispute("UPDATED", 3, {
        id: "PP-D-1",
        of: "CAP1",
        status: "UNDER_REVIEW",
        outcome: "RESOLVED_BUYER_FAVOUR",
      }),
      completed(4, { id: "CAP2", value: "20.00", order: biz("B") }),
      dispute("RESOLVED", 5, { id: "PP-D-2", of: "CAP2", outcome: "ACCEPTED" }),
      dispute("UPDATED", 6, { id: "PP-D-2", of: "CAP2", status: "RESOLVED", outcome: "RESOLVED_SELLER_FAVOUR" }),
    ],
    ends: { A: { disputed: "open" }, B: { disputed: "won" } },
    handedOn: 0,
  },
  {
    name: "one dispute lost and a second one open: the worst of them shows",
    source: "paypal/Checkout-NodeJS-SDK#31",
    registered,
    events: (biz) => [
      paid(biz("A")),
      dispute("CREATED", 2, { id: "PP-D-1", of: "CAP1" }),
      dispute("RESOLVED", 3, { id: "PP-D-1", of: "CAP1", outcome: "RESOLVED_BUYER_FAVOUR" }),
      dispute("CREATED", 4, { id: "PP-D-2", of: "CAP1" }),
    ],
    ends: {
      A: { disputed: "lost", disputes: [disputed("PP-D-1", "lost"), disputed("PP-D-2", "open")] },
    },
    handedOn: 0,
  },
  {
    name: "a dispute with another seller, under an id that is ours as well, changes nothing",
    source: "woocommerce/woocommerce-paypal-payments#2751",
    registered,
    events: (biz) => [
      paid(biz("A"), { payee: OURS }),
      dispute("CREATED", 2, { id: "PP-D-1", of: "CAP7", order: biz("A"), seller: THEIRS }),
    ],
    ends: { A: { status: "paid", disputed: "none" } },
    handedOn: 1,
  },
];

export const returns: readonly Flow[] = [...refunds, ...disputes];
