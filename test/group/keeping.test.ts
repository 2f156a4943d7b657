// Retention of publications, positions and idempotency keys, and the deletion of a group.
import { runInDurableObject } from "cloudflare:test";
import { describe, expect, it, onTestFinished, vi } from "vitest";
import { tablesOf } from "../support/storage.ts";
import {
  alarmTime,
  backend,
  evict,
  join,
  newAlarmGroup,
  newFeed,
  fireAlarm,
  stopClock,
  stubOf,
} from "../support/workerd.ts";

const send = (group: string, message: unknown, key?: string) =>
  backend(
    "POST",
    `/groups/${group}/send`,
    { type: "send.message", message },
    key === undefined ? {} : { "Idempotency-Key": key },
  );
const historyOf = async (
  group: string,
): Promise<{ epoch: string | null; offset: number; publications: { offset: number }[] }> =>
  (await backend("GET", `/groups/${group}/history?limit=1000`)).json();
const offsetsOf = async (group: string) => (await historyOf(group)).publications.map(({ offset }) => offset);
const upTo = (length: number, from = 1) => Array.from({ length }, (_, i) => from + i);

/** The number of stored publications. */
const rowsOf = (group: string): Promise<number> =>
  runInDurableObject(stubOf(group), (_object, { storage }) =>
    Number(storage.sql.exec("SELECT count(*) AS rows FROM publications").one()["rows"]),
  );

/** All rows of an object. */
const storedBy = (group: string): Promise<unknown[]> =>
  runInDurableObject(stubOf(group), async (_object, { storage }) => [
    ...(await tablesOf(group)),
    ...[...storage.kv.list()].map(([key]) => key),
    ...((await storage.getAlarm()) === null ? [] : ["the alarm"]),
  ]);

