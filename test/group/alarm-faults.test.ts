// Faults of the alarm and of `produce`: the push continues, sends each tick once, and stops without members.
import { evictDurableObject, runInDurableObject } from "cloudflare:test";
import { describe, expect, it, onTestFinished, vi } from "vitest";
import { alarm } from "../support/consumers.ts";
import type { PeriodicPush, Tick } from "../../src/consumers/consumer.ts";
import { Presence } from "../../src/group/sockets/presence.ts";
import { LINGER_MS } from "../../src/core/limits.ts";
import {
  alarmTime,
  connect,
  captureErrors,
  getGroup,
  sendMarker,
  newAlarmGroup,
  fireAlarm,
  stopClock,
  stubOf,
} from "../support/workerd.ts";

const PERIOD = 60_000;
const V1 = { "Sec-WebSocket-Protocol": "belfry.v1" };
const HEARTBEAT = '{"type":"heartbeat"}';
const push = alarm.push ?? expect.fail("the alarm consumer has a push");

/** A group with one page that has received its first tick, at `start`. */
async function startedGroup() {
  stopClock();
  const { group, path, project } = newAlarmGroup();
  const page = await connect(path);
  await fireAlarm(group);
  await page.next();
  return { group, path, project, page, start: Date.now() };
}

/** Replaces the consumer's `produce`. */
function produceBy(produce: PeriodicPush["produce"]) {
  const spy = vi.spyOn(push, "produce").mockImplementation(produce);
  onTestFinished(() => spy.mockRestore());
  return spy;
}

