// Publications that come at the same time: kept in one transaction, sent to belfry.v1 together, to plain members one by one; and alone at once.
import { runInDurableObject } from "cloudflare:test";
import { expect, it } from "vitest";
import { anybody } from "../../src/core/admission.ts";
import { encode } from "../../src/core/frames.ts";
import type { Group } from "../../src/group/group.ts";
import type { Sending } from "../../src/core/group-api.ts";
import { evict, join, newFeed, stubOf, type Page } from "../support/workerd.ts";

const sending = (data: string, more: Partial<Sending> = {}): Sending => ({
  frame: encode(data),
  to: { kind: "group" },
  exclude: null,
  once: null,
  ...more,
});

/** All of them at once: as events of the object, none behind another's answer. */
const sendAll = (group: string, sendings: readonly Sending[]) =>
  runInDurableObject(stubOf(group), (object: Group) => Promise.all(sendings.map((each) => object.send(each))));

async function arrive(group: string): Promise<{ page: Page; id: string }> {
  const page = await join(group, anybody);
  const { channel } = (await page.nextJson()) as { channel: string };
  return { page, id: channel.split("!")[1] ?? "" };
}

/** How often the group's storage is written to as one, while `act` runs. */
async function transactions(group: string, act: () => Promise<unknown>): Promise<number> {
  let count = 0;
  await runInDurableObject(stubOf(group), (_object, { storage }) => {
    const transactionSync = storage.transactionSync.bind(storage);
    storage.transactionSync = (work) => {
      count += 1;
      return transactionSync(work);
    };
  });
  await act();
  await evict(group);
  return count;
}

const texts = (count: number) => Array.from({ length: count }, (_, n) => `text ${n}`);

it("one alone goes out as it is, and waits for nothing", async () => {
  const { group } = newFeed();
  const { page } = await arrive(group);
  for (const [n, text] of texts(3).entries()) {
    const [sent] = await sendAll(group, [sending(text)]);
    expect(sent).toMatchObject({ ok: true, value: { offset: n + 1, connections: 1 } });
    expect(await page.nextJson()).toMatchObject({ type: "publication", offset: n + 1, data: text });
  }
});

it("sixteen at once are two transactions and two frames in belfry.v1, sixteen in plain mode, all in the order they came", async () => {
  const { group } = newFeed();
  const plain = await join(group, {}, "plain");
  const { page } = await arrive(group);
  const count = await transactions(group, async () => {
    const sent = await sendAll(
      group,
      texts(16).map((text) => sending(text)),
    );
    expect(sent.map((each) => each.ok && each.value.offset)).toEqual(Array.from({ length: 16 }, (_, n) => n + 1));
  });
  expect(count).toBe(2);
  expect(await page.nextJson()).toMatchObject({ type: "publication", offset: 1, data: "text 0" });
  const items = texts(16)
    .slice(1)
    .map((data, n) => ({ offset: n + 2, data }));
  expect(await page.nextJson()).toMatchObject({ type: "publications", items });
  for (const text of texts(16)) expect(await plain.nextJson()).toBe(text);
});

it("what is for somebody, or not for somebody, stands in its place among what is for all", async () => {
  const { group } = newFeed();
  const { page, id } = await arrive(group);
  const { page: other } = await arrive(group);
  await page.nextJson(); // the other's join
  const all = texts(6).map((text) => sending(text));
  all[2] = sending("not for the first", { exclude: id });
  all[4] = sending("for the first", { to: { kind: "connection", id } });
  await sendAll(group, all);
  const first = await page.nextPublished(6);
  expect(first).toEqual(["text 0", "text 1", undefined, "text 3", "for the first", "text 5"]);
  expect(await other.nextPublished(5)).toEqual(["text 0", "text 1", "not for the first", "text 3", "text 5"]);
});

it("a key counts within a burst as it does behind one", async () => {
  const { group } = newFeed();
  const { page } = await arrive(group);
  const once = { key: "k", digest: "d" };
  const all = [sending("a"), sending("b", { once }), sending("b", { once }), sending("c")];
  const other = sending("x", { once: { key: "k", digest: "other" } });
  const sent = await sendAll(group, [...all, other]);
  expect(sent.map((each) => (each.ok ? each.value.offset : each.reason))).toEqual([1, 2, 2, 3, "key_reused"]);
  expect(await page.nextPublished(3)).toEqual(["a", "b", "c"]);
});

it("what cannot be stored is sent to nobody, and each sender hears so; the next burst is a new one", async () => {
  const { group } = newFeed();
  const { page } = await arrive(group);
  await sendAll(group, [sending("before")]);
  await evict(group); // nothing is on its way any more
  const settled = await runInDurableObject(stubOf(group), async (object: Group, { storage }) => {
    const transactionSync = storage.transactionSync.bind(storage);
    const first = object.send(sending("stored"));
    storage.transactionSync = () => {
      storage.transactionSync = transactionSync;
      throw new Error("disk full");
    };
    return Promise.allSettled([first, object.send(sending("lost 1")), object.send(sending("lost 2"))]);
  });
  expect(settled.map(({ status }) => status)).toEqual(["fulfilled", "rejected", "rejected"]);
  const [after] = await sendAll(group, [sending("after")]);
  expect(after).toMatchObject({ ok: true, value: { offset: 3 } });
  expect(await page.nextPublished(3)).toEqual(["before", "stored", "after"]);
});

it("a burst is cut into frames of bounded length", async () => {
  const { group } = newFeed();
  const { page } = await arrive(group);
  const long = texts(10).map((text) => text.padEnd(60_000, "x"));
  await sendAll(
    group,
    long.map((text) => sending(text)),
  );
  expect(await page.nextPublished(10)).toEqual(long);
});
