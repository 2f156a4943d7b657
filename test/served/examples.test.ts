// The shops of docs/examples.md against the Worker of `npm start`: their requests, and their checks of forwards.
import { createHmac } from "node:crypto";
import { once } from "node:events";
import { createServer, type IncomingMessage, type Server as Listener } from "node:http";
import { text } from "node:stream/consumers";
import { afterAll, beforeAll, describe, expect, it, onTestFinished, vi } from "vitest";
import { apiKey, backend, Client, newBiz } from "../support/client.ts";
import { startServer, type Server } from "../support/server.ts";
import { shopsAt } from "../support/shops.ts";
import { portOf } from "../support/port.ts";
import { callbackSetting, DEVELOPMENT_FILE, settingIn } from "../../scripts/development.ts";
import { signed } from "../../scripts/sign.ts";

const TOKEN_SECRET = settingIn(DEVELOPMENT_FILE, "TOKEN_SECRET");
const FORWARD_SECRET = settingIn(DEVELOPMENT_FILE, "FORWARD_SECRET");

let server: Server;
/** The server that the shops call: the Worker, or a test's replacement. */
let url = "";
/** A webhook sent by the Worker. */
let webhook: { readonly headers: Readonly<Record<string, string>>; readonly body: string };

/** Starts a server that responds with the status of `respond`. Returns it with its URL. */
async function listen(respond: (request: IncomingMessage, body: string) => number): Promise<[Listener, string]> {
  const listener = createServer((request, response) => {
    void text(request).then((body) => response.writeHead(respond(request, body)).end("{}"));
  }).listen(0);
  return [listener, `http://localhost:${await portOf(listener)}`];
}

beforeAll(async () => {
  const [receiver, at] = await listen(({ headers }, body) => {
    const signed = Object.entries(headers).filter(([name]) => name.startsWith("webhook-"));
    webhook = { headers: Object.fromEntries(signed.map(([name, value]) => [name, String(value)])), body };
    return 204;
  });
  server = await startServer({ FORWARD_URL: `${at}/belfry/webhook` });
  url = server.url;
  await backend(url, "POST", `/callback/${newBiz()}/`);
  await vi.waitUntil(() => webhook?.body.includes("order.paid"), { timeout: 30_000 });
  receiver.close();
}, 60_000);
afterAll(() => server.stop());

const shops = shopsAt(() => url, {
  BELFRY_API_KEY: apiKey,
  BELFRY_TOKEN_SECRET: TOKEN_SECRET,
  BELFRY_FORWARD_SECRET: FORWARD_SECRET,
});

