// Reports that name no payment, and the merchant's word without an amount: what they cover, and which refunds are theirs.
import { describe, expect, it } from "vitest";
import type { Fact } from "../../src/core/fact.ts";
import type { Money } from "../../src/core/money.ts";
import {
  dispute,
  eur,
  inEveryOrder,
  paid,
  payment,
  refund,
  registered,
  splitOpened,
  unregistered,
  usd,
  refundFailed,
} from "../support/facts.ts";

/** The order of these facts, in every order of arrival; 20 USD are registered. */
const order = (...facts: Fact[]) => inEveryOrder(facts, registered);
/** The same without a registration. */
const open = (...facts: Fact[]) => inEveryOrder(facts, (arrived) => unregistered(arrived));
const aud = (amount: string): Money => ({ unit: "major", amount, currency: "AUD" });
const unnamed = paid(usd("20"), { instance: "hmac", paymentId: null });
const word = (more: object = {}) => paid(null, { instance: "backend", paymentId: null, ...more });

describe("a report that names no payment", () => {
  it("pays an order without a registration, unless parts of a payment are reported as well", () => {
    expect(open(unnamed)).toMatchObject({ status: "paid", money: usd("20") });
    expect(open(unnamed, paid(usd("5"), { isPart: true }))).toMatchObject({ status: "pending", payments: [] });
  });

  it("is taken back by a refund that names no payment either, whichever instance reports it, once", () => {
    const refunded = order(unnamed, refund(usd("5"), { paymentId: null }));
    expect(refunded).toMatchObject({ status: "partially_refunded", refunded: "5" });
  });

  it("is taken back whole by a refund without an amount, of the order or of a payment that only the refund names", () => {
    expect(order(unnamed, refund(null, { paymentId: null }))).toMatchObject({ status: "refunded", refunded: "20" });
    expect(order(unnamed, refund(null, { paymentId: "p-7" }))).toMatchObject({ status: "refunded", refunded: "20" });
    expect(order(unnamed, refund(usd("30"), { paymentId: "p-7" }))).toMatchObject({ refunded: "20" });
  });

  it("keeps its money when another payment of the order is refunded", () => {
    const other = [paid(usd("5"), { paymentId: "p-2" }), refund(usd("5"), { paymentId: "p-2" })];
    expect(order(unnamed, ...other)).toMatchObject({ status: "paid", refunded: "0" });
  });
});

describe("the merchant's word without an amount", () => {
  it("is the payment that counts", () => {
    expect(order(word())).toMatchObject({
      status: "paid",
      payments: [{ instance: "backend", paymentId: null, money: null }],
    });
  });

  it("that names a payment is taken back by refunds of that payment and of the order, and by no other's", () => {
    const named = word({ paymentId: "p-1" });
    expect(order(named, refund(usd("5"), { paymentId: "p-7" }))).toMatchObject({ status: "paid", refunded: "0" });
    expect(order(named, refund(usd("5")))).toMatchObject({ status: "partially_refunded", refunded: "5" });
    expect(order(named, refund(usd("5"), { paymentId: null }))).toMatchObject({ refunded: "5" });
  });

  it("is taken back whole, at the amount that is registered, by a refund without an amount", () => {
    expect(order(word(), refund(null, { paymentId: null }))).toMatchObject({ status: "refunded", refunded: "20" });
    expect(open(word(), refund(null, { paymentId: null }))).toMatchObject({ status: "refunded", refunded: "0" });
  });

  it("of an order without a registration counts refunds of one currency, the first by name", () => {
    const refunds = [refund(usd("3"), { paymentId: null }), refund(eur("5"), { paymentId: null })];
    expect(open(word(), ...refunds)).toMatchObject({ status: "partially_refunded", refunded: "5" });
    const disputed = dispute("open", { money: aud("9") });
    expect(open(word(), ...refunds, disputed)).toMatchObject({ status: "partially_refunded", refunded: "5" });
    expect(open(word(), refund(null, { paymentId: null }), ...refunds)).toMatchObject({ status: "refunded" });
  });
});

it("an amount in minor units of unknown digits takes nothing of a report back, and decides on no currency", () => {
  const unknown = refund({ unit: "unknown", amount: "500", currency: "AAA" }, { paymentId: null });
  expect(open(word(), unknown)).toMatchObject({ status: "paid", refunded: "0" });
  expect(open(word(), unknown, refund(usd("5"), { paymentId: null }))).toMatchObject({ refunded: "5" });
});

it("payments that never held the amount together are no paid order, though a refund fails in the end", () => {
  const facts = [
    paid(usd("15"), { at: 1000 }),
    refund(usd("15"), { refundId: "r-1", at: 2000 }),
    paid(usd("5"), { paymentId: "p-2", at: 3000 }),
    refund(usd("5"), { paymentId: "p-2", refundId: "r-2", at: 3500 }),
    refundFailed("r-1", usd("15"), { at: 4000 }),
  ];
  expect(order(...facts)).toMatchObject({ status: "pending", underpaid: { paid: "15", missing: "5" } });
});

describe("an order without a registration", () => {
  it("is underpaid by nothing, since no amount is expected of it", () => {
    expect(open(splitOpened(usd("100")), paid(usd("10")))).toMatchObject({ status: "pending", underpaid: null });
  });

  it("waits for the last part whatever else is reported of a part's payment", () => {
    const part = [payment("pending", usd("5")), paid(usd("5"), { isPart: true })];
    expect(open(...part)).toMatchObject({ status: "pending", payments: [] });
  });
});
