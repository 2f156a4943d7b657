import { Stripe } from "stripe";
import { describe, expect, it } from "vitest";
import { stripe } from "../../src/callbacks/stripe.ts";
import type { Webhook } from "../../src/core/callback.ts";
import {
  bare,
  configured,
  dispute,
  flip,
  NOW,
  NOW_SECONDS,
  payment,
  stage,
  usd,
  verify,
  verifyOne,
  webhook,
} from "./delivery.ts";

const SECRET = "whsec_test_of_stripe";

function sign(body: string, { secret = SECRET, at = NOW_SECONDS } = {}): string {
  return Stripe.webhooks.generateTestHeaderString({ payload: body, secret, timestamp: at });
}

const deliver = (body: string, options = {}) => webhook({ "Stripe-Signature": sign(body, options) }, body);

const event = (type: string, object: object, more: object = {}): string =>
  JSON.stringify(
    { id: "evt_1", object: "event", type, created: NOW_SECONDS - 5, livemode: false, data: { object }, ...more },
    null,
    2,
  );

const session = {
  id: "cs_1",
  object: "checkout.session",
  payment_intent: "pi_1",
  amount_total: 1999,
  currency: "usd",
  client_reference_id: "ORD-1",
};
const intent = { id: "pi_1", object: "payment_intent", amount: 1999, currency: "usd", metadata: { order_id: "ORD-1" } };
const charge = {
  id: "ch_1",
  object: "charge",
  payment_intent: "pi_1",
  amount: 1999,
  amount_captured: 1999,
  amount_refunded: 0,
  captured: true,
  currency: "usd",
  metadata: { order_id: "ORD-1" },
};
const refund = {
  id: "re_1",
  object: "refund",
  charge: "ch_1",
  payment_intent: "pi_1",
  amount: 500,
  currency: "usd",
  metadata: {},
};
const disputed = {
  id: "dp_1",
  object: "dispute",
  charge: "ch_1",
  payment_intent: "pi_1",
  amount: 1999,
  currency: "usd",
};
const invoice = {
  id: "in_1",
  object: "invoice",
  billing_reason: "subscription_create",
  amount_due: 1999,
  amount_paid: 1999,
  currency: "usd",
  metadata: {},
  parent: { type: "subscription_details", subscription_details: { metadata: { order_id: "ORD-1" } } },
};
const paid = event("checkout.session.completed", { ...session, payment_status: "paid" });

const of = (status: string, id = "pi_1") => [payment(status, id, usd("19.99"))];
const refundOf = (kind: string, more: object = {}) => [
  { kind, refundId: "re_1", paymentId: "pi_1", money: usd("5"), ...more },
];
const single = refundOf("refund", { cumulative: false });
const failedRefund = refundOf("refund_failed");
const total = { kind: "refund", refundId: null, paymentId: "pi_1", money: usd("5"), cumulative: true };

type TestedRow = readonly [row: string, type: string, object: object, facts: object[]];

const cases = (type: string, ...list: readonly (readonly [where: string, object: object, facts: object[]])[]) =>
  list.map(([where, object, facts]): TestedRow => [where === "" ? type : `${type}, ${where}`, type, object, facts]);

const invoiced = (type: string, becomes: string) =>
  cases(type, ["billing_reason = manual or subscription_create or quote_accept", invoice, of(becomes, "in_1")]);

const returned = (type: string) =>
  cases(
    type,
    ["status = failed or canceled", { ...refund, status: "canceled" }, failedRefund],
    ["", { ...refund, status: "succeeded" }, single],
  );

const disputes = (name: string) =>
  cases(
    `charge.dispute.${name}`,
    [
      "status = won or warning_closed or prevented or charge_refunded",
      { ...disputed, status: "charge_refunded" },
      [disputeOf("won")],
    ],
    ["status = lost", { ...disputed, status: "lost" }, [disputeOf("lost")]],
    ["", { ...disputed, status: "needs_response" }, [disputeOf("open")]],
  );

const disputeOf = (status: string) => dispute(status, "pi_1", "dp_1", usd("19.99"));

