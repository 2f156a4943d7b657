// Adyen's flows: what goes back by refunds, reversals and disputes.
import { authorised, disputed, modified } from "./adyen-events.ts";
import type { Flow } from "./flow.ts";

const REFUND = "https://docs.adyen.com/online-payments/refund";
const REVERSE = "https://docs.adyen.com/online-payments/reversal";
const DISPUTES = "https://docs.adyen.com/risk-management/disputes-api/dispute-notifications";
const RESPONSE_EXPIRED = "https://docs.adyen.com/api-explorer/Webhooks/1/post/ISSUER_RESPONSE_TIMEFRAME_EXPIRED";
const SUPPLIED = "https://docs.adyen.com/api-explorer/Webhooks/1/post/INFORMATION_SUPPLIED";
const DEFENSE_ENDED = "https://docs.adyen.com/api-explorer/Webhooks/1/post/DISPUTE_DEFENSE_PERIOD_ENDED";

const eur = (amount: string) => ({ amount, currency: "EUR" });
const registered = { A: eur("20.00") };

const refunds: readonly Flow[] = [
  {
    name: "refunds in parts reach all of it, under references of their own",
    source: "Adyen/adyen-commercetools#1038",
    registered,
    events: (biz) => [
      authorised(biz("A")),
      modified("REFUND", "MOD1", { order: "refund-1", value: 500 }),
      modified("REFUND_WITH_DATA", "MOD2", { order: "refund-2", value: 1500 }),
    ],
    ends: { A: { status: "refunded", refunded: "20" } },
    handedOn: 0,
  },
  {
    name: "a refund and a chargeback that come before their payment count when it comes",
    source: "Adyen/adyen-commercetools#1049",
    registered,
    events: (biz) => [
      modified("REFUND", "MOD1", { order: "refund-1", value: 500 }),
      modified("CHARGEBACK", "DIS1", { order: "dispute-1", value: 1500 }),
      authorised(biz("A")),
    ],
    ends: { A: { status: "partially_refunded", refunded: "5", disputed: "open" } },
    handedOn: 0,
  },
  {
    name: "one refund that two events report counts once",
    source: "Adyen/adyen-magento2#2264",
    registered,
    events: (biz) => [
      authorised(biz("A")),
      modified("REFUND", "MOD1", { value: 500 }),
      modified("REFUND_WITH_DATA", "MOD1", { value: 500 }),
    ],
    ends: { A: { status: "partially_refunded", refunded: "5" } },
    handedOn: 0,
  },
  {
    name: "more than was captured never goes back",
    source: REFUND,
    registered,
    events: (biz) => [
      authorised(biz("A")),
      modified("REFUND", "MOD1", { value: 1500 }),
      modified("REFUND", "MOD2", { value: 1500 }),
    ],
    ends: { A: { status: "refunded", refunded: "20" } },
    handedOn: 0,
  },
  {
    name: "a refund that fails at once or later leaves the order paid",
    source: REFUND,
    registered: { A: eur("20.00"), B: eur("20.00") },
    events: (biz) => [
      authorised(biz("A")),
      modified("REFUND", "MOD1", { success: false }),
      authorised(biz("B"), { psp: "PSP2" }),
      modified("REFUND", "MOD2", { of: "PSP2" }),
      modified("REFUND_FAILED", "MOD2", { of: "PSP2" }),
    ],
    ends: { A: { status: "paid", refunded: "0" }, B: { status: "paid", refunded: "0" } },
    handedOn: 0,
  },
  {
    name: "a refund that the bank sends back leaves the order paid",
    source: REFUND,
    registered,
    events: (biz) => [authorised(biz("A")), modified("REFUND", "MOD1"), modified("REFUNDED_REVERSED", "MOD1")],
    ends: { A: { status: "paid", refunded: "0" } },
    handedOn: 0,
  },
  {
    name: "a refund that follows a partial capture is of the part",
    source: REFUND,
    setting: { capture: "manual" },
    registered: { A: eur("12.00") },
    events: (biz) => [
      authorised(biz("A")),
      modified("CAPTURE", "MOD1", { value: 1200 }),
      modified("CANCELLATION", "MOD2", { value: 800 }),
      modified("REFUND", "MOD3", { value: 200 }),
    ],
    ends: { A: { status: "partially_refunded", amount: "12", refunded: "2" } },
    handedOn: 0,
  },
  {
    name: "a reversal refunds what was captured and cancels what was not",
    source: REVERSE,
    setting: { capture: "manual" },
    registered: { A: eur("20.00"), B: eur("20.00"), C: eur("12.00") },
    events: (biz) => [
      authorised(biz("A")),
      modified("CANCEL_OR_REFUND", "MOD1"),
      authorised(biz("B"), { psp: "PSP2" }),
      modified("CAPTURE", "MOD2", { of: "PSP2" }),
      modified("CANCEL_OR_REFUND", "MOD3", { of: "PSP2" }),
      authorised(biz("C"), { psp: "PSP3" }),
      modified("CAPTURE", "MOD4", { of: "PSP3", value: 1200 }),
      modified("CANCEL_OR_REFUND", "MOD5", { of: "PSP3", value: 0 }),
    ],
    ends: {
      A: { status: "failed", refunded: "0" },
      B: { status: "refunded", refunded: "20" },
      C: { status: "refunded", refunded: "12" },
    },
    handedOn: 0,
  },
  {
    name: "a reversal of an automatic payment goes by its amount, under a reference of its own",
    source: "Adyen/adyen-commercetools#1038",
    registered: { A: eur("20.00"), B: eur("20.00") },
    events: (biz) => [
      authorised(biz("A")),
      modified("CANCEL_OR_REFUND", "MOD1", { order: "reversal-1", value: 800 }),
      authorised(biz("B"), { psp: "PSP2" }),
      modified("CANCEL_OR_REFUND", "MOD2", { of: "PSP2", order: "reversal-2" }),
    ],
    ends: { A: { status: "partially_refunded", refunded: "8" }, B: { status: "refunded", refunded: "20" } },
    handedOn: 0,
  },
  {
    name: "the refund of an excess payment, of what was overpaid and of a mismatch settles each",
    source: REFUND,
    registered: { A: eur("20.00"), B: eur("20.00"), C: eur("20.00") },
    events: (biz) => [
      authorised(biz("A")),
      authorised(biz("A"), { psp: "PSP2" }),
      modified("REFUND", "MOD2", { of: "PSP2" }),
      authorised(biz("B"), { psp: "PSP3", value: 2500 }),
      modified("REFUND", "MOD3", { of: "PSP3", value: 500 }),
      authorised(biz("C"), { psp: "PSP4", currency: "USD" }),
      modified("REFUND", "MOD4", { of: "PSP4", currency: "USD" }),
    ],
    ends: {
      A: { status: "paid", refunded: "0", excess_payments: [] },
      B: { status: "paid", refunded: "0", overpaid: "0" },
      C: { paid: false, mismatches: [] },
    },
    handedOn: 0,
  },
];

