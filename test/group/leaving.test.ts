// However a connection ends, the members that remain and the alarm are right.
import { runInDurableObject } from "cloudflare:test";
import { describe, expect, it, onTestFinished, vi } from "vitest";
import type { Group } from "../../src/group/group.ts";
import {
  alarmTime,
  callback,
  connect,
  evict,
  getGroup,
  sendMarker,
  newAlarmGroup,
  newBiz,
  fireAlarm,
  stopClock,
  stubOf,
} from "../support/workerd.ts";

const HEARTBEAT = '{"type":"heartbeat"}';

describe("a close", () => {
  it.each([1000, 1001, 3000, 4001])("with %i is answered with 1000 and no reason", async (code) => {
    const page = await connect(newAlarmGroup().path);
    expect(await page.leave(code)).toEqual({ code: 1000, reason: "" });
  });

  it("of the last member ends the push, of another one does not", async () => {
    stopClock();
    const { group, path } = newAlarmGroup();
    const [first, second] = [await connect(path), await connect(path)];
    await first.leave();
    expect(await getGroup(group)).toMatchObject({ connections: 1 });
    expect(await alarmTime(group)).not.toBeNull();
    await second.leave();
    expect(await getGroup(group)).toMatchObject({ connections: 0, next_push: null });
  });
});

describe("a connection that ends for what it sent", () => {
  const TOO_LONG = "x".repeat(32_769);

  it("leaves no alarm if it was the last: a message that is too long", async () => {
    const { group, path } = newAlarmGroup();
    const page = await connect(path);
    page.send(TOO_LONG);
    expect(await page.closed).toEqual({ code: 1009, reason: "frame_too_large" });
    expect(await getGroup(group)).toMatchObject({ connections: 0, next_push: null });
  });

  // The handlers themselves: what comes after them, the peer's answer to the close, may never come.
  it.each<[string, (object: Group, socket: WebSocket) => Promise<void>]>([
    ["a message that is too long", (object, socket) => object.webSocketMessage(socket, TOO_LONG)],
    ["a frame that breaks the protocol", (object, socket) => object.webSocketError(socket, new Error("bad opcode"))],
  ])("leaves no alarm even if it never answers the close: %s", async (_what, end) => {
    stopClock();
    const { group, path } = newAlarmGroup();
    await connect(path);
    expect(await alarmTime(group)).not.toBeNull();
    const armed = await runInDurableObject(stubOf(group), async (object, state) => {
      const [socket = expect.fail("nobody there")] = state.getWebSockets();
      await end(object, socket);
      return state.storage.getAlarm();
    });
    expect(armed).toBeNull();
  });

  it("leaves the alarm to those who stay", async () => {
    stopClock();
    const { group, path } = newAlarmGroup();
    const page = await connect(path);
    const long = await connect(path);
    const armed = await alarmTime(group);
    long.send(TOO_LONG);
    expect(await long.closed).toMatchObject({ code: 1009 });
    const marked = await sendMarker(group);
    expect(await page.next()).toBe(marked);
    expect(await getGroup(group)).toMatchObject({ connections: 1 });
    expect(await alarmTime(group)).toBe(armed);
  });
});

describe("a silent connection", () => {
  /** A page that sent one heartbeat. The platform stamps it by its own clock, which is long before the test's. */
  async function onceAlive(path: string) {
    const page = await connect(path);
    page.send(HEARTBEAT);
    expect(await page.next()).toBe(HEARTBEAT);
    return page;
  }

  /** Before that nobody who comes can be silent, and nobody looks. */
  const SILENCE = 75_001;

  it("is closed with 4201 when a tick wakes the group, and the last one ends the push", async () => {
    stopClock();
    const { group, path } = newAlarmGroup();
    const page = await onceAlive(path);
    expect(await fireAlarm(group, SILENCE)).toBe(true);
    expect(await page.closed).toEqual({ code: 4201, reason: "silent" });
    expect(await getGroup(group)).toMatchObject({ connections: 0, next_push: null });
  });

  it("is closed by a join, whose member is then the first and gets its push at once", async () => {
    stopClock();
    const { group, path } = newAlarmGroup();
    const silent = await onceAlive(path);
    vi.setSystemTime(Date.now() + SILENCE);
    const page = await connect(path);
    expect(await silent.closed).toMatchObject({ code: 4201 });
    expect(await alarmTime(group)).toBe(Date.now() + 1);
    await fireAlarm(group);
    expect(await page.nextJson()).toEqual({ type: "result", data: "2100-01-01 00:01:15" });
  });

  it("is closed by an event, and counts for nobody", async () => {
    stopClock();
    const { group, path } = newAlarmGroup();
    const silent = await onceAlive(path);
    const page = await connect(path);
    vi.setSystemTime(Date.now() + SILENCE);
    const marked = await sendMarker(group);
    expect(await page.next()).toBe(marked);
    expect(await silent.closed).toMatchObject({ code: 4201 });
    expect(await getGroup(group)).toMatchObject({ connections: 1 });
  });

  it("is closed by a callback, which the others hear", async () => {
    stopClock();
    const biz = newBiz();
    const page = await connect(`/ws/order/${biz}/`);
    const silent = await onceAlive(`/ws/order/${biz}/`);
    vi.setSystemTime(Date.now() + SILENCE);
    await callback(biz);
    expect(await page.nextJson()).toMatchObject({ biz, paid: true });
    expect(await silent.closed).toEqual({ code: 4201, reason: "silent" });
    expect(await getGroup(`order_${biz}`)).toMatchObject({ connections: 1 });
  });

  it("is none that has gone over from heartbeats to texts, also across a sleep; it is one again 75 s after the last", async () => {
    stopClock();
    const biz = newBiz();
    const group = `order_${biz}`;
    const page = await onceAlive(`/ws/order/${biz}/`);
    page.send("still here");
    expect(await page.next()).toBe('"still here"');
    await callback(biz, { status: "failed" });
    expect(await page.nextJson()).toMatchObject({ biz, status: "failed" });

    await evict(group);
    vi.setSystemTime(Date.now() + 75_000);
    await callback(biz);
    expect(await page.nextJson()).toMatchObject({ biz, status: "paid" });
    expect(await getGroup(group)).toMatchObject({ connections: 1 });

    vi.setSystemTime(Date.now() + 1);
    await sendMarker(group);
    expect(await page.closed).toMatchObject({ code: 4201 });
  });

  it("is none that never sent a heartbeat: an article's page may be quiet for ever", async () => {
    stopClock();
    const { group, path } = newAlarmGroup();
    const page = await connect(path);
    await fireAlarm(group, 24 * 3_600_000);
    expect(await page.nextJson()).toMatchObject({ type: "result" });
    expect(await getGroup(group)).toMatchObject({ connections: 1 });
  });

  it("is none whose last heartbeat is 74 s old: the next may still come in time", async () => {
    const { group, path } = newAlarmGroup();
    const page = await onceAlive(path);
    vi.useFakeTimers({ toFake: ["Date"], now: Date.now() + 74_000 });
    onTestFinished(() => void vi.useRealTimers());
    const marked = await sendMarker(group);
    // The group's own first push may come before the mark; no close does.
    for (let frame = await page.next(); frame !== marked; frame = await page.next()) expect(frame).toContain("result");
    expect(await getGroup(group)).toMatchObject({ connections: 1 });
  });
});
