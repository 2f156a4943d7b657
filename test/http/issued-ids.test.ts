// `ORDER_IDS=issued`: an invented order is rejected by its id, before an object wakes.
import { env } from "cloudflare:workers";
import { describe, expect, it } from "vitest";
import { BIZ } from "../../src/core/order.ts";
import { app } from "../support/app.ts";
import { isAsleep, newBiz } from "../support/workerd.ts";

const issuing = { ...env, ORDER_IDS: "issued", ORDER_ID_KEY: "the-newest-key-of-all" };
const key = { Authorization: `Bearer ${env.API_KEYS}` };

const request = (path: string, init: RequestInit = {}, settings: object = issuing): Promise<Response> =>
  Promise.resolve(app.request(`http://belfry.localhost${path}`, init, { ...settings }));
const register = async (body: object, settings: object = issuing): Promise<Response> =>
  request(
    "/orders",
    { method: "PUT", headers: key, body: JSON.stringify({ amount: "5", currency: "USD", ...body }) },
    settings,
  );
const issued = async (body: object = {}, settings: object = issuing): Promise<string> =>
  (await (await register(body, settings)).json<{ biz: string }>()).biz;

describe("PUT /orders", () => {
  it("issues a new biz without an order_id", async () => {
    const [first, second] = [await issued(), await issued()];
    expect([first, second]).toEqual([expect.stringMatching(BIZ), expect.stringMatching(BIZ)]);
    expect(first).not.toBe(second);
  });

  it("issues the same biz for the same order_id", async () => {
    const order_id = `ORD-${newBiz()}`;
    const biz = await issued({ order_id });
    expect(biz).toMatch(BIZ);
    expect(await issued({ order_id })).toBe(biz);
    expect(await issued({ order_id: `${order_id}-2` })).not.toBe(biz);
  });

  it("rejects the biz of an order as order_id, so that no buyer re-prices another's order", async () => {
    const response = await register({ order_id: await issued() });
    expect(await response.json()).toMatchObject({ status: 422, reason: "bad_registration" });
  });

  it("accepts ids of an older key while ORDER_ID_KEY is rotated", async () => {
    const biz = await issued();
    const rotated = { ...issuing, ORDER_ID_KEY: "an-even-newer-key, the-newest-key-of-all" };
    expect((await request(`/orders/${biz}`, {}, rotated)).status).toBe(200);
    expect((await request(`/orders/${biz}`, {}, { ...issuing, ORDER_ID_KEY: "an-even-newer-key" })).status).toBe(404);
  });
});

describe("an invented biz", () => {
  const upgrade = { Upgrade: "websocket", Origin: "http://belfry.localhost" };
  it.each<[string, (biz: string) => [string, RequestInit]]>([
    ["read by a page", (biz) => [`/orders/${biz}`, {}]],
    ["read by a backend", (biz) => [`/orders/${biz}`, { headers: key }]],
    [
      "registered",
      (biz) => [`/orders/${biz}`, { method: "PUT", headers: key, body: '{"amount":"5","currency":"USD"}' }],
    ],
    ["erased", (biz) => [`/orders/${biz}`, { method: "DELETE", headers: key }]],
    ["reported", (biz) => [`/callback/${biz}/`, { method: "POST", headers: key, body: "{}" }]],
    ["connected to", (biz) => [`/ws/order/${biz}/`, { headers: upgrade }]],
  ])("is 404 when it is %s, and wakes no object", async (_what, requestFor) => {
    for (const biz of [newBiz(), `${(await issued()).slice(0, 31)}0`.replace(/.{2}$/, "00")]) {
      expect((await request(...requestFor(biz))).status).toBe(404);
      expect(await isAsleep(`order_${biz}`)).toBe(true);
    }
  });

  it("cannot be guessed: another key issues other checks", async () => {
    const foreign = await issued({}, { ...issuing, ORDER_ID_KEY: "the-key-of-a-stranger" });
    expect((await request(`/orders/${foreign}`)).status).toBe(404);
  });
});

it("ORDER_IDS=issued without ORDER_ID_KEY is a bad setting", async () => {
  const response = await request("/healthz", {}, { ...issuing, ORDER_ID_KEY: "" });
  expect(await response.json()).toMatchObject({ status: 500, reason: "bad_setting" });
});

it("an issued order is connected to and read", async () => {
  const biz = await issued();
  expect(await (await request(`/orders/${biz}`)).json()).toMatchObject({ biz, status: "pending" });
  const response = await request(`/ws/order/${biz}/`, {
    headers: { Upgrade: "websocket", Origin: "http://belfry.localhost" },
  });
  expect(response.status).toBe(101);
  response.webSocket?.accept();
  response.webSocket?.close();
});
