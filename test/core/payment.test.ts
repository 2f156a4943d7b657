// One payment out of all that is reported of it: captures, voids, refunds, and the merchant's word beside the provider's.
import { describe, expect, it } from "vitest";
import {
  capture,
  captureFailed,
  eur,
  inEveryOrder,
  merchantReport,
  order,
  paid,
  payment,
  refund,
  refundFailed,
  registered,
  unknownMoney,
  unregisteredOrder,
  usd,
  voided,
} from "../support/facts.ts";

describe("captures", () => {
  it("of one payment add up by their id, at the highest amount of each", () => {
    const parts = [capture("c-1", usd("8")), capture("c-2", usd("12"))];
    expect(order(payment("pending"), ...parts)).toMatchObject({ status: "paid", checked: true, money: usd("20") });
    const twice = [capture("c-1", usd("8")), capture("c-1", usd("12"))];
    expect(order(payment("pending"), ...twice)).toMatchObject({ underpaid: { paid: "12", missing: "8" } });
  });

  it("without an amount add nothing to those that state theirs", () => {
    const parts = [capture("c-1", null), capture("c-2", usd("20"))];
    expect(order(payment("pending"), ...parts)).toMatchObject({ status: "paid", money: usd("20") });
  });

  it("leave an order unpaid whose authorisation they do not reach", () => {
    expect(order(payment("pending"), capture("c-1", usd("4")))).toMatchObject({
      status: "pending",
      underpaid: { paid: "4", missing: "16" },
      refunded: "0",
    });
  });

  it("and a total of the same payment are not added up", () => {
    expect(order(paid(), capture("c-1", usd("20")))).toMatchObject({ money: usd("20"), overpaid: "0" });
  });

  it("of 18 digits and of nine decimals add up exactly", () => {
    const whole = { unit: "major", amount: "999999999999999999", currency: "USD" } as const;
    expect(registered([capture("c-1", whole), capture("c-2", usd("0.000000001"))]).overpaid).toBe(
      "999999999999999979.000000001",
    );
  });
});

describe("a failed capture", () => {
  it("un-counts an automatic one, until the next capture", () => {
    expect(order(paid(), captureFailed("c-1"))).toMatchObject({ status: "failed", payments: [] });
    expect(order(paid(), captureFailed("c-1"), capture("c-2", usd("20")))).toMatchObject({ status: "paid" });
  });

  it("un-counts the capture of its id, and no other", () => {
    const parts = [capture("c-1", usd("8")), capture("c-2", usd("12"))];
    expect(order(payment("pending"), ...parts, captureFailed("c-2"))).toMatchObject({ underpaid: { paid: "8" } });
  });

  it("is over once the same capture is reported at a later time", () => {
    const failed = captureFailed("c-1", { at: 2000 });
    expect(order(failed, capture("c-1", usd("20"), { at: 3000 })).status).toBe("paid");
    expect(order(failed, capture("c-1", usd("20"), { at: 1000 })).status).toBe("failed");
    expect(order(failed, paid(usd("20"), { at: 3000 })).status).toBe("paid");
    expect(order(failed, paid(usd("20"), { at: 1000 })).status).toBe("failed");
  });
});