for (const { framework, missing, send } of shops) {
  describe.skipIf(missing !== null)(`${framework}${missing === null ? "" : `, skipped: ${missing}`}`, () => {
    const get = async (path: string) => (await backend(url, "GET", path)).json();

    it("registers an order, and reports its payment twice", { timeout: 60_000 }, async () => {
      const order = { biz: newBiz(), amount: "19.99", currency: "CNY" };
      expect((await send("order", order)).status).toBeOneOf([302, 303]);
      const registered = (await get(`/orders/${order.biz}`)) as { expires_at: string };
      expect(registered).toMatchObject({ registered: { amount: "19.99", currency: "CNY" }, status: "pending" });
      expect(Math.abs(Date.parse(registered.expires_at) - Date.now() - 900_000)).toBeLessThan(60_000);
      const page = await Client.connect(url, `/ws/order/${order.biz}/`);
      for (let times = 0; times < 2; times++) {
        expect(await send("paid", { ...order, id: "payment-1" })).toMatchObject({ status: 200, body: "success" });
      }
      expect(await page.nextJson()).toEqual({ biz: order.biz, paid: true, status: "paid" });
      expect(await get(`/orders/${order.biz}`)).toMatchObject({ status: "paid", version: 1, checked: true });
      expect(page.arrivals).toHaveLength(1);
    });

    it("registers the amount of a provider's payment: a smaller one is underpaid, and the rest pays", async () => {
      const order = { biz: newBiz(), amount: "19.99", currency: "CNY" };
      expect((await send("order", order)).status).toBeOneOf([302, 303]);
      const pay = async (amount: string) => {
        const setting = callbackSetting("alipay");
        const payment = {
          orderId: order.biz,
          outcome: "paid",
          amount,
          currency: "CNY",
          now: Date.now(),
          setting,
        } as const;
        const delivery = signed("alipay", { ...payment, payment: `trade-${amount}-${order.biz}` });
        expect((await fetch(`${url}/callbacks/alipay`, { method: "POST", ...delivery })).status).toBe(200);
      };
      await pay("15.00");
      const underpaid = { paid: "15", missing: "4.99" };
      expect(await get(`/orders/${order.biz}`)).toMatchObject({ status: "pending", checked: false, underpaid });
      await pay("4.99");
      expect(await get(`/orders/${order.biz}`)).toMatchObject({ status: "paid", checked: true, overpaid: "0" });
    });

    it("sends an article to a feed once, also if repeated, to pages with its token", { timeout: 60_000 }, async () => {
      const { status, body: token } = await send("token", { sub: "ann" });
      expect(status).toBe(200);
      const headers = { Authorization: `Bearer ${token}` };
      const page = await Client.connect(url, "/ws/feed/news/", { headers });
      await expect(Client.connect(url, "/ws/feed/others/", { headers })).rejects.toThrow("403");
      const article = { id: newBiz(), title: `Rain, says ${framework}` };
      for (let times = 0; times < 2; times++) expect((await send("article", article)).status).toBe(201);
      expect(await page.nextJson()).toEqual({ title: article.title });
      const { publications } = (await get("/groups/feed_news/history")) as { publications: { data: object }[] };
      expect(publications.filter(({ data }) => JSON.stringify(data).includes(framework))).toHaveLength(1);
    });

    it("accepts forwards of Belfry, and refuses changed, old and unsigned ones", async () => {
      const { headers, body } = webhook;
      const id = headers["webhook-id"] ?? "";
      expect(await send("webhook", webhook)).toMatchObject({ status: 204, settled: [[id, "order.paid"]] });
      const rotated = { ...headers, "webhook-signature": `v1,b2xk ${headers["webhook-signature"]}` };
      expect(await send("webhook", { headers: rotated, body })).toMatchObject({ status: 204 });

      const refused = [
        { headers, body: body.replace("order.paid", "order.made") },
        { headers: { ...headers, "webhook-id": `${id}0` }, body },
        { headers: { ...headers, "webhook-signature": "v1,AAAA" }, body },
        { headers: {}, body },
        { headers: signedAt(Date.now() / 1000 - 400, body), body },
        { headers: signedAt(Date.now() / 1000 + 400, body), body },
      ];
      for (const forged of refused) expect(await send("webhook", forged)).toMatchObject({ status: 401, settled: [] });
      expect(await send("webhook", { headers: signedAt(Date.now() / 1000 - 200, body), body })).toMatchObject({
        status: 204,
      });
    }, 60_000);

    it("retries after a 5xx or without a response, three times in all, and never after a 4xx", async () => {
      const order = { biz: newBiz(), amount: "19.99", currency: "CNY", id: "p-1" };
      const statuses: number[] = [];
      let requests = 0;
      const [listener, at] = await listen(() => statuses[requests++] ?? 503);
      onTestFinished(() => void listener.close());
      onTestFinished(() => void (url = server.url));
      url = at;
      const triesFor = async (...responses: number[]) => {
        statuses.splice(0, Infinity, ...responses);
        requests = 0;
        const failed = await send("paid", order).then(
          ({ status }) => status !== 200,
          () => true,
        );
        return [requests, failed ? "fails" : "succeeds"];
      };
      expect(await triesFor(503, 200)).toEqual([2, "succeeds"]);
      expect(await triesFor(503, 500, 503, 200)).toEqual([3, "fails"]);
      expect(await triesFor(422)).toEqual([1, "fails"]);
      listener.close();
      await once(listener, "close");
      expect(await triesFor()).toEqual([0, "fails"]);
    }, 60_000);
  });
}

/** The headers of a webhook with a valid signature at `seconds` since 1970. */
function signedAt(seconds: number, body: string): Record<string, string> {
  const key = Buffer.from(FORWARD_SECRET.replace("whsec_", ""), "base64");
  const at = Math.floor(seconds).toString();
  const signature = createHmac("sha256", key).update(`msg_1.${at}.${body}`).digest("base64");
  return { "webhook-id": "msg_1", "webhook-timestamp": at, "webhook-signature": `v1,${signature}` };
}
