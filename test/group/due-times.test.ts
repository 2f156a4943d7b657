// The single alarm of a group is set to the earliest due-time, and removed with the last.
import { runInDurableObject } from "cloudflare:test";
import { beforeEach, describe, expect, it, onTestFinished, vi } from "vitest";
import { alarm } from "../support/consumers.ts";
import type { Consumer } from "../../src/consumers/consumer.ts";
import { tablesOf } from "../support/storage.ts";
import {
  alarmTime,
  connect,
  backend,
  join,
  getGroup,
  newAlarmGroup,
  newFeed,
  fireAlarm,
  stopClock,
  stubOf,
  type Page,
} from "../support/workerd.ts";

const DAY = 86_400_000;

let begun: number;
beforeEach(() => {
  stopClock();
  begun = Date.now();
});

/** The alarm's time, in ms since the start of the test. */
async function armed(group: string): Promise<number | null> {
  const at = await alarmTime(group);
  return at === null ? null : at - begun;
}
const at = (ms: number): void => void vi.setSystemTime(begun + ms);
const member = (sub: string, expires: number) => ({ sub, expiresAt: begun + expires });

async function arrive(group: string, who: { sub?: string; expiresAt?: number } = {}): Promise<Page> {
  const page = await join(group, who);
  expect(await page.nextJson()).toMatchObject({ type: "welcome" });
  return page;
}

const send = (group: string, headers: Record<string, string> = {}): Promise<Response> =>
  backend("POST", `/groups/${group}/send`, { type: "send.message", message: "sent" }, headers);

/** Fires the alarm until it is removed. Returns the times, in ms since the start of the test. */
async function ringOut(group: string): Promise<number[]> {
  const rung: number[] = [];
  while (await fireAlarm(group)) rung.push(Date.now() - begun);
  return rung;
}

const storedBy = (group: string): Promise<unknown[]> =>
  runInDurableObject(stubOf(group), async (_object, { storage }) => [
    ...(await tablesOf(group)),
    ...[...storage.kv.list()].map(([key]) => key),
  ]);

/** The alarm consumer with changed options. */
function declare(changed: Partial<Consumer>): void {
  const before = { ...alarm };
  Object.assign(alarm, changed);
  onTestFinished(() => void Object.assign(alarm, before));
}

describe("a group that has a push, tokens, presence and a stream", () => {
  it("wakes for the earliest due-time, and a day after the last leave for its position", async () => {
    declare({ access: "token", keeps: "stream" });
    const { group } = newAlarmGroup();
    const ben = await arrive(group, member("ben", 100_000));
    expect(await armed(group)).toBe(1);
    await fireAlarm(group);
    expect(await armed(group)).toBe(60_001);
    at(10_000);
    await send(group);
    expect(await armed(group)).toBe(60_001);

    const next = async (page: Page, expected: object) => expect(await page.nextJson()).toMatchObject(expected);
    await next(ben, { type: "publication", data: { type: "result" } });
    await next(ben, { type: "publication", offset: 1 });

    at(20_000);
    const ann = await arrive(group, member("ann", 50_000));
    await next(ben, { type: "join", sub: "ann" });
    expect(await armed(group)).toBe(50_000);
    await fireAlarm(group);
    await next(ann, { type: "error", reason: "token_expires" });
    expect(await armed(group)).toBe(60_001);
    at(58_000);
    await (await arrive(group, member("cleo", 3_600_000))).leave();
    for (const page of [ann, ben]) await next(page, { type: "join", sub: "cleo" });
    expect(await armed(group)).toBe(60_001);
    await fireAlarm(group);
    for (const page of [ann, ben]) await next(page, { type: "publication", data: { type: "result" } });
    expect(await armed(group)).toBe(61_000);
    await fireAlarm(group);
    for (const page of [ann, ben]) await next(page, { type: "leave", sub: "cleo" });
    expect(await armed(group)).toBe(75_000);
    await fireAlarm(group);
    expect(await ann.closed).toMatchObject({ code: 4205 });
    expect(await armed(group)).toBe(78_000);
    await fireAlarm(group);
    await next(ben, { type: "leave", sub: "ann" });
    expect(await armed(group)).toBe(100_000);
    await fireAlarm(group);
    await next(ben, { type: "error", reason: "token_expires" });
    expect(await armed(group)).toBe(120_001);
    at(110_000);
    await ben.leave();
    expect(await ringOut(group)).toEqual([310_000, 310_000 + DAY]);
    expect(await storedBy(group)).toEqual([]);
  });

  it("retains its position for a day without any publication", async () => {
    declare({ access: "token", keeps: "stream" });
    const { group } = newAlarmGroup();
    const ann = await arrive(group, member("ann", 30_000));
    await fireAlarm(group);
    at(20_000);
    await ann.leave();
    expect(await ringOut(group)).toEqual([320_000, 320_000 + DAY]);
    expect(await storedBy(group)).toEqual([]);
  });
});

