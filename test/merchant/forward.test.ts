// Forwards to the merchant's backend: each new fact, in order, until it is delivered or given up.
import { env } from "cloudflare:workers";
import { runInDurableObject } from "cloudflare:test";
import { Webhook } from "standardwebhooks";
import { describe, expect, it, vi } from "vitest";
import { app } from "../support/app.ts";
import {
  alarmTime,
  backend,
  callback,
  connect,
  evict,
  captureErrors,
  newBiz,
  fireAlarm,
  stopClock,
  stubOf,
} from "../support/workerd.ts";
import { merchant, type Reply } from "../support/merchant.ts";

const secrets = env.FORWARD_SECRET.split(", ");
const accepted = (): Reply => new Response(null, { status: 204 });
const view = async (biz: string) => (await backend("GET", `/orders/${biz}`)).json<Record<string, unknown>>();

/** Fires the order's alarm until only the expiry of its facts is due. */
async function fireUntilIdle(biz: string, most = 40): Promise<number> {
  let alarms = 0;
  while (alarms < most && ((await alarmTime(`order_${biz}`)) ?? Infinity) - Date.now() < 30 * 86_400_000) {
    await fireAlarm(`order_${biz}`);
    alarms += 1;
  }
  return alarms;
}

describe("a new fact", () => {
  it("is forwarded as a Standard Webhooks request that the official library verifies, with each of two secrets", async () => {
    vi.useRealTimers();
    const shop = merchant(accepted);
    const biz = newBiz();
    await callback(biz, { event_id: "e-1", payment_id: "p-1", amount: 1999, currency: "USD" });
    await vi.waitUntil(() => shop.requests.length === 1, { timeout: 30_000 });
    const [delivery = expect.fail("no request")] = shop.requests;
    const headers = Object.fromEntries(delivery.headers);
    const [body, other] = secrets.map((secret) => new Webhook(secret).verify(delivery.body, headers));
    expect(other).toEqual(body);
    expect(body).toEqual({
      type: "order.paid",
      timestamp: expect.stringMatching(/^\d{4}-.*Z$/),
      data: {
        biz,
        order_id: biz,
        status: "paid",
        paid: true,
        amount: "19.99",
        currency: "USD",
        fact: "payment.paid",
        provider: "backend",
        event_id: "e-1",
        flags: {
          checked: false,
          late: false,
          held: false,
          underpaid: false,
          overpaid: false,
          excess_payment: false,
          mismatch: false,
          disputed: "none",
        },
        raw: '{"event_id":"e-1","payment_id":"p-1","amount":1999,"currency":"USD"}',
      },
    });
    expect(headers["webhook-id"]).toMatch(/^msg_[0-9a-f]{32}$/);
  });

  it("is forwarded once: a repeated callback adds no forward", async () => {
    stopClock();
    const shop = merchant(accepted);
    const biz = newBiz();
    await callback(biz);
    await callback(biz);
    await fireUntilIdle(biz);
    expect(shop.requests).toHaveLength(1);
    expect(await view(biz)).toMatchObject({ forwards: { owed: 0, given_up: 0 } });
  });

  it("is forwarded after earlier facts, each with the status at its time", async () => {
    stopClock();
    captureErrors();
    let down = true;
    const shop = merchant(() => (down ? new Response(null, { status: 503 }) : accepted()));
    const biz = newBiz();
    await callback(biz, { status: "failed" });
    await callback(biz);
    await callback(biz, { status: "partially_refunded", amount: "5", currency: "USD" });
    await fireAlarm(`order_${biz}`);
    down = false;
    await fireUntilIdle(biz);
    const types = shop.requests.map(({ body }) => JSON.parse(body).type);
    expect(types).toEqual(["order.failed", "order.failed", "order.paid", "order.partially_refunded"]);
    expect(shop.requests[0]?.headers.get("webhook-id")).toBe(shop.requests[1]?.headers.get("webhook-id"));
  });

  it("is forwarded without a delay of reply and push, even to a slow backend", async () => {
    const log = captureErrors();
    const reply = Promise.withResolvers<Reply>();
    merchant(() => reply.promise);
    const biz = newBiz();
    const page = await connect(`/ws/order/${biz}/`);
    expect((await callback(biz)).status).toBe(200);
    expect(await page.nextJson()).toMatchObject({ paid: true });
    expect(log()).toEqual([]); // a forward that timed out would be logged
    expect(await view(biz)).toMatchObject({ forwards: { owed: 1 } });
    reply.resolve(accepted()); // ends the forward with the test
    await expect.poll(() => view(biz)).toMatchObject({ forwards: { owed: 0 } });
  });
});

