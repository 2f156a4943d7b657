// Which payments count, and with what reason the others do not.
import { describe, expect, it } from "vitest";
import type { Fact } from "../../src/core/fact.ts";
import {
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
  splitClosed,
  splitOpened,
  unknownMoney,
  unregistered,
  unregisteredOrder,
  usd,
} from "../support/facts.ts";

const held = (...facts: readonly Fact[]) =>
  inEveryOrder(facts, (arrived) => unregistered(arrived, { requireRegistered: true }));

describe("an amount that nobody signs", () => {
  const unsigned = (money: Parameters<typeof paid>[0]) => paid(money, { isUnsigned: true });

  it("counts for an unregistered order, stated or not", () => {
    expect(unregisteredOrder(unsigned(usd("20")))).toMatchObject({ status: "paid", money: usd("20"), mismatches: [] });
    expect(unregisteredOrder(unsigned(null))).toMatchObject({ status: "paid", money: null, mismatches: [] });
  });

  it("counts for a registered order by the merchant's word, where the event states none", () => {
    expect(order(unsigned(null), merchantReport(null))).toMatchObject({ status: "paid", checked: false });
    expect(order(unsigned(usd("20")), merchantReport(usd("20")))).toMatchObject({
      status: "pending",
      mismatches: [{ reason: "no_amount" }],
    });
  });
});

describe("a payment without an amount", () => {
  it("is a mismatch of an unregistered order too, until all of it has gone back", () => {
    expect(unregisteredOrder(paid(null))).toMatchObject({ status: "pending", mismatches: [{ reason: "no_amount" }] });
    expect(unregisteredOrder(paid(null), refund(null)).mismatches).toEqual([]);
  });
});

describe("a payment in minor units of unknown digits", () => {
  it("is a mismatch of an unregistered order", () => {
    expect(unregisteredOrder(paid(unknownMoney("2000")))).toMatchObject({
      status: "pending",
      mismatches: [{ reason: "unknown_currency", money: unknownMoney("2000") }],
    });
  });
});

describe("a mismatch", () => {
  it("names the payment, its instance, its event and its amount", () => {
    expect(order(paid(eur("20"), { eventId: "e" })).mismatches).toEqual([
      { reason: "currency", instance: "stripe", eventId: "e", paymentId: "p-1", money: eur("20") },
    ]);
    expect(order(paid(), refund(eur("5"), { eventId: "e" })).mismatches).toEqual([
      { reason: "refund_currency", instance: "stripe", eventId: "e", paymentId: "p-1", money: eur("5") },
    ]);
    expect(order(foreignPayment("p-9", { eventId: "e" })).mismatches).toEqual([
      { reason: "payment_of_another_order", instance: "stripe", eventId: "e", paymentId: "p-9", money: usd("20") },
    ]);
  });

  it("is none of a payment that is under way or has failed", () => {
    expect(order(payment("pending", eur("20"))).mismatches).toEqual([]);
    expect(order(payment("failed", eur("20")), refund(usd("5"))).mismatches).toEqual([]);
  });

  it("leaves the currency of an unregistered order to the first payment that counts", () => {
    const facts = [paid(null, { at: 1000 }), paid(eur("5"), { paymentId: "p-2", at: 2000 })];
    expect(unregisteredOrder(...facts, paid(usd("5"), { paymentId: "p-3", at: 3000 }))).toMatchObject({
      status: "paid",
      money: eur("5"),
      mismatches: [
        { reason: "no_amount", paymentId: "p-1" },
        { reason: "currency", paymentId: "p-3" },
      ],
    });
  });
});

describe("payments of another order", () => {
  it("are listed by instance and id, each with its first event by id, whichever came first", () => {
    const facts = [
      foreignPayment("p-2", { eventId: "a" }),
      foreignPayment("p-1", { eventId: "c", money: usd("5") }),
      foreignPayment("p-1", { eventId: "b" }),
      foreignPayment("p-1", { eventId: "a", instance: "stripe_eu" }),
    ];
    expect(order(...facts).mismatches).toMatchObject([
      { instance: "stripe", paymentId: "p-1", eventId: "b", money: usd("20") },
      { instance: "stripe", paymentId: "p-2", eventId: "a" },
      { instance: "stripe_eu", paymentId: "p-1", eventId: "a" },
    ]);
  });

  it("stand behind the order's own mismatches", () => {
    const facts = [foreignPayment("p-0"), refund(usd("5")), paid(eur("20")), expired(1000)];
    expect(order(...facts).mismatches.map(({ reason }) => reason)).toEqual([
      "currency",
      "refund_currency",
      "payment_of_another_order",
    ]);
  });
});

describe("a held payment", () => {
  it("is no mismatch, though another one is", () => {
    expect(held(paid(), paid(null, { paymentId: "p-2" }))).toMatchObject({
      status: "pending",
      held: true,
      payments: [],
      mismatches: [{ reason: "no_amount", paymentId: "p-2" }],
    });
  });

  it("sets no currency for others that are held", () => {
    expect(held(paid(), paid(eur("20"), { paymentId: "p-2" }))).toMatchObject({ held: true, mismatches: [] });
  });
});

describe("a part of a split that was given up", () => {
  const givenUp = [splitOpened(usd("20")), splitClosed(false)];

  it("is a mismatch by its currency first", () => {
    expect(order(...givenUp, paid(eur("5"))).mismatches).toMatchObject([{ reason: "currency" }]);
    expect(order(...givenUp, paid(usd("5"))).mismatches).toMatchObject([{ reason: "split_failed" }]);
  });

  it("is none in another currency than the split's", () => {
    const facts = [...givenUp, paid(eur("5"))];
    expect(inEveryOrder(facts, (arrived) => registered(arrived, eur("5")))).toMatchObject({ status: "paid" });
  });

  it("is none at another instance", () => {
    expect(order(...givenUp, paid(usd("5"), { instance: "paypal" }))).toMatchObject({
      mismatches: [],
      underpaid: { paid: "5" },
    });
  });
});
