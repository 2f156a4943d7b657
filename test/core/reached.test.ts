// Whether several payments were ever there together, where parts of them went back in between. 20 USD are registered.
import { describe, expect, it } from "vitest";
import { paymentsOf } from "../../src/core/payment.ts";
import { wasReached } from "../../src/core/reached.ts";
import { order, paid, payment, refund, refundFailed, usd, voided } from "../support/facts.ts";

const first = (amount: string, at: number | null = 1000) => paid(usd(amount), { at });
const second = (amount: string, at: number | null = 3000) => paid(usd(amount), { paymentId: "p-2", at });
const third = (amount: string, at: number) => paid(usd(amount), { paymentId: "p-3", at });
const back = (amount: string, at: number | null, more: object = {}) => refund(usd(amount), { at, ...more });

const never = (missing: string) => ({ status: "pending", underpaid: { missing } });
const once = (refunded: string) => ({ status: "partially_refunded", refunded });

describe("an amount", () => {
  it("was never there where a part was voided before the next was paid", () => {
    expect(order(first("15"), voided(usd("15"), { at: 2000 }), second("15"))).toMatchObject(never("5"));
    expect(order(first("15"), voided(usd("15"), { at: 4000 }), second("15"))).toMatchObject(once("5"));
  });

  it("was there where a refund states no time: it was made behind all payments", () => {
    expect(order(first("15"), back("15", null), second("15"))).toMatchObject(once("5"));
    expect(order(first("15"), back("5", null), back("1", 2000), second("6"))).toMatchObject(once("5"));
  });

  it("was there where the refund is of the moment of the next payment, or later", () => {
    expect(order(first("15"), back("15", 3000), second("15"))).toMatchObject(once("5"));
    expect(order(first("15"), back("1", 2000), back("5", 3000), second("6"))).toMatchObject(once("5"));
  });

  it("was never there where a refund of that moment comes before a third payment", () => {
    const facts = [first("10"), second("5", 2000), back("10", 2000), third("10", 3000)];
    expect(order(...facts)).toMatchObject(never("5"));
  });

  it("was there where a third payment made up for a refund", () => {
    const facts = [first("15"), back("5", 2000), second("5", 3000), third("5", 4000), back("5", 5000)];
    expect(order(...facts).status).toBe("partially_refunded");
    expect(order(...facts.slice(0, 3), back("5", 3500, { refundId: "r-2" }), third("5", 4000))).toMatchObject(
      never("5"),
    );
  });

  it("was never there where a payment without a time was refunded before the next", () => {
    expect(order(first("15", null), back("15", 1000), second("15"))).toMatchObject(never("5"));
    expect(order(first("15", null), back("15", 4000), second("15"))).toMatchObject(once("5"));
  });

  it("was never there where the clock of the refund is behind that of its payment", () => {
    expect(order(first("15", 5000), back("15", 1000), second("15"))).toMatchObject(never("5"));
    const twice = [first("15", 5000), first("15", null), back("15", 1000), second("15")];
    expect(order(...twice)).toMatchObject(never("5"));
  });

  it("was there in the moment after a refund failed", () => {
    const failing = [first("15"), back("5", 2000, { refundId: "r-1" }), second("5")];
    const again = back("5", 5000, { refundId: "r-2" });
    expect(order(...failing, refundFailed("r-1", usd("5"), { at: 4000 }), again)).toMatchObject(once("5"));
    expect(order(...failing, again)).toMatchObject(never("10"));
  });

  it("was there where one payment alone reached it, whatever was refunded before", () => {
    expect(order(first("20"), back("20", 500), second("5"))).toMatchObject({ status: "refunded", refunded: "20" });
  });

  it("was never there where a failure states no time and the refund stands by another event", () => {
    const facts = [first("15"), back("5", 2000), second("5"), refundFailed("r-9", usd("5")), back("5", 5000)];
    expect(order(...facts)).toMatchObject(never("10"));
  });

  it("was never there where a refund fails behind the next payment, which went back meanwhile", () => {
    const facts = [first("15"), back("15", 2000, { refundId: "r-1" }), second("5")];
    const failed = [back("5", 3500, { paymentId: "p-2" }), refundFailed("r-1", usd("15"), { at: 4000 })];
    expect(order(...facts, third("1", 3700), ...failed)).toMatchObject(never("4"));
  });

  it("was never there where a refund that failed later is another one than that which went back", () => {
    const facts = [first("15"), back("15", 2000, { refundId: "r-1" }), second("15")];
    expect(order(...facts, refundFailed("r-2", usd("1"), { at: 4000 }))).toMatchObject(never("5"));
  });
});

describe("a payment", () => {
  const gone = [first("15"), back("15", 2000)];

  it("is there from the beginning where it states no time", () => {
    expect(order(...gone, second("15", null)).status).toBe("partially_refunded");
    const refunded = back("5", 4000, { paymentId: "p-2" });
    expect(order(...gone, second("15", null), refunded).status).toBe("partially_refunded");
  });

  it("is there from the time that one of its reports states", () => {
    expect(order(...gone, second("15"), second("15", null))).toMatchObject(never("5"));
  });

  it("is not there while it is under way", () => {
    const underWay = payment("pending", usd("15"), { paymentId: "p-2", at: 500 });
    expect(order(...gone, underWay, second("15"))).toMatchObject(never("5"));
  });

  it("that states no amount adds nothing", () => {
    const unpriced = paid(null, { paymentId: "p-0", at: 500 });
    const payments = paymentsOf([unpriced, ...gone, second("15"), third("5", 4000)]);
    expect(wasReached(payments, "20")).toBe(true);
    expect(wasReached(payments, "21")).toBe(false);
  });
});