describe("an order that is erased during its forward", () => {
  it("leaves only the mark of its erasure, and no error", async () => {
    stopClock();
    const log = captureErrors();
    const [requested, reply] = [Promise.withResolvers<void>(), Promise.withResolvers<Reply>()];
    merchant(() => {
      requested.resolve();
      return reply.promise;
    });
    const biz = newBiz();
    await callback(biz);
    const firing = fireAlarm(`order_${biz}`);
    await requested.promise;
    expect((await backend("DELETE", `/orders/${biz}`)).status).toBe(204);
    reply.resolve(new Response(null, { status: 503 }));
    await firing;
    const rows = await runInDurableObject(stubOf(`order_${biz}`), (_object, { storage }) => [...storage.kv.list()]);
    expect(rows.map(([key]) => key)).toEqual(["order"]);
    expect(await alarmTime(`order_${biz}`)).toBeNull();
    expect(JSON.stringify(log())).not.toContain("fault");
  });
});

describe("a backend", () => {
  it("that is unavailable for ten facts receives all of them afterwards, in order, also after evictions", async () => {
    stopClock();
    captureErrors();
    let down = true;
    const shop = merchant(() => (down ? "broken" : accepted()));
    const biz = newBiz();
    for (let event = 0; event < 10; event++) await callback(biz, { status: "failed", event_id: `e-${event}` });
    for (let alarms = 0; alarms < 4; alarms++) {
      await fireAlarm(`order_${biz}`);
      await evict(`order_${biz}`);
    }
    expect(await view(biz)).toMatchObject({ forwards: { owed: 10, given_up: 0 } });
    down = false;
    shop.requests.length = 0;
    await fireUntilIdle(biz);
    expect(shop.requests.map(({ body }) => JSON.parse(body).data.event_id)).toEqual(
      Array.from({ length: 10 }, (_, event) => `e-${event}`),
    );
    expect(await view(biz)).toMatchObject({ forwards: { owed: 0, given_up: 0 } });
  });

  it("that fails is tried at once and after 5 s, 5 min, 30 min, 2, 5, 10, 14, 20 and 24 h; then the forward is given up and the next one is sent", async () => {
    stopClock();
    captureErrors();
    const shop = merchant(() => new Response(null, { status: 500 }));
    const biz = newBiz();
    await callback(biz, { status: "failed" });
    await callback(biz);
    const waits: number[] = [];
    for (let tries = 0; tries < 10; tries++) {
      const before = Date.now();
      await fireAlarm(`order_${biz}`);
      waits.push(Math.round((Date.now() - before) / 1000));
    }
    const schedule = [0, 5, 300, 1800, 7200, 18_000, 36_000, 50_400, 72_000, 86_400];
    for (const [i, seconds] of schedule.entries()) {
      expect(waits[i]).toBeGreaterThanOrEqual(seconds);
      expect(waits[i]).toBeLessThanOrEqual(seconds * 1.1 + 1);
    }
    expect(await view(biz)).toMatchObject({ forwards: { owed: 1, given_up: 1 } });
    shop.setReply(accepted);
    await fireUntilIdle(biz);
    expect(JSON.parse(shop.requests.at(-1)?.body ?? "").type).toBe("order.paid");
    expect(await view(biz)).toMatchObject({ forwards: { owed: 0, given_up: 1 } });
  });

  it("that fails is tried at the same time if another fact arrives", async () => {
    stopClock();
    captureErrors();
    const shop = merchant(() => new Response(null, { status: 500 }));
    const biz = newBiz();
    await callback(biz, { status: "failed" });
    for (let tries = 0; tries < 2; tries++) await fireAlarm(`order_${biz}`);
    const next = await alarmTime(`order_${biz}`);
    await callback(biz);
    expect(await alarmTime(`order_${biz}`)).toBe(next);
    expect(next).toBeGreaterThan(Date.now() + 60_000);
    expect(shop.requests).toHaveLength(2);
  });

  it("that responds late is tried again by the schedule, which begins after the response", async () => {
    stopClock();
    captureErrors();
    merchant(() => {
      vi.setSystemTime(Date.now() + 3000);
      return new Response(null, { status: 500 });
    });
    const biz = newBiz();
    await callback(biz);
    await fireAlarm(`order_${biz}`);
    expect(await alarmTime(`order_${biz}`)).toBeGreaterThan(Date.now() + 4000);
  });

  it("that responds 410 receives no further try of the forward", async () => {
    stopClock();
    captureErrors();
    const shop = merchant(() => new Response(null, { status: 410 }));
    const biz = newBiz();
    await callback(biz);
    await fireUntilIdle(biz);
    expect(shop.requests).toHaveLength(1);
    expect(await view(biz)).toMatchObject({ forwards: { owed: 0, given_up: 1 } });
  });

  it("that responds with Retry-After is tried again after that time", async () => {
    stopClock();
    captureErrors();
    merchant(() => new Response(null, { status: 429, headers: { "Retry-After": "3600" } }));
    const biz = newBiz();
    await callback(biz);
    await fireAlarm(`order_${biz}`);
    expect(((await alarmTime(`order_${biz}`)) ?? 0) - Date.now()).toBeGreaterThanOrEqual(3_600_000);
  });

  it("that redirects is not followed, so that another host receives no body", async () => {
    stopClock();
    captureErrors();
    const shop = merchant(() => Response.redirect("http://other.test/", 307));
    const biz = newBiz();
    await callback(biz);
    await fireAlarm(`order_${biz}`);
    expect(shop.requests).toHaveLength(1);
    expect(await view(biz)).toMatchObject({ forwards: { owed: 1 } });
  });
});