describe("a group that has a push and tokens", () => {
  it("wakes for idempotency keys but for no token after the last leave", async () => {
    declare({ access: "token" });
    const { group } = newAlarmGroup();
    const page = await arrive(group, member("ann", 30_000));
    await fireAlarm(group);
    await send(group, { "Idempotency-Key": "k" });
    at(20_000);
    await page.leave();
    expect(await ringOut(group)).toEqual([1 + DAY]);
    expect(await storedBy(group)).toEqual([]);
  });

  it("is deleted when the last member's token expires", async () => {
    declare({ access: "token" });
    const { group } = newAlarmGroup();
    const page = await join(group, member("ann", 30_000), "plain");
    expect(await ringOut(group)).toEqual([1, 30_000]);
    expect(await page.closed).toMatchObject({ code: 4205 });
    expect(await storedBy(group)).toEqual([]);
  });
});

describe("a feed", () => {
  it("wakes for the earliest token, and for none after the last leave", async () => {
    const { group } = newFeed();
    const [ann, ben] = [member("ann", 50_000), member("ben", 40_000)];
    const pages = [await join(group, ann, "plain"), await join(group, ben, "plain")];
    expect(await armed(group)).toBe(40_000);
    for (const page of pages) await page.leave();
    expect(await armed(group)).toBeNull();
    expect(await storedBy(group)).toEqual([]);
  });

  it("wakes only for its position after the last member's token expires", async () => {
    const { group } = newFeed();
    const page = await arrive(group, member("ann", 50_000));
    expect(await ringOut(group)).toEqual([50_000, 75_000, 375_000, 375_000 + DAY]);
    expect(await page.closed).toMatchObject({ code: 4205 });
    expect(await storedBy(group)).toEqual([]);
  });

  it("wakes for a leave, a token, its publications and its position, in this order", async () => {
    const { group } = newFeed();
    const page = await arrive(group, member("ann", 8_000));
    await (await arrive(group, { sub: "ben" })).leave();
    await send(group, { "Idempotency-Key": "k" });
    expect(await ringOut(group)).toEqual([3000, 8000, 33_000, 300_000, DAY, DAY + 300_000]);
    expect(await page.closed).toMatchObject({ code: 4205 });
    expect(await storedBy(group)).toEqual([]);
  });
});

describe("a clock that goes back by an hour", () => {
  it("stops no tick: the next event sets the alarm within a period", async () => {
    const { group, path } = newAlarmGroup();
    const page = await connect(path);
    await fireAlarm(group);
    expect(await page.nextJson()).toMatchObject({ type: "result" });
    const jumped = Date.now() - 3_600_000;
    vi.setSystemTime(jumped);
    await connect(path);
    expect(await alarmTime(group)).toBeLessThanOrEqual(jumped + 60_000);
    for (let alarms = 0; alarms < 2; alarms++) await fireAlarm(group); // the first may belong to the last tick
    expect(Date.now()).toBeLessThanOrEqual(jumped + 120_000);
    expect(await page.nextJson()).toMatchObject({ type: "result" });
  });

  it("delays no announcement of a leave", async () => {
    const { group } = newFeed();
    const page = await join(group, {});
    expect(await page.nextJson()).toMatchObject({ type: "welcome" });
    await (await join(group, { sub: "ann" })).leave();
    expect(await page.nextJson()).toMatchObject({ type: "join", sub: "ann" });
    const jumped = Date.now() - 3_600_000;
    vi.setSystemTime(jumped);
    await join(group, {}, "plain");
    await fireAlarm(group);
    expect(Date.now()).toBeLessThanOrEqual(jumped + 3000);
    for (let type = ""; type !== "leave";) ({ type } = (await page.nextJson()) as { type: string });
  });
});

describe("an alarm group", () => {
  it("stops its push with the last member, even with a pending leave", async () => {
    const { group } = newAlarmGroup();
    const page = await arrive(group);
    await fireAlarm(group);
    await (await arrive(group, { sub: "ann" })).leave();
    expect(await armed(group)).toBe(3001);
    await page.leave();
    expect(await armed(group)).toBeNull();
    expect(await storedBy(group)).toEqual([]);
    expect(await getGroup(group)).toMatchObject({ connections: 0, next_push: null });
    const first = await arrive(group);
    await arrive(group, { sub: "ann" });
    expect(await first.nextJson()).toMatchObject({ type: "join", sub: "ann" });
  });

  it("does not repeat a tick for a leave announced within 100 ms after it", async () => {
    const { group } = newAlarmGroup();
    const page = await arrive(group);
    await fireAlarm(group);
    const other = await arrive(group, { sub: "ann" });
    at(60_050 - 3000);
    await other.leave();
    const rung = [];
    for (let n = 0; n < 2; n++) rung.push((await fireAlarm(group)) && Date.now() - begun);
    expect(rung).toEqual([60_001, 60_050]);
    await send(group);
    const frames: { type: string; offset?: number; data?: unknown }[] = [];
    for (let n = 0; n < 5; n++) frames.push((await page.nextJson()) as (typeof frames)[number]);
    expect(frames.map(({ type, offset, data }) => (data === "sent" ? data : (offset ?? type)))).toEqual([
      1,
      "join",
      2,
      "leave",
      "sent",
    ]);
    expect(await armed(group)).toBe(120_001);
  });
});