describe("a void", () => {
  it("covers what was not captured first: the rest of an authorisation is no refund", () => {
    const thousand = payment("pending", usd("1000"));
    const captured = [thousand, capture("c-1", usd("400"))];
    for (const back of [voided(usd("600")), voided(null)]) {
      const facts = [...captured, back];
      expect(inEveryOrder(facts, (arrived) => registered(arrived, usd("400")))).toMatchObject({
        status: "paid",
        refunded: "0",
      });
    }
    // The same, by a provider that reports what it took as a total.
    const total = [thousand, paid(usd("400")), voided(usd("600"))];
    expect(inEveryOrder(total, (arrived) => registered(arrived, usd("400"))).status).toBe("paid");
  });

  it("takes back the amount it covers beyond that, and no more", () => {
    expect(order(paid(), voided(usd("5")))).toMatchObject({ status: "partially_refunded", refunded: "5" });
    expect(order(payment("pending"), capture("c-1", usd("20")), voided(usd("5"))).refunded).toBe("5");
  });

  it("counts once by its id", () => {
    const twice = [voided(usd("5"), { voidId: "v-1" }), voided(usd("5"), { voidId: "v-1" })];
    expect(order(paid(), ...twice).refunded).toBe("5");
  });

  it("in another currency takes nothing back", () => {
    expect(order(paid(), voided(eur("20")))).toMatchObject({ status: "paid", refunded: "0" });
  });

  it("of a payment that is refunded as well takes back no more than was captured", () => {
    expect(order(paid(), voided(), refund(usd("20")))).toMatchObject({ status: "refunded", refunded: "20" });
    expect(order(paid(), voided(usd("15")), refund(usd("15")))).toMatchObject({ status: "refunded", refunded: "20" });
  });
});

describe("refunds", () => {
  it("without an id add up, one for each event", () => {
    expect(order(paid(), refund(usd("5")), refund(usd("5.5"))).refunded).toBe("10.5");
  });

  it("that several events report count once by their id, at the highest amount", () => {
    const events = [refund(usd("5"), { refundId: "r-1" }), refund(usd("5"), { refundId: "r-1" })];
    expect(order(paid(), ...events).refunded).toBe("5");
    expect(order(paid(), ...events, refund(usd("7"), { refundId: "r-1" })).refunded).toBe("7");
  });

  it("that are reported as totals are not added up", () => {
    const totals = ["5", "10.5", "12"].map((amount) => refund(usd(amount), { cumulative: true }));
    expect(order(paid(), ...totals).refunded).toBe("12");
  });

  it("that are reported one by one and as a total count once", () => {
    const both = [refund(usd("5"), { refundId: "r-1" }), refund(usd("5"), { cumulative: true })];
    expect(order(paid(), ...both).refunded).toBe("5");
  });

  it("in another currency count for nothing and are a mismatch, one for each", () => {
    const foreign = [refund(eur("20"), { refundId: "r-1" }), refund(eur("20"), { refundId: "r-1" })];
    expect(order(paid(), ...foreign)).toMatchObject({
      status: "paid",
      refunded: "0",
      mismatches: [{ reason: "refund_currency", paymentId: "p-1", money: eur("20") }],
    });
    expect(order(paid(), foreign[0] ?? paid(), refundFailed("r-1", eur("20"))).mismatches).toEqual([]);
  });

  it("in another currency count for nothing where the payment has no name either", () => {
    const unnamed = { instance: "hmac", paymentId: null };
    for (const foreign of [refund(eur("20"), unnamed), refund(eur("20"), { paymentId: "p-7" })]) {
      expect(order(paid(usd("20"), unnamed), foreign)).toMatchObject({ status: "paid", refunded: "0" });
    }
  });

  it("in minor units of unknown digits count for nothing", () => {
    expect(order(paid(), refund(unknownMoney("2000")))).toMatchObject({ status: "paid", refunded: "0" });
  });

  it("beyond the payment count as the payment", () => {
    expect(order(paid(), refund(usd("999999999999999.999999999")))).toMatchObject({
      status: "refunded",
      refunded: "20",
    });
  });

  it("of another attempt take nothing from the payment, whether that attempt is known or not", () => {
    const other = { paymentId: "p-0" };
    for (const back of [voided(null, other), refund(usd("20"), other), refund(null, other)]) {
      expect(order(back, paid())).toMatchObject({ status: "paid", refunded: "0" });
      expect(order(back, paid(), payment("failed", null, other))).toMatchObject({ status: "paid", refunded: "0" });
    }
  });

  it("of the same payment id at another instance take nothing back", () => {
    expect(order(paid(), refund(usd("20"), { instance: "stripe_eu" }))).toMatchObject({ status: "paid" });
  });
});

