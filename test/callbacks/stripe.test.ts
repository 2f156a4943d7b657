import { Stripe } from "stripe";
import { describe, expect, it } from "vitest";
import { stripe } from "../../src/callbacks/stripe.ts";
import {
  bare,
  dispute,
  flip,
  NOW,
  NOW_SECONDS,
  open,
  payment,
  prove,
  proveOne,
  stage,
  usd,
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
  amount_refunded: 500,
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
const paid = event("checkout.session.completed", { ...session, payment_status: "paid" });

const of = (status: string) => [payment(status, "pi_1", usd("19.99"))];
const failedRefund = [{ kind: "refund_failed", refundId: "re_1", paymentId: "pi_1", money: usd("5") }];
const refunded = { kind: "refund", refundId: null, paymentId: "pi_1", money: usd("5"), cumulative: true };

/** Each row of the table: the type and the object that fit it, and the facts they must yield. */
const rows: readonly (readonly [row: string, type: string, object: object, facts: object[]])[] = [
  [
    "checkout.session.completed, payment_status = paid or no_payment_required",
    "checkout.session.completed",
    { ...session, payment_status: "paid" },
    of("paid"),
  ],
  [
    "checkout.session.completed, payment_status = unpaid",
    "checkout.session.completed",
    { ...session, payment_status: "unpaid" },
    of("pending"),
  ],
  ["checkout.session.async_payment_succeeded", "checkout.session.async_payment_succeeded", session, of("paid")],
  ["checkout.session.async_payment_failed", "checkout.session.async_payment_failed", session, of("failed")],
  ["checkout.session.expired", "checkout.session.expired", session, of("closed")],
  [
    "payment_intent.succeeded",
    "payment_intent.succeeded",
    { ...intent, amount: 2500, amount_received: 1999 },
    of("paid"),
  ],
  ["payment_intent.processing", "payment_intent.processing", { ...intent, amount_received: 0 }, of("pending")],
  [
    "payment_intent.amount_capturable_updated",
    "payment_intent.amount_capturable_updated",
    { ...intent, status: "requires_capture" },
    of("pending"),
  ],
  ["payment_intent.payment_failed", "payment_intent.payment_failed", intent, of("failed")],
  ["payment_intent.canceled", "payment_intent.canceled", intent, of("closed")],
  [
    "charge.refunded, captured = false",
    "charge.refunded",
    { ...charge, captured: false, amount_refunded: 1999 },
    of("closed"),
  ],
  ["charge.refunded", "charge.refunded", charge, [...of("paid"), refunded]],
  ["refund.failed", "refund.failed", refund, failedRefund],
  ["refund.updated, status = failed or canceled", "refund.updated", { ...refund, status: "canceled" }, failedRefund],
  [
    "charge.refund.updated, status = failed or canceled",
    "charge.refund.updated",
    { ...refund, status: "failed" },
    failedRefund,
  ],
  ["charge.dispute.created", "charge.dispute.created", disputed, [dispute("open", "pi_1")]],
  [
    "charge.dispute.closed, status = won or warning_closed",
    "charge.dispute.closed",
    { ...disputed, status: "won" },
    [dispute("won", "pi_1")],
  ],
  [
    "charge.dispute.closed, status = lost",
    "charge.dispute.closed",
    { ...disputed, status: "lost" },
    [dispute("lost", "pi_1")],
  ],
];

describe("a Stripe webhook", async () => {
  const provider = await open("stripe", { secret: SECRET, livemode: false });

  it("proves what Stripe's own library signed", async () => {
    const callback = await proveOne(provider, deliver(paid));
    expect(callback).toMatchObject({
      provider: "stripe",
      eventId: "evt_1",
      orderId: "ORD-1",
      paymentId: "pi_1",
      at: NOW - 5000,
    });
    expect(callback.facts).toEqual([{ provider: "stripe", eventId: "evt_1", at: NOW - 5000, ...of("paid")[0] }]);
  });

  it.each(rows)("%s", async (_row, type, object, facts) => {
    expect(bare((await proveOne(provider, deliver(event(type, object)))).facts)).toEqual(facts);
  });

  it("has a test for each row of its table", () => {
    expect(rows.map(([row]) => row)).toEqual(stripe.mapping.map(([row]) => row));
  });

  it("of another type is acknowledged and proves nothing", async () => {
    expect((await proveOne(provider, deliver(event("invoice.paid", {})))).facts).toEqual([]);
    expect(
      (await proveOne(provider, deliver(event("refund.updated", { ...refund, status: "succeeded" })))).facts,
    ).toEqual([]);
  });

  it("about a payment that names no order proves nothing; a refund of it is found by the payment", async () => {
    expect(
      (await proveOne(provider, deliver(event("payment_intent.succeeded", { ...intent, metadata: {} })))).facts,
    ).toEqual([]);
    const callback = await proveOne(provider, deliver(event("charge.refunded", { ...charge, metadata: {} })));
    expect(callback).toMatchObject({ orderId: null, paymentId: "pi_1" });
    expect(bare(callback.facts)).toEqual([refunded]);
  });

  it.each([
    ["JPY", 1999, { unit: "major", amount: "1999", currency: "JPY" }],
    ["KWD", 1990, { unit: "major", amount: "1.99", currency: "KWD" }],
    ["ISK", 50000, { unit: "major", amount: "500", currency: "ISK" }],
    ["UGX", 50000, { unit: "major", amount: "500", currency: "UGX" }],
    ["MGA", 500, { unit: "major", amount: "500", currency: "MGA" }],
    ["XYZ", 500, { unit: "unknown", amount: "500", currency: "XYZ" }],
  ])("counts %s by Stripe's own digits", async (currency, amount_total, money) => {
    const body = event("checkout.session.completed", {
      ...session,
      payment_status: "paid",
      amount_total,
      currency: currency.toLowerCase(),
    });
    expect((await proveOne(provider, deliver(body))).facts).toMatchObject([{ money }]);
  });

  it("of an order id beyond ASCII is taken as it is", async () => {
    const body = event("checkout.session.completed", {
      ...session,
      payment_status: "paid",
      client_reference_id: "订单-🧧",
    });
    expect((await proveOne(provider, deliver(body))).orderId).toBe("订单-🧧");
  });

  it.each([
    ["a byte of the body changed", () => webhook({ "stripe-signature": sign(paid) }, flip(paid)), "signature"],
    ["a byte of the signature changed", () => webhook({ "stripe-signature": flip(sign(paid), 30) }, paid), "signature"],
    [
      "a byte order mark before the body",
      () => webhook({ "stripe-signature": sign(paid) }, `\u{feff}${paid}`),
      "signature",
    ],
    ["another secret", () => deliver(paid, { secret: "whsec_other" }), "signature"],
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
    ["the other livemode", () => deliver(event("payment_intent.succeeded", intent, { livemode: true })), "identity"],
    ["a thin event", () => deliver(JSON.stringify({ object: "v2.core.event", livemode: false })), "parse"],
    ["no JSON", () => deliver("not json"), "parse"],
    ["a JSON list", () => deliver("[]"), "parse"],
    [
      "an amount that is none",
      () => deliver(event("checkout.session.expired", { ...session, amount_total: -1 })),
      "parse",
    ],
    ["no event id", () => deliver(event("checkout.session.expired", session, { id: undefined })), "parse"],
  ])("with %s is refused", async (_what, delivery, at) => {
    expect(await stage(provider, delivery())).toBe(at);
  });

  it("sent twice over in one delivery is one", async () => {
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
    ).toBe("proved");
  });

  it("is taken with the old secret and the new while it is being rotated, on either side", async () => {
    const rotating = await open("stripe", { secret: ["whsec_new", SECRET] });
    expect(await stage(rotating, deliver(paid))).toBe("proved");
    const both = `${sign(paid, { secret: "whsec_gone" })},${sign(paid).split(",")[1] ?? ""}`;
    expect(await stage(rotating, webhook({ "stripe-signature": both }, paid))).toBe("proved");
  });

  it("of another connected account is refused", async () => {
    const connected = await open("stripe", { secret: SECRET, account: "acct_1" });
    expect(await stage(connected, deliver(event("payment_intent.succeeded", intent, { account: "acct_1" })))).toBe(
      "proved",
    );
    expect(await stage(connected, deliver(paid))).toBe("identity");
  });

  it("of several amounts keeps the exact number", async () => {
    const body = paid.replace("1999", "123456789012345678");
    expect((await prove(provider, deliver(body)))[0]?.facts).toMatchObject([{ money: usd("1234567890123456.78") }]);
  });
});
