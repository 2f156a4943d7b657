// Facts: which of them are the same report once more, and which are news.
import { describe, expect, it } from "vitest";
import { beginsPayment, factKey, isNotOlder, newFacts, type Fact } from "../../src/core/fact.ts";
import {
  capture,
  captureFailed,
  dispute,
  eur,
  expired,
  foreignPayment,
  paid,
  payment,
  refund,
  refundFailed,
  splitClosed,
  splitOpened,
  usd,
  voided,
} from "../support/facts.ts";

const event = { eventId: "e" };
/** Reports of one event that differ in one thing each. */
const different: readonly Fact[] = [
  payment("pending", usd("20"), event),
  paid(usd("20"), event),
  paid(usd("21"), event),
  paid(eur("20"), event),
  paid(usd("20"), { ...event, paymentId: "p-2" }),
  paid(usd("20"), { ...event, paymentId: null }),
  paid(null, event),
  paid(usd("20"), { ...event, instance: "stripe_eu" }),
  paid(usd("20"), { eventId: "f" }),
  capture("c-1", usd("20"), event),
  capture("c-2", usd("20"), event),
  capture("c-1", usd("21"), event),
  captureFailed("c-1", event),
  captureFailed(null, event),
  voided(usd("20"), event),
  voided(usd("20"), { ...event, voidId: "v-1" }),
  refund(usd("20"), event),
  refund(usd("21"), event),
  refund(eur("20"), event),
  refund(usd("20"), { ...event, refundId: "r-1" }),
  refund(usd("20"), { ...event, cumulative: true }),
  refundFailed(null, usd("20"), event),
  refundFailed("r-1", usd("20"), event),
  dispute("open", event),
  dispute("won", event),
  dispute("open", { ...event, disputeId: "d-2" }),
  splitOpened(usd("20"), event),
  splitOpened(usd("20"), { ...event, splitId: "s-2" }),
  splitClosed(true, event),
  splitClosed(false, event),
  splitClosed(false, { ...event, splitId: "s-2" }),
  foreignPayment("p-1", event),
  foreignPayment("p-2", event),
  expired(1000),
  expired(2000),
];

describe("a fact", () => {
  it("is another one as soon as one thing of its event differs", () => {
    expect(newFacts([], different)).toEqual(different);
    expect(new Set(different.map(factKey)).size).toBe(different.length);
  });

  it("is the same once more whatever the time that the event states this time", () => {
    const again = different.map((fact) => ({ ...fact, at: 9000 }));
    expect(newFacts(different, again)).toEqual([]);
  });

  it("that comes twice at once is new once", () => {
    const fact = refund(usd("5"));
    expect(newFacts([], [fact, fact, paid()])).toMatchObject([{ kind: "refund" }, { kind: "payment" }]);
  });

  it("of a refund that grew is no repetition", () => {
    const known = [refund(usd("5"), { ...event, refundId: "r-1" })];
    expect(newFacts(known, [refund(usd("7"), { ...event, refundId: "r-1" })])).toHaveLength(1);
  });
});

it("an event begins a payment if one of its facts reports one", () => {
  expect(beginsPayment([refund(null), payment("pending")])).toBe(true);
  expect(beginsPayment([refund(null), capture("c-1", null), voided(), dispute("open")])).toBe(false);
});

it("a fact without a time may be later than any other", () => {
  const at = (time: number | null) => paid(null, { at: time });
  expect(isNotOlder(at(2), at(1))).toBe(true);
  expect(isNotOlder(at(1), at(1))).toBe(true);
  expect(isNotOlder(at(1), at(2))).toBe(false);
  expect(isNotOlder(at(null), at(2))).toBe(true);
  expect(isNotOlder(at(2), at(null))).toBe(true);
});
