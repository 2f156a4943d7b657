// Concurrent publications share a transaction and a belfry.v1 frame; a single one is sent at once.
import { runInDurableObject } from "cloudflare:test";
import { expect, it } from "vitest";
import { anybody } from "../../src/core/admission.ts";
import { encode } from "../../src/core/frames.ts";
import type { Group } from "../../src/group/group.ts";
import type { SendRequest } from "../../src/core/group-api.ts";
import { evict, join, newFeed, stubOf, type Page } from "../support/workerd.ts";

const sending = (data: string, more: Partial<SendRequest> = {}): SendRequest => ({
  frame: encode(data),
  to: { kind: "group" },
  exclude: null,
  idempotency: null,
  ...more,
});

/** Sends all concurrently, as separate events of the object. */
const sendAll = (group: string, sendings: readonly SendRequest[]) =>
  runInDurableObject(stubOf(group), (object: Group) => Promise.all(sendings.map((each) => object.send(each))));

async function arrive(group: string): Promise<{ page: Page; id: string }> {
  const page = await join(group, anybody);
  const { channel } = (await page.nextJson()) as { channel: string };
  return { page, id: channel.split("!")[1] ?? "" };
}

/** The number of transactions while `act` runs. */
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

it("a single publication is sent at once", async () => {
  const { group } = newFeed();
  const { page } = await arrive(group);
  for (const [n, text] of texts(3).entries()) {
    const [sent] = await sendAll(group, [sending(text)]);
    expect(sent).toMatchObject({ ok: true, value: { offset: n + 1, connections: 1 } });
    expect(await page.nextJson()).toMatchObject({ type: "publication", offset: n + 1, data: text });
  }
});

it("sixteen at once are two transactions and two belfry.v1 frames, sixteen plain frames, all in order", async () => {
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

it("a publication for some members keeps its place among those for all", async () => {
  const { group } = newFeed();
  const { page, id } = await arrive(group);
  const { page: other } = await arrive(group);
  await page.nextJson(); // the join of the other member
  const all = texts(6).map((text) => sending(text));
  all[2] = sending("not for the first", { exclude: id });
  all[4] = sending("for the first", { to: { kind: "connection", id } });
  await sendAll(group, all);
  const first = await page.nextPublished(6);
  expect(first).toEqual(["text 0", "text 1", undefined, "text 3", "for the first", "text 5"]);
  expect(await other.nextPublished(5)).toEqual(["text 0", "text 1", "not for the first", "text 3", "text 5"]);
});

it("an idempotency key counts within a batch as it does after one", async () => {
  const { group } = newFeed();
  const { page } = await arrive(group);
  const idempotency = { key: "k", digest: "d" };
  const all = [sending("a"), sending("b", { idempotency }), sending("b", { idempotency }), sending("c")];
  const other = sending("x", { idempotency: { key: "k", digest: "other" } });
  const sent = await sendAll(group, [...all, other]);
  expect(sent.map((each) => (each.ok ? each.value.offset : each.reason))).toEqual([1, 2, 2, 3, "key_reused"]);
  expect(await page.nextPublished(3)).toEqual(["a", "b", "c"]);
});

it("a call with many publications is one transaction and one belfry.v1 frame, in order", async () => {
  const { group } = newFeed();
  const { page } = await arrive(group);
  const call = () =>
    runInDurableObject(stubOf(group), (object: Group) => object.sendAll(texts(100).map((text) => sending(text))));
  expect(await transactions(group, call)).toBe(1);
  const { items } = (await page.nextJson()) as { items: { offset: number; data: string }[] };
  expect(items.map(({ offset, data }) => [offset, data])).toEqual(texts(100).map((text, n) => [n + 1, text]));
});

it("a batch that cannot be stored is sent to nobody and rejected for each sender; the next batch is unaffected", async () => {
  const { group } = newFeed();
  const { page } = await arrive(group);
  await sendAll(group, [sending("before")]);
  await evict(group); // ends the collecting turns of the last flush
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

it("a batch is split into frames of bounded length", async () => {
  const { group } = newFeed();
  const { page } = await arrive(group);
  const long = texts(10).map((text) => text.padEnd(60_000, "x"));
  await sendAll(
    group,
    long.map((text) => sending(text)),
  );
  expect(await page.nextPublished(10)).toEqual(long);
});
