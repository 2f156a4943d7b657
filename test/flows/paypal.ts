// PayPal's flows: captures, authorizations, PayPal orders and sales of the first version. Its disputes and refunds: paypal-returns.ts.
import type { Flow, ProviderFlows } from "./flow.ts";
import { authorization, checkout, completed, denied, event, pending, sale, THEIRS } from "./paypal-events.ts";
import { returns } from "./paypal-returns.ts";

const EVENT_NAMES = "https://developer.paypal.com/api/rest/webhooks/event-names/";
const CAPTURE = "https://developer.paypal.com/api/orders/v2/definitions/capture";

const usd = (amount: string) => ({ amount, currency: "USD" });
const registered = { A: usd("20.00") };

const payments: readonly Flow[] = [
  {
    name: "an order that the buyer approves and that is captured is paid",
    source: EVENT_NAMES,
    registered,
    events: (biz) => [
      checkout("ORDER.APPROVED", 1, { order: biz("A"), value: "20.00" }),
      completed(2, { id: "CAP1", value: "20.00", order: biz("A") }),
      checkout("ORDER.COMPLETED", 3, {
        order: biz("A"),
        value: "20.00",
        captures: [{ id: "CAP1", value: "20.00" }],
      }),
    ],
    ends: { A: { status: "paid", amount: "20", checked: true, excess_payments: [], mismatches: [] } },
    handedOn: 0,
  },
  {
    name: "an approval alone pays nothing",
    source: "Enngage/ngx-paypal#156",
    registered,
    events: (biz) => [checkout("ORDER.APPROVED", 1, { order: biz("A"), value: "20.00" })],
    ends: { A: { status: "pending", paid: false } },
    handedOn: 0,
  },
  {
    name: "an electronic cheque is pending until it clears",
    source: "OriginProtocol/dshop#571",
    registered,
    events: (biz) => [
      pending(1, { id: "CAP1", value: "20.00", order: biz("A") }),
      completed(9, { id: "CAP1", value: "20.00", order: biz("A") }),
    ],
    ends: { A: { status: "paid", checked: true } },
    handedOn: 0,
  },
  {
    name: "an electronic cheque that does not clear is a failed attempt",
    source: CAPTURE,
    registered,
    events: (biz) => [
      checkout("ORDER.APPROVED", 1, { order: biz("A"), value: "20.00" }),
      pending(2, { id: "CAP1", value: "20.00", order: biz("A") }),
      denied(9, { id: "CAP1", value: "20.00", order: biz("A") }),
    ],
    ends: { A: { status: "failed", paid: false } },
    handedOn: 0,
  },
  {
    name: "a declined capture and another that succeeds: paid, by the second alone, and not late",
    source: CAPTURE,
    registered,
    events: (biz) => [
      denied(1, { id: "CAP1", value: "20.00", order: biz("A") }),
      completed(2, { id: "CAP2", value: "20.00", order: biz("A") }),
    ],
    ends: { A: { status: "paid", late: false, excess_payments: [] } },
    handedOn: 0,
  },
  {
    name: "captures of one authorization add up",
    source: "thephpleague/omnipay-paypal#232",
    registered: { A: usd("30.00") },
    events: (biz) => [
      authorization("CREATED", 1, { id: "AUTH1", value: "30.00", order: biz("A") }),
      completed(2, { id: "CAP1", value: "10.00", order: biz("A"), final: false }),
      completed(3, { id: "CAP2", value: "20.00", order: biz("A") }),
    ],
    ends: { A: { status: "paid", amount: "30", checked: true, excess_payments: [] } },
    handedOn: 0,
  },
  {
    name: "without a registration, a capture that is not the final one waits for the final one",
    source: CAPTURE,
    requireRegistered: false,
    events: (biz) => [
      completed(1, { id: "CAP1", value: "10.00", order: biz("A"), final: false }),
      completed(2, { id: "CAP2", value: "20.00", order: biz("A") }),
      completed(3, { id: "CAP3", value: "5.00", order: biz("B"), final: false }),
    ],
    ends: { A: { status: "paid", amount: "30", checked: false }, B: { status: "pending", paid: false } },
    handedOn: 0,
  },
  {
    name: "an authorization that is captured in part and then voided leaves the order underpaid",
    source: "woocommerce/woocommerce-paypal-payments#483",
    registered,
    events: (biz) => [
      authorization("CREATED", 1, { id: "AUTH1", value: "20.00", order: biz("A") }),
      completed(2, { id: "CAP1", value: "12.00", order: biz("A"), final: false }),
      authorization("VOIDED", 3, { id: "AUTH1", value: "20.00", order: biz("A") }),
    ],
    ends: { A: { paid: false, refunded: "0", underpaid: { paid: "12", missing: "8" } } },
    handedOn: 0,
  },
  {
    name: "a void after the whole capture takes nothing back",
    source: EVENT_NAMES,
    registered,
    events: (biz) => [
      authorization("CREATED", 1, { id: "AUTH1", value: "25.00", order: biz("A") }),
      completed(2, { id: "CAP1", value: "20.00", order: biz("A") }),
      authorization("VOIDED", 3, { id: "AUTH1", value: "25.00", order: biz("A") }),
    ],
    ends: { A: { status: "paid", refunded: "0" } },
    handedOn: 0,
  },
  {
    name: "an authorization that is voided or expires is a failed attempt, and the order is not closed",
    source: EVENT_NAMES,
    registered,
    events: (biz) => [
      authorization("CREATED", 1, { id: "AUTH1", value: "20.00", order: biz("A") }),
      authorization("VOIDED", 2, { id: "AUTH1", value: "20.00", order: biz("A") }),
    ],
    ends: { A: { status: "failed" } },
    handedOn: 0,
  },
  {
    name: "two captures of the same amount in one PayPal order are two payments",
    source: CAPTURE,
    registered,
    events: (biz) => [
      checkout("ORDER.COMPLETED", 1, {
        order: biz("A"),
        value: "20.00",
        captures: [
          { id: "CAP1", value: "10.00", final: false },
          { id: "CAP2", value: "10.00" },
        ],
      }),
    ],
    ends: { A: { status: "paid", amount: "20", checked: true } },
    handedOn: 0,
  },
  {
    name: "a PayPal order with a capture that is pending is not paid yet, and one that failed is a failed attempt",
    source: CAPTURE,
    registered: { A: usd("20.00"), B: usd("5.00") },
    events: (biz) => [
      checkout(
        "ORDER.COMPLETED",
        1,
        { order: biz("A"), value: "20.00", captures: [{ id: "CAP1", value: "20.00", status: "PENDING" }] },
        { order: biz("B"), value: "5.00", captures: [{ id: "CAP2", value: "5.00", status: "FAILED" }] },
      ),
    ],
    ends: { A: { status: "pending" }, B: { status: "failed" } },
    handedOn: 0,
  },
  {
    name: "a cart of several sellers: each purchase unit pays its own order, and a stranger's pays none",
    source: "antiwork/gumroad#5742",
    registered: { A: usd("20.00"), B: usd("5.00"), C: usd("7.00") },
    events: (biz) => [
      checkout(
        "ORDER.COMPLETED",
        1,
        { order: biz("A"), value: "20.00", captures: [{ id: "CAP1", value: "20.00" }] },
        { order: biz("B"), value: "5.00", captures: [{ id: "CAP2", value: "5.00" }] },
        { order: biz("C"), value: "7.00", payee: THEIRS, captures: [{ id: "CAP3", value: "7.00" }] },
      ),
    ],
    ends: { A: { status: "paid" }, B: { status: "paid" }, C: { status: "pending", mismatches: [] } },
    handedOn: 1,
  },
  {
    name: "the same capture under two events and again counts once",
    source: "opencollective/opencollective#5644",
    registered,
    events: (biz) => [
      completed(1, { id: "CAP1", value: "20.00", order: biz("A") }),
      completed(2, { id: "CAP1", value: "20.00", order: biz("A") }),
    ],
    ends: { A: { status: "paid", amount: "20", overpaid: "0", excess_payments: [] } },
    handedOn: 0,
  },
  {
    name: "a capture that two events name two orders for belongs to the first, and the other order sees the mismatch",
    source: "Enngage/ngx-paypal#100",
    registered: { A: usd("20.00"), B: usd("20.00") },
    events: (biz) => [
      completed(1, { id: "CAP1", value: "20.00", order: biz("A") }),
      checkout("ORDER.COMPLETED", 2, { order: biz("B"), value: "20.00", captures: [{ id: "CAP1", value: "20.00" }] }),
    ],
    ends: {
      A: { status: "paid" },
      B: {
        status: "pending",
        mismatches: [
          {
            reason: "payment_of_another_order",
            provider: "paypal",
            event_id: "WH-CHECKOUT.ORDER.COMPLETED-2",
            payment_id: "CAP1",
            amount: "20",
            currency: "USD",
          },
        ],
      },
    },
    handedOn: 0,
    inThisOrder: "Two orders compete for one payment.",
  },
  {
    name: "less than the amount leaves the order waiting",
    source: CAPTURE,
    registered,
    events: (biz) => [completed(1, { id: "CAP1", value: "1.00", order: biz("A") })],
    ends: { A: { status: "pending", underpaid: { paid: "1", missing: "19" } } },
    handedOn: 0,
  },
  {
    name: "another currency is a mismatch",
    source: CAPTURE,
    registered,
    events: (biz) => [completed(1, { id: "CAP1", value: "20.00", currency: "XTS", order: biz("A") })],
    ends: {
      A: {
        status: "pending",
        mismatches: [
          {
            reason: "currency",
            provider: "paypal",
            event_id: "WH-PAYMENT.CAPTURE.COMPLETED-1",
            payment_id: "CAP1",
            amount: "20",
            currency: "XTS",
          },
        ],
      },
    },
    handedOn: 0,
  },
  {
    name: "a payment to another account, by an order that the page made, changes nothing",
    source: "paypal/paypal-checkout-components#1470",
    registered,
    events: (biz) => [
      checkout("ORDER.APPROVED", 1, { order: biz("A"), value: "20.00", payee: THEIRS }),
      completed(2, { id: "CAP1", value: "20.00", order: biz("A"), payee: THEIRS }),
    ],
    ends: { A: { status: "pending", held: null, mismatches: [], version: 0 } },
    handedOn: 2,
  },
  {
    name: "one account of several that are listed counts",
    source: "paypal/paypal-checkout-components#1178",
    setting: { merchantId: ["SAMQKKKST7Z9S", "NRXPPQMEFHRSE"] },
    registered,
    events: (biz) => [completed(1, { id: "CAP1", value: "20.00", order: biz("A"), payee: "NRXPPQMEFHRSE" })],
    ends: { A: { status: "paid" } },
    handedOn: 0,
  },
  {
    name: "a payment to the sandbox's account pays nothing where the live one is set",
    source: EVENT_NAMES,
    setting: { merchantId: "P5C2PD9ADY3TA" },
    registered,
    events: (biz) => [completed(1, { id: "CAP1", value: "20.00", order: biz("A") })],
    ends: { A: { status: "pending", mismatches: [] } },
    handedOn: 1,
  },
  {
    name: "a capture without a payee counts once another event of the same capture states it",
    source: "https://www.nopcommerce.com/pt/boards/topic/92555/paypal-errornot-a-valid-webhook-url",
    registered: { A: usd("20.00"), B: usd("20.00") },
    events: (biz) => [
      completed(1, { id: "CAP1", value: "20.00", order: biz("A"), payee: null }),
      checkout("ORDER.COMPLETED", 2, { order: biz("A"), value: "20.00", captures: [{ id: "CAP1", value: "20.00" }] }),
      completed(3, { id: "CAP2", value: "20.00", order: biz("B"), payee: null }),
    ],
    ends: { A: { status: "paid", checked: true }, B: { status: "pending", version: 0 } },
    handedOn: 1,
  },
  {
    name: "an approval that PayPal takes back states no payee, and is handed on",
    source: EVENT_NAMES,
    registered,
    events: (biz) => [
      checkout("ORDER.APPROVED", 1, { order: biz("A"), value: "20.00" }),
      event("CHECKOUT.PAYMENT-APPROVAL.REVERSED", 2, {
        order_id: "5O190127TN364715T",
        purchase_units: [{ reference_id: "default", custom_id: biz("A") }],
      }),
    ],
    ends: { A: { status: "pending" } },
    handedOn: 1,
  },
  {
    name: "a payment that names no order waits, and a payout is handed on",
    source: EVENT_NAMES,
    registered,
    events: () => [
      completed(1, { id: "CAP1", value: "20.00" }),
      event("PAYMENT.PAYOUTSBATCH.SUCCESS", 2, { batch_header: { payout_batch_id: "CQMWKDQF5GFLL" } }, "payouts"),
    ],
    ends: { A: { status: "pending" } },
    handedOn: 2,
  },
  {
    name: "an order of nothing is not paid by an approval, and an order of 20.00 not by saving a way to pay",
    source: EVENT_NAMES,
    registered: { A: usd("20.00"), B: usd("0") },
    events: (biz) => [
      event("VAULT.PAYMENT-TOKEN.CREATED", 1, { id: "9n6724m", custom_id: biz("A") }, "payment_token"),
      checkout("ORDER.APPROVED", 2, { order: biz("B"), value: "0.00" }),
    ],
    ends: { A: { status: "pending" }, B: { status: "pending" } },
    handedOn: 1,
  },
  {
    name: "the order's id inside a custom id that is JSON",
    source: "woocommerce/woocommerce-paypal-payments#354",
    setting: { order: "custom_id.order_id" },
    registered,
    events: (biz) => [
      completed(1, { id: "CAP1", value: "20.00", order: JSON.stringify({ order_id: biz("A"), order_key: "wc_1" }) }),
    ],
    ends: { A: { status: "paid" } },
    handedOn: 0,
  },
  {
    name: "a sale of the first version counts where any account does",
    source: "paypal/PayPal-PHP-SDK#1286",
    setting: { merchantId: "any" },
    registered,
    events: (biz) => [
      sale("PENDING", 1, { id: "SALE1", total: "20.00", order: biz("A") }),
      sale("COMPLETED", 2, { id: "SALE1", total: "20.00", order: biz("A"), agreement: "B-7FB31251F28061234" }),
    ],
    ends: { A: { status: "paid", amount: "20" } },
    handedOn: 0,
  },
  {
    name: "a sale states no payee, so it waits where an account is set",
    source: "paypal/PayPal-PHP-SDK#613",
    registered,
    events: (biz) => [sale("COMPLETED", 1, { id: "SALE1", total: "20.00", order: biz("A") })],
    ends: { A: { status: "pending", version: 0 } },
    handedOn: 1,
  },
  {
    name: "the cycles of a subscription pay nobody's first order, although each carries its custom id",
    source: "paypal/PayPal-PHP-SDK#1209",
    setting: { merchantId: "any" },
    registered,
    events: (biz) => [
      sale("COMPLETED", 1, { id: "SALE1", total: "20.00", order: biz("A"), agreement: "I-CP18AJLYDWR2" }),
      sale("COMPLETED", 2, { id: "SALE2", total: "20.00", order: biz("A"), agreement: "I-CP18AJLYDWR2" }),
    ],
    ends: { A: { status: "pending", excess_payments: [], version: 0 } },
    handedOn: 2,
  },
];

export const paypal: ProviderFlows = { provider: "paypal", flows: [...payments, ...returns] };
