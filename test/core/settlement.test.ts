// How payments add up to an order's amount: sums, what is missing, what is too much, what went back, zero orders.
import { describe, expect, it } from "vitest";
import type { Fact } from "../../src/core/fact.ts";
import {
  eur,
  foreignPayment,
  inEveryOrder,
  order,
  paid,
  refund,
  registered,
  splitOpened,
  unknownMoney,
  unregisteredOrder,
  usd,
} from "../support/facts.ts";

const of = (paymentId: string, more: object = {}) => ({ paymentId, ...more });
const refundOf = (paymentId: string, amount: string, more: object = {}) => refund(usd(amount), of(paymentId, more));

describe("payments", () => {
  it("in the registered currency add up, and pay the order when they reach its amount", () => {
    const parts = [paid(usd("5")), paid(usd("6"), of("p-2")), paid(usd("9"), of("p-3"))];
    expect(order(...parts.slice(0, 2))).toMatchObject({
      status: "pending",
      payments: [],
      checked: false,
      underpaid: { paid: "11", missing: "9" },
    });
    expect(order(...parts)).toMatchObject({
      status: "paid",
      checked: true,
      money: usd("20"),
      overpaid: "0",
      underpaid: null,
      payments: [{ paymentId: "p-1" }, { paymentId: "p-2" }, { paymentId: "p-3" }],
    });
  });

  it("exceed the amount by what is overpaid", () => {
    expect(order(paid(usd("15")), paid(usd("15"), of("p-2")))).toMatchObject({ status: "paid", overpaid: "10" });
    expect(order(paid(usd("20.5")))).toMatchObject({ status: "paid", checked: true, overpaid: "0.5" });
  });

  it("behind those that reach the amount are excess", () => {
    const facts = [paid(usd("20"), of("p-2", { at: 1000 })), paid(usd("20"), of("p-1", { at: 2000 }))];
    expect(order(...facts)).toMatchObject({
      status: "paid",
      payments: [{ paymentId: "p-2" }],
      excessPayments: [{ paymentId: "p-1", money: usd("20") }],
      overpaid: "0",
    });
  });

  it("of one time, or of none, stand by their ids", () => {
    const facts = [paid(usd("20"), of("p-2")), paid(usd("20"), of("p-1"))];
    expect(order(...facts)).toMatchObject({ payments: [{ paymentId: "p-1" }], excessPayments: [{ paymentId: "p-2" }] });
  });

  it("of one id at two instances are two payments", () => {
    expect(order(paid(usd("10")), paid(usd("10"), { instance: "stripe_eu" }))).toMatchObject({ status: "paid" });
  });

  it.each([
    ["in another currency", paid(eur("20")), "currency"],
    ["in minor units of unknown digits", paid(unknownMoney("2000")), "unknown_currency"],
    ["without an amount", paid(null), "no_amount"],
    ["with an amount that nobody signed", paid(usd("20"), { isUnsigned: true }), "no_amount"],
    ["with no amount where none is signed", paid(null, { isUnsigned: true }), "no_amount"],
  ])("%s are a mismatch, and leave the order payable", (_name, wrong, reason) => {
    expect(order(wrong)).toMatchObject({
      status: "pending",
      checked: false,
      mismatches: [{ reason, paymentId: "p-1" }],
    });
    expect(order(wrong, paid(usd("20"), of("p-2")))).toMatchObject({
      status: "paid",
      payments: [{ paymentId: "p-2" }],
      mismatches: [{ reason }],
    });
  });

  it("that name no payment are of one that is named, or count alone", () => {
    const unnamed = paid(usd("20"), { instance: "hmac", paymentId: null });
    expect(order(unnamed)).toMatchObject({ status: "paid", checked: true });
    expect(order(unnamed, paid())).toMatchObject({
      payments: [{ paymentId: "p-1" }],
      excessPayments: [],
      overpaid: "0",
    });
    expect(order(paid(usd("10")), paid(usd("10"), { instance: "hmac", paymentId: null }))).toMatchObject({
      status: "pending",
      underpaid: { paid: "10" },
    });
  });

  it("that another order has claimed are a mismatch, one for each payment", () => {
    const facts = ["x", "y"].map((eventId) => foreignPayment("p-9", { eventId }));
    expect(order(...facts)).toMatchObject({
      status: "pending",
      mismatches: [{ reason: "payment_of_another_order", paymentId: "p-9", eventId: "x", money: usd("20") }],
    });
  });

  it("are checked only where each of them states its amount", () => {
    const word = paid(null, { instance: "backend", paymentId: "p-2" });
    expect(order(paid(usd("15")), word)).toMatchObject({ status: "paid", checked: false });
    expect(order(paid(usd("20")), word)).toMatchObject({
      status: "paid",
      checked: true,
      payments: [{ paymentId: "p-1" }],
    });
  });
});

