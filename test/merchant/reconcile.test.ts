// The callback that never comes: the order's status is asked for, while somebody waits, and until it is known.
import { env } from "cloudflare:workers";
import { runInDurableObject } from "cloudflare:test";
import { describe, expect, it, vi } from "vitest";
import type { ConfiguredProvider } from "../../src/callbacks/provider.ts";
import { askProviders } from "../../src/group/ask.ts";
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
import { merchant, statusResponse, type ReceivedRequest } from "../support/merchant.ts";

const SECOND = 1000;
const statusOf = (asked: readonly ReceivedRequest[]) => asked.filter(({ path }) => path.startsWith("/orders/"));

/** Rings an order's alarm when it is due, and tells how long after `since` that was, in whole seconds. */
async function ringAfter(biz: string, since: number): Promise<number> {
  expect(await fireAlarm(`order_${biz}`)).toBe(true);
  return Math.floor((Date.now() - since) / SECOND);
}

const register = (biz: string, more: object = {}) =>
  backend("PUT", `/orders/${biz}`, { amount: "19.99", currency: "USD", expires_in: 3600, ...more });

describe("a page that waits for an order nobody registered", () => {
  it("has its status asked for after 10, 20, 40, 60, 60 s and a little, until it is paid, and is rung at once", async () => {
    stopClock();
    const shop = merchant(() => statusResponse("pending"));
    const biz = newBiz();
    const page = await connect(`/ws/order/${biz}/`);
    for (const seconds of [10, 20, 40, 60, 60]) {
      const waited = await ringAfter(biz, Date.now());
      expect(waited).toBeGreaterThanOrEqual(seconds);
      expect(waited).toBeLessThanOrEqual(seconds * 1.2);
      await evict(`order_${biz}`);
    }
    expect(statusOf(shop.requests)).toHaveLength(5);
    expect(shop.requests[0]).toMatchObject({ method: "GET", path: `/orders/${biz}` });
    expect(shop.requests[0]?.headers.get("Authorization")).toBe(`Bearer ${env.ORDER_STATUS_KEY}`);

    shop.setReply(() => statusResponse("paid", { amount: 1999, currency: "USD" }));
    await fireAlarm(`order_${biz}`);
    expect(await page.nextJson()).toEqual({ biz, paid: true, status: "paid" });
    const asked = statusOf(shop.requests).length;
    shop.setReply(() => new Response(null, { status: 204 })); // what is forwarded now
    for (let rings = 0; rings < 3; rings++) await fireAlarm(`order_${biz}`);
    expect(statusOf(shop.requests)).toHaveLength(asked);
  });

  it("that leaves is asked for no more, and leaves no alarm", async () => {
    stopClock();
    const shop = merchant(() => statusResponse("pending"));
    const biz = newBiz();
    const page = await connect(`/ws/order/${biz}/`);
    expect(await alarmTime(`order_${biz}`)).not.toBeNull();
    await page.leave();
    expect(await alarmTime(`order_${biz}`)).toBeNull();
    expect(shop.requests).toEqual([]);
  });

  it("whose order is known already is not asked for", async () => {
    stopClock();
    const shop = merchant(() => new Response(null, { status: 204 }));
    const biz = newBiz();
    await callback(biz);
    await fireAlarm(`order_${biz}`); // the forward
    await connect(`/ws/order/${biz}/`);
    await fireAlarm(`order_${biz}`);
    expect(statusOf(shop.requests)).toEqual([]);
  });

  it("after a failed attempt goes on being asked for: another may follow", async () => {
    stopClock();
    const shop = merchant(() => statusResponse("failed"));
    const biz = newBiz();
    const page = await connect(`/ws/order/${biz}/`);
    await fireAlarm(`order_${biz}`);
    expect(await page.nextJson()).toMatchObject({ status: "failed" });
    shop.setReply(({ path }) => (path === "/hook" ? new Response(null, { status: 204 }) : statusResponse("paid")));
    while ((await (await backend("GET", `/orders/${biz}`)).json<{ status: string }>()).status !== "paid") {
      expect(await fireAlarm(`order_${biz}`)).toBe(true);
    }
    expect(await page.nextJson()).toMatchObject({ status: "paid" });
  });
});

