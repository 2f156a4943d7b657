// Orders: registration, the views of browser and backend, retention and erasure.
import { evictDurableObject, runInDurableObject } from "cloudflare:test";
import { env } from "cloudflare:workers";
import { describe, expect, it, vi } from "vitest";
import { app } from "../support/app.ts";
import { storedRows, tablesOf } from "../support/storage.ts";
import {
  publicRequest,
  alarmTime,
  backend,
  callback,
  connect,
  newBiz,
  fireAlarm,
  stopClock,
  stubOf,
} from "../support/workerd.ts";

const view = async (biz: string) => (await backend("GET", `/orders/${biz}`)).json<Record<string, unknown>>();
const register = (biz: string, body: object) => backend("PUT", `/orders/${biz}`, body);

describe("GET /orders/:biz", () => {
  it("returns only the browser's view without an API key", async () => {
    const biz = newBiz();
    await register(biz, { amount: 1999, currency: "USD" });
    await callback(biz, { amount: "0.01", currency: "USD", event_id: "e-0" });
    expect(await (await publicRequest(`/orders/${biz}`)).json()).toEqual({
      biz,
      status: "pending",
      paid: false,
      version: 0,
      expires_at: null,
    });
    await callback(biz, { amount: 1999, currency: "USD", event_id: "e-1" });
    expect(await (await publicRequest(`/orders/${biz}`)).json()).toEqual({
      biz,
      status: "paid",
      paid: true,
      version: 1,
      expires_at: null,
    });
  });

  it("returns the backend's view with an API key", async () => {
    const biz = newBiz();
    await register(biz, { amount: 1999, currency: "USD" });
    const ids = { "p-0": `p-0-${biz}`, "p-1": `p-1-${biz}` };
    await callback(biz, { amount: "0.01", currency: "EUR", event_id: "e-0", payment_id: ids["p-0"] });
    await callback(biz, { amount: 1999, currency: "USD", event_id: "e-1", payment_id: ids["p-1"] });
    expect(await view(biz)).toEqual({
      biz,
      status: "paid",
      paid: true,
      version: 1,
      expires_at: null,
      order_id: null,
      registered: { amount: "19.99", currency: "USD" },
      amount: "19.99",
      currency: "USD",
      refunded: "0",
      checked: true,
      late: false,
      held: null,
      overpaid: "0",
      underpaid: null,
      payments: [{ provider: "backend", event_id: "e-1", payment_id: ids["p-1"], amount: "19.99", currency: "USD" }],
      excess_payments: [],
      mismatches: [
        {
          reason: "currency",
          provider: "backend",
          event_id: "e-0",
          payment_id: ids["p-0"],
          amount: "0.01",
          currency: "EUR",
        },
      ],
      disputed: "none",
      disputes: [],
      full: false,
      erased_at: null,
      forwards: { owed: 0, given_up: 0 },
    });
  });

  it("of an unknown order is 200, pending, version 0, and stores nothing", async () => {
    const biz = newBiz();
    const response = await publicRequest(`/orders/${biz}`);
    expect([response.status, await response.json()]).toEqual([
      200,
      { biz, status: "pending", paid: false, version: 0, expires_at: null },
    ]);
    expect(await tablesOf(`order_${biz}`)).toEqual([]);
  });

  it("of a malformed id responds 404", async () => {
    expect(await (await publicRequest("/orders/SHORT")).json()).toMatchObject({ status: 404, reason: "unknown_order" });
  });

  it("responds 304 while its ETag matches, and each view has its own ETag", async () => {
    const biz = newBiz();
    const first = await publicRequest(`/orders/${biz}`);
    const tag = first.headers.get("ETag") ?? expect.fail("no ETag");
    expect(first.headers.get("Vary")).toBe("Authorization, X-API-Key, Origin");
    const again = await publicRequest(`/orders/${biz}`, { headers: { "If-None-Match": tag } });
    expect([again.status, await again.text()]).toEqual([304, ""]);
    expect((await backend("GET", `/orders/${biz}`)).headers.get("ETag")).not.toBe(tag);
    await callback(biz);
    expect((await publicRequest(`/orders/${biz}`, { headers: { "If-None-Match": tag } })).status).toBe(200);
  });

  it("is nobody's to sniff, and a backend's view nobody's to store", async () => {
    const path = `/orders/${newBiz()}`;
    const [page, shop] = [await publicRequest(path), await backend("GET", path)];
    expect([page, shop].map(({ headers }) => headers.get("X-Content-Type-Options"))).toEqual(["nosniff", "nosniff"]);
    expect([page, shop].map(({ headers }) => headers.get("Cache-Control"))).toEqual(["no-cache", "no-store"]);
    const refused = await backend("GET", "/groups/nonsense");
    expect(refused.headers.get("X-Content-Type-Options")).toBe("nosniff");
    expect(refused.headers.get("Cache-Control")).toBe("no-store");
  });

  it.each([
    ["http://belfry.localhost", "http://belfry.localhost"],
    ["https://evil.example", null],
    [null, null],
  ])("for a page of %s has the allowed origin %s", async (origin, allowed) => {
    const response = await publicRequest(`/orders/${newBiz()}`, { headers: origin === null ? {} : { Origin: origin } });
    expect(response.status).toBe(200);
    expect(response.headers.get("Access-Control-Allow-Origin")).toBe(allowed);
  });

  it.each([
    ["http://belfry.localhost", "http://belfry.localhost", "sentry-trace, baggage"],
    ["https://evil.example", null, null],
    [null, null, null],
  ])("permits a page of %s to send tracing headers: origin %s, headers %s", async (origin, allowed, headers) => {
    const requested = {
      "Access-Control-Request-Method": "GET",
      "Access-Control-Request-Headers": "sentry-trace, baggage",
    };
    const response = await publicRequest(`/orders/${newBiz()}`, {
      method: "OPTIONS",
      headers: origin === null ? requested : { ...requested, Origin: origin },
    });
    expect(response.status).toBe(204);
    expect(response.headers.get("Access-Control-Allow-Origin")).toBe(allowed);
    expect(response.headers.get("Access-Control-Allow-Headers")).toBe(headers);
  });
});

