// The merchant's own callback: its body, its access, and that it is stored before the response.
import { evictDurableObject } from "cloudflare:test";
import { env } from "cloudflare:workers";
import { describe, expect, it } from "vitest";
import { app } from "../support/app.ts";
import { publicRequest, backend, callback, connect, getGroup, newBiz, stubOf } from "../support/workerd.ts";

describe("POST /callback/:biz/", () => {
  it.each<[string, unknown, string]>([
    ["no body", undefined, "paid"],
    ["an empty object", {}, "paid"],
    ["paid: true", { paid: true }, "paid"],
    ["paid: false", { paid: false }, "failed"],
    ["a status", { status: "failed" }, "failed"],
    ["a status and its paid", { status: "closed", paid: false }, "closed"],
    ["pending", { status: "pending" }, "pending"],
    ["ids and an amount in minor units", { event_id: "e-1", payment_id: "p-1", amount: 1999, currency: "USD" }, "paid"],
    ["an amount in major units", { amount: "19.99", currency: "CNY" }, "paid"],
    ["nulls for unknown values", { status: "paid", event_id: null, amount: null, currency: null }, "paid"],
    ["an unknown key", { paid: true, shop: "north" }, "paid"],
  ])("accepts %s", async (_case, body, status) => {
    const biz = newBiz();
    const response = await callback(biz, body);
    expect(response.status).toBe(200);
    expect(await response.json()).toEqual({ biz, paid: status === "paid", status });
  });

  it.each<[string, unknown, number, string]>([
    ["a body that is not JSON", "paid=true", 400, "not_json"],
    ["a list", "[1]", 422, "bad_callback"],
    ["null", "null", 422, "bad_callback"],
    ["a text", '"paid"', 422, "bad_callback"],
    ["a paid that contradicts its status", { paid: true, status: "failed" }, 422, "bad_callback"],
    ["an unknown status", { status: "shipped" }, 422, "bad_callback"],
    ["a status of the wrong type", { status: 1 }, 422, "bad_callback"],
    ["a float as the amount", { amount: 19.99, currency: "USD" }, 422, "bad_callback"],
    ["a negative amount", { amount: -1, currency: "USD" }, 422, "bad_callback"],
    ["an amount beyond exact integers", '{"amount": 9007199254740993, "currency": "USD"}', 422, "bad_callback"],
    ["an amount without its currency", { amount: 1999 }, 422, "bad_callback"],
    ["a currency in small letters", { amount: 1999, currency: "usd" }, 422, "bad_callback"],
    ["an event id of 201 characters", { event_id: "e".repeat(201) }, 422, "bad_callback"],
  ])("rejects %s and stores nothing", async (_case, body, status, reason) => {
    const biz = newBiz();
    const response = await callback(biz, body);
    expect(await response.json()).toMatchObject({ status, reason });
    expect(await getGroup(`order_${biz}`)).toMatchObject({ position: { offset: 0 } });
  });

  it("rejects a malformed order id", async () => {
    for (const biz of ["SHORT", "short", newBiz().toUpperCase(), `${newBiz()}0`]) {
      const response = await callback(biz);
      expect(await response.json()).toMatchObject({ status: 404, reason: "unknown_order" });
    }
  });

  it("responds 405 to another method and names the allowed one", async () => {
    const response = await backend("GET", `/callback/${newBiz()}/`);
    expect(response.status).toBe(405);
    expect(response.headers.get("Allow")).toBe("POST");
  });

  it("rejects a body above 64 KiB", async () => {
    const response = await callback(newBiz(), { event_id: "x".repeat(66_000) });
    expect(await response.json()).toMatchObject({ status: 413, reason: "body_too_large" });
  });

  it("stores an outcome without connections and sends it to later ones, also after a restart", async () => {
    const biz = newBiz();
    await callback(biz, { status: "failed" });
    await evictDurableObject(stubOf(`order_${biz}`));
    const page = await connect(`/ws/order/${biz}/`);
    expect(await page.nextJson()).toEqual({ biz, paid: false, status: "failed" });
    await callback(biz);
    expect(await page.nextJson()).toEqual({ biz, paid: true, status: "paid" });
  });

  it("sends a page no frame while its order is pending", async () => {
    const biz = newBiz();
    await callback(biz, { status: "pending" });
    const page = await connect(`/ws/order/${biz}/`);
    page.send("first");
    expect(await page.next()).toBe('"first"');
  });

  it("gives each visible change the next offset in one epoch", async () => {
    const biz = newBiz();
    await callback(biz, { status: "failed" });
    const { position } = await getGroup(`order_${biz}`);
    expect(position).toEqual({ epoch: expect.stringMatching(/^[0-9a-f]{8}$/), offset: 1 });
    await callback(biz, { status: "failed", event_id: "another attempt" });
    expect((await getGroup(`order_${biz}`)).position).toEqual(position);
    await callback(biz);
    expect((await getGroup(`order_${biz}`)).position).toEqual({ ...position, offset: 2 });
  });
});

describe("an API key", () => {
  const post = (headers: Record<string, string>) =>
    publicRequest(`/callback/${newBiz()}/`, { method: "POST", headers });

  it.each<[string, Record<string, string>]>([
    ["in Authorization", { Authorization: `Bearer ${env.API_KEYS}` }],
    ["in Authorization with a lower-case scheme", { Authorization: `bearer ${env.API_KEYS}` }],
    ["in X-API-Key", { "X-API-Key": env.API_KEYS }],
  ])("is accepted %s", async (_where, headers) => {
    expect((await post(headers)).status).toBe(200);
  });

  it("may be any of several, for rotation", async () => {
    const API_KEYS = "first-key-of-sixteen-bytes, second-key-of-sixteen-bytes";
    const postWith = async (key: string) => {
      const init = { method: "POST", headers: { "X-API-Key": key } };
      return (await app.request(`/callback/${newBiz()}/`, init, { ...env, API_KEYS })).status;
    };
    expect(await postWith("first-key-of-sixteen-bytes")).toBe(200);
    expect(await postWith("second-key-of-sixteen-bytes")).toBe(200);
    expect(await postWith(env.API_KEYS)).toBe(401);
  });

  it.each<[string, Record<string, string>]>([
    ["is missing", {}],
    ["is wrong", { "X-API-Key": "wrong-key-wrong-key" }],
    ["is empty", { "X-API-Key": "" }],
    ["is cut short", { "X-API-Key": env.API_KEYS.slice(0, -1) }],
    ["has one character too many", { "X-API-Key": `${env.API_KEYS}0` }],
    ["is repeated", { "X-API-Key": `${env.API_KEYS}, ${env.API_KEYS}` }],
    ["has another scheme", { Authorization: `Basic ${env.API_KEYS}` }],
    ["is huge", { "X-API-Key": "k".repeat(8000) }],
  ])("that %s responds 401 with WWW-Authenticate", async (_case, headers) => {
    const response = await post(headers);
    expect(response.headers.get("WWW-Authenticate")).toBe("Bearer");
    expect(await response.json()).toEqual({
      type: "about:blank",
      title: "An API key is needed",
      status: 401,
      reason: "unauthorized",
    });
  });
});
