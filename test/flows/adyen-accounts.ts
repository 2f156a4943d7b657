// Adyen's flows: orders that are paid in parts, merchant accounts, and references.
import { authorised, item, listed, modified } from "./adyen-events.ts";
import type { Flow } from "./flow.ts";

const PARTIAL = "https://docs.adyen.com/online-payments/partial-payments";
const TYPES = "https://docs.adyen.com/development-resources/webhooks/webhook-types";

const eur = (amount: string) => ({ amount, currency: "EUR" });
const registered = { A: eur("20.00") };
const hundred = { A: eur("100.00") };
const untouched = { status: "pending", held: null, mismatches: [], excess_payments: [], version: 0 } as const;

const opened = (order: string) => item("ORDER_OPENED", { psp: "SPLIT1", order, value: 10_000 });
const ended = (order: string, success = true) =>
  item("ORDER_CLOSED", { psp: "SPLIT2", of: "SPLIT1", order, value: 10_000, success });

const splits: readonly Flow[] = [
  {
    name: "a gift card and a card pay one order together",
    source: "Adyen/adyen-salesforce-commerce-cloud#441",
    registered: hundred,
    events: (biz) => [
      opened(biz("A")),
      authorised(biz("A"), { value: 1000 }),
      authorised(biz("A"), { psp: "PSP2", value: 9000 }),
      ended(biz("A")),
    ],
    ends: { A: { status: "paid", amount: "100", checked: true, excess_payments: [], mismatches: [] } },
    handedOn: 0,
  },
  {
    name: "after the first part the order is pending",
    source: "Adyen/adyen-salesforce-commerce-cloud#439",
    registered: hundred,
    events: (biz) => [opened(biz("A")), authorised(biz("A"), { value: 1000 })],
    ends: { A: { status: "pending", underpaid: { paid: "10", missing: "90" }, excess_payments: [] } },
    handedOn: 0,
  },
  {
    name: "without a registration the parts pay once they are all there",
    source: PARTIAL,
    requireRegistered: false,
    events: (biz) => [
      opened(biz("A")),
      authorised(biz("A"), { value: 1000 }),
      authorised(biz("A"), { psp: "PSP2", value: 9000 }),
      item("ORDER_OPENED", { psp: "SPLIT3", order: biz("B"), value: 10_000 }),
      authorised(biz("B"), { psp: "PSP3", value: 1000 }),
    ],
    ends: { A: { status: "paid", amount: "100", checked: false }, B: { status: "pending", paid: false } },
    handedOn: 0,
  },
  {
    name: "a split that is given up pays nothing, and its part is owed back until it is",
    source: "Adyen/adyen-magento2#1772",
    registered: { A: eur("100.00"), B: eur("100.00") },
    events: (biz) => [
      opened(biz("A")),
      authorised(biz("A"), { value: 1000 }),
      ended(biz("A"), false),
      item("ORDER_OPENED", { psp: "SPLIT3", order: biz("B"), value: 10_000 }),
      authorised(biz("B"), { psp: "PSP3", value: 1000 }),
      item("ORDER_CLOSED", { psp: "SPLIT4", of: "SPLIT3", order: biz("B"), value: 10_000, success: false }),
      modified("CANCELLATION", "MOD3", { of: "PSP3", value: 1000 }),
    ],
    ends: {
      A: {
        paid: false,
        mismatches: [{ reason: "split_failed", ...listed("PSP1:AUTHORISATION:true", "PSP1", "10") }],
      },
      B: { paid: false, mismatches: [] },
    },
    handedOn: 0,
  },
  {
    name: "a split that succeeds after one that was given up pays the order",
    source: "Adyen/adyen-magento2#2771",
    registered: { A: eur("100.00") },
    events: (biz) => [
      opened(biz("A")),
      ended(biz("A"), false),
      item("ORDER_OPENED", { psp: "SPLIT3", order: biz("A"), value: 10_000 }),
      authorised(biz("A"), { psp: "PSP3", value: 9000 }),
      authorised(biz("A"), { psp: "PSP4", value: 1000 }),
      item("ORDER_CLOSED", { psp: "SPLIT4", of: "SPLIT3", order: biz("A"), value: 10_000 }),
    ],
    ends: { A: { status: "paid", amount: "100", mismatches: [] } },
    handedOn: 0,
  },
];

const accounts: readonly Flow[] = [
  {
    name: "another merchant account of the company changes nothing",
    source: "Adyen/adyen-shopware5#81",
    registered,
    events: (biz) => [
      authorised(biz("A"), { account: "OtherShop" }),
      modified("REFUND", "MOD1", { account: "OtherShop", order: biz("A") }),
    ],
    ends: { A: untouched },
    handedOn: 2,
  },
  {
    name: "each of several accounts that are listed counts",
    source: "Adyen/adyen-shopware5#111",
    setting: { merchantAccount: ["DevelopmentOnly", "ShopB"] },
    registered: { A: eur("20.00"), B: eur("20.00") },
    events: (biz) => [authorised(biz("A")), authorised(biz("B"), { psp: "PSP2", account: "ShopB" })],
    ends: { A: { status: "paid" }, B: { status: "paid" } },
    handedOn: 0,
  },
  {
    name: "reports and refunds of a stranger's payment are handed on",
    source: "Adyen/adyen-magento2#3074",
    registered,
    events: () => [
      item("REPORT_AVAILABLE", { psp: "settlement_report_batch_1.csv", value: 0 }),
      modified("REFUND", "MOD1", { of: "PSP9" }),
      modified("REFUND_WITH_DATA", "MOD2", { of: "PSP9" }),
      modified("CHARGEBACK", "DIS1", { of: "PSP9" }),
    ],
    ends: { A: untouched },
    handedOn: 4,
  },
  {
    name: "a payment that names no order is handed on",
    source: "Adyen/adyen-magento2#2264",
    registered,
    events: () => [item("AUTHORISATION", { psp: "PSP1" })],
    ends: { A: untouched },
    handedOn: 1,
  },
  {
    name: "the order's id inside a reference that is JSON",
    source: TYPES,
    setting: { order: "merchantReference.order" },
    registered,
    events: (biz) => [authorised(JSON.stringify({ order: biz("A"), cart: 7 }))],
    ends: { A: { status: "paid" } },
    handedOn: 0,
  },
  {
    name: "one payment under two orders is the first one's",
    source: TYPES,
    registered: { A: eur("20.00"), B: eur("20.00") },
    events: (biz) => [item("PENDING", { psp: "PSP1", order: biz("A") }), authorised(biz("B"))],
    ends: {
      A: { status: "paid" },
      B: {
        status: "pending",
        mismatches: [{ reason: "payment_of_another_order", ...listed("PSP1:AUTHORISATION:true", "PSP1", "20") }],
      },
    },
    handedOn: 0,
    inThisOrder: "Two orders compete for one payment.",
  },
];

export const accountsAndSplits: readonly Flow[] = [...splits, ...accounts];