it("a crash during a try counts as a try, and the forward is sent later", async () => {
  stopClock();
  const shop = merchant(accepted);
  const biz = newBiz();
  await callback(biz);
  let triesDuringCrash: unknown = null;
  let dueDuringCrash: unknown = null;
  shop.setReply(() => {
    triesDuringCrash = "sent";
    return accepted();
  });
  await runInDurableObject(stubOf(`order_${biz}`), (_object, state) => {
    const spy = vi.mocked(globalThis.fetch);
    spy.mockImplementationOnce(async () => {
      triesDuringCrash = [...state.storage.sql.exec("SELECT tries FROM outbox")];
      dueDuringCrash = state.storage.kv.get<{ forward: number }>("due")?.forward;
      throw new TypeError("killed");
    });
  });
  captureErrors();
  await fireAlarm(`order_${biz}`);
  expect(triesDuringCrash).toEqual([{ tries: 1 }]);
  expect(dueDuringCrash).toBeGreaterThanOrEqual(Date.now() + 5000);
  await fireUntilIdle(biz);
  expect(shop.requests).toHaveLength(1);
});

describe("an authentic delivery without an order", () => {
  const deliver = async (id: string) => {
    const body = JSON.stringify({ type: "invoice.created", data: { total: 7 } });
    const webhook = new Webhook("whsec_ZGV2ZWxvcG1lbnQtb25seS1zdGFuZGFyZA==");
    const at = new Date();
    const headers = {
      "webhook-id": id,
      "webhook-timestamp": String(Math.floor(at.getTime() / 1000)),
      "webhook-signature": webhook.sign(id, at, body),
    };
    return app.request("/callbacks/standard", { method: "POST", headers, body }, env);
  };

  it("is acknowledged and forwarded once", async () => {
    stopClock();
    const shop = merchant(accepted);
    const id = `msg_${newBiz()}`;
    expect((await deliver(id)).status).toBeLessThan(300);
    expect((await deliver(id)).status).toBeLessThan(300);
    await fireAlarm("callbacks_standard");
    await fireAlarm("callbacks_standard");
    expect(shop.requests).toHaveLength(1);
    expect(JSON.parse(shop.requests[0]?.body ?? "")).toEqual({
      type: "callback.standard",
      timestamp: expect.any(String),
      data: {
        provider: "standard",
        type: "invoice.created",
        event_id: id,
        raw: '{"type":"invoice.created","data":{"total":7}}',
      },
    });
  });
});
