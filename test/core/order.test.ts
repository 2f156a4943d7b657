// An order is the set of its facts: neither their order nor their repetition changes what it is.
import fc from "fast-check";
import { describe, expect, it } from "vitest";
import type { Fact, PaymentStatus } from "../../src/core/fact.ts";
import type { MajorMoney, Money } from "../../src/core/money.ts";
import {
  contradicts,
  factKey,
  freshOf,
  isPaid,
  looksDifferent,
  orderOf,
  type Known,
  type Order,
  type Registration,
} from "../../src/core/order.ts";

const money = (amount: string, currency = "USD"): MajorMoney => ({ unit: "major", amount, currency });
const rules = { requireRegistered: false };

let events = 0;
const proof = (provider = "stripe", at: number | null = null) => ({ provider, eventId: `e-${events++}`, at });
const payment = (
  status: PaymentStatus,
  paymentId: string | null = "p-1",
  paid: Money | null = money("19.99"),
): Fact => ({
  ...proof(),
  kind: "payment",
  status,
  paymentId,
  money: paid,
});
const refund = (amount: string | null, more: Partial<Extract<Fact, { kind: "refund" }>> = {}): Fact => ({
  ...proof(),
  kind: "refund",
  refundId: null,
  paymentId: "p-1",
  money: amount === null ? null : money(amount),
  cumulative: false,
  ...more,
});
const refundFailed = (amount: string | null, refundId: string | null, at: number | null = null): Fact => ({
  ...proof("stripe", at),
  kind: "refund_failed",
  refundId,
  paymentId: "p-1",
  money: amount === null ? null : money(amount),
});
const voided = (paymentId: string | null = "p-1"): Fact => ({ ...proof(), kind: "voided", paymentId });
const dispute = (status: "open" | "won" | "lost"): Fact => ({ ...proof(), kind: "dispute", status, paymentId: "p-1" });
const expired: Fact = { ...proof("belfry"), kind: "expired" };

const known = (
  facts: readonly Fact[],
  registration: Registration | null = null,
  past: Known["past"] = null,
): Known => ({
  facts,
  registration,
  past,
  believed: false,
});
const registered = (amount: string, currency = "USD"): Registration => ({
  money: money(amount, currency),
  expiresAt: null,
  orderId: null,
});
const order = (facts: readonly Fact[], registration: Registration | null = null): Order =>
  orderOf(known(facts, registration), rules);
const status = (...facts: Fact[]) => order(facts).status;

describe("the status", () => {
  it.each<[string, Fact[], string]>([
    ["of nothing is pending", [], "pending"],
    ["of a failed attempt is failed", [payment("failed")], "failed"],
    ["of a failed attempt and a new one is failed still", [payment("failed"), payment("pending")], "failed"],
    ["of a close is closed", [payment("failed"), payment("closed")], "closed"],
    ["of what has run out is closed", [expired], "closed"],
    ["of a payment is paid, whatever else", [payment("paid"), payment("failed"), payment("closed")], "paid"],
    ["of a part refunded is partially_refunded", [payment("paid"), refund("5")], "partially_refunded"],
    ["of everything refunded is refunded", [payment("paid"), refund("19.99")], "refunded"],
    ["of more than everything refunded is refunded", [payment("paid"), refund("20")], "refunded"],
    ["of a refund that does not say how much is refunded", [payment("paid"), refund(null)], "refunded"],
    ["of a voided payment is refunded", [payment("paid"), voided()], "refunded"],
    ["of a close that voids what was never paid is closed", [payment("closed"), voided()], "closed"],
    ["of a refund alone is pending: it proves no payment of this amount", [refund("5")], "pending"],
  ])("%s", (_what, facts, expected) => {
    expect(status(...facts)).toBe(expected);
    expect(status(...facts.toReversed())).toBe(expected);
  });
});