describe("a registered order", () => {
  it("is asked for with nobody watching, and found paid", async () => {
    stopClock();
    merchant(({ path }) =>
      path === "/hook"
        ? new Response(null, { status: 204 })
        : statusResponse("paid", { amount: "19.99", currency: "USD" }),
    );
    const biz = newBiz();
    await register(biz);
    const waited = await ringAfter(biz, Date.now());
    expect(waited).toBeGreaterThanOrEqual(10);
    const page = await connect(`/ws/order/${biz}/`);
    expect(await page.nextJson()).toEqual({ biz, paid: true, status: "paid" });
  });

  it("is not paid by an answer with another amount", async () => {
    stopClock();
    merchant(() => statusResponse("paid", { amount: "0.01", currency: "USD" }));
    const biz = newBiz();
    await register(biz);
    await fireAlarm(`order_${biz}`);
    const order = await (await backend("GET", `/orders/${biz}`)).json();
    expect(order).toMatchObject({ status: "pending", underpaid: { paid: "0.01", missing: "19.98" }, mismatches: [] });
  });

  it("is asked about once more when its time is up, and only then closed; a payment after that still wins, late", async () => {
    stopClock();
    const shop = merchant(({ path }) =>
      path === "/hook" ? new Response(null, { status: 204 }) : statusResponse("pending"),
    );
    const biz = newBiz();
    await register(biz, { expires_in: 25 });
    const expiresAt = Date.now() + 25 * SECOND;
    const page = await connect(`/ws/order/${biz}/`);
    while (Date.now() < expiresAt) await fireAlarm(`order_${biz}`);
    expect(await page.nextJson()).toEqual({ biz, paid: false, status: "closed" });
    expect(statusOf(shop.requests).length).toBeGreaterThanOrEqual(2);

    await callback(biz, { status: "paid", amount: "19.99", currency: "USD" });
    expect(await page.nextJson()).toEqual({ biz, paid: true, status: "paid" });
    expect(await (await backend("GET", `/orders/${biz}`)).json()).toMatchObject({ status: "paid", late: true });
  });

  it("that turns out to be paid when its time is up is not closed", async () => {
    stopClock();
    const shop = merchant(() => statusResponse("pending"));
    const biz = newBiz();
    await register(biz, { expires_in: 5 });
    shop.setReply(() => statusResponse("paid", { amount: "19.99", currency: "USD" }));
    await fireAlarm(`order_${biz}`);
    expect(await (await backend("GET", `/orders/${biz}`)).json()).toMatchObject({ status: "paid", late: false });
  });

  it("is closed when its time is up although nobody answers", async () => {
    stopClock();
    captureErrors();
    merchant(() => "broken");
    const biz = newBiz();
    await register(biz, { expires_in: 5 });
    await fireAlarm(`order_${biz}`);
    expect(await (await backend("GET", `/orders/${biz}`)).json()).toMatchObject({ status: "closed" });
  });
});

