// An order is the set of its facts: neither their order nor their repetition changes what it is.
import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { paymentStatuses, record, statusOf, type Fact, type PaymentStatus } from "../../src/core/order.ts";

const fact = (status: PaymentStatus, eventId = ""): Fact => ({
  kind: "payment",
  provider: "backend",
  eventId,
  status,
  paymentId: null,
  money: null,
});

const facts = fc.array(
  fc.record({
    kind: fc.constant("payment" as const),
    provider: fc.constantFrom("backend", "other"),
    eventId: fc.constantFrom("", "e-1", "e-2"),
    status: fc.constantFrom(...paymentStatuses),
    paymentId: fc.constantFrom(null, "p-1", "p-2"),
    money: fc.constant(null),
  }),
  { maxLength: 12 },
);

/** Takes facts in one delivery each; counts the pushes. */
function deliver(arrivals: readonly Fact[]) {
  const known: Fact[] = [];
  let version = 0;
  let pushes = 0;
  for (const arrival of arrivals) {
    const recorded = record(known, version, [arrival]);
    known.push(...recorded.fresh);
    version = recorded.order.version;
    if (recorded.changed) pushes += 1;
  }
  return { status: statusOf(known), known, version, pushes };
}

describe("an order", () => {
  it("nobody has heard of is pending, version 0", () => {
    expect(record([], 0, [])).toEqual({ order: { status: "pending", version: 0 }, fresh: [], changed: false });
  });

  it.each<[PaymentStatus[], PaymentStatus]>([
    [[], "pending"],
    [["pending"], "pending"],
    [["failed"], "failed"],
    [["failed", "pending"], "failed"],
    [["failed", "closed"], "closed"],
    [["closed", "paid"], "paid"],
    [["paid", "failed", "closed", "pending"], "paid"],
  ])("of %j is %s", (statuses, status) => expect(statusOf(statuses.map((each) => fact(each)))).toBe(status));

  it("takes the same fact once, and two events that say the same as two facts and one change", () => {
    expect(deliver([fact("paid", "e-1"), fact("paid", "e-1")])).toMatchObject({ version: 1, pushes: 1 });
    const twice = deliver([fact("paid", "e-1"), fact("paid", "e-2")]);
    expect(twice).toMatchObject({ version: 1, pushes: 1 });
    expect(twice.known).toHaveLength(2);
  });

  it("takes a batch as one change", () => {
    const recorded = record([], 0, [fact("failed"), fact("paid"), fact("paid")]);
    expect(recorded).toMatchObject({ order: { status: "paid", version: 1 }, changed: true });
    expect(recorded.fresh).toHaveLength(2);
  });

  it("ends the same whatever the order and however often each fact comes, and paid is never lost", () => {
    fc.assert(
      fc.property(facts, fc.infiniteStream(fc.nat()), (set, dice) => {
        const shuffled = [...set, ...set.filter((_, i) => i % 2 === 0)]
          .map((each) => [dice.next().value, each] as const)
          .toSorted(([a], [b]) => a - b)
          .map(([, each]) => each);
        const [one, other] = [deliver(set), deliver(shuffled)];
        expect(other.status).toBe(one.status);
        expect(other.known).toHaveLength(one.known.length);
        if (set.some(({ status }) => status === "paid")) expect(other.status).toBe("paid");
      }),
    );
  });

  it("pushes exactly as often as a browser could see a change", () => {
    fc.assert(
      fc.property(facts, (set) => {
        const seen = set.map((_, i) => statusOf(set.slice(0, i + 1)));
        const changes = seen.filter((status, i) => status !== (seen[i - 1] ?? "pending")).length;
        expect(deliver(set)).toMatchObject({ pushes: changes, version: changes });
      }),
    );
  });
});
