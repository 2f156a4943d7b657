// Settings that change or become invalid during an order: pending forwards and alarms survive, and
// alarms do not repeat forever.
import { env } from "cloudflare:workers";
import { runInDurableObject } from "cloudflare:test";
import { describe, expect, it, vi } from "vitest";
import { indexPlace } from "../../src/callbacks/order-id.ts";
import { paymentIndex } from "../../src/core/payment-index.ts";
import { recordOwn } from "../../src/core/delivery.ts";
import { Group } from "../support/worker.ts";
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
import { merchant, statusResponse, type Reply } from "../support/merchant.ts";

const MINUTE = 60_000;
const accepted = (): Reply => new Response(null, { status: 204 });
const view = async (biz: string) => (await backend("GET", `/orders/${biz}`)).json<Record<string, unknown>>();

/** Fires an order's alarm once, under changed settings. */
const fireUnder = (group: string, settings: Partial<Env>): Promise<void> =>
  under(group, settings, async (object, state) => {
    const scheduledTime = (await state.storage.getAlarm()) ?? expect.fail("no alarm");
    await state.storage.deleteAlarm();
    await object.alarm({ scheduledTime, isRetry: false, retryCount: 0 });
  });

/** Wakes a group with changed settings, runs `action` and evicts it. */
async function under<Value>(
  group: string,
  settings: Partial<Env>,
  action: (object: Group, state: DurableObjectState) => Value | Promise<Value>,
): Promise<Value> {
  await evict(group);
  const done = await runInDurableObject(stubOf(group), (_object, state) =>
    action(new Group(state, { ...env, ...settings }), state),
  );
  await evict(group);
  return done;
}

describe("a pending forward", () => {
  it("stays pending while FORWARD_URL is unset, also beyond the retention of its facts", async () => {
    stopClock();
    captureErrors();
    const shop = merchant(accepted);
    const biz = newBiz();
    await callback(biz);
    await fireUnder(`order_${biz}`, { FORWARD_URL: "" });
    expect(shop.requests).toEqual([]);
    expect(await view(biz)).toMatchObject({ forwards: { owed: 1 } });
    expect(((await alarmTime(`order_${biz}`)) ?? 0) - Date.now()).toBeLessThanOrEqual(60 * MINUTE);
    await fireAlarm(`order_${biz}`, 200 * 86_400_000);
    await fireAlarm(`order_${biz}`);
    expect(shop.requests).toHaveLength(1);
    expect(await view(biz)).toMatchObject({ status: "paid", forwards: { owed: 0, given_up: 0 } });
  });

  it("is given up if FORWARD_URL stays unset for the retention of facts, and the order sets no alarm", async () => {
    stopClock();
    merchant(accepted);
    const biz = newBiz();
    await callback(biz);
    await fireUnder(`order_${biz}`, { FORWARD_URL: "" });
    vi.setSystemTime(Date.now() + 91 * 86_400_000);
    await fireUnder(`order_${biz}`, { FORWARD_URL: "" });
    expect(await view(biz)).toMatchObject({ status: "paid", forwards: { owed: 0 } });
    expect(await alarmTime(`order_${biz}`)).toBeNull();
  });
});

describe("an invalid setting at the time of an alarm", () => {
  it("delays the alarm by a minute and is logged; then the jobs run", async () => {
    stopClock();
    const log = captureErrors();
    const shop = merchant(accepted);
    const biz = newBiz();
    await callback(biz);
    await fireUnder(`order_${biz}`, { TIME_ZONE: "Mars/Olympus" });
    expect(log()).toContainEqual(expect.objectContaining({ event: "setting", setting: "TIME_ZONE" }));
    expect(await alarmTime(`order_${biz}`)).toBe(Date.now() + MINUTE);
    await fireAlarm(`order_${biz}`);
    expect(shop.requests).toHaveLength(1);
  });
});

