// Reconciliation of missing callbacks: status queries for an order while a page waits or it is registered.
import { env } from "cloudflare:workers";
import { runInDurableObject } from "cloudflare:test";
import { describe, expect, it, vi } from "vitest";
import type { ConfiguredProvider } from "../../src/callbacks/provider.ts";
import { readSettings, type OrderSettings } from "../../src/core/settings.ts";
import { queryBackend, queryProviders } from "../../src/group/order/query.ts";
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
  type Page,
} from "../support/workerd.ts";
import { merchant, statusResponse, type ReceivedRequest } from "../support/merchant.ts";

const SECOND = 1000;
const statusQueries = (requests: readonly ReceivedRequest[]) =>
  requests.filter(({ path }) => path.startsWith("/orders/"));

/** Fires an order's alarm at its time. Returns the whole seconds from `since` until then. */
async function fireAfter(biz: string, since: number): Promise<number> {
  expect(await fireAlarm(`order_${biz}`)).toBe(true);
  return Math.floor((Date.now() - since) / SECOND);
}

/** A page that waits for a registered order without an expiry: it is queried while the page is there. */
async function waitFor(biz: string): Promise<Page> {
  await backend("PUT", `/orders/${biz}`, { amount: "19.99", currency: "USD" });
  return connect(`/ws/order/${biz}/`);
}

const register = (biz: string, more: object = {}) =>
  backend("PUT", `/orders/${biz}`, { amount: "19.99", currency: "USD", expires_in: 3600, ...more });

describe("a page that waits for an unknown order", () => {
  it("causes no query and no alarm: a stranger may invent any number of orders", async () => {
    stopClock();
    const shop = merchant(() => statusResponse("paid"));
    const biz = newBiz();
    await connect(`/ws/order/${biz}/`);
    expect(await alarmTime(`order_${biz}`)).toBeNull();
    expect(shop.requests).toEqual([]);
  });
});

