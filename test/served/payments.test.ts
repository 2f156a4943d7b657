// Money on the served Worker: a crash between reply and forward, a callback that never comes, and what the whole path costs.
import { Webhook } from "standardwebhooks";
import { describe, expect, inject, it } from "vitest";
import { callbackSetting, settingIn, DEVELOPMENT_FILE } from "../../scripts/development.ts";
import { signed } from "../../scripts/sign.ts";
import { Backend } from "../support/backend.ts";
import { backend, Client, newBiz } from "../support/client.ts";
import { startServer } from "../support/server.ts";

const FORWARD_SECRET = settingIn(DEVELOPMENT_FILE, "FORWARD_SECRET");
const PRICE = { amount: "19.99", currency: "USD" };

describe("a process killed between its reply and the forward", () => {
  it("hands the fact on after it has come back, and the order changed exactly once", { timeout: 60_000 }, async () => {
    const shop = await Backend.start(() => ({}));
    shop.stop(); // its port is known now, and nobody answers there yet
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
      // It answers before the server is back: a try that finds nobody is followed by one five minutes later.
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

describe("a callback that never comes", () => {
  it("is made up for by asking, with a watcher and without one", { timeout: 60_000 }, async () => {
    const shop = await Backend.start(({ path }) =>
      path.startsWith("/orders/") ? { status: "paid", amount: "19.99", currency: "USD" } : {},
    );
    const server = await startServer({ ORDER_STATUS_URL: `http://localhost:${shop.port}/orders/{biz}` });
    try {
      const [watched, unwatched] = [newBiz(), newBiz()];
      const page = await Client.connect(server.url, `/ws/order/${watched}/`);
      const registration = { amount: 1999, currency: "USD", expires_in: 600 };
      await backend(server.url, "PUT", `/orders/${unwatched}`, registration);
      expect(await page.nextJson()).toEqual({ biz: watched, paid: true, status: "paid" });
      const order = async () => (await backend(server.url, "GET", `/orders/${unwatched}`)).json();
      await expect.poll(order, { timeout: 15_000 }).toMatchObject({ status: "paid", checked: true });
      expect(shop.received.map(({ path }) => path).toSorted()).toEqual(
        [`/orders/${watched}`, `/orders/${unwatched}`].toSorted(),
      );
    } finally {
      await server.stop();
    }
  });
});

describe("the whole path, from callback to browser", () => {
  const server = inject("url");
  const ROUNDS = 150;

  /** ms from the request to the frame, the median of many. */
  async function median(round: () => Promise<number>): Promise<number> {
    const times: number[] = [];
    for (let i = 0; i < ROUNDS; i++) times.push(await round());
    return times.toSorted((a, b) => a - b)[ROUNDS / 2] ?? Number.NaN;
  }

  it(
    "verified, stored and pushed, is compared with the same push without verification and storage",
    { timeout: 60_000 },
    async () => {
      const verified = async (): Promise<number> => {
        const biz = newBiz();
        await backend(server, "PUT", `/orders/${biz}`, PRICE);
        const page = await Client.connect(server, `/ws/order/${biz}/`);
        const delivery = signed("stripe", {
          orderId: biz,
          outcome: "paid",
          ...PRICE,
          now: Date.now(),
          setting: callbackSetting("stripe"),
        });
        const start = performance.now();
        const [{ at }, reply] = await Promise.all([
          page.arrival(),
          fetch(`${server}/callbacks/stripe`, { method: "POST", ...delivery }),
        ]);
        expect(reply.status).toBe(200);
        page.socket.terminate();
        return at - start;
      };
      const bare = async (): Promise<number> => {
        const biz = newBiz();
        const page = await Client.connect(server, `/ws/order/${biz}/`);
        const event = { type: "send.message", message: { status: "paid" } };
        const start = performance.now();
        const [{ at }] = await Promise.all([
          page.arrival(),
          backend(server, "POST", `/groups/order_${biz}/send`, event),
        ]);
        page.socket.terminate();
        return at - start;
      };
      await median(bare); // both paths warm before either is timed
      const [plain, whole] = [await median(bare), await median(verified)];
      console.log(
        `callback to browser, median of ${ROUNDS}: ${whole.toFixed(2)} ms verified and stored, ${plain.toFixed(2)} ms without: ratio ${(whole / plain).toFixed(2)}`,
      );
      expect(whole).toBeGreaterThan(0);
    },
  );
});
