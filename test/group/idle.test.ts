// Idle is free: what a group writes, what wakes it, and what it leaves behind.
import { describe, expect, it } from "vitest";
import { countWrites, tablesOf } from "../support/storage.ts";
import {
  armedAt,
  callback,
  connect,
  evict,
  isAsleep,
  newAlarmGroup,
  newBiz,
  ring,
  stopClock,
} from "../support/workerd.ts";

const HEARTBEAT = '{"type":"heartbeat"}';

describe("rows written", () => {
  it("by a tick of a plain group: one, its alarm", async () => {
    stopClock();
    const { group, path } = newAlarmGroup();
    const page = await connect(path);
    await ring(group);
    const writes = await countWrites(group);
    for (let tick = 1; tick <= 100; tick++) await ring(group);
    expect(writes).toEqual({ rows: 100, alarms: 100 });
    for (let tick = 0; tick <= 100; tick++) await page.next();
  });

  it("by the first join of a group: its start and its alarm; by a later join: none", async () => {
    stopClock();
    const { group, path } = newAlarmGroup();
    const writes = await countWrites(group);
    await connect(path);
    expect(writes).toEqual({ rows: 2, alarms: 1 });
    await connect(path);
    expect(writes).toEqual({ rows: 2, alarms: 1 });
  });

  it("by a page that waits for an order: none, no table and no alarm", async () => {
    const biz = newBiz();
    const writes = await countWrites(`order_${biz}`);
    const page = await connect(`/ws/order/${biz}/`);
    page.send("hello");
    await page.next();
    expect(writes).toEqual({ rows: 0, alarms: 0 });
    expect(await tablesOf(`order_${biz}`)).toEqual([]);
    expect(await armedAt(`order_${biz}`)).toBeNull();
    await page.leave();
    expect(writes).toEqual({ rows: 0, alarms: 0 });
  });

  it("by a callback: its fact, the order, and when both are given up; by the same one again: none", async () => {
    const biz = newBiz();
    const writes = await countWrites(`order_${biz}`);
    await callback(biz);
    const { rows } = writes;
    await callback(biz);
    expect(writes).toEqual({ rows, alarms: 1 });
    await callback(biz, { event_id: "another" });
    expect(writes).toEqual({ rows: rows + 2, alarms: 1 });
  });

  it("by a leaving member while others stay: none", async () => {
    stopClock();
    const { group, path } = newAlarmGroup();
    const first = await connect(path);
    await connect(path);
    const writes = await countWrites(group);
    await first.leave();
    expect(writes).toEqual({ rows: 0, alarms: 0 });
  });
});

describe("a sleeping group", () => {
  it("is left asleep by a heartbeat, which is answered all the same", async () => {
    const biz = newBiz();
    const page = await connect(`/ws/order/${biz}/`);
    await evict(`order_${biz}`);
    page.send(HEARTBEAT);
    expect(await page.next()).toBe(HEARTBEAT);
    expect(await isAsleep(`order_${biz}`)).toBe(true);
  });

  it("with a waiting page, nothing registered and nothing to ask has no alarm due", async () => {
    const biz = newBiz();
    await connect(`/ws/order/${biz}/`);
    await evict(`order_${biz}`);
    expect(await armedAt(`order_${biz}`)).toBeNull();
  });

  it("relays no heartbeat to the other members", async () => {
    const biz = newBiz();
    const [first, second] = [await connect(`/ws/order/${biz}/`), await connect(`/ws/order/${biz}/`)];
    first.send(HEARTBEAT);
    expect(await first.next()).toBe(HEARTBEAT);
    first.send("text");
    expect(await second.next()).toBe('"text"');
  });
});
