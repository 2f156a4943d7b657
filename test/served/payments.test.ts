// Payments on the served Worker: a crash between reply and forward, and a missing callback.
import { Webhook } from "standardwebhooks";
import { describe, expect, it } from "vitest";
import { callbackSetting, settingIn, DEVELOPMENT_FILE } from "../../scripts/development.ts";
import { signed } from "../../scripts/sign.ts";
import { Backend } from "../support/backend.ts";
import { backend, Client, newBiz } from "../support/client.ts";
import { startServer } from "../support/server.ts";

const FORWARD_SECRET = settingIn(DEVELOPMENT_FILE, "FORWARD_SECRET");
const PRICE = { amount: "19.99", currency: "USD" };

describe("a process killed between its reply and the forward", () => {
  it("forwards the fact after its restart, and the order changes exactly once", { timeout: 60_000 }, async () => {
    const shop = await Backend.start(() => ({}));
    shop.stop(); // reserves its port; connections are refused until the backend starts again
    const server = await startServer({ FORWARD_URL: `http://localhost:${shop.port}/hook` });
    try {
      const biz = newBiz();
      await backend(server.url, "PUT", `/orders/${biz}`, PRICE);
      const delivery = signed("stripe", {
        orderId: biz,
        outcome: "paid",
        ...PRICE,
        now: Date.now(),
        setting: callbackSetting("stripe"),
      });
      const post = () => fetch(`${server.url}/callbacks/stripe`, { method: "POST", ...delivery });
      expect((await post()).status).toBe(200);
      // Started before the server: the next try after a failed one is five minutes later.
      const back = await Backend.start(() => ({}), shop.port);
      await server.restart(); // by SIGKILL

      await expect.poll(() => back.received.length, { timeout: 30_000 }).toBeGreaterThanOrEqual(1);
      const [forward] = back.received;
      const body = new Webhook(FORWARD_SECRET).verify(forward?.body ?? "", { ...forward?.headers });
      expect(body).toMatchObject({
        type: "order.paid",
        data: { biz, provider: "stripe", amount: "19.99", currency: "USD" },
      });
      expect((await post()).status).toBe(200);
      const order = await (await backend(server.url, "GET", `/orders/${biz}`)).json();
      expect(order).toMatchObject({ status: "paid", version: 1, forwards: { owed: 0, given_up: 0 } });
      expect(new Set(back.received.map(({ headers }) => headers["webhook-id"])).size).toBe(1);
    } finally {
      await server.stop();
    }
  });
});

describe("a missing callback", () => {
  it("is replaced by a status query, with and without a page", { timeout: 60_000 }, async () => {
    const shop = await Backend.start(({ path }) =>
      path.startsWith("/orders/") ? { status: "paid", amount: "19.99", currency: "USD" } : {},
    );
    const server = await startServer({ ORDER_STATUS_URL: `http://localhost:${shop.port}/orders/{biz}` });
    try {
      const [watched, unwatched] = [newBiz(), newBiz()];
      await backend(server.url, "PUT", `/orders/${watched}`, { amount: 1999, currency: "USD" });
      const page = await Client.connect(server.url, `/ws/order/${watched}/`);
      const registration = { amount: 1999, currency: "USD", expires_in: 600 };
      await backend(server.url, "PUT", `/orders/${unwatched}`, registration);
      expect(await page.nextJson()).toEqual({ biz: watched, paid: true, status: "paid" });
      const order = async () => (await backend(server.url, "GET", `/orders/${unwatched}`)).json();
      await expect.poll(order, { timeout: 30_000 }).toMatchObject({ status: "paid", checked: true });
      expect(shop.received.map(({ path }) => path).toSorted()).toEqual(
        [`/orders/${watched}`, `/orders/${unwatched}`].toSorted(),
      );
    } finally {
      await server.stop();
    }
  });
});