describe("a page that waits for an order", () => {
  it("causes status queries after 10, 20, 40, 60 and 60 s plus jitter until it is paid, and receives the outcome at once", async () => {
    stopClock();
    const shop = merchant(() => statusResponse("pending"));
    const biz = newBiz();
    const page = await waitFor(biz);
    for (const seconds of [10, 20, 40, 60, 60]) {
      const waited = await fireAfter(biz, Date.now());
      expect(waited).toBeGreaterThanOrEqual(seconds);
      expect(waited).toBeLessThanOrEqual(seconds * 1.2);
      await evict(`order_${biz}`);
    }
    expect(statusQueries(shop.requests)).toHaveLength(5);
    expect(shop.requests[0]).toMatchObject({ method: "GET", path: `/orders/${biz}` });
    expect(shop.requests[0]?.headers.get("Authorization")).toBe(`Bearer ${env.ORDER_STATUS_KEY}`);

    shop.setReply(() => statusResponse("paid", { amount: 1999, currency: "USD" }));
    await fireAlarm(`order_${biz}`);
    expect(await page.nextJson()).toEqual({ biz, paid: true, status: "paid" });
    const queries = statusQueries(shop.requests).length;
    shop.setReply(() => new Response(null, { status: 204 })); // for the forwards
    for (let alarms = 0; alarms < 3; alarms++) await fireAlarm(`order_${biz}`);
    expect(statusQueries(shop.requests)).toHaveLength(queries);
  });

  it("that leaves ends the queries, and no alarm is set", async () => {
    stopClock();
    const shop = merchant(() => statusResponse("pending"));
    const biz = newBiz();
    const page = await waitFor(biz);
    expect(await alarmTime(`order_${biz}`)).not.toBeNull();
    await page.leave();
    expect(await alarmTime(`order_${biz}`)).toBeNull();
    expect(shop.requests).toEqual([]);
  });

  it("causes no query if the order is settled", async () => {
    stopClock();
    const shop = merchant(() => new Response(null, { status: 204 }));
    const biz = newBiz();
    await callback(biz);
    await fireAlarm(`order_${biz}`); // the forward
    await connect(`/ws/order/${biz}/`);
    await fireAlarm(`order_${biz}`);
    expect(statusQueries(shop.requests)).toEqual([]);
  });

  it("causes further queries after a failed attempt, as another may follow", async () => {
    stopClock();
    const shop = merchant(() => statusResponse("failed"));
    const biz = newBiz();
    const page = await waitFor(biz);
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
  it("is queried without a page, and found paid", async () => {
    stopClock();
    merchant(({ path }) =>
      path === "/hook"
        ? new Response(null, { status: 204 })
        : statusResponse("paid", { amount: "19.99", currency: "USD" }),
    );
    const biz = newBiz();
    await register(biz);
    const waited = await fireAfter(biz, Date.now());
    expect(waited).toBeGreaterThanOrEqual(10);
    const page = await connect(`/ws/order/${biz}/`);
    expect(await page.nextJson()).toEqual({ biz, paid: true, status: "paid" });
  });

  it("is not paid by a response with another amount", async () => {
    stopClock();
    merchant(() => statusResponse("paid", { amount: "0.01", currency: "USD" }));
    const biz = newBiz();
    await register(biz);
    await fireAlarm(`order_${biz}`);
    const order = await (await backend("GET", `/orders/${biz}`)).json();
    expect(order).toMatchObject({ status: "pending", underpaid: { paid: "0.01", missing: "19.98" }, mismatches: [] });
  });

  it("is queried once more at its expiry and then closed; a later payment pays it, late", async () => {
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
    expect(statusQueries(shop.requests).length).toBeGreaterThanOrEqual(2);

    await callback(biz, { status: "paid", amount: "19.99", currency: "USD" });
    expect(await page.nextJson()).toEqual({ biz, paid: true, status: "paid" });
    expect(await (await backend("GET", `/orders/${biz}`)).json()).toMatchObject({ status: "paid", late: true });
  });

  it("stays open if the query at its expiry finds it paid", async () => {
    stopClock();
    const shop = merchant(() => statusResponse("pending"));
    const biz = newBiz();
    await register(biz, { expires_in: 5 });
    shop.setReply(() => statusResponse("paid", { amount: "19.99", currency: "USD" }));
    await fireAlarm(`order_${biz}`);
    expect(await (await backend("GET", `/orders/${biz}`)).json()).toMatchObject({ status: "paid", late: false });
  });

  it("is closed at its expiry if the backend is unreachable", async () => {
    stopClock();
    captureErrors();
    merchant(() => "broken");
    const biz = newBiz();
    await register(biz, { expires_in: 5 });
    await fireAlarm(`order_${biz}`);
    expect(await (await backend("GET", `/orders/${biz}`)).json()).toMatchObject({ status: "closed" });
  });
});

describe("a response", () => {
  it.each<[string, () => Response | "broken", object]>([
    ["of 500", () => new Response("oops", { status: 500 }), { reason: "refused", detail: "status 500" }],
    ["that redirects", () => Response.redirect("http://other.test/", 302), { reason: "refused", detail: "status 302" }],
    ["of a broken connection", () => "broken", { reason: "unreachable" }],
    ["that is not JSON", () => new Response("<html>"), { reason: "nonsense" }],
    ["that is a list", () => Response.json(["paid"]), { reason: "nonsense" }],
    ["without a status", () => Response.json({ amount: 1 }), { reason: "nonsense", detail: "no status" }],
    ["with the status null", () => Response.json({ status: null }), { reason: "nonsense", detail: "no status" }],
    ["about another order", () => statusResponse("paid", { biz: "0".repeat(32) }), { reason: "nonsense" }],
    ["with an unknown status", () => statusResponse("shipped"), { reason: "nonsense" }],
    ["with a float", () => statusResponse("paid", { amount: 19.99, currency: "USD" }), { reason: "nonsense" }],
    ["of 1 MiB", () => new Response(`{"status":"paid","x":"${"x".repeat(1_048_576)}"}`), { reason: "nonsense" }],
  ])("%s is logged, and the next query is scheduled", async (_case, answer, line) => {
    stopClock();
    const log = captureErrors();
    merchant(answer);
    const biz = newBiz();
    await waitFor(biz);
    await fireAlarm(`order_${biz}`);
    expect(log()).toEqual([expect.objectContaining({ event: "reconcile", group: `order_${biz}`, ...line })]);
    expect(JSON.stringify(log())).not.toContain(env.ORDER_STATUS_KEY);
    const next = (await alarmTime(`order_${biz}`)) ?? expect.fail("no alarm");
    expect(next - Date.now()).toBeGreaterThanOrEqual(20 * SECOND);
  });

  it("of 429 delays the next query by its Retry-After", async () => {
    stopClock();
    captureErrors();
    merchant(() => new Response(null, { status: 429, headers: { "Retry-After": "300" } }));
    const biz = newBiz();
    await waitFor(biz);
    await fireAlarm(`order_${biz}`);
    expect(((await alarmTime(`order_${biz}`)) ?? 0) - Date.now()).toBeGreaterThanOrEqual(300 * SECOND);
  });

  it("with the same status adds no version", async () => {
    stopClock();
    const shop = merchant(() => statusResponse("failed"));
    const biz = newBiz();
    await waitFor(biz);
    for (let alarms = 0; alarms < 4; alarms++) await fireAlarm(`order_${biz}`);
    expect(statusQueries(shop.requests).length).toBeGreaterThanOrEqual(2);
    expect(await (await backend("GET", `/orders/${biz}`)).json()).toMatchObject({ status: "failed", version: 1 });
  });
});

it("a crash during a query loses no later one: the next alarm is set before the query", async () => {
  stopClock();
  const biz = newBiz();
  let armed: number | null = null;
  merchant(() => "broken");
  captureErrors();
  await waitFor(biz);
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

describe("a direct query of providers", () => {
  const provider = (name: string, query: ConfiguredProvider["query"]): ConfiguredProvider => ({
    name,
    maxBodyBytes: 131_072,
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

  it("returns the facts of the provider that knows the order", async () => {
    const queried: string[] = [];
    const knowing = provider("stripe", async (orderId) => {
      queried.push(orderId);
      return { ok: true, value: [paid] };
    });
    const unknowing = provider("alipay", async () => ({ ok: false, reason: "unknown_order" }));
    expect(await queryProviders([unknowing, knowing], "ORD-1001", 0)).toEqual({ ok: true, value: [paid] });
    expect(queried).toEqual(["ORD-1001"]);
  });

  it("is retried if a provider is silent, and returns no facts if none knows the order", async () => {
    const silent = provider("wechatpay", async () => ({ ok: false, reason: "try_again" }));
    const unknowing = provider("alipay", async () => ({ ok: false, reason: "unknown_order" }));
    expect(await queryProviders([silent, unknowing], "ORD-1001", 0)).toMatchObject({
      ok: false,
      reason: { detail: "wechatpay" },
    });
    expect(await queryProviders([unknowing], "ORD-1001", 0)).toEqual({ ok: true, value: [] });
  });
});

describe("while ORDER_STATUS_KEY is changed", () => {
  const settings = { statusUrl: "https://merchant.test/orders/{biz}", statusKeys: ["new-key", "old-key"] };
  const query = (statusKeys: readonly string[]) =>
    queryBackend({ ...readOrders(), ...settings, statusKeys }, newBiz(), Date.now());
  const bearers = (requests: readonly ReceivedRequest[]) => requests.map(({ headers }) => headers.get("Authorization"));

  it.each([["new-key"], ["old-key"]])("a backend that knows %s alone answers", async (known) => {
    const shop = merchant(({ headers }) =>
      headers.get("Authorization") === `Bearer ${known}` ? statusResponse("paid") : new Response(null, { status: 401 }),
    );
    expect(await query(settings.statusKeys)).toMatchObject({ ok: true, value: [{ kind: "payment" }] });
    expect(bearers(shop.requests).at(-1)).toBe(`Bearer ${known}`);
  });

  it("a backend that refuses every key is refused, after one request for each", async () => {
    const shop = merchant(() => new Response(null, { status: 403 }));
    expect(await query(settings.statusKeys)).toMatchObject({ ok: false, reason: { detail: "status 403" } });
    expect(bearers(shop.requests)).toEqual(["Bearer new-key", "Bearer old-key"]);
  });

  it("a fault of the backend is not asked about with the other key", async () => {
    const shop = merchant(() => new Response(null, { status: 500 }));
    await query(settings.statusKeys);
    expect(shop.requests).toHaveLength(1);
  });
});

function readOrders(): OrderSettings {
  const settings = readSettings({});
  return settings.ok ? settings.value.orders : expect.fail("the defaults are valid");
}