describe("PUT /orders", () => {
  it("by the merchant's id returns the biz for its page, always the same", async () => {
    for (const order_id of ["ORD-1001", "订单-🧧", "txn_01h8bxpvx398a7zbawb77y0kp5"]) {
      const first = await (
        await backend("PUT", "/orders", { order_id, amount: 1999, currency: "USD" })
      ).json<{ biz: string }>();
      const again = await (
        await backend("PUT", "/orders", { order_id, amount: 1999, currency: "USD" })
      ).json<{ biz: string }>();
      expect(first.biz).toMatch(/^[0-9a-f]{32}$/);
      expect(again).toEqual(first);
      expect(await view(first.biz)).toMatchObject({ order_id, registered: { amount: "19.99", currency: "USD" } });
    }
  });

  it("by an id in the format of a biz returns that biz", async () => {
    const biz = newBiz();
    expect(await (await backend("PUT", "/orders", { order_id: biz, amount: 1, currency: "JPY" })).json()).toMatchObject(
      { biz },
    );
  });

  it("without ORDER_ID_KEY rejects an id that is no biz", async () => {
    const init = {
      method: "PUT",
      headers: { "X-API-Key": env.API_KEYS },
      body: '{"order_id":"ORD-1","amount":1,"currency":"USD"}',
    };
    const response = await app.request("/orders", init, { ...env, ORDER_ID_KEY: "" });
    expect(await response.json()).toMatchObject({ status: 503, reason: "no_order_id_key" });
  });

  it.each<[string, object]>([
    ["no amount", { currency: "USD" }],
    ["a float", { amount: 19.99, currency: "USD" }],
    ["no currency", { amount: 1999 }],
    ["an unknown currency", { amount: 1999, currency: "XXX" }],
    ["an expiry of 0 s", { amount: 1999, currency: "USD", expires_in: 0 }],
    ["an expiry of two years", { amount: 1999, currency: "USD", expires_in: 63_072_000 }],
    ["a list", []],
  ])("rejects %s", async (_case, body) => {
    expect(await (await register(newBiz(), body)).json()).toMatchObject({ status: 422, reason: "bad_registration" });
  });

  it("rejects a malformed order id and requires an API key", async () => {
    for (const order_id of [undefined, "", 7, "x".repeat(201)]) {
      const response = await backend("PUT", "/orders", { order_id, amount: 1, currency: "USD" });
      expect(await response.json()).toMatchObject({ status: 422, reason: "bad_registration" });
    }
    expect((await publicRequest(`/orders/${newBiz()}`, { method: "PUT", body: "{}" })).status).toBe(401);
  });

  it("checks a payment that arrived before", async () => {
    const biz = newBiz();
    await callback(biz, { amount: 1999, currency: "USD" });
    expect(await view(biz)).toMatchObject({ status: "paid", checked: false });
    expect(await (await register(biz, { amount: "19.99", currency: "USD" })).json()).toMatchObject({
      status: "paid",
      checked: true,
    });
  });

  it("responds 409 if it contradicts a paid order, and leaves it unchanged", async () => {
    const biz = newBiz();
    await callback(biz, { amount: 1999, currency: "USD" });
    const response = await register(biz, { amount: "20", currency: "USD" });
    expect(await response.json()).toMatchObject({ status: 409, reason: "contradicts_payment" });
    expect(await view(biz)).toMatchObject({ status: "paid", registered: null });
  });

  it("can be changed before a payment", async () => {
    const biz = newBiz();
    await register(biz, { amount: 1, currency: "USD" });
    expect((await register(biz, { amount: 1999, currency: "USD", expires_in: 60 })).status).toBe(200);
    await callback(biz, { amount: 1999, currency: "USD" });
    expect(await view(biz)).toMatchObject({ status: "paid", checked: true, expires_at: expect.any(String) });
  });
});

