// Which ports a delivery does without: each is a request to another object.
import { describe, expect, it } from "vitest";
import { namedPayments, type DeliveryPorts } from "../../src/core/delivery.ts";
import { callback, dispute, expired, paid, payment, refund, splitOpened, usd } from "../support/facts.ts";
import { A, B, payFor, refundFor, verdict, world, Z } from "../support/payment-events.ts";

const never = () => Promise.reject(new Error("a port that this delivery does without"));
const withoutIndex = (ports: DeliveryPorts, unused: Partial<DeliveryPorts["index"]>): DeliveryPorts => ({
  ...ports,
  index: { ...ports.index, ...unused },
});

describe("a delivery", () => {
  it("deletes nothing from the index where nothing waited for the payment", async () => {
    const one = world(A);
    const ports = withoutIndex(one.ports, { release: never, erase: never, storeOrphan: never, claimOf: never });
    expect(await verdict(one, payFor(A), ports)).toEqual({ verdict: "stored", biz: A });
  });

  it("looks up no order where it names none, or where its payment is claimed", async () => {
    const one = world(A);
    const ports = { ...one.ports, bizOf: never };
    expect(await verdict(one, refundFor(null), ports)).toEqual({ verdict: "waiting", biz: null });
    await one.deliver(payFor(A));
    for (const orderId of [null, A, Z]) {
      expect(await verdict(one, refundFor(orderId, { refundId: `r-${orderId}` }), ports)).toEqual({
        verdict: "stored",
        biz: A,
      });
    }
  });

  it("waits nowhere where its order is known", async () => {
    const one = world(A);
    const ports = withoutIndex(one.ports, { storeOrphan: never });
    expect(await verdict(one, refundFor(A), ports)).toEqual({ verdict: "stored", biz: A });
  });

  it("writes nothing to the order that it names where another has claimed the payment and none is reported", async () => {
    const one = world(A, B);
    await one.deliver(payFor(A));
    const record: DeliveryPorts["orders"]["record"] = (biz, arrivals) =>
      biz === A ? one.ports.orders.record(biz, arrivals) : never();
    const ports = { ...one.ports, orders: { ...one.ports.orders, record } };
    const failed = callback([payment("failed")], { orderId: B });
    expect(await verdict(one, failed, ports)).toEqual({ verdict: "stored", biz: A });
  });
});

describe("a merchant's report", () => {
  it("about refunds alone claims no payment", async () => {
    const one = world(A, B);
    await one.report(A, [refund(usd("5"), { instance: "backend" })]);
    await one.report(A, [dispute("open")]);
    expect(await verdict(one, payFor(B))).toEqual({ verdict: "stored", biz: B });
  });

  it("without a payment's id is of each order that it is made for", async () => {
    const one = world(A, B);
    const word = paid(null, { instance: "backend", paymentId: null });
    await one.report(A, [word]);
    await one.report(B, [word]);
    expect([one.view(A).status, one.view(B).status]).toEqual(["paid", "paid"]);
  });

  it("loses the payment that another order has claimed, and keeps all others", async () => {
    const one = world(A, B);
    await one.deliver(payFor(A));
    const others = [paid(usd("4"), { paymentId: "p-2" }), paid(usd("6"), { instance: "stripe_eu" })];
    await one.report(B, [splitOpened(usd("20")), paid(), refund(usd("5")), ...others, expired(1000)]);
    expect(one.view(B)).toMatchObject({
      status: "pending",
      underpaid: { paid: "10", missing: "10" },
      mismatches: [{ reason: "payment_of_another_order", provider: "stripe", payment_id: "p-1" }],
    });
    expect(
      one
        .facts()
        .get(B)
        ?.map(({ kind }) => kind),
    ).toEqual(["split_opened", "foreign_payment", "payment", "payment", "expired"]);
  });
});

it("the payments that facts name are listed once each, by instance and id", () => {
  const facts = [
    expired(1000),
    paid(usd("20"), { paymentId: null }),
    paid(),
    refund(usd("5")),
    refund(null, { paymentId: "p-2" }),
    dispute("open", { instance: "stripe_eu" }),
  ];
  expect(namedPayments(facts)).toEqual([
    { instance: "stripe", paymentId: "p-1" },
    { instance: "stripe", paymentId: "p-2" },
    { instance: "stripe_eu", paymentId: "p-1" },
  ]);
});
