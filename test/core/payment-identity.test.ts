// Which reports are of one payment, and what the payment is known by: its id, its instance, its event, its first arrival.
import { describe, expect, it } from "vitest";
import { paymentsOf } from "../../src/core/payment.ts";
import {
  capture,
  eur,
  expired,
  foreignPayment,
  inEveryOrder,
  merchantReport,
  order,
  paid,
  payment,
  refund,
  registered,
  splitOpened,
  unregisteredOrder,
  usd,
} from "../support/facts.ts";

describe("the payments of an order", () => {
  it("are those that its facts name, and none of another order", () => {
    const facts = [paid(), foreignPayment("p-9"), expired(1000), splitOpened(usd("20")), refund(null)];
    expect(paymentsOf(facts)).toMatchObject([{ instance: "stripe", id: "p-1", state: "paid" }]);
    expect(paymentsOf([foreignPayment("p-9"), expired(1000)])).toEqual([]);
  });

  it("state no amount where none of their events does", () => {
    expect(paymentsOf([paid(null)])).toMatchObject([{ captured: null, isAmbiguous: false, state: "paid" }]);
  });

  it("stand by their time, and by instance and id where none is stated", () => {
    const named = [merchantReport(usd("10")), paid(usd("10"), { instance: "alipay", paymentId: "p-2" })];
    expect(order(...named).payments).toMatchObject([
      { instance: "alipay", paymentId: "p-2" },
      { instance: "backend", paymentId: "p-1" },
    ]);
    const timed = [paid(usd("10"), { at: 2000 }), paid(usd("10"), { paymentId: "p-2", at: 1000 })];
    expect(order(...timed).payments).toMatchObject([{ paymentId: "p-2" }, { paymentId: "p-1" }]);
  });
});

describe("a payment", () => {
  it("is listed with its earliest event, and with the first by id where none states a time", () => {
    const [early, late] = [paid(usd("20"), { eventId: "b", at: 1000 }), paid(usd("20"), { eventId: "a", at: 2000 })];
    expect(order(early, late).payments).toMatchObject([{ eventId: "b" }]);
    expect(order({ ...early, at: null }, { ...late, at: null }).payments).toMatchObject([{ eventId: "a" }]);
  });

  it("that is captured later is listed with its capture's event", () => {
    const authorised = payment("pending", usd("20"), { eventId: "authorised", at: 1000 });
    expect(order(authorised, capture("c-1", usd("20"), { eventId: "captured", at: 2000 })).payments).toMatchObject([
      { eventId: "captured", paymentId: "p-1", money: usd("20") },
    ]);
  });

  it("arrives with its first report: a repetition behind the order's end is not late", () => {
    expect(registered([paid(), expired(), paid()])).toMatchObject({ status: "paid", late: false });
    expect(registered([payment("pending"), expired(), paid()])).toMatchObject({ status: "paid", late: true });
  });

  it("that is captured behind the order's end is late", () => {
    const facts = [payment("pending"), expired(), capture("c-1", usd("20"))];
    expect(registered(facts)).toMatchObject({ status: "paid", late: true });
    expect(registered([facts[0], facts[2], facts[1]].flatMap((fact) => fact ?? [])).late).toBe(false);
  });

  it("is a part where one of its events says that more follow", () => {
    const part = [payment("pending", usd("5")), paid(usd("5"), { isPart: true })];
    expect(unregisteredOrder(...part)).toMatchObject({ status: "pending", payments: [] });
  });

  it("is unsigned where one of its events signs no amount", () => {
    const facts = [payment("pending"), paid(usd("20"), { isUnsigned: true })];
    expect(order(...facts)).toMatchObject({ status: "pending", mismatches: [{ reason: "no_amount" }] });
  });

  it("whose events state two currencies counts in neither, and is listed in the first by name", () => {
    const facts = [paid(usd("20")), paid(eur("20"))];
    const mismatched = { status: "pending", payments: [], mismatches: [{ reason: "currency", money: eur("20") }] };
    expect(order(...facts)).toMatchObject(mismatched);
    expect(inEveryOrder(facts, (arrived) => registered(arrived, eur("20")))).toMatchObject(mismatched);
    expect(unregisteredOrder(...facts)).toMatchObject(mismatched);
  });
});

describe("the merchant's word about a payment id", () => {
  it("that two providers have is of the first by name, whichever came first", () => {
    const facts = [paid(null), paid(null, { instance: "adyen" }), merchantReport(usd("20"))];
    expect(order(...facts)).toMatchObject({
      status: "paid",
      payments: [{ instance: "adyen", paymentId: "p-1", money: usd("20") }],
      mismatches: [{ reason: "no_amount", instance: "stripe" }],
    });
  });

  it("is of this order's payment, not of another order's under the same id", () => {
    const foreign = foreignPayment("p-1", { instance: "adyen" });
    expect(order(paid(null), foreign, merchantReport(usd("20")))).toMatchObject({
      status: "paid",
      payments: [{ instance: "stripe", paymentId: "p-1" }],
      mismatches: [{ reason: "payment_of_another_order", instance: "adyen" }],
    });
  });

  it("closes that payment, and no other that is under way", () => {
    const closed = payment("closed", null, { instance: "backend" });
    expect(order(payment("pending"), closed).status).toBe("closed");
    expect(order(payment("pending", usd("20"), { paymentId: "p-2" }), closed).status).toBe("pending");
  });

  it("is the same word where the merchant's server answers with it when it is asked", () => {
    const answer = { instance: "status" };
    expect(order(paid(null), merchantReport(null, answer))).toMatchObject({
      status: "paid",
      payments: [{ instance: "stripe", paymentId: "p-1" }],
    });
    expect(order(payment("closed", null, { ...answer, paymentId: null }), payment("pending")).status).toBe("closed");
    expect(order(merchantReport(usd("20")), merchantReport(usd("20"), answer)).excessPayments).toEqual([]);
  });

  it("is listed as its own payment where no provider reports the id", () => {
    expect(order(merchantReport(usd("20"))).payments).toMatchObject([{ instance: "backend", paymentId: "p-1" }]);
  });
});

describe("an attempt", () => {
  it("that was closed stays closed, though a failure is reported later", () => {
    const facts = [payment("closed", null, { at: 1000 }), payment("failed", null, { at: 2000 })];
    expect(order(...facts).status).toBe("closed");
  });
});
