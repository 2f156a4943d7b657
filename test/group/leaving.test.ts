// Members and alarm after each way in which a connection ends.
import { runInDurableObject } from "cloudflare:test";
import { describe, expect, it, onTestFinished, vi } from "vitest";
import { ADMISSION_HEADER, anybody, encodeAdmission } from "../../src/core/admission.ts";
import type { Group } from "../../src/group/group.ts";
import {
  alarmTime,
  callback,
  connect,
  evict,
  join,
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
  it.each([1000, 1001, 3000, 4001])("with %i is answered by 1000 without a reason", async (code) => {
    const page = await connect(newAlarmGroup().path);
    expect(await page.leave(code)).toEqual({ code: 1000, reason: "" });
  });

  it("of the last member stops the push, of another does not", async () => {
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

describe("a connection closed for a message", () => {
  const TOO_LONG = "x".repeat(32_769);

  it("leaves no alarm if it was the last member", async () => {
    const { group, path } = newAlarmGroup();
    const page = await connect(path);
    page.send(TOO_LONG);
    expect(await page.closed).toEqual({ code: 1009, reason: "frame_too_large" });
    expect(await getGroup(group)).toMatchObject({ connections: 0, next_push: null });
  });

  // Calls the handlers directly: the peer may never answer the close.
  it.each<[string, (object: Group, socket: WebSocket) => Promise<void>]>([
    ["a message that is too long", (object, socket) => object.webSocketMessage(socket, TOO_LONG)],
    ["a frame that breaks the protocol", (object, socket) => object.webSocketError(socket, new Error("bad opcode"))],
  ])("leaves no alarm even if it never answers the close, after %s", async (_what, end) => {
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

  it("keeps the alarm while others stay", async () => {
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

describe("a connection whose handshake fails", () => {
  it.each<[string, (storage: DurableObjectStorage) => () => void]>([
    [
      "for its alarm",
      (storage) => {
        const spy = vi.spyOn(storage, "setAlarm").mockRejectedValue(new Error("no alarm"));
        return () => spy.mockRestore();
      },
    ],
    [
      "for the position of its welcome",
      ({ kv }) => {
        const spy = vi.spyOn(kv, "put").mockImplementation(() => {
          throw new Error("disk full");
        });
        return () => spy.mockRestore();
      },
    ],
  ])("%s is no member", async (_what, fail) => {
    const { group } = newAlarmGroup();
    const count = await runInDurableObject(stubOf(group), async (object, { storage }) => {
      const restore = fail(storage);
      const admission = { mode: "v1", member: anybody, position: null } as const;
      const headers = { Upgrade: "websocket", [ADMISSION_HEADER]: encodeAdmission(admission) };
      await expect(object.fetch(new Request("https://group/", { headers }))).rejects.toThrow(/no alarm|disk full/);
      restore();
      return object.state().connections;
    });
    expect(count).toBe(0);
    const page = await join(group, {});
    expect(await page.nextJson()).toMatchObject({ type: "welcome" });
    expect(await getGroup(group)).toMatchObject({ connections: 1 });
  });
});

describe("a silent connection", () => {
  /** A page that sent one heartbeat. The platform stamps it by its own clock, far before the test's. */
  async function onceAlive(path: string) {
    const page = await connect(path);
    page.send(HEARTBEAT);
    expect(await page.next()).toBe(HEARTBEAT);
    return page;
  }

  /** Until then no connection can be silent, and none is checked. */
  const SILENCE = 75_001;

  it("is closed with 4201 when a tick wakes the group, and the last one stops the push", async () => {
    stopClock();
    const { group, path } = newAlarmGroup();
    const page = await onceAlive(path);
    expect(await fireAlarm(group, SILENCE)).toBe(true);
    expect(await page.closed).toEqual({ code: 4201, reason: "silent" });
    expect(await getGroup(group)).toMatchObject({ connections: 0, next_push: null });
  });

  it("is closed by a join, whose member then is the first and receives its tick at once", async () => {
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

  it("is closed by an event, and is not counted as a receiver", async () => {
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

  it("is closed by a callback, which the other members receive", async () => {
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

  it("excludes one that sends texts instead of heartbeats, also across a sleep, until 75 s after the last text", async () => {
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

  it("excludes one that never sent a heartbeat, such as an article's page", async () => {
    stopClock();
    const { group, path } = newAlarmGroup();
    const page = await connect(path);
    await fireAlarm(group, 24 * 3_600_000);
    expect(await page.nextJson()).toMatchObject({ type: "result" });
    expect(await getGroup(group)).toMatchObject({ connections: 1 });
  });

  it("excludes one whose last heartbeat is 74 s old", async () => {
    const { group, path } = newAlarmGroup();
    const page = await onceAlive(path);
    vi.useFakeTimers({ toFake: ["Date"], now: Date.now() + 74_000 });
    onTestFinished(() => void vi.useRealTimers());
    const marked = await sendMarker(group);
    // The first tick may arrive before the mark; a close must not.
    for (let frame = await page.next(); frame !== marked; frame = await page.next()) expect(frame).toContain("result");
    expect(await getGroup(group)).toMatchObject({ connections: 1 });
  });
});
