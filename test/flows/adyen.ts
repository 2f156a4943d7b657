// Adyen's flows: authorisations, captures and cancellations. The others: adyen-accounts.ts, adyen-returns.ts.
import { accountsAndSplits } from "./adyen-accounts.ts";
import { authorised, item, listed, modified } from "./adyen-events.ts";
import { returns } from "./adyen-returns.ts";
import type { Flow, ProviderFlows } from "./flow.ts";

const CAPTURE = "https://docs.adyen.com/online-payments/capture";
const FAILED_CAPTURE = "https://docs.adyen.com/online-payments/capture/failure-reasons";
const CANCEL = "https://docs.adyen.com/online-payments/cancel";
const CURRENCIES = "https://docs.adyen.com/development-resources/currency-codes";
const TYPES = "https://docs.adyen.com/development-resources/webhooks/webhook-types";

const eur = (amount: string) => ({ amount, currency: "EUR" });
const registered = { A: eur("20.00") };
const manual = { capture: "manual" };

const payments: readonly Flow[] = [
  {
    name: "an authorised payment is paid where Adyen captures by itself",
    source: CAPTURE,
    registered,
    events: (biz) => [authorised(biz("A"))],
    ends: { A: { status: "paid", amount: "20", checked: true } },
    handedOn: 0,
  },
  {
    name: "a refused attempt and then another: paid, and not late",
    source: TYPES,
    registered,
    events: (biz) => [
      authorised(biz("A"), { psp: "PSP0", success: false }),
      item("PENDING", { psp: "PSP1", order: biz("A") }),
      authorised(biz("A")),
    ],
    ends: { A: { status: "paid", late: false, excess_payments: [] } },
    handedOn: 0,
  },
  {
    name: "an offer that is closed is a failed attempt, and not even that while another payment is pending",
    source: TYPES,
    registered: { A: eur("20.00"), B: eur("20.00") },
    events: (biz) => [
      item("OFFER_CLOSED", { psp: "PSP1", order: biz("A") }),
      item("OFFER_CLOSED", { psp: "PSP2", order: biz("B") }),
      item("PENDING", { psp: "PSP3", order: biz("B") }),
    ],
    ends: { A: { status: "failed" }, B: { status: "pending" } },
    handedOn: 0,
  },
  {
    name: "an automatic capture that fails and is made again counts again",
    source: FAILED_CAPTURE,
    registered,
    events: (biz) => [authorised(biz("A")), modified("CAPTURE_FAILED", "MOD1"), modified("CAPTURE", "MOD1")],
    ends: { A: { status: "paid", amount: "20", overpaid: "0" } },
    handedOn: 0,
  },
  {
    name: "an automatic capture that fails takes the payment out",
    source: FAILED_CAPTURE,
    registered,
    events: (biz) => [authorised(biz("A")), modified("CAPTURE_FAILED", "MOD1")],
    ends: { A: { status: "failed", paid: false, refunded: "0" } },
    handedOn: 0,
  },
  {
    name: "captures that are requested in parts add up",
    source: CAPTURE,
    setting: manual,
    registered,
    events: (biz) => [
      authorised(biz("A")),
      modified("CAPTURE", "MOD1", { value: 500 }),
      modified("CAPTURE", "MOD2", { value: 1500 }),
    ],
    ends: { A: { status: "paid", amount: "20", checked: true, excess_payments: [] } },
    handedOn: 0,
  },
  {
    name: "where captures are requested, an authorisation is pending, and a part leaves the order underpaid",
    source: CAPTURE,
    setting: manual,
    registered: { A: eur("20.00"), B: eur("20.00") },
    events: (biz) => [
      authorised(biz("A")),
      authorised(biz("B"), { psp: "PSP2" }),
      modified("CAPTURE", "MOD1", { of: "PSP2", value: 500 }),
    ],
    ends: { A: { status: "pending" }, B: { status: "pending", underpaid: { paid: "5", missing: "15" } } },
    handedOn: 0,
  },
  {
    name: "of two captures one fails, and another takes its place",
    source: FAILED_CAPTURE,
    setting: manual,
    registered,
    events: (biz) => [
      authorised(biz("A")),
      modified("CAPTURE", "MOD1", { value: 500 }),
      modified("CAPTURE", "MOD2", { value: 1500 }),
      modified("CAPTURE_FAILED", "MOD2", { value: 1500 }),
      modified("CAPTURE", "MOD3", { value: 1500 }),
    ],
    ends: { A: { status: "paid", amount: "20", overpaid: "0" } },
    handedOn: 0,
  },
  {
    name: "a capture request that fails leaves the order underpaid",
    source: FAILED_CAPTURE,
    setting: manual,
    registered,
    events: (biz) => [
      authorised(biz("A")),
      modified("CAPTURE", "MOD1", { value: 500 }),
      modified("CAPTURE", "MOD2", { value: 1500, success: false }),
    ],
    ends: { A: { paid: false, underpaid: { paid: "5", missing: "15" } } },
    handedOn: 0,
  },
  {
    name: "a cancelled authorisation is a failed attempt, whether it states its amount or not",
    source: CANCEL,
    setting: manual,
    registered: { A: eur("20.00"), B: eur("20.00"), C: eur("20.00") },
    events: (biz) => [
      authorised(biz("A")),
      modified("CANCELLATION", "MOD1", { value: 0 }),
      authorised(biz("B"), { psp: "PSP2" }),
      modified("TECHNICAL_CANCEL", "MOD2", { of: "PSP2" }),
      authorised(biz("C"), { psp: "PSP3" }),
      modified("MANUAL_REVIEW_REJECT", "MOD3", { of: "PSP3" }),
    ],
    ends: { A: { status: "failed" }, B: { status: "failed" }, C: { status: "failed" } },
    handedOn: 0,
  },
  {
    name: "a cancellation or review that ends an automatic payment takes it back",
    source: "https://docs.adyen.com/risk-management/case-management",
    registered: { A: eur("20.00"), B: eur("20.00") },
    events: (biz) => [
      authorised(biz("A")),
      modified("CANCELLATION", "MOD1"),
      authorised(biz("B"), { psp: "PSP2" }),
      modified("MANUAL_REVIEW_REJECT", "MOD2", { of: "PSP2" }),
    ],
    ends: { A: { paid: false }, B: { paid: false } },
    handedOn: 0,
  },
  {
    name: "the rest of an authorisation is cancelled after a part was captured: the part stays, whatever amount is stated",
    source: CAPTURE,
    setting: manual,
    registered: { A: eur("12.00") },
    events: (biz) => [
      authorised(biz("A")),
      modified("CAPTURE", "MOD1", { value: 1200 }),
      modified("CANCELLATION", "MOD2", { value: 2000 }),
    ],
    ends: { A: { status: "paid", amount: "12", refunded: "0" } },
    handedOn: 0,
  },
  {
    name: "an authorisation that expires after a part was captured: the part stays",
    source: CAPTURE,
    setting: manual,
    registered: { A: eur("12.00"), B: eur("20.00") },
    events: (biz) => [
      authorised(biz("A")),
      modified("CAPTURE", "MOD1", { value: 1200 }),
      modified("EXPIRE", "MOD2"),
      authorised(biz("B"), { psp: "PSP2" }),
      modified("EXPIRE", "MOD3", { of: "PSP2" }),
    ],
    ends: { A: { status: "paid", amount: "12", refunded: "0" }, B: { status: "failed" } },
    handedOn: 0,
  },
  {
    name: "a gift card's authorisation that is cancelled is no part of what a later card pays",
    source: CANCEL,
    registered,
    events: (biz) => [
      authorised(biz("A"), { value: 500 }),
      modified("CANCELLATION", "MOD1", { value: 500 }),
      authorised(biz("A"), { psp: "PSP2", value: 1500 }),
    ],
    ends: { A: { status: "pending", paid: false, underpaid: { paid: "15", missing: "5" } } },
    handedOn: 0,
  },
  {
    name: "an amount that is none makes a mismatch of a payment, and nothing of a refund",
    source: TYPES,
    registered,
    events: (biz) => [authorised(biz("A"), { value: -1 }), modified("REFUND", "MOD1", { value: -1 })],
    ends: {
      A: {
        status: "pending",
        mismatches: [
          {
            reason: "no_amount",
            provider: "adyen",
            event_id: "PSP1:AUTHORISATION:true",
            payment_id: "PSP1",
            amount: null,
            currency: null,
          },
        ],
      },
    },
    handedOn: 1,
  },
  {
    name: "a failed cancellation changes nothing",
    source: CANCEL,
    registered,
    events: (biz) => [authorised(biz("A")), modified("CANCELLATION", "MOD1", { success: false })],
    ends: { A: { status: "paid" } },
    handedOn: 1,
  },
  {
    name: "a second payment is owed back, and payments together may exceed the amount",
    source: TYPES,
    registered: { A: eur("20.00"), B: eur("20.00") },
    events: (biz) => [
      authorised(biz("A")),
      authorised(biz("A"), { psp: "PSP2" }),
      authorised(biz("B"), { psp: "PSP3", value: 2300 }),
    ],
    ends: {
      A: { status: "paid", overpaid: "0", excess_payments: [listed("PSP2:AUTHORISATION:true", "PSP2", "20")] },
      B: { status: "paid", overpaid: "3" },
    },
    handedOn: 0,
  },
  {
    name: "an order of nothing is paid by an authorisation of nothing, and an order of 20.00 is not",
    source: "https://docs.adyen.com/online-payments/tokenization",
    registered: { A: eur("0"), B: eur("20.00") },
    events: (biz) => [authorised(biz("A"), { value: 0 }), authorised(biz("B"), { psp: "PSP2", value: 0 })],
    ends: { A: { status: "paid", checked: true }, B: { paid: false, underpaid: null } },
    handedOn: 0,
  },
  {
    name: "bolívares of before 2018 are known, a currency that Adyen has not got is a mismatch",
    source: CURRENCIES,
    registered: { A: { amount: "20.00", currency: "VEF" }, B: { amount: "2000", currency: "IDR" }, C: eur("20.00") },
    events: (biz) => [
      authorised(biz("A"), { currency: "VEF" }),
      authorised(biz("B"), { psp: "PSP2", currency: "IDR" }),
      authorised(biz("C"), { psp: "PSP3", currency: "XYZ" }),
    ],
    ends: {
      A: { status: "paid", checked: true },
      B: { status: "paid", checked: true },
      C: {
        status: "pending",
        mismatches: [{ reason: "unknown_currency", ...listed("PSP3:AUTHORISATION:true", "PSP3", "2000", "XYZ") }],
      },
    },
    handedOn: 0,
  },
  {
    name: "another currency is a mismatch",
    source: CURRENCIES,
    registered,
    events: (biz) => [authorised(biz("A"), { currency: "USD" })],
    ends: {
      A: {
        status: "pending",
        mismatches: [{ reason: "currency", ...listed("PSP1:AUTHORISATION:true", "PSP1", "20", "USD") }],
      },
    },
    handedOn: 0,
  },
  {
    name: "a payment of an order that nobody registered is held",
    source: TYPES,
    events: (biz) => [authorised(biz("A"))],
    ends: { A: { status: "pending", held: "not_registered" } },
    handedOn: 0,
  },
];

export const adyen: ProviderFlows = { provider: "adyen", flows: [...payments, ...accountsAndSplits, ...returns] };
