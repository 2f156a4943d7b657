// However a connection ends, the members that remain and the alarm are right.
import { describe, expect, it, onTestFinished, vi } from "vitest";
import { armedAt, connect, look, mark, newAlarmGroup, ring, stopClock } from "../support/workerd.ts";

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
    expect(await look(group)).toMatchObject({ connections: 1 });
    expect(await armedAt(group)).not.toBeNull();
    await second.leave();
    expect(await look(group)).toMatchObject({ connections: 0, next_push: null });
  });
});

describe("a silent connection", () => {
  /** A page that sent one heartbeat, long before the test's clock: the platform stamps it by its own. */
  async function onceAlive(path: string) {
    const page = await connect(path);
    page.send(HEARTBEAT);
    expect(await page.next()).toBe(HEARTBEAT);
    return page;
  }

  it("is closed with 4201 when a tick wakes the group, and the last one ends the push", async () => {
    stopClock();
    const { group, path } = newAlarmGroup();
    const page = await onceAlive(path);
    expect(await ring(group)).toBe(true);
    expect(await page.closed).toEqual({ code: 4201, reason: "silent" });
    expect(await look(group)).toMatchObject({ connections: 0, next_push: null });
  });

  it("is closed by a join, whose member is then the first and gets its push at once", async () => {
    stopClock();
    const { group, path } = newAlarmGroup();
    const silent = await onceAlive(path);
    vi.setSystemTime(Date.now() + 1000);
    const page = await connect(path);
    expect(await silent.closed).toMatchObject({ code: 4201 });
    expect(await armedAt(group)).toBe(Date.now() + 1);
    await ring(group);
    expect(await page.nextJson()).toEqual({ type: "result", data: "2100-01-01 00:00:01" });
  });

  it("is closed by an event, and counts for nobody", async () => {
    stopClock();
    const { group, path } = newAlarmGroup();
    const silent = await onceAlive(path);
    const page = await connect(path);
    const marked = await mark(group);
    expect(await page.next()).toBe(marked);
    expect(await silent.closed).toMatchObject({ code: 4201 });
    expect(await look(group)).toMatchObject({ connections: 1 });
  });

  it("is none that never sent a heartbeat: an article's page may be quiet for ever", async () => {
    stopClock();
    const { group, path } = newAlarmGroup();
    const page = await connect(path);
    await ring(group, 24 * 3_600_000);
    expect(await page.nextJson()).toMatchObject({ type: "result" });
    expect(await look(group)).toMatchObject({ connections: 1 });
  });

  it("is none whose last heartbeat is 75 s old", async () => {
    const { group, path } = newAlarmGroup();
    const page = await onceAlive(path);
    vi.useFakeTimers({ toFake: ["Date"], now: Date.now() + 74_000 });
    onTestFinished(() => void vi.useRealTimers());
    const marked = await mark(group);
    // The group's own first push may come before the mark; no close does.
    for (let frame = await page.next(); frame !== marked; frame = await page.next()) expect(frame).toContain("result");
    expect(await look(group)).toMatchObject({ connections: 1 });
  });
});