describe("refunds", () => {
  it("that grow in three parts are seen three times and end refunded", () => {
    const steps = [payment("paid"), refund("5"), refund("5.50"), refund("9.49")];
    const seen = steps.map((_, i) => order(steps.slice(0, i + 1)));
    expect(seen.map((each) => [each.status, each.refunded])).toEqual([
      ["paid", "0"],
      ["partially_refunded", "5"],
      ["partially_refunded", "10.5"],
      ["refunded", "19.99"],
    ]);
    for (const [i, each] of seen.entries()) if (i > 0) expect(looksDifferent(seen[i - 1] ?? each, each)).toBe(true);
  });

  it("told as sums so far are not added up", () => {
    const facts = ["5", "10.5", "19.99"].map((amount) => refund(amount, { cumulative: true }));
    expect(order([payment("paid"), ...facts.slice(0, 2)])).toMatchObject({
      refunded: "10.5",
      status: "partially_refunded",
    });
    expect(order([payment("paid"), ...facts])).toMatchObject({ refunded: "19.99", status: "refunded" });
  });

  it("told both one by one and as a sum are counted once", () => {
    const facts = [refund("5", { refundId: "r-1" }), refund("5", { cumulative: true })];
    expect(order([payment("paid"), ...facts])).toMatchObject({ refunded: "5", status: "partially_refunded" });
  });

  it("reported by several events count once by their id", () => {
    const facts = [refund("5", { refundId: "r-1" }), refund("5", { refundId: "r-1" })];
    expect(order([payment("paid"), ...facts])).toMatchObject({ refunded: "5" });
  });

  it("that failed are taken back, one by one", () => {
    expect(order([payment("paid"), refund("19.99", { refundId: "r-1" }), refundFailed("19.99", "r-1")])).toMatchObject({
      status: "paid",
      refunded: "0",
    });
  });

  it("that failed and succeeded later count", () => {
    const facts = [refundFailed(null, "r-1", 1000), refund("5", { refundId: "r-1", at: 2000 })];
    expect(order([payment("paid"), ...facts])).toMatchObject({ refunded: "5" });
  });

  it("that failed are taken off the sums told before, and off none told after", () => {
    const first = refund("5", { cumulative: true, at: 1000 });
    const failed = refundFailed("5", "r-1", 2000);
    const second = refund("5", { cumulative: true, at: 3000 });
    expect(order([payment("paid"), first, failed])).toMatchObject({ status: "paid", refunded: "0" });
    for (const facts of [
      [first, failed, second],
      [second, failed, first],
    ]) {
      expect(order([payment("paid"), ...facts])).toMatchObject({ status: "partially_refunded", refunded: "5" });
    }
  });

  it("that failed are taken off once by their id, at the highest they were told at, in whatever order", () => {
    const sum = refund("15.00", { cumulative: true });
    const told = [refundFailed("5.00", "r-1"), refundFailed(null, "r-1"), refundFailed("4.00", "r-1")];
    for (const facts of [told, told.toReversed()]) {
      expect(order([payment("paid"), sum, ...facts]).refunded).toBe("10");
    }
  });

  it("of the second of two payments leave the order paid", () => {
    const facts = [payment("paid", "p-1"), payment("paid", "p-2"), refund("19.99", { paymentId: "p-2" })];
    expect(order(facts)).toMatchObject({ status: "paid", duplicatePayments: ["p-2"] });
  });

  it("of another attempt take nothing from the one that paid, whichever comes first and whether it is known or not", () => {
    for (const other of [payment("failed", "p-0"), payment("closed", "p-0"), null]) {
      for (const back of [voided("p-0"), refund("19.99", { paymentId: "p-0" }), refund(null, { paymentId: "p-0" })]) {
        const facts = [...(other === null ? [] : [other]), back, payment("paid", "p-1")];
        expect(order(facts)).toMatchObject({ status: "paid", refunded: "0" });
        expect(order(facts.toReversed())).toMatchObject({ status: "paid", refunded: "0" });
      }
    }
  });

  it("are of a payment that the backend told without its id", () => {
    expect(status(payment("paid", null), refund("5", { paymentId: "p-7" }))).toBe("partially_refunded");
    expect(status(payment("paid", null), voided("p-7"))).toBe("paid");
  });

  it("that name no payment are of the one there is", () => {
    expect(status(payment("paid"), refund("5", { paymentId: null }))).toBe("partially_refunded");
  });
});

