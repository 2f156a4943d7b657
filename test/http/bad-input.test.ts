// Malformed input: each has one documented outcome, and none of them is a 500, a paid order or a lost event.
import { env } from "cloudflare:workers";
import { beforeEach, describe, expect, it } from "vitest";
import type { Fact } from "../../src/core/fact.ts";
import {
  bytes,
  deliveryOf,
  orderView,
  registerFor,
  replyOf,
  send,
  unreachable,
  captureLog,
} from "../support/deliver.ts";
import { backend, callback, newBiz, stubOf } from "../support/workerd.ts";

let log: (event?: string) => string;
beforeEach(() => {
  log = captureLog();
});

const lastCallback = () => JSON.parse(log("callback").split("\n").at(-1) ?? "{}") as Record<string, unknown>;

/** A signed event of the generic HMAC sender, changed by `change`. */
const event = (biz: string, change: object = {}) => ({
  order_id: biz,
  event_id: `e-${newBiz()}`,
  status: "paid",
  amount: 1999,
  currency: "USD",
  payment_id: `p-${biz}`,
  ...change,
});
const post = (body: object, changed: Partial<Env> = {}) =>
  send("hmac", deliveryOf("hmac", "", { event: body }), changed);

async function registered(): Promise<string> {
  const biz = newBiz();
  await registerFor("hmac", biz);
  return biz;
}

describe("a provider's signed event", () => {
  it.each<[string, object]>([
    ["a float", { amount: 19.99 }],
    ["a negative amount", { amount: -1999 }],
    ["an amount of 30 digits", { amount: 10 ** 30 }],
    ["an amount that is a list", { amount: "1,999" }],
    ["an amount and no currency", { currency: null }],
    ["a currency of two letters", { currency: "US" }],
    ["a currency with a long s, which upper case would make USD", { currency: "u\u017fd" }],
  ])("with %s is acknowledged, and listed as a payment without an amount", async (_case, change) => {
    const biz = await registered();
    expect(await replyOf(await post(event(biz, change)))).toEqual([200, ""]);
    const mismatches = [{ reason: "no_amount", amount: null, currency: null }];
    expect(await orderView(biz)).toMatchObject({ status: "pending", version: 0, payments: [], mismatches });
  });

  it.each<[string, object, string]>([
    ["no event id", { event_id: null }, "no_event_id"],
    ["an order id that is half a surrogate pair", { order_id: "A\ud800" }, "bad_order_id"],
    ["a refund of a float", { status: "refunded", amount: 5.5 }, "bad_amount"],
    ["a refund of a negative amount", { status: "refunded", amount: -500 }, "bad_amount"],
  ])("with %s is acknowledged, forwarded, and logged with its reason", async (_case, change, detail) => {
    const biz = await registered();
    await post(event(biz));
    const before = await orderView(biz);
    expect(await replyOf(await post(event(biz, change)))).toEqual([200, ""]);
    expect(lastCallback()).toMatchObject({ reason: "ignored", detail });
    expect(await orderView(biz)).toEqual(before);
  });

  it.each<[string, object, string]>([
    ["an unknown currency", { currency: "ZZZ" }, "unknown_currency"],
    ["another currency", { currency: "EUR" }, "currency"],
    ["no amount", { amount: null, currency: null }, "no_amount"],
  ])("with %s is acknowledged and listed as a mismatch", async (_case, change, reason) => {
    const biz = await registered();
    expect(await replyOf(await post(event(biz, change)))).toEqual([200, ""]);
    expect(await orderView(biz)).toMatchObject({ status: "pending", version: 0, mismatches: [{ reason }] });
  });

  it.each<[string, object]>([
    ["an unknown type", { status: "teleported" }],
    ["a type that is an object", { status: {} }],
    ["neither an order nor a payment", { order_id: null, payment_id: null }],
    ["an order id that is a list", { order_id: [], payment_id: null }],
  ])("with %s is acknowledged and ignored", async (_case, change) => {
    const biz = await registered();
    expect(await replyOf(await post(event(biz, change)))).toEqual([200, ""]);
    expect(lastCallback()).toMatchObject({ reason: "ignored" });
    expect(await orderView(biz)).toMatchObject({ status: "pending", version: 0 });
  });

  it.each(["", "hello", "[]", "null", "7", `{"a":`.repeat(10_000)])("with the body %j responds 401", async (text) => {
    const { headers, body } = deliveryOf("hmac", "", { event: {} });
    const reply = await send("hmac", { headers, body: bytes(text) });
    expect(reply.status).toBe(401);
    expect(body.length).toBe(2);
  });

  it("of a refund above the captured amount refunds the captured amount", async () => {
    const biz = await registered();
    await post(event(biz));
    await post(event(biz, { status: "refunded", refund_id: "r-1", amount: 999_999 }));
    expect(await orderView(biz)).toMatchObject({ status: "refunded", refunded: "19.99" });
  });

  it("of the same refund under two event ids counts once", async () => {
    const biz = await registered();
    await post(event(biz));
    for (let times = 0; times < 2; times++)
      await post(event(biz, { status: "refunded", refund_id: "r-1", amount: 500 }));
    expect(await orderView(biz)).toMatchObject({ status: "partially_refunded", refunded: "5" });
  });

  it("of a dispute before its payment is listed once the payment arrives", async () => {
    const biz = await registered();
    const outcomes = { paid: "paid", disputed: "dispute_open" };
    const setting = { ...(JSON.parse(env.CALLBACK_HMAC) as object), outcomes };
    const changed = { CALLBACK_HMAC: JSON.stringify(setting) };
    const dispute = event(biz, { status: "disputed", order_id: null });
    expect(await replyOf(await post(dispute, changed))).toEqual([200, ""]);
    expect(lastCallback()).toMatchObject({ reason: "ignored", detail: "disputed: waits for its payment" });
    await post(event(biz), changed);
    expect(await orderView(biz)).toMatchObject({ status: "paid", disputed: "open" });
  });

  it("responds 503 and stores nothing while the payment index is unreachable", async () => {
    const biz = await registered();
    const reaches = (name: string) => (name.startsWith("payments_") ? unreachable().GROUP : env.GROUP).getByName(name);
    const half = { GROUP: { getByName: reaches } as unknown as Env["GROUP"] }; // the route calls this method only
    expect((await post(event(biz), half)).status).toBe(503);
    expect(await orderView(biz)).toMatchObject({ status: "pending", version: 0 });
  });
});

