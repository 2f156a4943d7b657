// Ports that fail between any two steps of a delivery: nothing is lost, and nothing counts twice.
import { describe, expect, it } from "vitest";
import { deliver, type DeliveryPorts } from "../../src/core/delivery.ts";
import type { World } from "../flows/world.ts";
import { callback, capture, payment, usd } from "../support/facts.ts";
import { A, B, payFor, refundFor, verdict, world, Z } from "../support/payment-events.ts";

/** The ports, of which call number `at` fails: before or after it has done what it does. */
function failing(ports: DeliveryPorts, at: number, when: "before" | "after"): DeliveryPorts {
  let calls = 0;
  const wrapped =
    <Args extends unknown[], Value>(port: (...args: Args) => Promise<Value>) =>
    async (...args: Args): Promise<Value> => {
      const fails = calls++ === at;
      if (fails && when === "before") throw new Error("unreachable");
      const value = await port(...args);
      if (fails) throw new Error("unreachable");
      return value;
    };
  const { orders, index } = ports;
  return {
    orders: { isKnown: wrapped(orders.isKnown), record: wrapped(orders.record) },
    index: {
      claimOf: wrapped(index.claimOf),
      claim: wrapped(index.claim),
      storeOrphan: wrapped(index.storeOrphan),
      release: wrapped(index.release),
      erase: wrapped(index.erase),
    },
    bizOf: wrapped(ports.bizOf),
    forward: wrapped(ports.forward),
  };
}

describe("a port that fails between any two steps", () => {
  const events = [
    refundFor(Z, { refundId: "r-1" }),
    callback([payment("pending")], { orderId: A }),
    callback([capture("c-1", usd("20"))], { orderId: A }),
    payFor(B),
    refundFor(null, { refundId: "r-2" }),
  ];
  const CALLS_MAX = 6;

  const view = (one: World, biz: string) => ({ ...one.view(biz), version: null });
  const seen = (one: World) => ({
    views: [A, B].map((biz) => view(one, biz)),
    facts: [A, B].map((biz) =>
      (one.facts().get(biz) ?? []).map((fact) => JSON.stringify({ ...fact, arrivedAt: 0 })).toSorted(),
    ),
    waiting: one.waiting(),
  });

  const cases = events.flatMap((_, event) =>
    Array.from({ length: CALLS_MAX }, (_, at) => at).flatMap((at) =>
      (["before", "after"] as const).flatMap((when) =>
        (["at once", "behind all others"] as const).map((again) => ({ event, at, when, again })),
      ),
    ),
  );

  it("loses nothing and counts nothing twice once the event is delivered again, at once or behind others", async () => {
    let failures = 0;
    const whole = world(A, B);
    for (const event of events) await whole.deliver(event);
    for (const { event: failed, at, when, again } of cases) {
      const one = world(A, B);
      const undelivered: typeof events = [];
      for (const [i, event] of events.entries()) {
        const ports = i === failed ? failing(one.ports, at, when) : one.ports;
        const isDelivered = await deliver(event, null, ports).then(
          () => true,
          () => false,
        );
        if (!isDelivered) failures += 1;
        if (!isDelivered && again === "at once") await one.deliver(event);
        if (!isDelivered && again === "behind all others") undelivered.push(event);
      }
      for (const event of undelivered) await one.deliver(event);
      expect(seen(one), `event ${failed}, call ${at}, ${when}, again ${again}`).toEqual(seen(whole));
      for (const event of events) await one.deliver(event);
      expect(seen(one), "another delivery changes nothing").toEqual(seen(whole));
    }
    // Each event makes two calls at least.
    expect(failures).toBeGreaterThan(events.length * 2 * 2 * 2);
  });

  it("leaves a claim whose order has no facts yet: other events of the payment go there", async () => {
    const one = world(A, B);
    await one.deliver(refundFor(Z, { refundId: "r-1" }));
    const begins = payFor(A);
    // 0 is the order's biz, 1 the claim, 2 the facts.
    await expect(deliver(begins, null, failing(one.ports, 2, "before"))).rejects.toThrow("unreachable");
    expect(await verdict(one, refundFor(B, { refundId: "r-2" }))).toEqual({ verdict: "stored", biz: A });
    expect(one.view(A)).toMatchObject({ status: "pending" });
    await one.deliver(begins);
    expect(one.view(A)).toMatchObject({ status: "partially_refunded", refunded: "10" });
  });

  it("moves what waited once more where it failed before the index let go of it, as duplicates", async () => {
    const one = world(A);
    await one.deliver(refundFor(null));
    const begins = payFor(A);
    await expect(deliver(begins, null, failing(one.ports, 3, "before"))).rejects.toThrow("unreachable");
    expect([one.waiting().length, one.view(A).refunded]).toEqual([1, "5"]);
    expect(await verdict(one, begins)).toEqual({ verdict: "duplicate", biz: A });
    expect([one.waiting().length, one.view(A).refunded]).toEqual([0, "5"]);
  });
});