describe("a produce", () => {
  it("receives the time, the group, its params, the env and a signal", async () => {
    const { group, project } = await startedGroup();
    const produce = produceBy(() => "made");
    await fireAlarm(group);
    const tick: Tick = produce.mock.calls[0]?.[0] ?? expect.fail("not called");
    expect(tick).toMatchObject({ now: Date.now(), group, params: { project } });
    expect(tick.env.GROUP).toBeDefined();
    expect(tick.signal).toBeInstanceOf(AbortSignal);
  });

  it("runs after the next alarm is set, so that the push continues after a crash", async () => {
    const { group, start } = await startedGroup();
    const storage = await runInDurableObject(stubOf(group), (_object, state) => state.storage);
    const armed: (number | null)[] = [];
    produceBy(async () => {
      armed.push(await storage.getAlarm());
      return "made";
    });
    await fireAlarm(group);
    await fireAlarm(group);
    expect(armed).toEqual([start + 2 * PERIOD, start + 3 * PERIOD]);
  });

  it.each<[string, PeriodicPush["produce"], object]>([
    [
      "that throws",
      () => {
        throw new RangeError("no result today");
      },
      { reason: "threw", detail: "RangeError: no result today" },
    ],
    [
      "that rejects",
      () => Promise.reject(new Error("backend is down")),
      { reason: "threw", detail: "Error: backend is down" },
    ],
    [
      "that gives nothing",
      () => undefined as never,
      { reason: "not_json", detail: expect.stringContaining("TypeError") },
    ],
    ["that returns too much", () => "x".repeat(524_287), { reason: "too_large", detail: "524289 characters" }],
    ["that returns a bigint", () => 1n as never, { reason: "not_json", detail: expect.stringContaining("TypeError") }],
  ])("%s loses this tick of its group, is logged, and the next tick is sent", async (_what, produce, line) => {
    const { group, page, start } = await startedGroup();
    const log = captureErrors();
    const spy = produceBy(produce);
    expect(await fireAlarm(group)).toBe(true);
    expect(log()).toEqual([{ event: "push", group, ms: expect.any(Number), ...line }]);
    const marked = await sendMarker(group);
    expect(await page.next()).toBe(marked);

    spy.mockRestore();
    expect(await alarmTime(group)).toBe(start + 2 * PERIOD);
    await fireAlarm(group);
    expect(await page.nextJson()).toEqual({ type: "result", data: "2100-01-01 00:02:00" });
  });

  it.each<[string, PeriodicPush["produce"]]>([
    ["never ends and ignores its signal", () => new Promise(() => undefined)],
    ["is slower than the period", () => new Promise((resolve) => setTimeout(() => resolve("too late"), 150))],
  ])("that %s times out, is logged, and the next tick is sent", async (_what, produce) => {
    const every = vi.spyOn(push, "every").mockReturnValue(100);
    onTestFinished(() => every.mockRestore());
    const { group, page, start } = await startedGroup();
    const log = captureErrors();
    const spy = produceBy(produce);
    expect(await fireAlarm(group)).toBe(true);
    const signal = spy.mock.calls[0]?.[0].signal;
    expect(signal).toMatchObject({ aborted: true });
    expect(log()).toMatchObject([{ event: "push", group, reason: "timed_out", detail: "no result within 100 ms" }]);

    spy.mockImplementation(() => "the next tick");
    expect(await alarmTime(group)).toBe(start + 200);
    await fireAlarm(group);
    expect(await page.nextJson()).toBe("the next tick");
  });

  it("is aborted when the last member leaves, and its result reaches no later member", async () => {
    const { group, path, page } = await startedGroup();
    const spy = produceBy(
      ({ signal }) =>
        new Promise((resolve) => signal.addEventListener("abort", () => resolve("of the old group"), { once: true })),
    );
    const rung = fireAlarm(group);
    await vi.waitUntil(() => spy.mock.calls.length === 1, { timeout: 30_000 });
    await page.leave();
    expect(await rung).toBe(true);
    spy.mockRestore();

    const next = await connect(path);
    expect(await alarmTime(group)).toBe(Date.now() + 1);
    await fireAlarm(group);
    expect(await next.nextJson()).toEqual({ type: "result", data: "2100-01-01 00:01:00" });
  });

  it("is aborted when a join closes the last, silent member and starts the push anew", async () => {
    const { group, path, page } = await startedGroup();
    page.send(HEARTBEAT);
    expect(await page.next()).toBe(HEARTBEAT);
    const spy = produceBy(
      ({ signal }) =>
        new Promise((resolve) => signal.addEventListener("abort", () => resolve("of the old group"), { once: true })),
    );
    // The platform stamps heartbeats by its own clock, so by the test's clock the page is silent except for its messages.
    vi.setSystemTime(Date.now() + PERIOD);
    page.send("still here");
    const rung = fireAlarm(group);
    await vi.waitUntil(() => spy.mock.calls.length === 1, { timeout: 30_000 });
    vi.setSystemTime(Date.now() + 75_001);
    const next = await connect(path);
    expect(await page.closed).toMatchObject({ code: 4201 });
    expect(spy.mock.calls[0]?.[0].signal).toMatchObject({ aborted: true });
    expect(await rung).toBe(true);
    spy.mockRestore();

    await fireAlarm(group);
    expect(await next.nextJson()).toEqual({ type: "result", data: "2100-01-01 00:02:15" });
  });
});

describe("the grid", () => {
  it("starts at the actual time of the first alarm", async () => {
    stopClock();
    const { group, path } = newAlarmGroup();
    await runInDurableObject(stubOf(group), (_object, { storage }) => {
      const setAlarm = storage.setAlarm.bind(storage);
      storage.setAlarm = (at) => {
        storage.setAlarm = setAlarm; // delays only the first alarm
        return setAlarm(Number(at) + 7);
      };
    });
    await connect(path);
    const start = (await alarmTime(group)) ?? expect.fail("no alarm");
    expect(start).toBe(Date.now() + 8);
    await fireAlarm(group);
    expect(await alarmTime(group)).toBe(start + PERIOD);
  });
});