describe("a report of the merchant", () => {
  it.each<[string, object]>([
    ["a float", { amount: 19.99, currency: "USD" }],
    ["a negative amount", { amount: -1, currency: "USD" }],
    ["an amount without a currency", { amount: 1999 }],
    ["minor units of a currency that providers count differently", { amount: 1999, currency: "ISK" }],
    ["more decimals than the currency has", { amount: "20.5", currency: "JPY" }],
    ["a currency for tests", { amount: "20", currency: "XTS" }],
    ["a currency outside of ISO 4217", { amount: 1999, currency: "ZZZ" }],
    ["a currency in lower case", { amount: 1999, currency: "usd" }],
    ["an unknown status", { status: "teleported" }],
    ["a payment id that is a number", { payment_id: 7 }],
  ])("with %s responds 422 and leaves the order unpaid", async (_case, body) => {
    const biz = newBiz();
    expect(await (await callback(biz, body)).json()).toMatchObject({ status: 422, reason: "bad_callback" });
    expect(await orderView(biz)).toMatchObject({ status: "pending", version: 0 });
  });
});

it.each(["20.0", "2e1", "1999.0", "-0"])(
  "an amount written as %s responds 422 on every backend route, because it may mean major units",
  async (amount) => {
    const biz = newBiz();
    const text = `{"amount":${amount},"currency":"USD"}`;
    expect(await (await backend("PUT", `/orders/${biz}`, text)).json()).toMatchObject({ reason: "bad_registration" });
    expect(await (await backend("POST", `/callback/${biz}/`, text)).json()).toMatchObject({ reason: "bad_callback" });
    expect(await orderView(biz)).toMatchObject({ status: "pending", registered: null, version: 0 });
  },
);

describe("an order with 10,000 facts", () => {
  const refund = (biz: string, n: number): Fact => ({
    instance: "hmac",
    eventId: `e-${n}`,
    at: n,
    kind: "refund",
    refundId: `r-${n}`,
    paymentId: `p-${biz}`,
    money: { unit: "major", amount: "0.01", currency: "USD" },
    cumulative: false,
  });

  it("records 1,000 of them; the others are acknowledged, forwarded and flagged in the backend's view", async () => {
    const biz = await registered();
    await post(event(biz));
    const results: string[] = [];
    for (let n = 0; n < 10_000; n += 100) {
      const facts = Array.from({ length: 100 }, (_, i) => refund(biz, n + i));
      const { result } = await stubOf(`order_${biz}`).record([{ facts, orderId: null, raw: null }]);
      results.push(result);
    }
    expect(results.filter((result) => result === "new")).toHaveLength(9);
    expect(results.filter((result) => result === "full")).toHaveLength(91);
    const late = event(biz, { status: "refunded", refund_id: "late", amount: 500 });
    for (let i = 0; i < 99; i++) await stubOf(`order_${biz}`).record([arrivalOf(refund(biz, 20_000 + i))]);
    expect(await replyOf(await post(late))).toEqual([200, ""]);
    expect(lastCallback()).toMatchObject({ reason: "ignored", detail: "refunded: the order has 1000 facts" });
    expect(await orderView(biz)).toMatchObject({ status: "partially_refunded", full: true, refunded: "9.99" });
    // Recorded facts are still duplicates.
    expect(await stubOf(`order_${biz}`).record([arrivalOf(refund(biz, 0))])).toMatchObject({ result: "duplicate" });
    expect(await (await callback(biz, { status: "closed" })).json()).toMatchObject({
      status: 422,
      reason: "order_full",
    });
  });

  const arrivalOf = (fact: Fact) => ({ facts: [fact], orderId: null, raw: null });
});

it("a registration with huge numbers is stored or responds 422", async () => {
  for (const amount of ["9".repeat(15), "0.01", "5.000000000", Number.MAX_SAFE_INTEGER, 0]) {
    expect((await backend("PUT", `/orders/${newBiz()}`, { amount, currency: "USD" })).status).toBe(200);
  }
  for (const amount of ["9".repeat(16), "0.001", `0.${"0".repeat(10)}`, 2 ** 53, "-1", "1e5", ""]) {
    const reply = await backend("PUT", `/orders/${newBiz()}`, { amount, currency: "USD" });
    expect(await reply.json()).toMatchObject({ status: 422, reason: "bad_registration" });
  }
});
