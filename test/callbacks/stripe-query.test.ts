import { describe, expect, it } from "vitest";
import { bare, configured, lost, network, payment, usd } from "./delivery.ts";

const SECRET = "whsec_test_of_stripe";
const intent = {
  id: "pi_1",
  object: "payment_intent",
  amount: 1999,
  currency: "usd",
  metadata: { order_id: "ORD-1" },
};
const of = (status: string) => [payment(status, "pi_1", usd("19.99"))];
const refunded = { kind: "refund", refundId: null, paymentId: "pi_1", money: usd("5"), cumulative: true };

/** An endless body. */
const endless = () =>
  new ReadableStream(
    { pull: (controller) => controller.enqueue(new Uint8Array(65_536).fill(32)) },
    { highWaterMark: 0 },
  );

describe("a query to Stripe", async () => {
  const setting = { secret: SECRET, livemode: false, apiKey: "rk_test_1", apiBase: "http://127.0.0.1:12111/" };
  const provider = await configured("stripe", setting);
  const found = (...data: object[]) => Response.json({ object: "search_result", data });
  const hit = { ...intent, livemode: false, amount_received: 1999 };

  it("searches by the escaped order id and returns the payment", async () => {
    const orderId = `ORD-"1\\`;
    const { io, requests } = network(() => found({ ...hit, status: "succeeded", metadata: { order_id: orderId } }));
    const answer = await provider.query(orderId, io);
    expect(answer.ok && bare(answer.value)).toEqual(of("paid"));
    expect(requests[0]?.url.pathname).toBe("/v1/payment_intents/search");
    expect(requests[0]?.url.searchParams.get("query")).toBe(String.raw`metadata["order_id"]:"ORD-\"1\\"`);
    expect(requests[0]?.init.headers).toMatchObject({ authorization: "Bearer rk_test_1" });
  });

  it.each([
    ["succeeded", {}, "paid"],
    ["canceled", {}, "failed"],
    ["requires_capture", {}, "pending"],
    ["requires_payment_method", {}, "pending"],
  ])("of an intent in %s yields its status", async (status, more, becomes) => {
    const { io } = network(() => found({ ...hit, ...more, status }));
    const answer = await provider.query("ORD-1", io);
    expect(answer.ok && answer.value).toMatchObject([{ kind: "payment", status: becomes, eventId: "query:pi_1" }]);
  });

  it("returns the charge's refunded amount", async () => {
    const { io } = network(() => found({ ...hit, status: "succeeded", latest_charge: { amount_refunded: 500 } }));
    const answer = await provider.query("ORD-1", io);
    expect(answer.ok && bare(answer.value)).toEqual([...of("paid"), refunded]);
  });

  it("does not count the uncaptured rest of a hold as refunded", async () => {
    const latest_charge = { amount: 2500, amount_captured: 1999, amount_refunded: 501 };
    const { io } = network(() => found({ ...hit, amount: 2500, status: "succeeded", latest_charge }));
    const answer = await provider.query("ORD-1", io);
    expect(answer.ok && bare(answer.value)).toEqual(of("paid"));
  });

  it("searches by the metadata key of the setting", async () => {
    const opened = await configured("stripe", { ...setting, order: ["client_reference_id", "metadata.shop_order"] });
    const { io, requests } = network(() => found({ ...hit, status: "succeeded", metadata: { shop_order: "ORD-1" } }));
    const answer = await opened.query("ORD-1", io);
    expect(answer.ok && bare(answer.value)).toEqual(of("paid"));
    expect(requests[0]?.url.searchParams.get("query")).toBe('metadata["shop_order"]:"ORD-1"');
    const elsewhere = await configured("stripe", { ...setting, order: "client_reference_id" });
    expect(await elsewhere.query("ORD-1", io)).toEqual({ ok: false, reason: "not_configured" });
  });

  it.each([
    ["finds nothing", () => found(), "unknown_order"],
    ["finds another's order", () => found({ ...hit, metadata: { order_id: "ord-1" } }), "unknown_order"],
    ["finds an intent of the other mode", () => found({ ...hit, livemode: true }), "unknown_order"],
    ["receives 404", () => new Response("{}", { status: 404 }), "unknown_order"],
    ["receives 429", () => new Response("{}", { status: 429 }), "try_again"],
    ["receives 500", () => new Response("oops", { status: 500 }), "try_again"],
    [
      "is sent elsewhere",
      () => new Response(null, { status: 302, headers: { location: "https://example.com" } }),
      "try_again",
    ],
    ["receives HTML", () => new Response("<html>"), "try_again"],
    ["receives more than a mebibyte", () => new Response(endless()), "try_again"],
    ["loses the connection", lost, "try_again"],
  ])("that %s returns the reason", async (_what, answer, reason) => {
    expect(await provider.query("ORD-1", network(answer).io)).toEqual({ ok: false, reason });
  });

  it.each([[["acct_1", "acct_2"]], ["any"]])("for several accounts is not available: account = %j", async (account) => {
    const { io, requests } = network(() => found());
    const opened = await configured("stripe", { ...setting, account });
    expect(await opened.query("ORD-1", io)).toEqual({ ok: false, reason: "not_configured" });
    expect(requests).toEqual([]);
  });

  it("without an API key is not configured", async () => {
    const { io, requests } = network(() => found());
    expect(await (await configured("stripe", { secret: SECRET, livemode: false })).query("ORD-1", io)).toEqual({
      ok: false,
      reason: "not_configured",
    });
    expect(requests).toEqual([]);
  });
});