describe("an answer", () => {
  it.each<[string, () => Response | "broken", object]>([
    ["of 500", () => new Response("oops", { status: 500 }), { reason: "refused", detail: "status 500" }],
    [
      "that redirects",
      () => Response.redirect("http://elsewhere.test/", 302),
      { reason: "refused", detail: "status 302" },
    ],
    ["that is lost", () => "broken", { reason: "unreachable" }],
    ["that is not JSON", () => new Response("<html>"), { reason: "nonsense" }],
    ["that is a list", () => Response.json(["paid"]), { reason: "nonsense" }],
    ["without a status", () => Response.json({ amount: 1 }), { reason: "nonsense", detail: "no status" }],
    ["whose status is not set yet", () => Response.json({ status: null }), { reason: "nonsense", detail: "no status" }],
    ["about another order", () => statusResponse("paid", { biz: "0".repeat(32) }), { reason: "nonsense" }],
    ["with a status there is not", () => statusResponse("shipped"), { reason: "nonsense" }],
    ["with a float", () => statusResponse("paid", { amount: 19.99, currency: "USD" }), { reason: "nonsense" }],
    ["of 1 MiB", () => new Response(`{"status":"paid","x":"${"x".repeat(1_048_576)}"}`), { reason: "nonsense" }],
  ])("%s is survived and reported, and the next attempt comes", async (_what, answer, line) => {
    stopClock();
    const log = captureErrors();
    merchant(answer);
    const biz = newBiz();
    await connect(`/ws/order/${biz}/`);
    await fireAlarm(`order_${biz}`);
    expect(log()).toEqual([expect.objectContaining({ event: "reconcile", group: `order_${biz}`, ...line })]);
    expect(JSON.stringify(log())).not.toContain(env.ORDER_STATUS_KEY);
    const next = (await alarmTime(`order_${biz}`)) ?? expect.fail("no alarm");
    expect(next - Date.now()).toBeGreaterThanOrEqual(20 * SECOND);
  });

  it("of 429 puts the next attempt off for as long as it asks", async () => {
    stopClock();
    captureErrors();
    merchant(() => new Response(null, { status: 429, headers: { "Retry-After": "300" } }));
    const biz = newBiz();
    await connect(`/ws/order/${biz}/`);
    await fireAlarm(`order_${biz}`);
    expect(((await alarmTime(`order_${biz}`)) ?? 0) - Date.now()).toBeGreaterThanOrEqual(300 * SECOND);
  });

  it("that says the same again is no news", async () => {
    stopClock();
    const shop = merchant(() => statusResponse("failed"));
    const biz = newBiz();
    await connect(`/ws/order/${biz}/`);
    for (let rings = 0; rings < 4; rings++) await fireAlarm(`order_${biz}`);
    expect(statusOf(shop.requests).length).toBeGreaterThanOrEqual(2);
    expect(await (await backend("GET", `/orders/${biz}`)).json()).toMatchObject({ status: "failed", version: 1 });
  });
});

it("a crash while asking loses no attempt: the next one is due before anybody is asked", async () => {
  stopClock();
  const biz = newBiz();
  let armed: number | null = null;
  merchant(() => "broken");
  captureErrors();
  await connect(`/ws/order/${biz}/`);
  const spy = vi.mocked(globalThis.fetch);
  await runInDurableObject(stubOf(`order_${biz}`), (_object, state) => {
    spy.mockImplementationOnce(async () => {
      armed = await state.storage.getAlarm();
      throw new TypeError("killed");
    });
  });
  await fireAlarm(`order_${biz}`);
  expect(armed).not.toBeNull();
});

describe("providers that are asked directly", () => {
  const provider = (name: string, query: ConfiguredProvider["query"]): ConfiguredProvider => ({
    name,
    query,
    canQuery: true,
    isAuthentic: async () => false,
    verify: async () => ({ ok: false, reason: { stage: "header", field: "signature", expected: "be present" } }),
    confirm: null,
    reply: () => ({ status: 200, headers: {}, body: "" }),
  });
  const paid = {
    kind: "payment",
    status: "paid",
    instance: "stripe",
    eventId: "query:p-1",
    at: null,
    paymentId: "p-1",
    money: null,
  } as const;

  it("bring the facts of whoever knows the order", async () => {
    const asked: string[] = [];
    const knows = provider("stripe", async (orderId) => {
      asked.push(orderId);
      return { ok: true, value: [paid] };
    });
    const doesNot = provider("alipay", async () => ({ ok: false, reason: "unknown_order" }));
    expect(await askProviders([doesNot, knows], "ORD-1001", 0)).toEqual({ ok: true, value: [paid] });
    expect(asked).toEqual(["ORD-1001"]);
  });

  it("that do not answer are asked again, those that know nothing are no fault", async () => {
    const silent = provider("wechatpay", async () => ({ ok: false, reason: "try_again" }));
    const knowsNothing = provider("alipay", async () => ({ ok: false, reason: "unknown_order" }));
    expect(await askProviders([silent, knowsNothing], "ORD-1001", 0)).toMatchObject({
      ok: false,
      reason: { detail: "wechatpay" },
    });
    expect(await askProviders([knowsNothing], "ORD-1001", 0)).toEqual({ ok: true, value: [] });
  });
});