describe("an alarm", () => {
  it("that fires twice pushes once", async () => {
    const { group, page, start } = await startedGroup();
    await fireAlarm(group);
    await page.next();
    await runInDurableObject(stubOf(group), (object) =>
      object.alarm({ scheduledTime: start + PERIOD, isRetry: true, retryCount: 1 }),
    );
    const marked = await sendMarker(group);
    expect(await page.next()).toBe(marked);
    expect(await alarmTime(group)).toBe(start + 2 * PERIOD);
  });

  it("that fires twice pushes once, also if the object slept in between", async () => {
    const { group, page, start } = await startedGroup();
    await fireAlarm(group);
    await page.next();
    await evictDurableObject(stubOf(group));
    await runInDurableObject(stubOf(group), (object) =>
      object.alarm({ scheduledTime: start + PERIOD, isRetry: false, retryCount: 0 }),
    );
    const marked = await sendMarker(group);
    expect(await page.next()).toBe(marked);
  });

  it("set for a leave just after a tick does not push that tick again", async () => {
    const { group, path, page, start } = await startedGroup();
    await connect(path, V1);
    const gone = await connect(path, V1);
    vi.setSystemTime(start + PERIOD + 50 - LINGER_MS);
    await gone.leave();
    await fireAlarm(group);
    expect(await page.nextJson()).toEqual({ type: "result", data: "2100-01-01 00:01:00" });
    expect(await alarmTime(group)).toBe(start + PERIOD + 50);
    await fireAlarm(group);
    const marked = await sendMarker(group);
    expect(await page.next()).toBe(marked);
    expect(await alarmTime(group)).toBe(start + 2 * PERIOD);
  });

  it("set for a leave just before a tick does not skip that tick", async () => {
    const { group, path, page, start } = await startedGroup();
    await connect(path, V1);
    const gone = await connect(path, V1);
    vi.setSystemTime(start + PERIOD - 1 - LINGER_MS);
    await gone.leave();
    const spy = vi.spyOn(Presence.prototype, "announceLeaves").mockImplementationOnce(function (this: Presence, now) {
      vi.setSystemTime(start + PERIOD);
      this.announceLeaves(now);
    });
    onTestFinished(() => spy.mockRestore());
    await fireAlarm(group);
    await fireAlarm(group);
    expect(await page.nextJson()).toEqual({ type: "result", data: "2100-01-01 00:01:00" });
    const marked = await sendMarker(group);
    expect(await page.next()).toBe(marked);
  });

  it("an hour late pushes once and returns to the grid", async () => {
    const { group, page, start } = await startedGroup();
    await fireAlarm(group, 60 * PERIOD + 1234);
    expect(await page.nextJson()).toEqual({ type: "result", data: "2100-01-01 01:01:01" });
    const marked = await sendMarker(group);
    expect(await page.next()).toBe(marked);
    expect(await alarmTime(group)).toBe(start + 62 * PERIOD);
  });

  it.each<[string, (group: string, path: string, page: { send(text: string): void }) => Promise<unknown>]>([
    ["a join", (_group, path) => connect(path)],
    ["a message", async (_group, _path, page) => page.send("hello?")],
    ["an event", (group) => sendMarker(group)],
  ])("that is lost while a member is connected is set again, on the grid, by %s", async (_what, wake) => {
    const { group, path, page, start } = await startedGroup();
    vi.setSystemTime(start + 10 * PERIOD + 5);
    await runInDurableObject(stubOf(group), (_object, state) => state.storage.deleteAlarm());
    await evictDurableObject(stubOf(group));
    await wake(group, path, page);
    await vi.waitUntil(async () => (await alarmTime(group)) === start + 11 * PERIOD, { timeout: 30_000 });
  });

  it("stuck in the past counts as lost", async () => {
    const { group, path, start } = await startedGroup();
    vi.setSystemTime(start + 3 * PERIOD + 1);
    expect(await alarmTime(group)).toBe(start + PERIOD);
    await connect(path);
    expect(await alarmTime(group)).toBe(start + 4 * PERIOD);
  });

  it("of a restarted object without connections stops the push and deletes all rows", async () => {
    const { group, path } = await startedGroup();
    await evictDurableObject(stubOf(group), { webSockets: "close" });
    expect(await fireAlarm(group)).toBe(true);
    expect(await getGroup(group)).toEqual({
      group,
      consumer: "alarm",
      connections: 0,
      users: 0,
      next_push: null,
      position: { epoch: null, offset: 0 },
    });
    const page = await connect(path);
    await fireAlarm(group);
    expect(await page.nextJson()).toEqual({ type: "result", data: expect.any(String) });
  });
});
