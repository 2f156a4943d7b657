// The order of a webhook: by an id that is no biz, or by the payment alone.
import { beforeEach, describe, expect, it } from "vitest";
import {
  currencyOf,
  confirmedDelivery,
  orderView,
  providerNames,
  replyOf,
  send,
  settingOf,
  unreachable,
  captureLog,
  type ProviderName,
} from "../support/deliver.ts";
import { backend, connect, newBiz } from "../support/workerd.ts";

let log: (event?: string) => string;
beforeEach(() => {
  log = captureLog();
});

const register = async (order_id: string, currency = "USD"): Promise<string> => {
  const response = await backend("PUT", "/orders", { order_id, amount: "19.99", currency });
  const { biz } = await response.json<{ biz: string }>();
  return biz;
};

/** An id that no other test uses, in the merchant's own style. */
const styles: readonly ((unique: string) => string)[] = [
  (unique) => `ORD-1001-${unique}`,
  (unique) => `订单-🧧-${unique}`,
  (unique) => `txn_${unique}`,
];
const cases = providerNames.flatMap((provider) => styles.map((style) => [provider, style("…"), style] as const));

describe("an order id that is no biz", () => {
  it.each(cases)("reaches by %s, as %s, the page with the biz of PUT /orders", async (provider, _s, style) => {
    const orderId = style(crypto.randomUUID().slice(0, 8));
    const biz = await register(orderId, currencyOf(provider));
    expect(biz).toMatch(/^[0-9a-f]{32}$/);
    const page = await connect(`/ws/order/${biz}/`);
    expect((await send(provider, confirmedDelivery(provider, orderId))).status).toBe(200);
    expect(await page.nextJson()).toEqual({ biz, paid: true, status: "paid" });
    expect(await orderView(biz)).toMatchObject({ order_id: orderId, checked: true, mismatches: [] });
  });

  it("has the same biz if it is registered after the payment", async () => {
    const orderId = `ORD-${newBiz()}`;
    await send("stripe", confirmedDelivery("stripe", orderId));
    const biz = await register(orderId);
    expect(await orderView(biz)).toMatchObject({ status: "paid", order_id: orderId, checked: true });
  });

  it.each<[ProviderName, string]>([
    ["stripe", ""],
    ["alipay", "fail"],
    ["wechatpay", '{"code":"FAIL","message":"失败"}'],
    ["adyen", ""],
  ])("makes %s retry while ORDER_ID_KEY is unset, and logs the reason", async (provider, words) => {
    const delivery = confirmedDelivery(provider, "ORD-1001");
    expect(await replyOf(await send(provider, delivery, { ORDER_ID_KEY: "" }))).toEqual([503, words]);
    expect(JSON.parse(log("callback"))).toMatchObject({
      event: "callback",
      provider,
      reason: "try_again",
      detail: expect.stringContaining("ORDER_ID_KEY is not set"),
    });
  });

  it("needs no ORDER_ID_KEY if it is a biz", async () => {
    expect((await send("stripe", confirmedDelivery("stripe", newBiz()), { ORDER_ID_KEY: "" })).status).toBe(200);
  });
});

it("Paddle's transaction id is the order id if custom_data has none", async () => {
  const id = `txn_${newBiz()}`;
  const biz = await register(id);
  const data = {
    id,
    origin: "api",
    currency_code: "USD",
    details: { totals: { total: "1999", currency_code: "USD" } },
  };
  const event = { event_id: "evt_1", event_type: "transaction.completed", occurred_at: new Date().toISOString(), data };
  expect((await send("paddle", confirmedDelivery("paddle", "", { event }))).status).toBe(200);
  expect(await orderView(biz)).toMatchObject({ status: "paid", checked: true });
});

/** A refund of 5.00 with a payment id and no order id, in the format of three providers. */
const refunds: Readonly<Record<"stripe" | "square" | "paddle", (paymentId: string) => object>> = {
  stripe: (payment_intent) => ({
    id: "evt_refund",
    object: "event",
    type: "charge.refunded",
    created: 1,
    livemode: false,
    data: {
      object: {
        id: "ch_1",
        object: "charge",
        amount: 1999,
        amount_refunded: 500,
        captured: true,
        currency: "usd",
        payment_intent,
      },
    },
  }),
  square: (payment_id) => ({
    merchant_id: settingOf("square")["merchantId"],
    type: "refund.updated",
    event_id: "refund",
    created_at: new Date().toISOString(),
    data: {
      type: "refund",
      object: {
        refund: { id: "r-1", status: "COMPLETED", payment_id, amount_money: { amount: 500, currency: "USD" } },
      },
    },
  }),
  paddle: (transaction_id) => ({
    event_id: "evt_refund",
    event_type: "adjustment.updated",
    occurred_at: new Date().toISOString(),
    data: {
      id: "adj_1",
      action: "refund",
      status: "approved",
      transaction_id,
      currency_code: "USD",
      totals: { total: "500", currency_code: "USD" },
    },
  }),
};

describe.each(["stripe", "square", "paddle"] as const)("a refund by %s that names the payment only", (provider) => {
  const refundOf = (paymentId: string) => confirmedDelivery(provider, "", { event: refunds[provider](paymentId) });

  it("reaches the order of the payment, and its page", async () => {
    const orderId = `ORD-${newBiz()}`;
    const biz = await register(orderId);
    await send(provider, confirmedDelivery(provider, orderId));
    const page = await connect(`/ws/order/${biz}/`);
    expect(await page.nextJson()).toMatchObject({ status: "paid" });
    const refund = refundOf(`P-${orderId}-19.99-USD`); // the payment id of order-event.ts
    expect(await replyOf(await send(provider, refund))).toEqual([200, ""]);
    expect(await page.nextJson()).toEqual({ biz, paid: true, status: "partially_refunded" });
    expect(await orderView(biz)).toMatchObject({ refunded: "5", version: 2 });
    await send(provider, refund);
    expect(log()).toContain('"reason":"duplicate"');
  });

  it("is acknowledged before its payment and counts once that arrives", async () => {
    const orderId = `ORD-${newBiz()}`;
    const biz = await register(orderId);
    const refund = refundOf(`P-${orderId}-19.99-USD`);
    expect(await replyOf(await send(provider, refund))).toEqual([200, ""]);
    expect(JSON.parse(log("callback"))).toMatchObject({
      reason: "ignored",
      group: null,
      detail: expect.stringContaining("waits for its payment"),
    });
    expect(await orderView(biz)).toMatchObject({ status: "pending", version: 0 });
    await send(provider, confirmedDelivery(provider, orderId));
    expect(await orderView(biz)).toMatchObject({ status: "partially_refunded", refunded: "5" });
    await send(provider, refund);
    expect(await orderView(biz)).toMatchObject({ status: "partially_refunded", refunded: "5", version: 1 });
  });

  it("responds 503 while the payment index is unreachable", async () => {
    expect((await send(provider, refundOf("payment-1"), unreachable())).status).toBe(503);
  });
});
