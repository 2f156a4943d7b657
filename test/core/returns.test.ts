// How much of a payment went back: voids against what was authorised, refunds by id, totals, and refunds that failed.
import { describe, expect, it } from "vitest";
import { foreignRefunds, returnsOf } from "../../src/core/returns.ts";
import {
  capture,
  eur,
  inEveryOrder,
  order,
  paid,
  payment,
  refund,
  refundFailed,
  registered,
  unknownMoney,
  usd,
  voided,
} from "../support/facts.ts";

describe("a void", () => {
  it("of a payment whose authorised amount is not stated covers nothing that was captured", () => {
    const captured = [payment("pending", null), capture("c-1", usd("20"))];
    expect(order(...captured, voided(usd("5")))).toMatchObject({ status: "paid", refunded: "0" });
    expect(order(...captured, voided(null))).toMatchObject({ status: "paid", refunded: "0" });
  });

  it("of a payment that was captured in part and paid in full at once takes back the amount it covers", () => {
    const facts = [payment("pending", usd("20")), capture("c-1", usd("20"))];
    expect(order(...facts, voided(usd("5")), voided(null)).refunded).toBe("5");
  });

  it("covers first what the highest authorisation left uncaptured", () => {
    const raised = [payment("pending", usd("20")), payment("pending", usd("30"))];
    expect(order(...raised, paid(usd("20")), voided(usd("10")))).toMatchObject({ status: "paid", refunded: "0" });
    expect(order(...raised, paid(usd("20")), voided(usd("12"))).refunded).toBe("2");
  });

  it("covers nothing of an authorisation in another currency", () => {
    expect(order(payment("pending", eur("1000")), paid(), voided(usd("5"))).refunded).toBe("5");
  });

  it("adds up with other voids by their ids, or by their events without one", () => {
    const [one, two] = [voided(usd("5"), { voidId: "v-1" }), voided(usd("6"), { voidId: "v-2" })];
    expect(order(paid(), one, two).refunded).toBe("11");
    expect(order(paid(), voided(usd("5")), voided(usd("6"))).refunded).toBe("11");
    expect(order(paid(), one, { ...one, eventId: "again" }).refunded).toBe("5");
  });

  it("without an amount beside one with an amount takes back everything", () => {
    expect(order(paid(), voided(usd("5")), voided(null))).toMatchObject({ status: "refunded", refunded: "20" });
  });

  it("adds to what was refunded", () => {
    expect(order(paid(), voided(usd("5")), refund(usd("3"))).refunded).toBe("8");
  });
});

describe("a refund that failed", () => {
  it("in another currency than the refund takes nothing from it", () => {
    expect(order(paid(), refund(usd("5"), { refundId: "r-1" }), refundFailed("r-1", eur("5"))).refunded).toBe("5");
  });

  it("without an id leaves single refunds as they are", () => {
    expect(order(paid(), refund(usd("5")), refundFailed(null, usd("5"))).refunded).toBe("5");
  });

  it("under another id leaves a refund as it is", () => {
    const facts = [refund(usd("5"), { refundId: "r-1" }), refundFailed("r-2", usd("5"))];
    expect(order(paid(), ...facts).refunded).toBe("5");
  });
});

describe("totals of what was refunded", () => {
  const total = (amount: string, at: number | null) => refund(usd(amount), { cumulative: true, at });
  const failed = (id: string | null, amount: string, at: number | null) => refundFailed(id, usd(amount), { at });

  it("lose the refunds that failed behind them, and no earlier ones", () => {
    const facts = [total("15", 1000), failed("r-1", "5", 2000)];
    expect(order(paid(), ...facts, total("8", 3000)).refunded).toBe("10");
    expect(order(paid(), ...facts, total("12", 3000)).refunded).toBe("12");
  });

  it("lose each of several refunds that failed at different times", () => {
    const facts = [failed("r-1", "5", 2000), total("13", 3000), failed("r-2", "3", 4000)];
    expect(order(paid(), total("20", 1000), ...facts).refunded).toBe("12");
    expect(order(paid(), total("11", 1000), ...facts).refunded).toBe("10");
  });

  it("without a time lose every refund that failed", () => {
    expect(order(paid(), total("10", null), total("8", 1000), failed("r-1", "5", 500)).refunded).toBe("8");
    expect(order(paid(), total("10", null), failed("r-1", "3", 500)).refunded).toBe("7");
  });

  it("lose refunds that failed at an unknown time", () => {
    expect(order(paid(), total("8", 1000), failed("r-1", "2", null), failed("r-2", "5", 500)).refunded).toBe("6");
  });

  it("lose two failures without an id twice, one for each event", () => {
    expect(order(paid(), total("15", 1000), failed(null, "5", 2000), failed(null, "4", 2000)).refunded).toBe("6");
  });

  it("never count as less than nothing", () => {
    expect(order(paid(), total("5", 1000), failed("r-1", "9", 2000))).toMatchObject({ status: "paid", refunded: "0" });
  });

  it("below the sum of the single refunds count as that sum", () => {
    const singles = [refund(usd("5"), { refundId: "r-1" }), refund(usd("6"), { refundId: "r-2" })];
    expect(order(paid(), ...singles, total("10", 1000)).refunded).toBe("11");
    expect(order(paid(), ...singles, total("12", 1000)).refunded).toBe("12");
  });
});