describe("an order's expiry", () => {
  it("closes an order without a status source and pushes to its page", async () => {
    stopClock();
    const biz = newBiz();
    await register(biz, { amount: 1, currency: "USD", expires_in: 900 });
    const page = await connect(`/ws/order/${biz}/`);
    expect(await alarmTime(`order_${biz}`)).toBe(Date.now() + 900_000);
    await fireAlarm(`order_${biz}`);
    expect(await page.nextJson()).toEqual({ biz, paid: false, status: "closed" });
    await callback(biz, { amount: 1, currency: "USD" });
    expect(await page.nextJson()).toEqual({ biz, paid: true, status: "paid" });
    expect(await view(biz)).toMatchObject({ late: true, checked: true });
  });

  it("leaves a paid order paid", async () => {
    stopClock();
    const biz = newBiz();
    await register(biz, { amount: 1, currency: "USD", expires_in: 900 });
    await callback(biz, { amount: 1, currency: "USD" });
    vi.setSystemTime(Date.now() + 1_000_000);
    await fireAlarm(`order_${biz}`);
    expect(await view(biz)).toMatchObject({ status: "paid", late: false });
  });
});

describe("a stored order", () => {
  const DAY = 86_400_000;

  it("has no alarm and stays unchanged after 1,000 days", async () => {
    stopClock();
    const biz = newBiz();
    await callback(biz, { amount: 1999, currency: "USD", event_id: "e-1" });
    await callback(biz, { status: "refunded", event_id: "e-2" });
    expect(await alarmTime(`order_${biz}`)).toBeNull();
    vi.setSystemTime(Date.now() + 1000 * DAY);
    await callback(biz, { amount: 1999, currency: "USD", event_id: "e-1" }); // a duplicate after that time
    expect(await view(biz)).toMatchObject({ status: "refunded", refunded: "19.99", version: 2 });
    const page = await connect(`/ws/order/${biz}/`);
    expect(await page.nextJson()).toMatchObject({ status: "refunded", paid: false });
  });

  it("is one row with a format version", async () => {
    const biz = newBiz();
    await register(biz, { amount: 1999, currency: "USD" });
    await callback(biz, { amount: 1999, currency: "USD" });
    expect(await tablesOf(`order_${biz}`)).toEqual([]);
    expect(await storedRows(`order_${biz}`)).toEqual({ order: expect.objectContaining({ v: 1 }) });
  });

  it("is not read if its row has a later format version", async () => {
    const biz = newBiz();
    await callback(biz);
    await runInDurableObject(stubOf(`order_${biz}`), (_object, { storage }) => storage.kv.put("order", { v: 2 }));
    await evictDurableObject(stubOf(`order_${biz}`));
    await runInDurableObject(stubOf(`order_${biz}`), (object) => expect(() => object.order()).toThrow("version 2"));
  });
});

