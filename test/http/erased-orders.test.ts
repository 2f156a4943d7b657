// Erased orders: erasure deletes every claim, and later events create none.
import { env } from "cloudflare:workers";
import { expect, it } from "vitest";
import { app } from "../support/app.ts";
import { events, newIntent, post, registered, stored } from "../support/claims.ts";
import { orderView, captureLog } from "../support/deliver.ts";
import { backend, callback, newBiz } from "../support/workerd.ts";

const erase = async (biz: string) => expect((await backend("DELETE", `/orders/${biz}`)).status).toBe(204);

it("a refund's claim is deleted with its order, and the payment pays the order it names", async () => {
  captureLog();
  const [erased, other, intent] = [await registered(), await registered(), newIntent()];
  await post(events(intent).refunded(erased));
  await erase(erased);
  expect(await stored(intent)).toEqual({ claims: [], orphans: [] });
  await post(events(intent).succeeded(other));
  expect(await orderView(other)).toMatchObject({ status: "paid", mismatches: [] });
});

it("a redelivery creates no claim for an erased order", async () => {
  captureLog();
  const [erased, other, intent] = [await registered(), await registered(), newIntent()];
  await post(events(intent).succeeded(erased));
  await erase(erased);
  expect((await post(events(intent).succeeded(erased))).status).toBe(200);
  expect(await stored(intent)).toEqual({ claims: [], orphans: [] });
  await post(events(intent).succeeded(other));
  expect(await orderView(other)).toMatchObject({ status: "paid", mismatches: [] });
});

it("a merchant's report creates no claim for an erased order", async () => {
  const [erased, other] = [newBiz(), newBiz()];
  await callback(erased);
  await erase(erased);
  const report = { payment_id: `p-${erased}`, amount: 1999, currency: "USD" };
  expect((await callback(erased, report)).status).toBe(410);
  await callback(other, report);
  expect(await orderView(other)).toMatchObject({ status: "paid", mismatches: [] });
});

it("an event during the erasure leaves no claim", async () => {
  captureLog();
  const biz = await registered();
  // Each claim is in another object, and erasing deletes them one after the other.
  const first = Array.from({ length: 20 }, newIntent);
  for (const intent of first) await post(events(intent).succeeded(biz));
  const late = Array.from({ length: 5 }, newIntent);
  await Promise.all([erase(biz), ...late.map((intent) => post(events(intent).succeeded(biz)))]);
  expect(await orderView(biz)).toMatchObject({ erased_at: expect.any(String), payments: [] });
  for (const intent of [...first, ...late]) expect((await stored(intent)).claims).toEqual([]);
});

it("an erased order's id stays erased under a newer ORDER_ID_KEY", async () => {
  const orderId = `ORD-${newBiz()}`;
  const init = {
    method: "PUT",
    headers: { Authorization: `Bearer ${env.API_KEYS}` },
    body: JSON.stringify({ order_id: orderId, amount: "19.99", currency: "USD" }),
  };
  const registration = async (keys: string) => app.request("/orders", init, { ...env, ORDER_ID_KEY: keys });
  const { biz } = await (await registration(env.ORDER_ID_KEY)).json<{ biz: string }>();
  await erase(biz);
  expect((await registration(`a-newer-order-id-key,${env.ORDER_ID_KEY}`)).status).toBe(410);
});