describe("a job that throws", () => {
  it("is paused for a minute and runs then", async () => {
    stopClock();
    const log = captureErrors();
    merchant(() => statusResponse("pending"));
    const biz = newBiz();
    await backend("PUT", `/orders/${biz}`, { amount: 1, currency: "USD", expires_in: 5 });
    await runInDurableObject(stubOf(`order_${biz}`), (_object, { storage }) => {
      vi.spyOn(storage, "transactionSync").mockImplementationOnce(() => {
        throw new Error("disk full");
      });
    });
    await fireAlarm(`order_${biz}`);
    expect(log()).toContainEqual(expect.objectContaining({ event: "fault", detail: "Error: disk full" }));
    expect(((await alarmTime(`order_${biz}`)) ?? 0) - Date.now()).toBeGreaterThanOrEqual(MINUTE);
    await fireAlarm(`order_${biz}`);
    expect(await view(biz)).toMatchObject({ status: "closed" });
  });
});

describe("an order whose expiry is extended during its last status query", () => {
  it("stays open", async () => {
    stopClock();
    const biz = newBiz();
    const register = (expires_in: number) =>
      backend("PUT", `/orders/${biz}`, { amount: 1, currency: "USD", expires_in });
    const shop = merchant(() => statusResponse("pending"));
    await register(5);
    shop.setReply(async () => {
      expect((await register(3600)).status).toBe(200);
      return statusResponse("pending");
    });
    await fireAlarm(`order_${biz}`);
    expect(await view(biz)).toMatchObject({ status: "pending" });
  });
});

describe("an order whose expiry is extended during a status query of the same alarm", () => {
  it("stays open, and an order found paid is queried once", async () => {
    stopClock();
    const biz = newBiz();
    const register = (expires_in: number) =>
      backend("PUT", `/orders/${biz}`, { amount: 1, currency: "USD", expires_in });
    const shop = merchant(() => statusResponse("pending"));
    await register(11);
    await connect(`/ws/order/${biz}/`);
    shop.setReply(async () => {
      if (shop.requests.length === 1) await register(3600);
      return statusResponse("pending");
    });
    await fireAlarm(`order_${biz}`, 5000);
    expect(await view(biz)).toMatchObject({ status: "pending" });

    const found = newBiz();
    await backend("PUT", `/orders/${found}`, { amount: 1, currency: "USD", expires_in: 11 });
    shop.requests.length = 0;
    shop.setReply(() => statusResponse("paid"));
    await fireAlarm(`order_${found}`, 5000);
    expect(await view(found)).toMatchObject({ status: "paid" });
    expect(shop.requests.filter(({ path }) => path.startsWith("/orders/"))).toHaveLength(1);
  });
});

describe("a registration", () => {
  it("is stored as long as the order: a payment with a wrong amount after a year is a mismatch", async () => {
    stopClock();
    captureErrors();
    merchant(() => "broken");
    const biz = newBiz();
    await backend("PUT", `/orders/${biz}`, { amount: "1000", currency: "USD", expires_in: 31_536_000 });
    await callback(biz, { status: "failed" });
    for (let alarms = 0; alarms < 30; alarms++) await fireAlarm(`order_${biz}`, 20 * 86_400_000);
    await callback(biz, { amount: "0.01", currency: "USD" });
    expect((await view(biz))["status"]).not.toBe("paid");
    expect(await view(biz)).toMatchObject({ registered: { amount: "1000", currency: "USD" } });
  });
});

const money = { unit: "major", amount: "19.99", currency: "USD" } as const;
const paid = {
  kind: "payment",
  status: "paid",
  instance: "stripe",
  eventId: "e-1",
  at: null,
  paymentId: "p-1",
  money,
} as const;

