// What an event costs an object that is awake, counted and not timed: questions to storage and to the platform, texts made. However many listen.
import { runInDurableObject } from "cloudflare:test";
import { expect, it, vi } from "vitest";
import { encode } from "../../src/core/frames.ts";
import type { Group } from "../../src/group/group.ts";
import type { Sending } from "../../src/core/group-api.ts";
import { evict, join, newAlarmGroup, newBiz, newFeed, fireAlarm, stopClock, stubOf } from "../support/workerd.ts";

interface Costs {
  /** Values asked of storage by their key. */
  gets: number;
  /** Statements of SQL, by their first word. */
  readonly statements: Record<string, number>;
  transactions: number;
  /** How often the alarm was asked for, or set. */
  alarms: number;
  /** How often the platform was asked for its list of connections. */
  lists: number;
  /** How often an attachment was read. */
  attachments: number;
  /** How often anything was made JSON. */
  texts: number;
}

/** What `act` costs the object as it runs now. */
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

/** Calls `tell` before each call, which goes on as it was. */
function spyOn<Name extends string>(
  object: { [name in Name]: (...args: never[]) => unknown },
  name: Name,
  tell: (...args: unknown[]) => void,
): () => void {
  const real = object[name];
  const [own, told] = [
    Object.hasOwn(object, name),
    function (this: unknown, ...args: never[]) {
      tell(...args);
      return real.apply(this === undefined ? object : this, args);
    },
  ];
  object[name] = told;
  return () => {
    if (own) object[name] = real;
    else Reflect.deleteProperty(object, name);
  };
}

const sending = (data: string, key?: string): Sending => ({
  frame: encode(data),
  to: { kind: "group" },
  exclude: null,
  once: key === undefined ? null : { key, digest: "d" },
});

/** As many in each mode. */
async function crowd(group: string, size: number): Promise<void> {
  for (let n = 0; n < size; n++) await Promise.all([join(group, {}, "plain"), join(group, {})]);
}

const nothing: Costs = { gets: 0, statements: {}, transactions: 0, alarms: 0, lists: 0, attachments: 0, texts: 0 };

it("an event to a group that keeps nothing of it: nothing is asked, and no text is made, for 4 as for 40", async () => {
  for (const size of [2, 20]) {
    const group = `order_${newBiz()}`;
    await crowd(group, size);
    const [warm, text] = [sending("warm"), sending("text")];
    await costOf(group, (object) => object.send(warm));
    const costs = await costOf(group, (object) => object.send(text));
    expect(costs).toEqual({ ...nothing, transactions: 1 });
  }
});

it("a publication that is kept: one transaction with one statement; with a key: two more, the question and the answer", async () => {
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

it("sixteen at once: two transactions, and sixteen statements", async () => {
  const { group } = newFeed();
  await crowd(group, 3);
  await costOf(group, (object) => object.send(sending("warm")));
  await evict(group); // nothing is on its way any more
  await costOf(group, async (object) => object.look());
  const costs = await costOf(group, (object) =>
    Promise.all(Array.from({ length: 16 }, (_, n) => object.send(sending(`text ${n}`)))),
  );
  expect(costs.transactions).toBe(2);
  expect(costs.statements["INSERT"]).toBe(16);
});

it("what wakes a group asks the platform twice who is there, once for each mode, and each connection's attachment once at most", async () => {
  const { group } = newFeed();
  await crowd(group, 5);
  await costOf(group, (object) => object.send(sending("warm")));
  await evict(group);
  const { lists, attachments } = await costOf(group, (object) => object.send(sending("text")));
  expect([lists, attachments]).toEqual([2, 10]);
});

it("a tick: nobody is asked who is there, nothing is asked of storage, and the one text is everybody's", async () => {
  stopClock();
  const { group } = newAlarmGroup();
  await crowd(group, 5);
  await fireAlarm(group);
  const { lists, gets, texts } = await costOf(group, async (object) => {
    const { storage } = (object as unknown as { ctx: DurableObjectState }).ctx; // its own, and protected
    const scheduledTime = (await storage.getAlarm()) ?? 0;
    vi.setSystemTime(scheduledTime);
    await storage.deleteAlarm();
    await object.alarm({ scheduledTime, isRetry: false, retryCount: 0 });
  });
  expect([lists, gets, texts]).toEqual([0, 0, 2]); // the other one is the log's
});