describe("a feed", () => {
  it("retains its last 100 publications", async () => {
    const { group } = newFeed();
    for (const i of upTo(103)) await send(group, i);
    expect(await offsetsOf(group)).toEqual(upTo(100, 4));
    expect(await rowsOf(group)).toBe(100);
    await evict(group);
    expect(await offsetsOf(group)).toEqual(upTo(100, 4));
    expect(await (await send(group, "next")).json()).toMatchObject({ offset: 104 });
  });

  it("sends no publication older than 300 seconds, before and after its alarm", async () => {
    stopClock();
    const { group } = newFeed();
    const start = Date.now();
    await send(group, 1);
    vi.setSystemTime(start + 200_000);
    await send(group, 2);
    vi.setSystemTime(start + 299_999);
    expect(await offsetsOf(group)).toEqual([1, 2]);
    vi.setSystemTime(start + 300_000);
    expect(await offsetsOf(group)).toEqual([2]);
    expect(await fireAlarm(group)).toBe(true);
    expect(await rowsOf(group)).toBe(1);
    expect(await fireAlarm(group)).toBe(true);
    expect(Date.now()).toBe(start + 500_000);
    expect(await rowsOf(group)).toBe(0);
    expect(await historyOf(group)).toMatchObject({ offset: 2, publications: [] });
  });

  it("that publishes continuously wakes once in 300 seconds, not per publication", async () => {
    stopClock();
    const { group } = newFeed();
    const start = Date.now();
    const rung: number[] = [];
    for (let second = 0; second <= 1000; second += 10) {
      vi.setSystemTime(start + second * 1000);
      await send(group, second);
      const armed = (await alarmTime(group)) ?? expect.fail("nothing would end what is kept");
      if (armed > start + (second + 10) * 1000) continue;
      await fireAlarm(group);
      rung.push((Date.now() - start) / 1000);
    }
    expect(rung).toEqual([300, 590, 880]);
  });

  it("retains its position for a day after the last publication expired, then starts a new epoch", async () => {
    stopClock();
    const { group } = newFeed();
    const start = Date.now();
    await send(group, 1);
    const { epoch } = await historyOf(group);
    await fireAlarm(group);
    await evict(group);
    expect(await historyOf(group)).toEqual({ epoch, offset: 1, publications: [] });
    vi.setSystemTime(start + 86_400_000);
    expect(await (await send(group, 2)).json()).toEqual({ epoch, offset: 2, connections: 0 });
    for (let rings = 0; rings < 2; rings++) await fireAlarm(group);
    expect(Date.now()).toBe(start + 2 * 86_400_000 + 300_000);
    expect(await storedBy(group)).toEqual([]);
    const again = await historyOf(group);
    expect(again).toEqual({ epoch: null, offset: 0, publications: [] });
    expect(await (await send(group, 3)).json()).toMatchObject({ offset: 1 });
    expect((await historyOf(group)).epoch).not.toBe(epoch);
  });

  it("retains its position while a member is connected, and for a day after the last leave", async () => {
    stopClock();
    const { group } = newFeed();
    const page = await join(group, {});
    const { epoch } = (await page.nextJson()) as { epoch: string };
    await send(group, 1);
    while (await fireAlarm(group));
    expect(await historyOf(group)).toEqual({ epoch, offset: 1, publications: [] });
    vi.setSystemTime(Date.now() + 10 * 86_400_000);
    const left = Date.now();
    await page.leave();
    await fireAlarm(group);
    expect(await historyOf(group)).toMatchObject({ epoch, offset: 1 });
    // A client that returns in time has missed nothing, and protects the position again.
    vi.setSystemTime(left + 86_400_000);
    const back = await join(group, {});
    expect(await back.nextJson()).toMatchObject({ type: "welcome", epoch, offset: 1 });
    while (await fireAlarm(group));
    expect(await historyOf(group)).toMatchObject({ epoch, offset: 1 });
    await back.leave();
    while (await fireAlarm(group));
    expect(await storedBy(group)).toEqual([]);
  });

  it("with only plain members stores nothing", async () => {
    const { group } = newFeed();
    const page = await join(group, {}, "plain");
    await page.leave();
    expect(await storedBy(group)).toEqual([]);
  });

  it("assigns no offset to a publication that cannot be stored", async () => {
    const { group } = newFeed();
    await send(group, 1);
    await send(group, 2, "k");
    await runInDurableObject(stubOf(group), (_object, { storage }) => {
      const { sql } = storage;
      const exec = sql.exec.bind(sql);
      sql.exec = (query, ...bindings) => {
        if (query.includes("INTO sent")) throw new Error("disk full");
        return exec(query, ...bindings) as never; // exec is generic over the row; the cursor is returned unchanged
      };
      onTestFinished(() => void (sql.exec = exec));
    });
    const log = vi.spyOn(console, "error").mockImplementation(() => undefined);
    onTestFinished(() => log.mockRestore());
    expect((await send(group, 3, "l")).status).toBe(500);
    expect(await historyOf(group)).toMatchObject({ offset: 2, publications: [{}, {}] });
    expect(await (await send(group, 3)).json()).toMatchObject({ offset: 3 });
  });

  it("with idempotency keys is deleted when they and its position have expired", async () => {
    stopClock();
    const { group } = newFeed();
    await send(group, 1, "k");
    while (await fireAlarm(group));
    expect(await storedBy(group)).toEqual([]);
  });
});

it("an alarm group without members retains its idempotency keys for a day without ticks, then is deleted", async () => {
  stopClock();
  const { group } = newAlarmGroup();
  const start = Date.now();
  const page = await join(group, {});
  await fireAlarm(group);
  await send(group, 1, "k");
  await page.leave();
  expect(await storedBy(group)).toEqual(expect.arrayContaining(["sent", "due", "the alarm"]));
  expect(await alarmTime(group)).toBeGreaterThan(start + 86_000_000);
  while (await fireAlarm(group));
  expect(await storedBy(group)).toEqual([]);
});
