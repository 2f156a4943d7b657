// `POST /tickets`: a token of a minute for one group and one user.
import { env } from "cloudflare:workers";
import { describe, expect, it } from "vitest";
import { verifyToken } from "../../src/tokens/verify.ts";
import { app } from "../support/app.ts";
import { backend, connect, handshake, newFeed } from "../support/workerd.ts";

interface Ticket {
  readonly token: string;
  readonly expires_at: string;
}
const ticketFor = async (body: object): Promise<Ticket> => (await backend("POST", "/tickets", body)).json<Ticket>();
const offering = (token: string) => ({ "Sec-WebSocket-Protocol": `belfry.v1, belfry.bearer.${token}` });

describe("a ticket", () => {
  it("admits its user to its group, with the data and the right that it states", async () => {
    const { group, path } = newFeed();
    const before = Date.now();
    const { token, expires_at } = await ticketFor({ group, sub: "ann", info: { name: "Ann" }, publish: true });
    expect(Date.parse(expires_at) - before).toBeGreaterThan(58_000);
    expect(Date.parse(expires_at) - Date.now()).toBeLessThanOrEqual(60_000);
    const page = await connect(path, offering(token));
    expect(await page.nextJson()).toMatchObject({ type: "welcome" });
    page.send('{"id":1,"type":"presence"}');
    expect(await page.nextJson()).toMatchObject({ result: { members: [{ sub: "ann", info: { name: "Ann" } }] } });
    page.send('{"id":2,"type":"publish","data":"hello"}');
    expect(await page.nextPublished(1)).toEqual(["hello"]);
  });

  it("admits to no other group, and publishes only where it says so", async () => {
    const { token } = await ticketFor({ group: newFeed().group, sub: "ann" });
    const refused = await handshake(newFeed().path, offering(token));
    refused.webSocket?.accept();
    const closed = new Promise((resolve) => refused.webSocket?.addEventListener("close", ({ code }) => resolve(code)));
    expect(await closed).toBe(4010);
  });

  it("is a JWT that the library verifies, with the issuer and audience of the settings", async () => {
    const tokens = { TOKEN_ISSUER: "https://shop.example", TOKEN_AUDIENCE: "belfry" };
    const request = {
      method: "POST",
      headers: { "X-API-Key": env.API_KEYS },
      body: JSON.stringify({ group: "feed_news", sub: "ann", info: "订单 🧧" }),
    };
    const response = await app.request("/tickets", request, { ...env, ...tokens });
    const { token } = await response.json<Ticket>();
    const settings = {
      secrets: [env.TOKEN_SECRET],
      jwksUrl: null,
      issuer: "https://shop.example",
      audience: "belfry",
      maxSeconds: 60,
    };
    expect(await verifyToken(token, settings, Date.now())).toMatchObject({
      value: { sub: "ann", groups: ["feed_news"], info: "订单 🧧", publish: false },
    });
    expect(await verifyToken(token, { ...settings, issuer: "other" }, Date.now())).toMatchObject({ ok: false });
  });

  it.each<[string, unknown, number, string]>([
    ["no user", { group: "feed_news" }, 422, "bad_ticket"],
    ["a user that is a path", { group: "feed_news", sub: ".." }, 422, "bad_ticket"],
    ["a misspelt field", { group: "feed_news", sub: "ann", publsh: true }, 422, "bad_ticket"],
    ["too much data", { group: "feed_news", sub: "ann", info: "x".repeat(1025) }, 422, "bad_ticket"],
    ["no group", { sub: "ann" }, 422, "bad_ticket"],
    ["a prefix of groups", { group: "feed_*", sub: "ann" }, 422, "malformed_group"],
    ["a group of no consumer", { group: "room_7", sub: "ann" }, 404, "unknown_group"],
    ["a list", [], 422, "bad_ticket"],
    ["no JSON", "{", 400, "not_json"],
  ])("for %s is refused", async (_what, body, status, reason) => {
    const response = await backend("POST", "/tickets", body);
    expect(await response.json()).toMatchObject({ status, reason });
  });

  it("needs TOKEN_SECRET", async () => {
    const request = {
      method: "POST",
      headers: { "X-API-Key": env.API_KEYS },
      body: '{"group":"feed_news","sub":"ann"}',
    };
    const response = await app.request("/tickets", request, { ...env, TOKEN_SECRET: "" });
    expect(await response.json()).toMatchObject({ status: 503, reason: "no_token_secret" });
  });
});
