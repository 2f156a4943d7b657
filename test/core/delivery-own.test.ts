// The merchant's own report and a provider's answer: their payments are claimed first, and those of other orders become mismatches.
import { describe, expect, it } from "vitest";
import { deliver, namedPayments, recordOwn, type Arrival } from "../../src/core/delivery.ts";
import { newFacts, type Fact } from "../../src/core/fact.ts";
import { World } from "../flows/world.ts";
import { callback, paid, refund, registration, splitOpened, usd } from "../support/facts.ts";

const A = "a".repeat(32);
const B = "b".repeat(32);

function world(): World {
  const world = new World({ requireRegistered: false });
  for (const biz of [A, B]) world.register(biz, registration());
  return world;
}

/** Records facts as the order's own, as the group does; what arrives is returned. */
async function record(one: World, biz: string, facts: readonly Fact[]): Promise<readonly Arrival[]> {
  let arrived: readonly Arrival[] = [];
  await recordOwn(biz, { facts, orderId: null, raw: null }, one.ports.index, async (arrivals) => {
    arrived = arrivals;
    return { result: await one.ports.orders.record(biz, arrivals) };
  });
  return arrived;
}

const claimOf = (one: World, instance: string, paymentId: string) => one.ports.index.claimOf({ instance, paymentId });

describe("facts that are known to be of an order", () => {
  it("claim each payment that they report", async () => {
    const one = world();
    await record(one, A, [paid(usd("5")), paid(usd("15"), { paymentId: "p-2" })]);
    expect(await claimOf(one, "stripe", "p-1")).toMatchObject({ biz: A });
    expect(await claimOf(one, "stripe", "p-2")).toMatchObject({ biz: A });
  });

  it("claim no payment that they only follow, and none without an id", async () => {
    const one = world();
    await record(one, A, [refund(usd("5"), { paymentId: "p-3" }), paid(usd("20"), { paymentId: null })]);
    expect(await claimOf(one, "stripe", "p-3")).toBeNull();
    expect(namedPayments([paid(usd("20"), { paymentId: null })])).toEqual([]);
  });

  it("are a mismatch as far as another order has claimed their payment, and no further", async () => {
    const one = world();
    await deliver(callback([paid()], { orderId: B }), "raw", one.ports);
    const facts = [
      paid(),
      refund(usd("5")),
      paid(usd("7"), { instance: "adyen" }),
      paid(usd("8"), { paymentId: "p-2" }),
    ];
    const [arrival] = await record(one, A, facts);
    expect(arrival?.facts.map(({ kind, instance }) => [kind, instance])).toEqual([
      ["foreign_payment", "stripe"],
      ["payment", "adyen"],
      ["payment", "stripe"],
    ]);
    expect(one.view(A)).toMatchObject({ mismatches: [{ reason: "payment_of_another_order", payment_id: "p-1" }] });
  });
});

it("an event that its order records is not handed on by itself", async () => {
  const one = world();
  let handedOn = 0;
  const ports = { ...one.ports, forward: () => Promise.resolve(++handedOn > 0) };
  await deliver(callback([paid()], { orderId: A }), "raw", ports);
  await deliver(callback([refund(usd("5"))]), "raw", ports);
  expect(handedOn).toBe(0);
});

it("two splits of one event are two facts", () => {
  const [one, other] = [
    splitOpened(usd("20"), { eventId: "e" }),
    splitOpened(usd("20"), { eventId: "e", splitId: "s-2" }),
  ];
  expect(newFacts([one], [one, other])).toEqual([other]);
});