describe("a refund", () => {
  it("of one of several payments is partial, of all of them full", () => {
    const parts = [paid(usd("10")), paid(usd("10"), of("p-2"))];
    expect(order(...parts, refundOf("p-2", "10"))).toMatchObject({ status: "partially_refunded", refunded: "10" });
    expect(order(...parts, refundOf("p-2", "10"), refundOf("p-1", "10"))).toMatchObject({
      status: "refunded",
      refunded: "20",
    });
  });

  it("of what is overpaid leaves the order paid", () => {
    expect(order(paid(usd("25")), refund(usd("5")))).toMatchObject({ status: "paid", refunded: "0", overpaid: "0" });
    expect(order(paid(usd("25")), refund(usd("6")))).toMatchObject({ status: "partially_refunded", refunded: "1" });
  });

  it("of an excess payment settles the entry and changes nothing else", () => {
    const two = [paid(), paid(usd("20"), of("p-2"))];
    expect(order(...two, refundOf("p-2", "20"))).toEqual({ ...order(...two), excessPayments: [] });
  });

  it("of the payment that counted lets the excess count", () => {
    expect(order(paid(), paid(usd("20"), of("p-2")), refundOf("p-1", "20"))).toMatchObject({
      status: "paid",
      payments: [{ paymentId: "p-2" }],
      excessPayments: [],
    });
  });

  it("of the payment that counted and of the excess leaves nothing paid, in any order", () => {
    const facts = [paid(), paid(usd("20"), of("p-2")), refundOf("p-1", "20"), refundOf("p-2", "20")];
    expect(order(...facts)).toMatchObject({ status: "refunded", refunded: "20", excessPayments: [] });
  });

  it("of a mismatched payment settles the entry and changes nothing else", () => {
    const wrong = [paid(eur("20")), refund(eur("20"))];
    expect(order(...wrong)).toMatchObject({ status: "pending", refunded: "0", mismatches: [] });
    expect(order(...wrong, paid(usd("20"), of("p-2")))).toMatchObject({
      status: "paid",
      refunded: "0",
      mismatches: [],
    });
    expect(order(paid(eur("20")), refund(eur("5"))).mismatches).toHaveLength(1);
  });

  it("that names no payment is of the order, and may report again what its payments report", () => {
    const unnamed = refund(usd("5"), { paymentId: null });
    expect(order(paid(), unnamed)).toMatchObject({ status: "partially_refunded", refunded: "5" });
    expect(order(paid(), unnamed, refund(usd("5")))).toMatchObject({ refunded: "5" });
    expect(order(paid(usd("15")), unnamed).underpaid).toEqual({ paid: "10", missing: "10" });
    const beyond = [paid(usd("10")), paid(usd("10"), of("p-2")), refundOf("p-1", "30")];
    expect(order(...beyond, refund(usd("15"), { paymentId: null })).refunded).toBe("15");
    expect(order(paid(), refund(null, { paymentId: null })).status).toBe("refunded");
    expect(order(paid(), refund(eur("20"), { paymentId: null })).status).toBe("paid");
  });

  it("of a part before the next is paid leaves the order unpaid: the amount was never there", () => {
    const first = [paid(usd("15"), { at: 1000 }), refund(usd("15"), { at: 2000 })];
    expect(order(...first, paid(usd("15"), of("p-2", { at: 3000 })))).toMatchObject({
      status: "pending",
      underpaid: { paid: "15", missing: "5" },
    });
    // The same amounts, refunded after both were there.
    const later = [paid(usd("15"), { at: 1000 }), refund(usd("15"), { at: 4000 })];
    expect(order(...later, paid(usd("15"), of("p-2", { at: 3000 })))).toMatchObject({
      status: "partially_refunded",
      refunded: "5",
    });
  });

  it("that is reported before its payment is of that payment all the same", () => {
    const facts = [refund(usd("5"), { at: 1000, refundId: "r-1" }), paid(usd("20"), { at: 2000 })];
    expect(order(...facts)).toMatchObject({ status: "partially_refunded", refunded: "5" });
    const parts = [paid(usd("10"), { at: 2000 }), paid(usd("10"), of("p-2", { at: 2000 }))];
    expect(order(...parts, refund(usd("5"), { at: 2000 }))).toMatchObject({ status: "partially_refunded" });
  });

  it("takes back what exceeds the amount first, and never more than the amount", () => {
    expect(order(paid(usd("30")), refund(usd("15")))).toMatchObject({ status: "partially_refunded", refunded: "5" });
    expect(order(paid(usd("30")), refund(usd("30")))).toMatchObject({ status: "refunded", refunded: "20" });
  });
});

