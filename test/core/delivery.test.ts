// How an event comes to its order: claims, events that wait for their payment, and payments of another order.
import { describe, expect, it } from "vitest";
import type { Arrival, DeliveryPorts, RecordResult } from "../../src/core/delivery.ts";
import { no } from "../../src/core/result.ts";
import type { World } from "../flows/world.ts";
import { callback, dispute, paid, payment, refund, usd } from "../support/facts.ts";
import { A, B, payFor, refundFor, verdict, world, Z } from "../support/payment-events.ts";

describe("an event that begins a payment", () => {
  it("is a fact of the order that it names, once", async () => {
    const [one, event] = [world(A), payFor(A)];
    expect(await verdict(one, event)).toEqual({ verdict: "stored", biz: A });
    expect(await verdict(one, event)).toEqual({ verdict: "duplicate", biz: A });
    expect(one.view(A)).toMatchObject({ status: "paid" });
    expect(one.handedOn.size).toBe(0);
  });

  it("claims from the first attempt on: what is paid by it later is of that order, whatever the event names", async () => {
    const one = world(A, B);
    await one.deliver(callback([payment("pending")], { orderId: A }));
    expect(await verdict(one, payFor(B))).toEqual({ verdict: "stored", biz: A });
    expect(one.view(A)).toMatchObject({ status: "paid" });
    expect(one.view(B)).toMatchObject({
      status: "pending",
      mismatches: [{ reason: "payment_of_another_order", payment_id: "p-1", amount: "20" }],
    });
  });

  it("leaves no mismatch where it names another order and reports no payment", async () => {
    const one = world(A, B);
    await one.deliver(payFor(A));
    await one.deliver(callback([payment("failed")], { orderId: B }));
    expect(one.view(B).mismatches).toEqual([]);
    expect(one.facts().get(B) ?? []).toEqual([]);
  });

  it("of one payment id at two instances is two payments of two orders", async () => {
    const one = world(A, B);
    await one.deliver(payFor(A));
    await one.deliver(payFor(B, { instance: "stripe_eu" }));
    expect([one.view(A).status, one.view(B).status]).toEqual(["paid", "paid"]);
  });

  it("and names no order waits until the payment is claimed", async () => {
    const one = world(A);
    expect(await verdict(one, payFor(null))).toEqual({ verdict: "waiting", biz: null });
    await one.deliver(callback([payment("pending")], { orderId: A }));
    expect(one.view(A)).toMatchObject({ status: "paid" });
    expect(one.waiting()).toEqual([]);
  });

  it("and names no payment is of the order that it names", async () => {
    const one = world(A, B);
    for (const biz of [A, B]) {
      expect(await verdict(one, payFor(biz, { paymentId: null }))).toEqual({ verdict: "stored", biz });
    }
  });

  it("cannot be recorded without the key that maps its order id, and is refused for now", async () => {
    const one = world();
    const ports = { ...one.ports, bizOf: () => Promise.resolve(no("no key")) };
    expect(await verdict(one, payFor("order-1"), ports)).toBe("no key");
    expect(await verdict(one, payFor("order-1", { paymentId: null }), ports)).toBe("no key");
    expect(one.facts().size).toBe(0);
  });

  it("brings no order id of another order to the order that has claimed its payment", async () => {
    const [one, arrivals] = [world(A, B), new Map<string, readonly Arrival[]>()];
    const record: DeliveryPorts["orders"]["record"] = (biz, arrived) => {
      arrivals.set(biz, arrived);
      return one.ports.orders.record(biz, arrived);
    };
    const ports = { ...one.ports, orders: { ...one.ports.orders, record } };
    await verdict(one, payFor(A), ports);
    expect(arrivals.get(A)?.map(({ orderId }) => orderId)).toEqual([A]);
    await verdict(one, payFor(B), ports);
    expect(arrivals.get(A)?.map(({ orderId }) => orderId)).toEqual([null]);
    expect(arrivals.get(B)?.map(({ orderId }) => orderId)).toEqual([B]);
  });
});

