// An order is stored completely: after a failed write nothing remains, and the repetition counts as the first delivery.
import { runInDurableObject } from "cloudflare:test";
import { describe, expect, it } from "vitest";
import type { OrderRow } from "../../src/core/order-row.ts";
import { storedRows } from "../support/storage.ts";
import { callback, connect, captureErrors, getGroup, sendMarker, newBiz, stubOf } from "../support/workerd.ts";

/** Makes the next write of the order's row fail. */
const failOnce = (group: string): Promise<void> =>
  runInDurableObject(stubOf(group), (_object, { storage }) => {
    const put = storage.kv.put.bind(storage.kv);
    storage.kv.put = () => {
      storage.kv.put = put;
      throw new Error("disk full");
    };
  });

const factsOf = (group: string): Promise<number> =>
  runInDurableObject(stubOf(group), (_object, { storage }) => storage.kv.get<OrderRow>("order")?.facts.length ?? 0);

describe("a callback whose row cannot be written", () => {
  it("is answered by 500, pushes nothing and stores nothing; its repetition is a first callback", async () => {
    const biz = newBiz();
    const group = `order_${biz}`;
    const page = await connect(`/ws/order/${biz}/`);
    await failOnce(group);
    const log = captureErrors();
    const response = await callback(biz);
    expect(await response.json()).toMatchObject({ status: 500, reason: "internal" });
    expect(log()).toMatchObject([{ event: "fault", detail: "Error: disk full" }]);
    expect(await storedRows(group)).toEqual({});
    expect(await getGroup(group)).toMatchObject({ position: { offset: 0 } });
    const marked = await sendMarker(group);
    expect(await page.next()).toBe(marked);

    expect((await callback(biz)).status).toBe(200);
    expect(await page.nextJson()).toEqual({ biz, paid: true, status: "paid" });
    expect(await factsOf(group)).toBe(1);
    expect(await getGroup(group)).toMatchObject({ position: { offset: 1 } });
  });

  it("leaves the earlier row unchanged; its repetition is the next change", async () => {
    const biz = newBiz();
    const group = `order_${biz}`;
    await callback(biz, { status: "failed" });
    await failOnce(group);
    captureErrors();
    expect((await callback(biz)).status).toBe(500);
    expect(await factsOf(group)).toBe(1);
    const page = await connect(`/ws/order/${biz}/`);
    expect(await page.nextJson()).toEqual({ biz, paid: false, status: "failed" });

    expect((await callback(biz)).status).toBe(200);
    expect(await page.nextJson()).toEqual({ biz, paid: true, status: "paid" });
    expect(await factsOf(group)).toBe(2);
    expect(await getGroup(group)).toMatchObject({ position: { offset: 2 } });
  });
});
