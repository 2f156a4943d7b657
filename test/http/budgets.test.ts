// What one address may do without a credential: requests that wake objects, and deliveries that fail.
import { env } from "cloudflare:workers";
import { listDurableObjectIds } from "cloudflare:test";
import { describe, expect, it } from "vitest";
import { app } from "../support/app.ts";
import { confirmedDelivery, deliveryOf, registerFor, replyOf, unsigned } from "../support/deliver.ts";
import { newBiz } from "../support/workerd.ts";

/** Settings whose addresses have a budget of their own: 20 requests at once. */
const fresh = () => ({ ...env, CONNECTIONS_PER_ADDRESS: "10" });
const at = (address: string) => ({ "CF-Connecting-IP": address });

describe("reading orders without a key", () => {
  it("is 429 beyond the address's budget, and wakes nothing then; another address and a key still read", async () => {
    const settings = fresh();
    const biz = newBiz();
    const read = (headers: Record<string, string>, of = biz) => app.request(`/orders/${of}`, { headers }, settings);
    const statuses: number[] = [];
    for (let i = 0; i < 22; i++) statuses.push((await read(at("192.0.2.1"))).status);
    expect(statuses).toEqual([...Array<number>(20).fill(200), 429, 429]);
    const objects = await listDurableObjectIds(env.GROUP);
    expect((await read(at("192.0.2.1"), newBiz())).status).toBe(429);
    expect(await listDurableObjectIds(env.GROUP)).toHaveLength(objects.length);
    expect((await read(at("192.0.2.2"))).status).toBe(200);
    expect((await read({ ...at("192.0.2.1"), Authorization: `Bearer ${env.API_KEYS}` })).status).toBe(200);
  });

  it("shares the budget with handshakes, by /64 of an IPv6 address", async () => {
    const settings = fresh();
    const connect = (address: string) =>
      app.request(
        `/ws/order/${newBiz()}/`,
        { headers: { ...at(address), Upgrade: "websocket", Origin: "http://localhost" } },
        settings,
      );
    for (let i = 0; i < 20; i++) {
      const { status, webSocket } = await connect(`2001:db8::${i.toString(16)}`);
      expect(status).toBe(101);
      webSocket?.accept();
      webSocket?.close();
    }
    const refused = await connect("2001:db8::ffff");
    expect(await refused.json()).toMatchObject({ status: 429, reason: "too_many_upgrades" });
    const order = await app.request(`/orders/${newBiz()}`, { headers: at("2001:db8::1") }, settings);
    expect(await order.json()).toMatchObject({ status: 429, reason: "too_many_requests" });
  });
});

describe("deliveries that fail", () => {
  it("are 429 after a hundred, and a genuine one from the same address still counts", async () => {
    const settings = { ...env };
    const biz = newBiz();
    await registerFor("stripe", biz);
    const deliver = ({ headers, body }: ReturnType<typeof deliveryOf>) =>
      app.request("/callbacks/stripe", { method: "POST", headers: { ...headers, ...at("192.0.2.3") }, body }, settings);
    const forged = unsigned(deliveryOf("stripe", biz));
    const statuses: number[] = [];
    for (let i = 0; i < 102; i++) statuses.push((await deliver(forged)).status);
    expect(statuses).toEqual([...Array<number>(100).fill(401), 429, 429]);
    expect(await replyOf(await deliver(confirmedDelivery("stripe", biz)))).toEqual([200, ""]);
  });

  it("of a signed report are counted too", async () => {
    const settings = { ...env };
    const headers = {
      ...at("192.0.2.4"),
      "webhook-id": "msg_1",
      "webhook-timestamp": "1",
      "webhook-signature": "v1,AAAA",
    };
    const statuses: number[] = [];
    for (let i = 0; i < 101; i++) {
      const request = { method: "POST", headers, body: "{}" };
      statuses.push((await app.request(`/callback/${newBiz()}/`, request, settings)).status);
    }
    expect(statuses.filter((status) => status === 429)).toHaveLength(1);
  });
});