describe("refunds in another currency", () => {
  it("are listed once for each refund, by their ids, with the first event", () => {
    const foreign = [
      refund(eur("2"), { refundId: "r-2", eventId: "c" }),
      refund(eur("1"), { refundId: "r-1", eventId: "b" }),
      refund(eur("1"), { refundId: "r-1", eventId: "a" }),
    ];
    expect(order(paid(), ...foreign).mismatches).toMatchObject([
      { reason: "refund_currency", eventId: "a", money: eur("1") },
      { reason: "refund_currency", eventId: "c", money: eur("2") },
    ]);
  });

  it("are listed once for each event without an id, and by amount where one event states two", () => {
    const foreign = [refund(eur("2"), { eventId: "b" }), refund(eur("2"), { eventId: "a" })];
    expect(order(paid(), ...foreign).mismatches.map(({ eventId }) => eventId)).toEqual(["a", "b"]);
    const twoAmounts = [refund(eur("2"), { eventId: "a" }), refund(eur("1"), { eventId: "a" })];
    expect(order(paid(), ...twoAmounts).mismatches).toMatchObject([{ money: eur("1") }]);
    const twoCurrencies = [refund(unknownMoney("1"), { eventId: "a" }), refund(eur("2"), { eventId: "a" })];
    expect(order(paid(), ...twoCurrencies).mismatches).toMatchObject([{ money: eur("2") }]);
  });

  it("that failed are not listed, unless they succeed later", () => {
    const failed = refundFailed("r-1", eur("5"), { at: 1000 });
    const later = refund(eur("5"), { refundId: "r-1", at: 2000 });
    expect(order(paid(), failed, { ...later, at: 500 }).mismatches).toEqual([]);
    expect(order(paid(), failed, later).mismatches).toMatchObject([{ reason: "refund_currency" }]);
  });

  it("are none where the refund or the payment states no amount", () => {
    expect(foreignRefunds([refund(null)], usd("20"))).toEqual([]);
    expect(foreignRefunds([refund(eur("5"))], null)).toEqual([]);
  });
});

describe("a payment of zero", () => {
  it("is not returned by a refund of nothing, and is by a refund of everything", () => {
    expect(returnsOf([refund(usd("0"))], usd("0"))).toEqual({ returned: "0", isReturned: false });
    expect(returnsOf([refund(null)], usd("0"))).toEqual({ returned: "0", isReturned: true });
  });
});

describe("a payment without an amount", () => {
  it("is returned by the sum of what is reported, whatever that is, and fully by a refund or void of everything", () => {
    expect(returnsOf([refund(usd("5")), voided(usd("3"))], null)).toEqual({ returned: "8", isReturned: false });
    expect(returnsOf([refund(usd("5")), voided(null)], null)).toEqual({ returned: "5", isReturned: true });
    expect(returnsOf([refund(usd("5")), refund(null)], null)).toEqual({ returned: "5", isReturned: true });
  });

  it("keeps what was authorised and not captured out of what went back", () => {
    const facts = [payment("pending", usd("20")), capture("c-1", null), voided(usd("5"))];
    expect(returnsOf(facts, null)).toEqual({ returned: "5", isReturned: false });
  });
});

it("an order in euros is refunded in euros", () => {
  const facts = [paid(eur("20")), refund(eur("5")), refund(usd("5"))];
  expect(inEveryOrder(facts, (arrived) => registered(arrived, eur("20")))).toMatchObject({
    refunded: "5",
    mismatches: [{ reason: "refund_currency", money: usd("5") }],
  });
});
