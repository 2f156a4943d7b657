// Stripe's checks of account and mode, and the field with the order id.
import { Stripe } from "stripe";
import { describe, expect, it } from "vitest";
import { providers } from "../../src/callbacks/providers.ts";
import { configured, NOW_SECONDS, payment, stage, usd, verifyOne, webhook } from "./delivery.ts";

const SECRET = "whsec_test_of_stripe";
const setting = { secret: SECRET, livemode: false };
const paid = [payment("paid", "pi_1", usd("19.99"))];

function deliver(envelope: object, secret = SECRET) {
  const intent = {
    id: "pi_1",
    object: "payment_intent",
    amount: 1999,
    currency: "usd",
    metadata: { order_id: "ORD-1" },
  };
  const payload = JSON.stringify({
    id: "evt_1",
    object: "event",
    type: "payment_intent.succeeded",
    created: NOW_SECONDS - 5,
    livemode: false,
    data: { object: intent },
    ...envelope,
  });
  const header = Stripe.webhooks.generateTestHeaderString({ payload, secret, timestamp: NOW_SECONDS });
  return webhook({ "Stripe-Signature": header }, payload);
}

describe("a Stripe webhook", () => {
  it.each([
    ["the mode that the setting excludes", {}, { livemode: true }],
    ["no mode", {}, { livemode: undefined }],
    ["a connected account, where none is set", {}, { account: "acct_1" }],
    ["another connected account", { account: ["acct_1", "acct_2"] }, { account: "acct_3" }],
    ["the own account, where a connected one is set", { account: "acct_1" }, {}],
  ])("of %s is accepted without facts", async (_what, more, envelope) => {
    const opened = await configured("stripe", { ...setting, ...more });
    expect(await verifyOne(opened, deliver(envelope))).toMatchObject({
      eventId: "evt_1",
      orderId: null,
      paymentId: null,
      facts: [],
      ignored: "other_account",
    });
    expect(await stage(opened, deliver(envelope, "whsec_other"))).toBe("signature");
  });

  it.each([
    ["a connected account", { account: "acct_1" }, { account: "acct_1" }],
    ["one of several connected accounts", { account: ["acct_1", "acct_2"] }, { account: "acct_2" }],
    ["any account", { account: "any" }, { account: "acct_3" }],
    ["the own account, where any is set", { account: "any" }, {}],
    ["any mode", { livemode: "any" }, { livemode: true }],
    ["one of both modes", { livemode: [true, false] }, { livemode: true }],
  ])("of %s yields a payment", async (_what, more, envelope) => {
    const opened = await configured("stripe", { ...setting, ...more });
    const callback = await verifyOne(opened, deliver(envelope));
    expect(callback).toMatchObject({ facts: paid, ignored: null });
  });

  it("without livemode in the setting is an error that names the field", async () => {
    const opened = await providers.get("stripe")?.configure({ secret: SECRET });
    expect(opened).toMatchObject({ ok: false, reason: expect.stringContaining("livemode") });
  });

  it("has its order id at the first path with a text", async () => {
    const orderIdOf = async (more: object, object: object) => {
      const data = { object: { id: "pi_1", object: "payment_intent", amount: 1999, currency: "usd", ...object } };
      return (await verifyOne(await configured("stripe", { ...setting, ...more }), deliver({ data }))).orderId;
    };
    expect(await orderIdOf({}, { client_reference_id: null, metadata: { order_id: "ORD-2" } })).toBe("ORD-2");
    const order = ["metadata.cart.order", "metadata.order_id"];
    expect(await orderIdOf({ order }, { metadata: { cart: '{"order":"ORD-3"}' } })).toBe("ORD-3");
    expect(await orderIdOf({ order }, { client_reference_id: "ORD-1" })).toBeNull();
  });
});
