// Changing a secret: the new one is put first, and the old one goes last. No request fails in between.
import { env } from "cloudflare:workers";
import { describe, expect, it } from "vitest";
import { app } from "../support/app.ts";
import { newBiz } from "../support/workerd.ts";
import { claims, hmac, token } from "../tokens/signing.ts";

const OLD = "5d1e8f97a642b7d90c4e1f84a6ab35cc5d1e8f97a642b7d90c4e1f84a6ab35cd";
const NEW = "84a6ab35cc0d1e8f97a642b7d90c4e1f84a6ab35cc0d1e8f97a642b7d90c4e10";

/** The setting through a rotation, and which secrets are in use at each step. */
const steps: readonly (readonly [setting: string, inUse: readonly string[]])[] = [
  [OLD, [OLD]],
  [`${NEW}, ${OLD}`, [OLD, NEW]],
  [NEW, [NEW]],
];

const request = (path: string, init: RequestInit, settings: object) =>
  Promise.resolve(app.request(`http://belfry.localhost${path}`, init, { ...env, ...settings }));

describe("through a rotation every secret in use is accepted", () => {
  it("of API_KEYS, in both headers and on a connection", async () => {
    for (const [API_KEYS, inUse] of steps) {
      for (const key of inUse) {
        for (const headers of [{ Authorization: `Bearer ${key}` }, { "X-API-Key": key }]) {
          expect((await request("/metrics", { headers }, { API_KEYS })).status).toBe(200);
        }
      }
    }
    expect((await request("/metrics", { headers: { "X-API-Key": OLD } }, { API_KEYS: NEW })).status).toBe(401);
  });

  it("of TOKEN_SECRET, and tickets are signed with the first", async () => {
    const connect = async (bearer: string, TOKEN_SECRET: string) => {
      const headers = { Upgrade: "websocket", Authorization: `Bearer ${bearer}` };
      const { status, webSocket } = await request("/ws/feed/news/", { headers }, { TOKEN_SECRET });
      webSocket?.accept();
      webSocket?.close();
      return status;
    };
    const signed = (secret: string) =>
      token({ alg: "HS256" }, { ...claims(), groups: ["feed_news"], exp: Date.now() / 1000 + 60 }, hmac(secret));
    for (const [TOKEN_SECRET, inUse] of steps) {
      for (const secret of inUse) expect(await connect(await signed(secret), TOKEN_SECRET)).toBe(101);
      const init = {
        method: "POST",
        headers: { "X-API-Key": env.API_KEYS },
        body: '{"group":"feed_news","sub":"ann"}',
      };
      const ticket = await (await request("/tickets", init, { TOKEN_SECRET })).json<{ token: string }>();
      expect(await connect(ticket.token, TOKEN_SECRET.split(",")[0] ?? "")).toBe(101);
    }
    expect(await connect(await signed(OLD), NEW)).toBe(403);
  });

  it("of ORDER_ID_KEY: an order keeps its biz, and the order_id finds it", async () => {
    const order_id = `ORD-${newBiz()}`;
    const put = (ORDER_ID_KEY: string) =>
      request(
        "/orders",
        {
          method: "PUT",
          headers: { "X-API-Key": env.API_KEYS },
          body: JSON.stringify({ order_id, amount: "5", currency: "USD" }),
        },
        { ORDER_ID_KEY, ORDER_IDS: "issued" },
      );
    const bizOf = async (response: Response) => (await response.json<{ biz: string }>()).biz;
    const first = await bizOf(await put(OLD));
    expect(await bizOf(await put(`${NEW}, ${OLD}`))).toBe(first);
    const settings = { ORDER_ID_KEY: `${NEW}, ${OLD}`, ORDER_IDS: "issued" };
    expect((await request(`/orders/${first}`, {}, settings)).status).toBe(200);
  });
});
