// Costs of an event in an awake object, counted: reads of storage, calls of the platform, encoded texts. Independent of the number of members.
import { runInDurableObject } from "cloudflare:test";
import { expect, it, vi } from "vitest";
import { encode } from "../../src/core/frames.ts";
import type { Group } from "../../src/group/group.ts";
import type { SendRequest } from "../../src/core/group-api.ts";
import { evict, join, newAlarmGroup, newBiz, newFeed, fireAlarm, stopClock, stubOf } from "../support/workerd.ts";

interface Costs {
  /** Keys read from storage. */
  gets: number;
  /** SQL statements by their first word. */
  readonly statements: Record<string, number>;
  transactions: number;
  /** Reads and writes of the alarm. */
  alarms: number;
  /** Reads of the platform's list of connections. */
  lists: number;
  /** Reads of an attachment. */
  attachments: number;
  /** Values encoded as JSON. */
  texts: number;
}

/** The costs of `act` in the running object. */
async function costOf(group: string, act: (object: Group) => Promise<unknown>): Promise<Costs> {
  const costs: Costs = { gets: 0, statements: {}, transactions: 0, alarms: 0, lists: 0, attachments: 0, texts: 0 };
  await runInDurableObject(stubOf(group), async (object: Group, state) => {
    const { storage } = state;
    const count = (what: Exclude<keyof Costs, "statements">) => () => void (costs[what] += 1);
    const spies = [
      spyOn(storage.kv, "get", count("gets")),
      spyOn(storage, "transactionSync", count("transactions")),
      spyOn(storage, "getAlarm", count("alarms")),
      spyOn(storage, "setAlarm", count("alarms")),
      spyOn(state, "getWebSockets", count("lists")),
      spyOn(JSON, "stringify", count("texts")),
      spyOn(WebSocket.prototype, "deserializeAttachment", count("attachments")),
      spyOn(storage.sql, "exec", (query) => {
        const [word = ""] = String(query).split(" ");
        costs.statements[word] = (costs.statements[word] ?? 0) + 1;
      }),
    ];
    await act(object);
    for (const undo of spies) undo();
  });
  return costs;
}

/** Calls `onCall` before each call of the original. */
function spyOn<Name extends string>(
  object: { [name in Name]: (...args: never[]) => unknown },
  name: Name,
  onCall: (...args: unknown[]) => void,
): () => void {
  const real = object[name];
  const [own, counted] = [
    Object.hasOwn(object, name),
    function (this: unknown, ...args: never[]) {
      onCall(...args);
      return real.apply(this === undefined ? object : this, args);
    },
  ];
  object[name] = counted;
  return () => {
    if (own) object[name] = real;
    else Reflect.deleteProperty(object, name);
  };
}

const sending = (data: string, key?: string): SendRequest => ({
  frame: encode(data),
  to: { kind: "group" },
  exclude: null,
  idempotency: key === undefined ? null : { key, digest: "d" },
});

/** `count` members in each mode. */
async function crowd(group: string, size: number): Promise<void> {
  for (let n = 0; n < size; n++) await Promise.all([join(group, {}, "plain"), join(group, {})]);
  await evict(group); // its joins are announced, or never will be
}

const nothing: Costs = { gets: 0, statements: {}, transactions: 0, alarms: 0, lists: 0, attachments: 0, texts: 0 };

it("an event to a group without history reads nothing and encodes nothing, for 4 members as for 40", async () => {
  for (const size of [2, 20]) {
    const group = `order_${newBiz()}`;
    await crowd(group, size);
    const [warm, text] = [sending("warm"), sending("text")];
    await costOf(group, (object) => object.send(warm));
    const costs = await costOf(group, (object) => object.send(text));
    expect(costs).toEqual({ ...nothing, transactions: 1 });
  }
});

it("a stored publication is one transaction with one statement; an idempotency key adds two statements", async () => {
  const { group } = newFeed();
  await crowd(group, 3);
  await costOf(group, (object) => object.send(sending("warm", "warm")));
  const [text, keyed] = [sending("text"), sending("text", "key")];
  expect(await costOf(group, (object) => object.send(text))).toEqual({
    ...nothing,
    transactions: 1,
    statements: { INSERT: 1 },
  });
  expect(await costOf(group, (object) => object.send(keyed))).toEqual({
    ...nothing,
    transactions: 1,
    statements: { SELECT: 1, INSERT: 2 },
    texts: 1,
  });
});

it("sixteen concurrent publications are two transactions and sixteen statements", async () => {
  const { group } = newFeed();
  await crowd(group, 3);
  await costOf(group, (object) => object.send(sending("warm")));
  await evict(group); // ends the collecting turns of the last flush
  await costOf(group, async (object) => object.state());
  const costs = await costOf(group, (object) =>
    Promise.all(Array.from({ length: 16 }, (_, n) => object.send(sending(`text ${n}`)))),
  );
  expect(costs.transactions).toBe(2);
  expect(costs.statements["INSERT"]).toBe(16);
});

it("waking lists the connections once per mode, and reads each attachment at most once", async () => {
  const { group } = newFeed();
  await crowd(group, 5);
  await costOf(group, (object) => object.send(sending("warm")));
  await evict(group);
  const { lists, attachments } = await costOf(group, (object) => object.send(sending("text")));
  expect([lists, attachments]).toEqual([2, 10]);
});

it("a tick lists no connections, reads no storage and encodes one text for all members", async () => {
  stopClock();
  const { group } = newAlarmGroup();
  await crowd(group, 5);
  await fireAlarm(group);
  const { lists, gets, texts } = await costOf(group, async (object) => {
    const { storage } = (object as unknown as { ctx: DurableObjectState }).ctx; // `ctx` is protected
    const scheduledTime = (await storage.getAlarm()) ?? 0;
    vi.setSystemTime(scheduledTime);
    await storage.deleteAlarm();
    await object.alarm({ scheduledTime, isRetry: false, retryCount: 0 });
  });
  expect([lists, gets, texts]).toEqual([0, 0, 2]); // one of the two is the log line
});