describe("DELETE /orders/:biz", () => {
  const erase = (biz: string) => backend("DELETE", `/orders/${biz}`);

  it("leaves only the time of the erasure", async () => {
    const biz = newBiz();
    await register(biz, { amount: 1999, currency: "USD", expires_in: 900 });
    await callback(biz, { amount: 1999, currency: "USD", payment_id: `p-${biz}` });
    expect((await erase(biz)).status).toBe(204);
    expect(await storedRows(`order_${biz}`)).toEqual({ order: { v: 1, erasedAt: expect.any(Number) } });
    expect(await alarmTime(`order_${biz}`)).toBeNull();
    expect(await view(biz)).toMatchObject({ status: "pending", version: 0, registered: null, payments: [] });
    expect(await view(biz)).toMatchObject({ erased_at: expect.any(String) });
    expect(await (await publicRequest(`/orders/${biz}`)).json()).toMatchObject({
      status: "pending",
      paid: false,
      version: 0,
    });
  });

  it("deletes the claims of its payments", async () => {
    const [biz, other] = [newBiz(), newBiz()];
    await callback(biz, { amount: 1999, currency: "USD", payment_id: `p-${biz}` });
    await erase(biz);
    await callback(other, { amount: 1999, currency: "USD", payment_id: `p-${biz}` });
    expect(await view(other)).toMatchObject({ status: "paid", mismatches: [] });
  });

  it("makes later registrations and merchant callbacks respond 410", async () => {
    const biz = newBiz();
    await callback(biz);
    await erase(biz);
    for (const response of [await register(biz, { amount: 1, currency: "USD" }), await callback(biz)]) {
      expect(await response.json()).toMatchObject({ status: 410, reason: "order_erased" });
    }
  });

  it("succeeds for an erased order, and for an unknown one without storing anything", async () => {
    const biz = newBiz();
    expect((await erase(biz)).status).toBe(204);
    expect(await storedRows(`order_${biz}`)).toEqual({});
    await callback(biz);
    await erase(biz);
    expect((await erase(biz)).status).toBe(204);
  });

  it("requires an API key and a well-formed id", async () => {
    expect((await publicRequest(`/orders/${newBiz()}`, { method: "DELETE" })).status).toBe(401);
    expect(await (await erase("SHORT")).json()).toMatchObject({ status: 404, reason: "unknown_order" });
  });
});

it.each(["CLP", "CVE", "HUF", "IDR", "ISK", "MGA", "TWD", "UGX"])(
  "an amount of %s must be a decimal string, because providers differ in its minor units",
  async (currency) => {
    const refused = await (await register(newBiz(), { amount: 2000, currency })).json();
    expect(refused).toMatchObject({
      status: 422,
      reason: "bad_registration",
      detail: expect.stringContaining(currency),
    });
    expect((await register(newBiz(), { amount: "2000", currency })).status).toBe(200);
  },
);