describe("REQUIRE_REGISTERED", () => {
  const strict = { REQUIRE_REGISTERED: "1" };

  it("holds a payment until the order is registered, and then notifies its pages", async () => {
    stopClock();
    merchant(accepted);
    const biz = newBiz();
    const page = await connect(`/ws/order/${biz}/`);
    await under(`order_${biz}`, strict, (group) => group.record([{ facts: [paid], orderId: null, raw: null }]));
    expect((await under(`order_${biz}`, strict, (group) => group.order())).order).toMatchObject({ status: "pending" });
    const registered = await under(`order_${biz}`, strict, (group) =>
      group.register({ money, expiresAt: null, orderId: null }),
    );
    expect(registered).toMatchObject({ ok: true, value: { order: { status: "paid", checked: true } } });
    expect(await page.nextJson()).toEqual({ biz, paid: true, status: "paid" });
  });

  it("accepts held payments when it is turned off, and notifies waiting and new pages", async () => {
    stopClock();
    merchant(accepted);
    const biz = newBiz();
    const waiting = await connect(`/ws/order/${biz}/`);
    await under(`order_${biz}`, strict, (group) => group.record([{ facts: [paid], orderId: null, raw: null }]));
    const joining = await connect(`/ws/order/${biz}/`);
    for (const page of [waiting, joining]) expect(await page.nextJson()).toEqual({ biz, paid: true, status: "paid" });
    expect(await view(biz)).toMatchObject({ status: "paid", version: 1 });
  });

  it("takes back no payment that pages have received when it is turned on", async () => {
    stopClock();
    merchant(accepted);
    const biz = newBiz();
    await callback(biz, { amount: 1999, currency: "USD" });
    expect((await under(`order_${biz}`, strict, (group) => group.order())).order).toMatchObject({ status: "paid" });
    const other = { money: { ...money, amount: "20" }, expiresAt: null, orderId: null };
    expect(await under(`order_${biz}`, strict, (group) => group.register(other))).toEqual({
      ok: false,
      reason: "contradicts",
    });
  });
});

describe("deliveries without an order", () => {
  it("do not wait for a refused one: only the facts of an order are forwarded in order", async () => {
    stopClock();
    captureErrors();
    const shop = merchant(({ body }) => (body.includes("refused") ? new Response(null, { status: 422 }) : accepted()));
    const group = "callbacks_square";
    const enqueue = (eventId: string) =>
      stubOf(group).enqueueDelivery({ instance: "square", type: "catalog.updated", eventId, raw: eventId });
    await enqueue("refused");
    await enqueue("taken-1");
    await enqueue("taken-2");
    const start = Date.now();
    for (let alarms = 0; alarms < 4; alarms++) await fireAlarm(group);
    expect(Date.now() - start).toBeLessThan(10_000);
    expect(shop.requests.map(({ body }) => JSON.parse(body).data.event_id)).toEqual(
      expect.arrayContaining(["taken-1", "taken-2"]),
    );
    await enqueue("taken-3");
    await fireAlarm(group);
    expect(Date.now() - start).toBeLessThan(10_000);
    expect(JSON.parse(shop.requests.at(-1)?.body ?? "").data.event_id).toBe("taken-3");
  });
});

describe("a payment found by a query of its provider", () => {
  it("is claimed for its order, as in a delivery", async () => {
    const biz = newBiz();
    const payment = { instance: "stripe", paymentId: `pi_${biz}` };
    const index = paymentIndex((group) => env.GROUP.getByName(group), indexPlace);
    const fact = { ...paid, paymentId: payment.paymentId };
    await recordOwn(biz, { facts: [fact], orderId: null, raw: null }, index, async () => ({ result: "new" }));
    expect(await index.claimOf(payment)).toEqual({ biz, orphans: [] });
  });
});

it("an order id with half a surrogate pair is refused", async () => {
  const init = {
    method: "PUT",
    headers: { "X-API-Key": env.API_KEYS },
    body: '{"order_id":"A\\ud800","amount":1,"currency":"USD"}',
  };
  expect(await (await app.request("/orders", init, env)).json()).toMatchObject({
    status: 422,
    reason: "bad_registration",
  });
});