/** One case per rule: a matching type and object, and the expected facts. */
const rows: readonly TestedRow[] = [
  ...cases(
    "checkout.session.completed",
    ["mode = setup", { ...session, mode: "setup", payment_status: "no_payment_required", amount_total: null }, []],
    ["payment_status = paid or no_payment_required", { ...session, payment_status: "paid" }, of("paid")],
    ["payment_status = unpaid", { ...session, payment_status: "unpaid" }, of("pending")],
  ),
  ...cases("checkout.session.async_payment_succeeded", ["", session, of("paid")]),
  ...cases("checkout.session.async_payment_failed", ["", session, of("failed")]),
  ...cases("checkout.session.expired", ["", session, of("failed")]),
  ...cases("payment_intent.succeeded", ["", { ...intent, amount: 2500, amount_received: 1999 }, of("paid")]),
  ...cases("payment_intent.processing", ["", { ...intent, amount_received: 0 }, of("pending")]),
  ...cases("payment_intent.amount_capturable_updated", ["", { ...intent, status: "requires_capture" }, of("pending")]),
  ...cases("payment_intent.partially_funded", ["", { ...intent, amount_received: 0 }, of("pending")]),
  ...cases("payment_intent.payment_failed", ["", intent, of("failed")]),
  ...cases("payment_intent.canceled", ["", intent, of("failed")]),
  ...cases(
    "charge.succeeded",
    ["captured = false", { ...charge, captured: false, amount_captured: 0 }, of("pending")],
    ["", charge, of("paid")],
  ),
  ...cases("charge.captured", ["", { ...charge, amount: 2500, amount_captured: 1999 }, of("paid")]),
  ...cases("charge.failed", ["", { ...charge, amount_captured: undefined }, of("failed")]),
  ...cases("charge.expired", ["", { ...charge, amount_captured: undefined }, of("failed")]),
  ...cases(
    "charge.refunded",
    ["captured = false", { ...charge, captured: false, amount_captured: undefined }, of("failed")],
    ["refunded = yes", { ...charge, amount_refunded: 500 }, [...of("paid"), total]],
    ["", { ...charge, amount: 2500, amount_refunded: 501 }, of("paid")],
  ),
  ...invoiced("invoice.paid", "paid"),
  ...invoiced("invoice.payment_failed", "failed"),
  ...invoiced("invoice.voided", "failed"),
  ...invoiced("invoice.marked_uncollectible", "failed"),
  ...returned("refund.created"),
  ...returned("refund.updated"),
  ...returned("charge.refund.updated"),
  ...cases("refund.failed", ["", { ...refund, status: "failed" }, failedRefund]),
  ...["created", "updated", "funds_withdrawn", "funds_reinstated", "closed"].flatMap(disputes),
];