describe("without a registration", () => {
  it("the first payment pays, and others are excess", () => {
    const facts = [paid(usd("7"), of("p-2", { at: 1000 })), paid(usd("9"), of("p-1", { at: 2000 }))];
    expect(unregisteredOrder(...facts)).toMatchObject({
      status: "paid",
      checked: false,
      money: usd("7"),
      excessPayments: [{ paymentId: "p-1" }],
    });
  });

  it("a payment in another currency than the first is a mismatch", () => {
    const facts = [paid(usd("7"), { at: 1000 }), paid(eur("7"), of("p-2", { at: 2000 }))];
    expect(unregisteredOrder(...facts)).toMatchObject({
      status: "paid",
      mismatches: [{ reason: "currency", paymentId: "p-2" }],
    });
  });

  it("a payment whose amount nobody signs counts", () => {
    expect(unregisteredOrder(paid(null, { isUnsigned: true }))).toMatchObject({
      status: "paid",
      checked: false,
      mismatches: [],
    });
  });

  it("parts are pending until the last one, and pay together", () => {
    const parts = [paid(usd("5"), { isPart: true }), paid(usd("6"), of("p-2", { isPart: true }))];
    expect(unregisteredOrder(...parts)).toMatchObject({ status: "pending", payments: [] });
    expect(unregisteredOrder(...parts, paid(usd("9"), of("p-3")))).toMatchObject({
      status: "paid",
      money: usd("20"),
      overpaid: "0",
    });
  });

  it("what a provider collects in several payments is pending until all of it is there", () => {
    const opened = splitOpened(usd("100"));
    expect(unregisteredOrder(opened)).toMatchObject({ status: "pending", underpaid: null });
    expect(unregisteredOrder(opened, paid(usd("10")))).toMatchObject({
      status: "pending",
      payments: [],
      underpaid: null,
    });
    expect(unregisteredOrder(opened, paid(usd("10")), paid(usd("90"), of("p-2")))).toMatchObject({
      status: "paid",
      money: usd("100"),
      excessPayments: [],
    });
  });

  it("a split in another currency than the payment's says nothing about it", () => {
    expect(unregisteredOrder(splitOpened(eur("100")), paid(usd("10")))).toMatchObject({ status: "paid" });
  });
});

describe("an order of zero", () => {
  const zero = (...facts: Fact[]) => inEveryOrder(facts, (arrived) => registered(arrived, usd("0")));

  it("is paid by the provider's word that nothing is due, and by nothing less", () => {
    expect(zero(paid(usd("0")))).toMatchObject({ status: "paid", checked: true, overpaid: "0" });
    expect(zero()).toMatchObject({ status: "pending" });
    expect(zero(paid(null))).toMatchObject({ status: "pending", mismatches: [{ reason: "no_amount" }] });
    expect(zero(paid(eur("0")))).toMatchObject({ status: "pending", mismatches: [{ reason: "currency" }] });
  });

  it("is overpaid by any amount", () => {
    expect(zero(paid(usd("5")))).toMatchObject({ status: "paid", overpaid: "5" });
  });

  it("that the merchant says is paid has nothing to refund", () => {
    expect(zero(paid(null, { instance: "backend" }), refund(usd("5")))).toMatchObject({
      status: "paid",
      refunded: "0",
    });
  });

  it("pays no order that costs something", () => {
    expect(order(paid(usd("0")))).toMatchObject({ status: "pending", underpaid: null });
  });
});
