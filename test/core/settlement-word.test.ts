// Payments that no provider names: the merchant's word without an amount, reports without a payment's id, and what goes back of both.
import { describe, expect, it } from "vitest";
import {
  capture,
  dispute,
  eur,
  inEveryOrder,
  merchantReport,
  order,
  paid,
  payment,
  refund,
  registered,
  unregisteredOrder,
  usd,
} from "../support/facts.ts";

const unnamed = { instance: "hmac", paymentId: null };

describe("the merchant's word without an amount", () => {
  const word = merchantReport(null, { paymentId: null, eventId: "order 7" });

  it("is listed as the payment that counts", () => {
    expect(order(word)).toMatchObject({
      status: "paid",
      money: null,
      overpaid: "0",
      underpaid: null,
      payments: [{ instance: "backend", eventId: "order 7", paymentId: null, money: null }],
    });
  });

  it("is refunded in full by a refund of everything, at the registered amount", () => {
    const all = { status: "refunded", refunded: "20" };
    expect(order(word, refund(null, { paymentId: null }))).toMatchObject(all);
    expect(order(word, refund(null, { paymentId: "p-7" }))).toMatchObject(all);
    expect(order(merchantReport(null), refund(null))).toMatchObject(all);
  });

  it("is refunded once by a refund that names no payment", () => {
    expect(order(word, refund(usd("5"), { paymentId: null }))).toMatchObject({
      status: "partially_refunded",
      refunded: "5",
    });
  });

  it("is refunded at most by the registered amount", () => {
    expect(order(word, refund(usd("30"), { paymentId: "p-7" }))).toMatchObject({ status: "refunded", refunded: "20" });
  });

  it("loses nothing by a refund of another payment where it names its own", () => {
    const ofAnother = refund(usd("5"), { paymentId: "p-7" });
    expect(order(merchantReport(null), ofAnother)).toMatchObject({ status: "paid", refunded: "0" });
    expect(order(merchantReport(null), refund(usd("5"), { paymentId: null })).refunded).toBe("5");
  });

  it("loses nothing by a refund of an attempt that is known to have failed", () => {
    const attempt = [payment("failed", null, { paymentId: "p-0" }), refund(usd("5"), { paymentId: "p-0" })];
    expect(order(word, ...attempt)).toMatchObject({ status: "paid", refunded: "0" });
  });

  it("is refunded in the first currency by name where no registration states one", () => {
    const refunds = [refund(eur("3"), { paymentId: "p-7" }), refund(usd("5"), { paymentId: "p-8" })];
    expect(unregisteredOrder(word, ...refunds)).toMatchObject({ status: "partially_refunded", refunded: "3" });
    const inAustralia = dispute("open", { money: { unit: "major", amount: "9", currency: "AUD" } });
    expect(unregisteredOrder(word, inAustralia, ...refunds).refunded).toBe("3");
  });

  it("loses nothing by a dispute, registered or not", () => {
    const disputed = dispute("lost", { money: usd("20") });
    for (const view of [order(word, disputed), unregisteredOrder(word, disputed)]) {
      expect(view).toMatchObject({ status: "paid", refunded: "0", disputed: "lost" });
    }
  });

  it("is refunded in full by a refund of everything beside a part where nothing is registered", () => {
    const refunds = [refund(null, { paymentId: null }), refund(usd("5"), { paymentId: null })];
    expect(unregisteredOrder(word, ...refunds)).toMatchObject({ status: "refunded", refunded: "5" });
  });
});

describe("a report without a payment's id", () => {
  it("pays an unregistered order by itself", () => {
    expect(unregisteredOrder(paid(usd("20"), unnamed))).toMatchObject({
      status: "paid",
      checked: false,
      money: usd("20"),
    });
  });

  it("is refunded by a refund of a payment that nothing else is known of", () => {
    const ofUnknown = (money: Parameters<typeof refund>[0]) => refund(money, { paymentId: "p-7" });
    expect(order(paid(usd("20"), unnamed), ofUnknown(usd("5")))).toMatchObject({
      status: "partially_refunded",
      refunded: "5",
    });
    expect(order(paid(usd("20"), unnamed), ofUnknown(null))).toMatchObject({ status: "refunded", refunded: "20" });
    expect(order(paid(usd("25"), unnamed), ofUnknown(usd("5")))).toMatchObject({ status: "paid", overpaid: "0" });
  });

  it("loses nothing by a refund of an attempt that is known to have failed", () => {
    const attempt = [payment("failed", null, { paymentId: "p-0" }), refund(usd("20"), { paymentId: "p-0" })];
    expect(order(paid(usd("20"), unnamed), ...attempt)).toMatchObject({ status: "paid", refunded: "0" });
  });

  it("is what is paid so far where it states more than the named payments together", () => {
    expect(order(paid(usd("5")), paid(usd("12"), unnamed)).underpaid).toEqual({ paid: "12", missing: "8" });
    expect(order(paid(usd("13")), paid(usd("12"), unnamed)).underpaid).toEqual({ paid: "13", missing: "7" });
  });

  it("counts where two instances report one, at the first instance by name", () => {
    const reports = [
      merchantReport(usd("20"), { paymentId: null }),
      paid(usd("20"), { ...unnamed, instance: "alipay" }),
    ];
    expect(order(...reports)).toMatchObject({
      status: "paid",
      overpaid: "0",
      payments: [{ instance: "alipay" }],
      excessPayments: [],
    });
  });
});

describe("an order of zero", () => {
  it("is paid by a capture of nothing", () => {
    const nothing = capture("c-1", usd("0"));
    for (const facts of [[nothing], [nothing, paid(null)]]) {
      const zero = inEveryOrder(facts, (arrived) => registered(arrived, usd("0")));
      expect(zero).toMatchObject({ status: "paid", checked: true, money: usd("0"), payments: [{ money: usd("0") }] });
    }
  });
});