describe("a registration", () => {
  it("is compared with the payment, by amount and currency, however the amount was written", () => {
    expect(order([payment("paid")], registered("19.99"))).toMatchObject({
      status: "paid",
      checked: true,
      mismatches: [],
    });
    for (const wrong of [registered("19.98"), registered("1999"), registered("19.99", "EUR")]) {
      expect(order([payment("paid")], wrong)).toMatchObject({
        status: "pending",
        checked: false,
        mismatches: [{ paymentId: "p-1" }],
      });
    }
  });

  it("leaves the order payable after a wrong payment: a later right one makes it paid", () => {
    const facts = [payment("paid", "p-1", money("0.01")), payment("paid", "p-2")];
    expect(order(facts.slice(0, 1), registered("19.99"))).toMatchObject({ status: "pending" });
    expect(order(facts, registered("19.99"))).toMatchObject({ status: "paid", checked: true, duplicatePayments: [] });
  });

  it("does not count the refund of a wrong payment", () => {
    const wrong = payment("paid", "p-0", money("0.01"));
    const facts = [wrong, refund("0.01", { paymentId: "p-0" })];
    expect(order(facts, registered("19.99"))).toMatchObject({ status: "pending", refunded: "0" });
    expect(order([...facts, payment("paid")], registered("19.99"))).toMatchObject({ status: "paid", refunded: "0" });
  });

  it("takes an unknown currency for a mismatch, never for a guess", () => {
    const strange: Money = { unit: "unknown", amount: "1999", currency: "XXX" };
    expect(order([payment("paid", "p-1", strange)], registered("19.99"))).toMatchObject({ status: "pending" });
  });

  it("that is missing makes no unknown currency right either", () => {
    const strange: Money = { unit: "unknown", amount: "1999", currency: "XXX" };
    expect(order([payment("paid", "p-1", strange)])).toMatchObject({
      status: "pending",
      mismatches: [{ paymentId: "p-1" }],
    });
  });

  it("cannot check what nobody signed", () => {
    expect(order([payment("paid", null, null)], registered("19.99"))).toMatchObject({ status: "paid", checked: false });
  });

  it("that is missing leaves a payment unchecked, or holds it where one is required", () => {
    expect(order([payment("paid")])).toMatchObject({ status: "paid", checked: false });
    const strict = { requireRegistered: true };
    expect(orderOf(known([payment("paid")]), strict)).toMatchObject({ status: "pending" });
    expect(orderOf(known([payment("paid")], registered("19.99")), strict)).toMatchObject({ status: "paid" });
  });

  it("that becomes required takes back nothing that pages were told", () => {
    const strict = { requireRegistered: true };
    expect(orderOf({ ...known([payment("paid")]), believed: true }, strict)).toMatchObject({ status: "paid" });
    expect(contradicts(registered("20"), { ...known([payment("paid")]), believed: true }, strict)).toBe(true);
  });

  it("contradicts an order that was paid with another amount, and no other", () => {
    expect(contradicts(registered("20"), known([payment("paid")]), rules)).toBe(true);
    expect(contradicts(registered("19.99"), known([payment("paid")]), rules)).toBe(false);
    expect(contradicts(registered("20"), known([payment("failed")]), rules)).toBe(false);
    expect(contradicts(registered("20"), known([payment("paid")]), { requireRegistered: true })).toBe(false);
  });
});

