// Idle is free: rows written, wake-ups, and the rows that remain.
import { indexPlace } from "../../src/callbacks/order-id.ts";
import { describe, expect, it, vi } from "vitest";
import storagePage from "../../docs/storage.md?raw";
import { countWrites, tablesOf, type Writes } from "../support/storage.ts";
import {
  alarmTime,
  backend,
  callback,
  connect,
  evict,
  isAsleep,
  join,
  newAlarmGroup,
  newBiz,
  newFeed,
  fireAlarm,
  stopClock,
} from "../support/workerd.ts";

/** The figures of docs/storage.md for an event. */
function documented(what: string): { rows: number; alarms: number } {
  const [, rows, alarms] =
    storagePage
      .split("\n")
      .map((line) => /^\| (.+?) +\| (\d+) +\| (\d+) +\|$/.exec(line))
      .find((row) => row?.[1] === what)
      ?.slice(1) ?? [];
  return { rows: Number(rows), alarms: Number(alarms) };
}

const HEARTBEAT = '{"type":"heartbeat"}';

describe("rows written", () => {
  it("by a tick to plain members: one, its alarm", async () => {
    stopClock();
    const { group, path } = newAlarmGroup();
    const page = await connect(path);
    await fireAlarm(group);
    const writes = await countWrites(group);
    for (let tick = 1; tick <= 20; tick++) await fireAlarm(group);
    expect(writes).toEqual({ rows: 20, alarms: 20 });
    expect(documented("each tick: its alarm")).toEqual({ rows: 1, alarms: 1 });
    for (let tick = 0; tick <= 20; tick++) await page.next();
  });

  it("by a tick with a belfry.v1 member: two, its alarm and the latest publication", async () => {
    stopClock();
    const { group, path } = newAlarmGroup();
    await connect(path);
    const page = await join(group, {});
    await fireAlarm(group);
    const writes = await countWrites(group);
    for (let tick = 1; tick <= 20; tick++) await fireAlarm(group);
    expect(writes).toEqual({ rows: 40, alarms: 20 });
    expect(documented("each tick with a belfry.v1 member: its alarm, the latest publication")).toEqual({
      rows: 2,
      alarms: 1,
    });
    await page.leave();
    const after = { ...writes };
    await fireAlarm(group);
    expect({ rows: writes.rows - after.rows, alarms: writes.alarms - after.alarms }).toEqual({ rows: 1, alarms: 1 });
  });

  it("by a leave with a belfry.v1 member: three; by the return: three; by its announcement: four", async () => {
    stopClock();
    const { group } = newFeed();
    await join(group, {});
    const first = await join(group, { sub: "ann" });
    const writes = await countWrites(group);
    await first.leave();
    expect(writes).toEqual({ rows: 3, alarms: 1 });
    expect(documented("a leave with a belfry.v1 member: the pending leave, its due-time, the alarm")).toEqual(writes);
    const back = await join(group, { sub: "ann" });
    expect(writes).toEqual({ rows: 6, alarms: 1 });
    expect(documented("a return within three seconds: all of that is deleted")).toEqual({ rows: 3, alarms: 0 });
    await back.leave();
    expect(writes).toEqual({ rows: 9, alarms: 2 });
    await fireAlarm(group);
    expect(writes).toEqual({ rows: 13, alarms: 3 });
    expect(documented("its announcement: a guard alarm, and all of that is deleted")).toEqual({
      rows: 4,
      alarms: 1,
    });
  });

  it("by the first join: two, the start and its alarm; by a later join: none", async () => {
    stopClock();
    const { group, path } = newAlarmGroup();
    const writes = await countWrites(group);
    await connect(path);
    expect(writes).toEqual({ rows: 2, alarms: 1 });
    expect(documented("the first join of a group with a push: its start and its alarm")).toEqual(writes);
    await connect(path);
    expect(writes).toEqual({ rows: 2, alarms: 1 });
  });

  it("by a page that waits for an order: none, and no table and no alarm", async () => {
    const biz = newBiz();
    const writes = await countWrites(`order_${biz}`);
    const page = await connect(`/ws/order/${biz}/`);
    page.send("hello");
    await page.next();
    expect(writes).toEqual({ rows: 0, alarms: 0 });
    expect(await tablesOf(`order_${biz}`)).toEqual([]);
    expect(await alarmTime(`order_${biz}`)).toBeNull();
    await page.leave();
    expect(writes).toEqual({ rows: 0, alarms: 0 });
  });

  it("by the first callback of an order: one; by its repetition: none; by another: one", async () => {
    const biz = newBiz();
    const writes = await countWrites(`order_${biz}`);
    await callback(biz);
    expect(writes).toEqual({ rows: 1, alarms: 0 });
    expect(documented("an order's first callback: the order")).toEqual(writes);
    await callback(biz);
    expect(writes).toEqual({ rows: 1, alarms: 0 });
    await callback(biz, { event_id: "another" });
    expect(writes).toEqual({ rows: 2, alarms: 0 });
    expect(documented("each further callback with a new fact: the order")).toEqual({ rows: 1, alarms: 0 });
  });

  it("by the first callback with a payment id: two, one of them the claim; by its repetition: none", async () => {
    const biz = newBiz();
    const { group } = await indexPlace({ instance: "backend", paymentId: `p-${biz}` });
    // Create the table of this part of the index first, as it exists for all but the first payment.
    const other = await otherPaymentIn(group);
    await callback(newBiz(), { payment_id: other });
    const [order, index] = [await countWrites(`order_${biz}`), await countWrites(group)];
    for (let times = 0; times < 2; times++) {
      await callback(biz, { payment_id: `p-${biz}` });
      const writes = { rows: order.rows + index.rows, alarms: order.alarms + index.alarms };
      expect(writes).toEqual({ rows: 2, alarms: 0 });
      expect(documented("an order's first callback with a payment id: the order; and in the index the claim")).toEqual(
        writes,
      );
    }
    expect(index).toEqual({ rows: 1, alarms: 0 });
  });

  it("by a leave while others stay: none", async () => {
    stopClock();
    const { group, path } = newAlarmGroup();
    const first = await connect(path);
    await connect(path);
    const writes = await countWrites(group);
    await first.leave();
    expect(writes).toEqual({ rows: 0, alarms: 0 });
  });
});