describe("an event that follows a payment", () => {
  it("is of the order that has claimed the payment, whatever reference it has of its own", async () => {
    for (const orderId of [null, A, B, Z]) {
      const one = world(A, B);
      await one.deliver(payFor(A));
      expect(await verdict(one, refundFor(orderId))).toEqual({ verdict: "stored", biz: A });
      expect(one.view(A)).toMatchObject({ status: "partially_refunded" });
      expect([...one.facts().keys()].filter((biz) => biz !== A && biz !== B)).toEqual([]);
    }
  });

  it("is of the order that it names where that is known and nobody has claimed the payment", async () => {
    const one = world(A, B);
    expect(await verdict(one, callback([dispute("open")], { orderId: A }))).toEqual({ verdict: "stored", biz: A });
    // And claims it, so that it counts for one order only.
    expect(await verdict(one, payFor(B))).toEqual({ verdict: "stored", biz: A });
  });

  it("waits where it names an order that is not known, is handed on at once, and makes no order", async () => {
    const [one, event] = [world(), refundFor(Z)];
    expect(await verdict(one, event)).toEqual({ verdict: "waiting", biz: null });
    expect(await verdict(one, event)).toEqual({ verdict: "duplicate", biz: null });
    expect([one.handedOn.size, one.waiting().length, one.facts().size]).toEqual([1, 1, 0]);
  });

  it("waits without the key that maps its order id", async () => {
    const one = world(A);
    const ports = { ...one.ports, bizOf: () => Promise.resolve(no("no key")) };
    expect(await verdict(one, refundFor("order-1"), ports)).toEqual({ verdict: "waiting", biz: null });
  });

  it("counts when its payment comes, with all that waited, and none of it twice", async () => {
    const one = world(A);
    const waiting = [refundFor(Z, { refundId: "r-1" }), refundFor(null, { refundId: "r-2" })];
    for (const event of [...waiting, callback([dispute("open")])]) await one.deliver(event);
    await one.deliver(payFor(A));
    for (const event of waiting) await one.deliver(event);
    expect(one.view(A)).toMatchObject({ status: "partially_refunded", refunded: "10", disputed: "open" });
    expect(one.facts().get(A)).toHaveLength(4);
    expect(one.waiting()).toEqual([]);
  });

  it("that is told again with another amount waits beside the first", async () => {
    const one = world(A);
    const grown = refund(usd("7"), { eventId: "e", refundId: "r-1" });
    await one.deliver(callback([refund(usd("5"), { eventId: "e", refundId: "r-1" })]));
    expect(await verdict(one, callback([grown]))).toEqual({ verdict: "waiting", biz: null });
    await one.deliver(payFor(A));
    expect(one.view(A).refunded).toBe("7");
  });

  it("of the same payment id at another instance waits on", async () => {
    const one = world(A);
    await one.deliver(refundFor(null, { instance: "stripe_eu" }));
    await one.deliver(payFor(A));
    expect(one.view(A)).toMatchObject({ status: "paid", refunded: "0" });
    expect(one.waiting()).toHaveLength(1);
  });
});

describe("an event about nothing here", () => {
  it.each([
    ["that proves no fact", callback([], { orderId: A, paymentId: "p-1", type: "payout.paid" })],
    ["that names neither an order nor a payment", callback([refund(usd("5"), { paymentId: null })])],
  ])("%s is handed on, once", async (_name, event) => {
    const one = world(A);
    expect(await verdict(one, event)).toEqual({ verdict: "ignored", biz: null });
    expect(await verdict(one, event)).toEqual({ verdict: "duplicate", biz: null });
    expect([one.handedOn.size, one.facts().get(A) ?? []]).toEqual([1, []]);
  });
});

describe.each<RecordResult>(["full", "erased"])("an order that is %s", (result) => {
  it("records nothing: its events are handed on", async () => {
    const one = world(A);
    const ports = { ...one.ports, orders: { ...one.ports.orders, record: () => Promise.resolve(result) } };
    expect(await verdict(one, payFor(A), ports)).toEqual({ verdict: result, biz: A });
    // An erased order keeps no claim, so what follows its payment waits for another.
    const next = result === "full" ? { verdict: "full", biz: A } : { verdict: "waiting", biz: null };
    expect(await verdict(one, refundFor(null), ports)).toEqual(next);
    expect(one.handedOn.size).toBe(2);
  });
});

describe("what is known to be of an order", () => {
  const own = (one: World, biz: string, ...facts: Arrival["facts"]) => one.report(biz, facts);

  it("claims its payments and moves what waited for them", async () => {
    const one = world(A, B);
    await one.deliver(refundFor(null));
    expect(await own(one, A, paid())).toBe("new");
    expect(one.view(A)).toMatchObject({ status: "partially_refunded", refunded: "5" });
    expect(one.waiting()).toEqual([]);
    expect(await verdict(one, payFor(B))).toEqual({ verdict: "stored", biz: A });
  });

  it("is a mismatch where another order has claimed the payment, and takes nothing else of it", async () => {
    const one = world(A, B);
    await one.deliver(payFor(A));
    expect(await own(one, B, paid(), refund(usd("20")))).toBe("new");
    expect(one.view(B)).toMatchObject({
      status: "pending",
      mismatches: [{ reason: "payment_of_another_order" }],
      refunded: "0",
    });
    expect(one.view(A)).toMatchObject({ status: "paid" });
  });
});