describe("what is for the merchant only", () => {
  it("late: paid after it was closed, not before", () => {
    expect(order([payment("closed"), payment("paid")])).toMatchObject({ status: "paid", late: true });
    expect(order([expired, payment("paid")])).toMatchObject({ status: "paid", late: true });
    expect(order([payment("paid"), payment("closed")])).toMatchObject({ status: "paid", late: false });
  });

  it("duplicate payments: both are kept, and one that names itself is not doubled by one that does not", () => {
    expect(order([payment("paid", "p-1"), payment("paid", "p-2")])).toMatchObject({ duplicatePayments: ["p-2"] });
    expect(order([payment("paid", null), payment("paid", "p-1")])).toMatchObject({ duplicatePayments: [] });
    expect(order([payment("paid", "p-1"), payment("paid", "p-1", null)])).toMatchObject({ duplicatePayments: [] });
  });

  it("disputed: until it is won", () => {
    expect(order([payment("paid"), dispute("open")])).toMatchObject({ status: "paid", disputed: true });
    expect(order([payment("paid"), dispute("won"), dispute("open")])).toMatchObject({ disputed: false });
    expect(order([payment("paid"), dispute("open"), dispute("lost")])).toMatchObject({ disputed: true });
  });
});

describe("an order whose facts were given up", () => {
  const p1 = { id: "p-1", money: money("19.99") };

  it("stays what it had come to, whatever is delivered again", () => {
    const past = { status: "refunded", refunded: "19.99", payments: [p1] } as const;
    expect(orderOf(known([], null, past), rules)).toMatchObject({ status: "refunded", refunded: "19.99" });
    expect(orderOf(known([payment("paid")], null, past), rules)).toMatchObject({ status: "refunded" });
    expect(
      orderOf(known([payment("paid")], null, { status: "failed", refunded: "0", payments: [] }), rules).status,
    ).toBe("paid");
  });

  it("goes on from there: a refund after that is seen, a payment after a close is late", () => {
    const paid = { status: "paid", refunded: "0", payments: [p1] } as const;
    expect(orderOf(known([refund("5")], null, paid), rules)).toMatchObject({
      status: "partially_refunded",
      refunded: "5",
    });
    expect(orderOf(known([refund(null)], null, paid), rules)).toMatchObject({ status: "refunded" });
    const part = { status: "partially_refunded", refunded: "5", payments: [p1] } as const;
    expect(orderOf(known([refund("3")], null, part), rules)).toMatchObject({
      status: "partially_refunded",
      refunded: "8",
    });
    const closed = { status: "closed", refunded: "0", payments: [] } as const;
    expect(orderOf(known([], null, closed), rules)).toMatchObject({ status: "closed" });
    expect(orderOf(known([payment("paid")], null, closed), rules)).toMatchObject({ status: "paid", late: true });
  });

  it("still knows its payment from another's", () => {
    const paid = { status: "paid", refunded: "0", payments: [p1] } as const;
    const small = money("0.01");
    const other = [payment("paid", "p-2", small), refund("0.01", { paymentId: "p-2" })];
    expect(orderOf(known(other, registered("19.99"), paid), rules)).toMatchObject({ status: "paid", refunded: "0" });
    expect(orderOf(known([refund("5", { paymentId: "p-2" })], null, paid), rules)).toMatchObject({ status: "paid" });
    expect(orderOf(known([voided("p-1")], null, paid), rules)).toMatchObject({ status: "refunded" });
    const part = { status: "partially_refunded", refunded: "5", payments: [p1] } as const;
    const again = [payment("paid"), refund("14.99")];
    expect(orderOf(known(again, null, part), rules)).toMatchObject({ status: "refunded", refunded: "19.99" });
  });

  it("is compared with a registration as before", () => {
    const paid = { status: "paid", refunded: "0", payments: [p1] } as const;
    expect(contradicts(registered("19.99"), known([], null, paid), rules)).toBe(false);
    expect(contradicts(registered("20"), known([], null, paid), rules)).toBe(true);
  });
});