/** The id of another payment in the same part of the index. */
async function otherPaymentIn(part: string): Promise<string> {
  for (;;) {
    const paymentId = `other-${newBiz()}`;
    if ((await indexPlace({ instance: "backend", paymentId })).group === part) return paymentId;
  }
}

describe("rows written by a send", () => {
  const send = (group: string, key?: string) =>
    backend(
      "POST",
      `/groups/${group}/send`,
      { type: "send.message", message: 1 },
      key === undefined ? {} : { "Idempotency-Key": key },
    );
  /** The rows and alarms that `work` writes. */
  async function written(writes: Writes, work: () => Promise<unknown>): Promise<Writes> {
    const { rows, alarms } = { ...writes };
    await work();
    return { rows: writes.rows - rows, alarms: writes.alarms - alarms };
  }

  it("to a feed: first its position, table, expiry and one alarm; then one each, and one per deleted publication", async () => {
    const { group } = newFeed();
    const writes = await countWrites(group);
    expect(await written(writes, () => send(group))).toEqual(
      documented("the first publication of a feed: the position, its table, itself, its expiry, the alarm"),
    );
    const further = documented("each further publication of a feed: itself");
    expect(await written(writes, () => send(group))).toEqual(further);
    for (let i = 3; i <= 100; i++) await send(group);
    const beyond = documented("each publication beyond the last 100: itself, and the deleted one");
    for (let i = 0; i < 3; i++) expect(await written(writes, () => send(group))).toEqual(beyond);
    expect([further, beyond]).toEqual([
      { rows: 1, alarms: 0 },
      { rows: 2, alarms: 0 },
    ]);
  });

  it("without a key to a group without history: none, and no alarm", async () => {
    const group = `order_${newBiz()}`;
    const writes = await countWrites(group);
    await connect(`/ws/order/${group.slice(6)}/`);
    await send(group);
    expect(writes).toEqual({ rows: 0, alarms: 0 });
    expect(
      documented("a repeated callback, a waiting page, a relay, a heartbeat, a later join, a send without history"),
    ).toEqual(writes);
    expect(await tablesOf(group)).toEqual([]);
    expect(await alarmTime(group)).toBeNull();
  });

  it("with a key: first the table, its expiry and one alarm; then one per key, none for a repetition", async () => {
    const group = `order_${newBiz()}`;
    const writes = await countWrites(group);
    expect(await written(writes, () => send(group, "k"))).toEqual(
      documented("a group's first send with an idempotency key: its table, the key, its expiry, the alarm"),
    );
    const further = documented("each further send with a key: the key");
    expect(await written(writes, () => send(group, "l"))).toEqual(further);
    expect(further).toEqual({ rows: 1, alarms: 0 });
    expect(await written(writes, () => send(group, "l"))).toEqual({ rows: 0, alarms: 0 });
  });
});