describe("a failed refund", () => {
  it("does not count", () => {
    const facts = [refund(usd("20"), { refundId: "r-1" }), refundFailed("r-1", usd("20"))];
    expect(order(paid(), ...facts)).toMatchObject({ status: "paid", refunded: "0" });
    expect(order(paid(), ...facts, refund(usd("5"), { refundId: "r-2" })).refunded).toBe("5");
  });

  it("counts if it succeeds at a later time", () => {
    const facts = [refundFailed("r-1", null, { at: 1000 }), refund(usd("5"), { refundId: "r-1", at: 2000 })];
    expect(order(paid(), ...facts).refunded).toBe("5");
  });

  it("is taken off the totals that were reported before it, and off none after it", () => {
    const before = refund(usd("5"), { cumulative: true, at: 1000 });
    const failed = refundFailed("r-1", usd("5"), { at: 2000 });
    const after = refund(usd("5"), { cumulative: true, at: 3000 });
    expect(order(paid(), before, failed).refunded).toBe("0");
    expect(order(paid(), before, failed, after).refunded).toBe("5");
  });

  it("is taken off a total once by its id, at the highest amount", () => {
    const reports = [refundFailed("r-1", usd("5")), refundFailed("r-1", null), refundFailed("r-1", usd("4"))];
    expect(order(paid(), refund(usd("15"), { cumulative: true }), ...reports).refunded).toBe("10");
  });
});

describe("the merchant's word", () => {
  it("about a provider's payment is about that payment", () => {
    expect(order(paid(), merchantReport(usd("20")))).toMatchObject({
      overpaid: "0",
      excessPayments: [],
      payments: [{ instance: "stripe", paymentId: "p-1" }],
    });
  });

  it("adds nothing to a payment whose provider states another amount", () => {
    expect(order(paid(usd("15")), merchantReport(usd("20")))).toMatchObject({
      underpaid: { paid: "15", missing: "5" },
    });
    expect(order(paid(usd("15")), merchantReport(null))).toMatchObject({ status: "pending" });
  });

  it("may leave the amount out; a provider may not", () => {
    expect(order(merchantReport(null, { paymentId: null }))).toMatchObject({
      status: "paid",
      checked: false,
      money: null,
    });
    expect(order(paid(null))).toMatchObject({ status: "pending", mismatches: [{ reason: "no_amount" }] });
  });

  it("pays the order whose provider states no amount", () => {
    expect(order(paid(null), merchantReport(null))).toMatchObject({ status: "paid", checked: false, mismatches: [] });
    expect(order(paid(null), merchantReport(usd("20")))).toMatchObject({ status: "paid", checked: true });
  });

  it("does not outlast a capture that failed at the provider", () => {
    expect(order(paid(), merchantReport(usd("20")), captureFailed())).toMatchObject({ status: "failed" });
  });

  it("is taken back by refunds that no other payment has, in the currency of the order", () => {
    const unnamed = merchantReport(null, { paymentId: null });
    expect(order(unnamed, refund(usd("5"), { paymentId: "p-7" }))).toMatchObject({
      status: "partially_refunded",
      refunded: "5",
    });
    expect(order(unnamed, refund(usd("20"), { paymentId: "p-7" })).status).toBe("refunded");
    expect(order(unnamed, refund(eur("20"), { paymentId: "p-7" }))).toMatchObject({ status: "paid", refunded: "0" });
  });

  it("beside refunds of one that is not registered states how much went back", () => {
    const facts = [merchantReport(null), refund(usd("5"), { refundId: "r-1" }), refund(usd("6"), { refundId: "r-2" })];
    expect(unregisteredOrder(...facts)).toMatchObject({ status: "partially_refunded", refunded: "11" });
  });
});

describe("a payment whose events contradict each other", () => {
  it("in their currency is a mismatch", () => {
    expect(order(paid(usd("20")), paid(eur("20")))).toMatchObject({
      status: "pending",
      mismatches: [{ reason: "currency" }],
    });
  });

  it("in their amount counts at the highest", () => {
    expect(order(paid(usd("5")), paid(usd("20")), paid(null))).toMatchObject({ status: "paid", money: usd("20") });
  });
});