const amounts = fc.constantFrom("0.01", "5", "10", "19.99");
const paymentIds = fc.constantFrom(null, "p-1", "p-2");
const proofs = {
  provider: fc.constantFrom("stripe", "backend"),
  eventId: fc.constantFrom("e-1", "e-2", "e-3"),
  at: fc.constantFrom(null, 1000, 2000, 3000),
};
const monies = fc.oneof(
  fc.constant(null),
  fc.record({ unit: fc.constant("major" as const), amount: amounts, currency: fc.constantFrom("USD", "EUR") }),
);
const anyFact: fc.Arbitrary<Fact> = fc.oneof(
  fc.record({
    ...proofs,
    kind: fc.constant("payment" as const),
    status: fc.constantFrom<PaymentStatus>("pending", "failed", "closed", "paid"),
    paymentId: paymentIds,
    money: monies,
  }),
  fc.record({
    ...proofs,
    kind: fc.constant("refund" as const),
    refundId: fc.constantFrom(null, "r-1", "r-2"),
    paymentId: paymentIds,
    money: monies,
    cumulative: fc.boolean(),
  }),
  fc.record({
    ...proofs,
    kind: fc.constant("refund_failed" as const),
    refundId: fc.constantFrom(null, "r-1", "r-2"),
    paymentId: paymentIds,
    money: monies,
  }),
  fc.record({ ...proofs, kind: fc.constant("voided" as const), paymentId: paymentIds }),
  fc.record({
    ...proofs,
    kind: fc.constant("dispute" as const),
    status: fc.constantFrom<"open" | "won" | "lost">("open", "won", "lost"),
    paymentId: paymentIds,
  }),
  fc.record({ ...proofs, kind: fc.constant("expired" as const) }),
);
const registrations = fc.oneof(
  fc.constant(null),
  fc.record({ money: fc.constant(money("19.99")), expiresAt: fc.constant(null), orderId: fc.constant(null) }),
);
// What the providers do: one key says one thing. A key that said two would be two senders under one name.
const factSets = fc.uniqueArray(anyFact, { selector: factKey, maxLength: 12 });

/** Takes facts in one by one, as an order's group does. */
function deliver(arrivals: readonly Fact[], registration: Registration | null) {
  const facts: Fact[] = [];
  let version = 0;
  for (const arrival of arrivals) {
    const before = order(facts, registration);
    facts.push(...freshOf(facts, [arrival]));
    if (looksDifferent(before, order(facts, registration))) version += 1;
  }
  return { order: order(facts, registration), facts, version };
}

describe("any set of facts", () => {
  it("comes to the same in any order, with any repetitions (late aside)", () => {
    fc.assert(
      fc.property(factSets, registrations, fc.infiniteStream(fc.nat()), (facts, registration, dice) => {
        const shuffled = [...facts, ...facts.filter((_, i) => i % 2 === 0)]
          .map((fact) => [dice.next().value, fact] as const)
          .toSorted(([a], [b]) => a - b)
          .map(([, fact]) => fact);
        const [one, other] = [deliver(facts, registration), deliver(shuffled, registration)];
        expect(other.facts).toHaveLength(one.facts.length);
        const judged = ({ order }: typeof one) => ({ ...order, late: null, mismatches: order.mismatches.length });
        expect(judged(other)).toEqual(judged(one));
      }),
      { numRuns: 1000 },
    );
  });

  it("never loses a payment: once one counts, the order is paid or was refunded", () => {
    fc.assert(
      fc.property(factSets, (facts) => {
        if (!facts.some((fact) => fact.kind === "payment" && fact.status === "paid")) return;
        const { status } = order(facts);
        expect(isPaid(status) || status === "refunded").toBe(true);
      }),
      { numRuns: 1000 },
    );
  });

  it("is never paid by another amount or currency than the registered one", () => {
    fc.assert(
      fc.property(factSets, (facts) => {
        const right = facts.some(
          (fact) =>
            fact.kind === "payment" &&
            fact.status === "paid" &&
            (fact.money === null || (fact.money.amount === "19.99" && fact.money.currency === "USD")),
        );
        if (!right) expect(isPaid(order(facts, registered("19.99")).status)).toBe(false);
      }),
      { numRuns: 1000 },
    );
  });

  it("is pushed exactly as often as a browser could see a change", () => {
    fc.assert(
      fc.property(factSets, registrations, (facts, registration) => {
        const seen = facts.map((_, i) => order(facts.slice(0, i + 1), registration));
        const changes = seen.filter((each, i) => {
          const before = seen[i - 1] ?? order([], registration);
          return each.status !== before.status || each.refunded !== before.refunded;
        });
        expect(deliver(facts, registration).version).toBe(changes.length);
      }),
    );
  });
});