describe("rows and alarms of a complete journey", () => {
  it("an order: connect, relay, callback, duplicate, late join, leave", async () => {
    const biz = newBiz();
    const writes = await countWrites(`order_${biz}`);
    const page = await connect(`/ws/order/${biz}/`);
    page.send("hello");
    expect(await page.next()).toBe('"hello"');
    await callback(biz);
    expect(await page.nextJson()).toMatchObject({ paid: true });
    await callback(biz);
    const late = await connect(`/ws/order/${biz}/`);
    expect(await late.nextJson()).toMatchObject({ paid: true });
    await page.leave();
    await late.leave();
    // Written by the callback alone.
    expect(writes).toEqual({ rows: 1, alarms: 0 });
    expect(documented("an order: connect, relay, callback, duplicate, late join, leave")).toEqual(writes);
    expect(await tablesOf(`order_${biz}`)).toEqual([]);
  });

  it("an alarm group: join, three ticks, second join, both leave", async () => {
    stopClock();
    const { group, path } = newAlarmGroup();
    const writes = await countWrites(group);
    const first = await connect(path);
    for (let tick = 0; tick < 3; tick++) await fireAlarm(group);
    const second = await connect(path);
    for (let tick = 0; tick < 3; tick++) expect(await first.nextJson()).toMatchObject({ type: "result" });
    await first.leave();
    const beforeTheLast = { ...writes };
    await second.leave();
    expect(documented("the last leave of a group with a push: everything is deleted")).toEqual({
      rows: writes.rows - beforeTheLast.rows,
      alarms: writes.alarms - beforeTheLast.alarms,
    });
    // Start (1), its alarm (1), the alarm of each tick (3), deletion (1).
    expect(writes).toEqual({ rows: 6, alarms: 4 });
    expect(documented("an alarm group: join, three ticks, second join, both leave")).toEqual(writes);
    expect(await alarmTime(group)).toBeNull();
  });

  it("a single channel: connect, ping, echo, tick, leave", async () => {
    stopClock();
    const id = newBiz();
    const group = `channel_${id}`;
    const writes = await countWrites(group);
    const page = await connectChannel(id);
    page.send("ping");
    expect(await page.nextJson()).toMatchObject({ type: "ping" });
    page.send('{"message":7}');
    expect(await page.nextJson()).toBe(7);
    await fireAlarm(group);
    expect(await page.nextJson()).toMatchObject({ type: "result" });
    await page.leave();
    // Start (1), its alarm (1), the alarm of the tick (1), deletion (1).
    expect(writes).toEqual({ rows: 4, alarms: 2 });
    expect(documented("a single channel: connect, ping, echo, tick, leave")).toEqual(writes);
    expect(await alarmTime(group)).toBeNull();
  });

  /** Connects a single channel with a known id, so that its first rows are counted too. */
  async function connectChannel(id: string) {
    const uuid =
      `${id.slice(0, 8)}-${id.slice(8, 12)}-${id.slice(12, 16)}-${id.slice(16, 20)}-${id.slice(20)}` as const;
    const drawn = vi.spyOn(crypto, "randomUUID").mockReturnValueOnce(uuid);
    const page = await connect("/ws/channel/");
    drawn.mockRestore();
    return page;
  }
});

describe("a sleeping group", () => {
  it("answers a heartbeat without waking", async () => {
    const biz = newBiz();
    const page = await connect(`/ws/order/${biz}/`);
    await evict(`order_${biz}`);
    page.send(HEARTBEAT);
    expect(await page.next()).toBe(HEARTBEAT);
    expect(await isAsleep(`order_${biz}`)).toBe(true);
  });

  it("with a waiting page has no alarm, unless the order is registered or can be queried", async () => {
    const biz = newBiz();
    await connect(`/ws/order/${biz}/`);
    await evict(`order_${biz}`);
    expect(await alarmTime(`order_${biz}`)).toBeNull();
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