const disputes: readonly Flow[] = [
  {
    name: "a chargeback that is reversed is won, and a second chargeback loses it",
    source: DISPUTES,
    registered: { A: eur("20.00") },
    events: (biz) => [
      authorised(biz("A")),
      modified("NOTIFICATION_OF_CHARGEBACK", "DIS1"),
      modified("CHARGEBACK", "DIS1"),
      modified("CHARGEBACK_REVERSED", "DIS1"),
      modified("SECOND_CHARGEBACK", "DIS1"),
    ],
    ends: { A: { status: "paid", disputed: "lost", disputes: [disputed("DIS1", "lost", "20")] } },
    handedOn: 0,
  },
  {
    name: "a chargeback that is reversed",
    source: DISPUTES,
    registered,
    events: (biz) => [authorised(biz("A")), modified("CHARGEBACK", "DIS1"), modified("CHARGEBACK_REVERSED", "DIS1")],
    ends: { A: { status: "paid", disputed: "won" } },
    handedOn: 0,
  },
  {
    name: "a defense that was sent is no verdict",
    source: SUPPLIED,
    registered,
    events: (biz) => [
      authorised(biz("A")),
      modified("NOTIFICATION_OF_CHARGEBACK", "DIS1"),
      modified("INFORMATION_SUPPLIED", "DIS1"),
      modified("CHARGEBACK", "DIS1"),
    ],
    ends: { A: { disputed: "open", disputes: [disputed("DIS1", "open", "20")] } },
    handedOn: 1,
  },
  {
    name: "a request for information ends when the issuer's time runs out",
    source: RESPONSE_EXPIRED,
    registered,
    events: (biz) => [
      authorised(biz("A")),
      modified("REQUEST_FOR_INFORMATION", "DIS1"),
      modified("INFORMATION_SUPPLIED", "DIS1"),
      modified("ISSUER_RESPONSE_TIMEFRAME_EXPIRED", "DIS1"),
    ],
    ends: { A: { status: "paid", disputed: "won" } },
    handedOn: 1,
  },
  {
    name: "a dispute that nobody defends is lost",
    source: DEFENSE_ENDED,
    registered,
    events: (biz) => [
      authorised(biz("A")),
      modified("CHARGEBACK", "DIS1"),
      modified("DISPUTE_DEFENSE_PERIOD_ENDED", "DIS1"),
    ],
    ends: { A: { status: "paid", disputed: "lost" } },
    handedOn: 0,
  },
  {
    name: "two disputes of one payment, of which the first is won",
    source: DISPUTES,
    registered,
    events: (biz) => [
      authorised(biz("A")),
      modified("CHARGEBACK", "DIS1", { value: 500 }),
      modified("PREARBITRATION_WON", "DIS1", { value: 500 }),
      modified("CHARGEBACK", "DIS2", { value: 700 }),
    ],
    ends: {
      A: { disputed: "open", disputes: [disputed("DIS1", "won", "5"), disputed("DIS2", "open", "7")] },
    },
    handedOn: 0,
  },
];

export const returns: readonly Flow[] = [...refunds, ...disputes];