describe("a Stripe webhook", async () => {
  const setting = { secret: SECRET, livemode: false };
  const provider = await configured("stripe", setting);

  it("signed by Stripe's own library is verified", async () => {
    const callback = await verifyOne(provider, deliver(paid));
    expect(callback).toMatchObject({
      instance: "stripe",
      eventId: "evt_1",
      orderId: "ORD-1",
      paymentId: "pi_1",
      at: NOW - 5000,
    });
    expect(callback.facts).toEqual([{ instance: "stripe", eventId: "evt_1", at: NOW - 5000, ...of("paid")[0] }]);
  });

  it.each(rows)("%s", async (_row, type, object, facts) => {
    expect(bare((await verifyOne(provider, deliver(event(type, object)))).facts)).toEqual(facts);
  });

  it("has a test for every rule", () => {
    expect(rows.map(([row]) => row)).toEqual(stripe.mapping.map(([row]) => row));
  });

  it.each([
    ["a type without a rule", event("radar.early_fraud_warning.created", { object: "radar.early_fraud_warning" })],
    ["a renewal's invoice", event("invoice.paid", { ...invoice, billing_reason: "subscription_cycle" })],
    ["a thin event", JSON.stringify({ id: "evt_1", object: "v2.core.event", type: "v1.x", livemode: false })],
  ])("of %s is accepted without facts", async (_what, body) => {
    expect(await verifyOne(provider, deliver(body))).toMatchObject({ eventId: "evt_1", facts: [], ignored: null });
  });

  it("about a payment without an order id yields facts of the payment", async () => {
    const succeeded = event("payment_intent.succeeded", { ...intent, metadata: {} });
    const callback = await verifyOne(provider, deliver(succeeded));
    expect(callback).toMatchObject({ orderId: null, paymentId: "pi_1" });
    expect(bare(callback.facts)).toEqual(of("paid"));
  });

  it.each([
    ["captured in part and otherwise released", { amount_captured: 400, amount_refunded: 1599 }, []],
    ["captured and refunded in part", { amount_captured: 1000, amount_refunded: 1499 }, [usd("5")]],
    ["of a version without amount_captured", { amount_captured: undefined, amount_refunded: 500 }, [usd("5")]],
  ])("about a charge %s yields the refunded amount", async (_what, more, monies) => {
    const callback = await verifyOne(provider, deliver(event("charge.refunded", { ...charge, ...more })));
    const refunds = callback.facts.filter(({ kind }) => kind === "refund");
    expect(refunds).toMatchObject(monies.map((money) => ({ money, cumulative: true })));
  });

  it.each([
    ["JPY", 1999, { unit: "major", amount: "1999", currency: "JPY" }],
    ["KWD", 1990, { unit: "major", amount: "1.99", currency: "KWD" }],
    ["ISK", 50000, { unit: "major", amount: "500", currency: "ISK" }],
    ["UGX", 50000, { unit: "major", amount: "500", currency: "UGX" }],
    ["MGA", 500, { unit: "major", amount: "500", currency: "MGA" }],
    ["XYZ", 500, { unit: "unknown", amount: "500", currency: "XYZ" }],
  ])("with an amount in %s uses Stripe's number of digits", async (currency, amount_total, money) => {
    const body = event("checkout.session.completed", {
      ...session,
      payment_status: "paid",
      amount_total,
      currency: currency.toLowerCase(),
    });
    expect((await verifyOne(provider, deliver(body))).facts).toMatchObject([{ money }]);
  });

  it("with an order id beyond ASCII keeps it unchanged", async () => {
    const body = event("checkout.session.completed", {
      ...session,
      payment_status: "paid",
      client_reference_id: "订单-🧧",
    });
    expect((await verifyOne(provider, deliver(body))).orderId).toBe("订单-🧧");
  });

  it.each([
    ["a byte of the body changed", () => webhook({ "stripe-signature": sign(paid) }, flip(paid)), "signature"],
    ["a byte of the signature changed", () => webhook({ "stripe-signature": flip(sign(paid), 30) }, paid), "signature"],
    [
      "a byte order mark before the body",
      () => webhook({ "stripe-signature": sign(paid) }, `\u{feff}${paid}`),
      "signature",
    ],
    ["a signature with a wrong secret", () => deliver(paid, { secret: "whsec_other" }), "signature"],
    ["301 s too old", () => deliver(paid, { at: NOW_SECONDS - 301 }), "time"],
    ["301 s too new", () => deliver(paid, { at: NOW_SECONDS + 301 }), "time"],
    ["no signature", () => webhook({}, paid), "header"],
    [
      "two headers of two times",
      () =>
        webhook(
          [
            ["stripe-signature", sign(paid)],
            ["stripe-signature", sign(paid, { at: NOW_SECONDS + 1 })],
          ],
          paid,
        ),
      "header",
    ],
    ["nine signatures", () => webhook({ "stripe-signature": `${sign(paid)}${",v1=00".repeat(8)}` }, paid), "header"],
    ["a body that is not JSON", () => deliver("not json"), "parse"],
    ["a JSON list", () => deliver("[]"), "parse"],
  ])("with %s is rejected", async (_what, delivery, at) => {
    expect(await stage(provider, delivery())).toBe(at);
  });

  it.each<[string, () => Webhook | Promise<Webhook>, "no_event_id" | "unpriced"]>([
    [
      "an unreadable amount",
      () => deliver(event("checkout.session.expired", { ...session, amount_total: -1 })),
      "unpriced",
    ],
    ["no event id", () => deliver(event("checkout.session.expired", session, { id: undefined })), "no_event_id"],
  ])("with %s is accepted without an amount or without facts", async (_what, delivery, what) => {
    const { facts, ignored } = await verifyOne(provider, await delivery());
    if (what === "unpriced") expect(facts).toMatchObject([{ kind: "payment", money: null }]);
    else expect([facts, ignored]).toEqual([[], what]);
  });

  it("with a repeated signature header is one delivery", async () => {
    expect(
      await stage(
        provider,
        webhook(
          [
            ["stripe-signature", sign(paid)],
            ["stripe-signature", sign(paid)],
          ],
          paid,
        ),
      ),
    ).toBe("verified");
  });

  it("is accepted with the old and the new secret during a rotation by either side", async () => {
    const rotating = await configured("stripe", { ...setting, secret: ["whsec_new", SECRET] });
    expect(await stage(rotating, deliver(paid))).toBe("verified");
    const both = `${sign(paid, { secret: "whsec_gone" })},${sign(paid).split(",")[1] ?? ""}`;
    expect(await stage(rotating, webhook({ "stripe-signature": both }, paid))).toBe("verified");
  });

  it("with a large amount keeps the exact number", async () => {
    const body = paid.replace("1999", "123456789012345678");
    expect((await verify(provider, deliver(body)))[0]?.facts).toMatchObject([{ money: usd("1234567890123456.78") }]);
  });
});
