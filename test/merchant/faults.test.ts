// Settings that change, or go bad, while an order is under way: nothing owed is forgotten, no alarm is lost, nothing rings without end.
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
const taken = (): Reply => new Response(null, { status: 204 });
const view = async (biz: string) => (await backend("GET", `/orders/${biz}`)).json<Record<string, unknown>>();

/** Rings an order's alarm once, under other settings than those it is kept under. */
const ringUnder = (group: string, settings: Partial<Env>): Promise<void> =>
  under(group, settings, async (object, state) => {
    const scheduledTime = (await state.storage.getAlarm()) ?? expect.fail("no alarm");
    await state.storage.deleteAlarm();
    await object.alarm({ scheduledTime, isRetry: false, retryCount: 0 });
  });

/** A group that wakes with other settings, and sleeps when it has done this. */
async function under<Value>(
  group: string,
  settings: Partial<Env>,
  act: (object: Group, state: DurableObjectState) => Value | Promise<Value>,
): Promise<Value> {
  await evict(group);
  const done = await runInDurableObject(stubOf(group), (_object, state) =>
    act(new Group(state, { ...env, ...settings }), state),
  );
  await evict(group);
  return done;
}

describe("a forward that is owed", () => {
  it("is still owed where FORWARD_URL is unset for a while, also when the facts would be given up", async () => {
    stopClock();
    captureErrors();
    const shop = merchant(taken);
    const biz = newBiz();
    await callback(biz);
    await ringUnder(`order_${biz}`, { FORWARD_URL: "" });
    expect(shop.requests).toEqual([]);
    expect(await view(biz)).toMatchObject({ forwards: { owed: 1 } });
    expect(((await alarmTime(`order_${biz}`)) ?? 0) - Date.now()).toBeLessThanOrEqual(60 * MINUTE);
    await fireAlarm(`order_${biz}`, 200 * 86_400_000);
    await fireAlarm(`order_${biz}`);
    expect(shop.requests).toHaveLength(1);
    expect(await view(biz)).toMatchObject({ status: "paid", forwards: { owed: 0, given_up: 0 } });
  });

  it("is given up where FORWARD_URL stays unset for as long as facts are kept: no order wakes for it for ever", async () => {
    stopClock();
    merchant(taken);
    const biz = newBiz();
    await callback(biz);
    await ringUnder(`order_${biz}`, { FORWARD_URL: "" });
    vi.setSystemTime(Date.now() + 91 * 86_400_000);
    await ringUnder(`order_${biz}`, { FORWARD_URL: "" });
    expect(await view(biz)).toMatchObject({ status: "paid", forwards: { owed: 0 } });
    expect(await alarmTime(`order_${biz}`)).toBeNull();
  });
});

describe("a setting that is bad while an alarm is due", () => {
  it("puts the alarm off by a minute and says so; then all goes on", async () => {
    stopClock();
    const log = captureErrors();
    const shop = merchant(taken);
    const biz = newBiz();
    await callback(biz);
    await ringUnder(`order_${biz}`, { TIME_ZONE: "Mars/Olympus" });
    expect(log()).toContainEqual(expect.objectContaining({ event: "setting", setting: "TIME_ZONE" }));
    expect(await alarmTime(`order_${biz}`)).toBe(Date.now() + MINUTE);
    await fireAlarm(`order_${biz}`);
    expect(shop.requests).toHaveLength(1);
  });
});

describe("a job that fails by a fault of ours", () => {
  it("rests for a minute instead of ringing without end, and is done then", async () => {
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

describe("an order that is given more time while it is asked about", () => {
  it("is not closed", async () => {
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

describe("an order that is given more time while its status is asked for in the same ring", () => {
  it("is not closed either, and one that is found paid is not asked about twice", async () => {
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
  it("is remembered for as long as the order: a wrong payment after a year is still wrong", async () => {
    stopClock();
    captureErrors();
    merchant(() => "broken");
    const biz = newBiz();
    await backend("PUT", `/orders/${biz}`, { amount: "1000", currency: "USD", expires_in: 31_536_000 });
    await callback(biz, { status: "failed" });
    for (let rings = 0; rings < 30; rings++) await fireAlarm(`order_${biz}`, 20 * 86_400_000);
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

  it("holds a payment as pending until it is registered, and rings then", async () => {
    stopClock();
    merchant(taken);
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

  it("that is turned off believes what was held, and tells the pages that wait and that come", async () => {
    stopClock();
    merchant(taken);
    const biz = newBiz();
    const waits = await connect(`/ws/order/${biz}/`);
    await under(`order_${biz}`, strict, (group) => group.record([{ facts: [paid], orderId: null, raw: null }]));
    const comes = await connect(`/ws/order/${biz}/`);
    for (const page of [waits, comes]) expect(await page.nextJson()).toEqual({ biz, paid: true, status: "paid" });
    expect(await view(biz)).toMatchObject({ status: "paid", version: 1 });
  });

  it("that is turned on takes back no payment that pages were told of", async () => {
    stopClock();
    merchant(taken);
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

describe("deliveries about no order", () => {
  it("wait for none that the backend refuses: order matters among an order's facts only", async () => {
    stopClock();
    captureErrors();
    const shop = merchant(({ body }) => (body.includes("refused") ? new Response(null, { status: 422 }) : taken()));
    const group = "callbacks_square";
    const owe = (eventId: string) =>
      stubOf(group).enqueueDelivery({ instance: "square", type: "catalog.updated", eventId, raw: eventId });
    await owe("refused");
    await owe("taken-1");
    await owe("taken-2");
    const start = Date.now();
    for (let rings = 0; rings < 4; rings++) await fireAlarm(group);
    expect(Date.now() - start).toBeLessThan(10_000);
    expect(shop.requests.map(({ body }) => JSON.parse(body).data.event_id)).toEqual(
      expect.arrayContaining(["taken-1", "taken-2"]),
    );
    await owe("taken-3");
    await fireAlarm(group);
    expect(Date.now() - start).toBeLessThan(10_000);
    expect(JSON.parse(shop.requests.at(-1)?.body ?? "").data.event_id).toBe("taken-3");
  });
});

describe("a payment that a provider's answer reports", () => {
  it("is claimed for its order, as if it had been delivered", async () => {
    const biz = newBiz();
    const payment = { instance: "stripe", paymentId: `pi_${biz}` };
    const index = paymentIndex((group) => env.GROUP.getByName(group), indexPlace);
    const fact = { ...paid, paymentId: payment.paymentId };
    await recordOwn(biz, { facts: [fact], orderId: null, raw: null }, index, async () => ({ result: "new" }));
    expect(await index.claimOf(payment)).toEqual({ biz, orphans: [] });
  });
});

it("an order id that is half a surrogate pair is none", async () => {
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
