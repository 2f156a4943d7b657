// Compares recovery with a model. Under any order of connects, drops, evictions and publications, each
// client receives a part of the group's history without gaps or duplicates, or `recovered: false`.
import { evictDurableObject } from "cloudflare:test";
import { env } from "cloudflare:workers";
import fc from "fast-check";
import { expect, it, vi } from "vitest";
import { DAY_MS, HISTORY_SIZE, HISTORY_TTL_SECONDS } from "../../src/core/limits.ts";
import { formatTime } from "../../src/core/time.ts";
import { captureLog } from "../support/deliver.ts";
import {
  alarmTime,
  backend,
  callback,
  evict,
  getGroup,
  newAlarmGroup,
  newBiz,
  newFeed,
  fireAlarm,
  stopClock,
  stubOf,
} from "../support/workerd.ts";
import { Follower } from "./follower.ts";

const CLIENTS = 4;
/** `VITE_RUNS=2000 npx vitest run … recovery` runs longer. */
const { env: vite } = import.meta as unknown as { readonly env: Readonly<Record<string, string | undefined>> }; // set by Vite, without types here
const RUNS = Number(vite["VITE_RUNS"] ?? 25);
const key = { Authorization: `Bearer ${env.API_KEYS}` };

/** The expected state of a group, without its implementation. */
interface Model {
  /** The epoch; null before it is known. */
  epoch: string | null;
  /** The publications of this epoch, by offset from 1. */
  published: { readonly data: string; readonly at: number }[];
  /** Indexes of the connected clients. */
  readonly open: Set<number>;
}

interface World {
  readonly group: string;
  readonly clients: readonly Follower[];
  /** Sends the n-th publication. Returns its data as JSON, or null if it was not published. */
  readonly publish: (n: number) => Promise<string | null>;
  readonly keeps: "stream" | "cache";
  /** All publications, by epoch. */
  readonly history: Map<string, string[]>;
  /** Number of publications in all epochs. */
  count: number;
}

type Command = fc.AsyncCommand<Model, World>;

/** Copies the epoch, which is random, from the group to the model. */
async function learnEpoch(model: Model, { group }: World): Promise<void> {
  model.epoch ??= (await getGroup(group)).position.epoch;
}

/** Whether the group must answer this client's position with `recovered: true`. */
function isRecoverable(model: Model, { keeps }: World, { position }: Follower): boolean {
  if (position === null || position.epoch !== model.epoch) return false;
  if (keeps === "cache") return true;
  const first = model.published.length - HISTORY_SIZE;
  return model.published.every(
    ({ at }, i) => i < position.offset || (i >= first && Date.now() - at < HISTORY_TTL_SECONDS * 1000),
  );
}

async function publish(model: Model, world: World): Promise<void> {
  world.count += 1;
  const data = await world.publish(world.count);
  if (data === null) return;
  await learnEpoch(model, world);
  model.published.push({ data, at: Date.now() });
  const epoch = model.epoch ?? "";
  world.history.set(epoch, [...(world.history.get(epoch) ?? []), data]);
}

const connect = (index: number, during: boolean): Command => ({
  check: ({ open }) => !open.has(index),
  run: async (model, world) => {
    const client = world.clients[index] ?? expect.fail();
    await learnEpoch(model, world);
    const recoverable = isRecoverable(model, world, client);
    if (during) await Promise.all([client.connect(), publish(model, world)]);
    else await client.connect();
    model.open.add(index);
    await learnEpoch(model, world);
    // A concurrent publication may exceed the stream's limit. Then both answers are correct.
    if (!during) expect(client.recovered.at(-1)).toBe(recoverable);
  },
  toString: () => `connect(${index}${during ? ", during a publication" : ""})`,
});

/** Connects with a forged position. */
const forge = (index: number, forged: string, ahead: number): Command => ({
  check: ({ open }) => !open.has(index),
  run: async (model, world) => {
    const client = world.clients[index] ?? expect.fail();
    await learnEpoch(model, world);
    const epoch = forged === "" ? (model.epoch ?? "none") : forged;
    await client.connect({ epoch, offset: model.published.length + ahead });
    model.open.add(index);
    await learnEpoch(model, world);
    expect(client.recovered.at(-1)).toBe(false);
  },
  toString: () => `forge(${index}, ${forged}+${ahead})`,
});

const leave = (index: number): Command => ({
  check: ({ open }) => open.has(index),
  run: async (model, world) => {
    const { connections } = await getGroup(world.group);
    world.clients[index]?.leave();
    model.open.delete(index);
    // Waits for the end of the leave: an empty group may start a new epoch.
    await vi.waitFor(async () => expect((await getGroup(world.group)).connections).toBe(connections - 1), {
      interval: 1,
      timeout: 30_000,
    });
    if (model.open.size === 0) emptied(model, world);
  },
  toString: () => `leave(${index})`,
});

/** The last member has left: an alarm group deletes its history and epoch. */
function emptied(model: Model, { group }: World): void {
  if (group.startsWith("alarm_")) Object.assign(model, { epoch: null, published: [] });
}

const dropAll: Command = {
  check: ({ open }) => open.size > 0,
  run: async (model, world) => {
    for (const client of world.clients) client.leave();
    await evictDurableObject(stubOf(world.group), { webSockets: "close" }).catch(() => undefined); // asleep already
    model.open.clear();
    // The object receives no close event. It finds the connections closed when it wakes.
    await evict(world.group);
    await fireAlarm(world.group);
    emptied(model, world);
  },
  toString: () => "drop all, without close events",
};

const sleep: Command = {
  check: () => true,
  run: (_model, world) => evict(world.group),
  toString: () => "sleep",
};

const publishTimes = (times: number): Command => ({
  check: () => true,
  run: async (model, world) => {
    for (let i = 0; i < times; i++) await publish(model, world);
  },
  toString: () => `publish ${times}`,
});

/** Advances the clock by `ms` and fires the alarms due in that time. */
const wait = (ms: number): Command => ({
  check: () => true,
  run: async (model, world) => {
    // An alarm group's ticks are publications, so its time advances by `publish`.
    if (world.group.startsWith("alarm_")) return;
    const until = Date.now() + ms;
    for (let at = await alarmTime(world.group); at !== null && at <= until; at = await alarmTime(world.group)) {
      await fireAlarm(world.group);
    }
    vi.setSystemTime(until);
    if (world.keeps === "cache" || (await getGroup(world.group)).position.epoch !== null) return;
    expect(model.open.size).toBe(0);
    Object.assign(model, { epoch: null, published: [] });
  },
  toString: () => `wait ${ms} ms`,
});

const client = fc.nat({ max: CLIENTS - 1 });
const commands = fc.commands(
  [
    fc.tuple(client, fc.boolean()).map((args) => connect(...args)),
    fc.tuple(client, fc.constantFrom("", "", "0badcafe"), fc.integer({ min: 1, max: 3 })).map((args) => forge(...args)),
    client.map(leave),
    fc.constant(dropAll),
    fc.constant(sleep),
    fc.constantFrom(1, 1, 2, 7, 60).map(publishTimes),
    fc.constantFrom(1000, 200_000, 301_000, DAY_MS + 1000, 2 * DAY_MS).map(wait),
  ],
  { maxCommands: 40, size: "max" },
);

/** Expects each publication of a stretch once, in order, with its data. A cache may skip to its latest. */
function expectStretches({ keeps, history }: World, client: Follower): void {
  for (const { epoch, from, publications } of client.stretches) {
    const published = history.get(epoch) ?? [];
    for (const { offset, data } of publications) expect([offset, data]).toEqual([offset, published[offset - 1]]);
    const offsets = publications.map(({ offset }) => offset);
    if (keeps === "stream") expect(offsets).toEqual(offsets.map((_, i) => from + 1 + i));
    // The latest publication of a cache, sent after the welcome, has the offset of the welcome.
    else
      expect(offsets).toEqual(
        offsets.toSorted((a, b) => a - b).filter((offset, i, all) => offset !== all[i - 1] && offset >= from),
      );
  }
}

const SUITES: readonly [string, () => Pick<World, "group" | "publish" | "keeps"> & { path: string }][] = [
  [
    "a feed, whose members receive all publications",
    () => {
      const { group, path } = newFeed();
      const send = (n: number, keys: Record<string, string>) =>
        backend("POST", `/groups/${group}/send`, { type: "send.message", message: { n } }, keys);
      const publish = async (n: number) => {
        // Every third event is sent twice with one key, which gives one publication.
        const keys: Record<string, string> = n % 3 === 0 ? { "Idempotency-Key": `k${n}` } : {};
        await send(n, keys);
        if (n % 3 === 0) await send(n, keys);
        return JSON.stringify({ n });
      };
      return { group, path, publish, keeps: "stream" };
    },
  ],
  [
    "an order, whose members receive its latest publication",
    () => {
      const biz = newBiz();
      const publish = async (n: number) => {
        if (n === 1) await callback(biz, { status: "failed" });
        else if (n === 2)
          await callback(biz, { status: "paid", payment_id: `p-${biz}`, amount: 1_000_000, currency: "USD" });
        else
          await callback(biz, {
            status: "partially_refunded",
            payment_id: `p-${biz}`,
            amount: n,
            currency: "USD",
            event_id: `e${n}`,
          });
        const status = n === 1 ? "failed" : n === 2 ? "paid" : "partially_refunded";
        return JSON.stringify({ biz, paid: n > 1, status });
      };
      return { group: `order_${biz}`, path: `/ws/order/${biz}/`, publish, keeps: "cache" };
    },
  ],
  [
    "an alarm group, whose members receive its latest tick",
    () => {
      const { group, path } = newAlarmGroup();
      const publish = async () => {
        const { connections, position } = await getGroup(group);
        if (connections === 0) return null;
        // An alarm may fire for a pending leave first.
        while ((await getGroup(group)).position.offset === position.offset) await fireAlarm(group);
        return JSON.stringify({ type: "result", data: formatTime(Date.now(), "UTC") });
      };
      return { group, path, publish, keeps: "cache" };
    },
  ],
];

it.each(SUITES)("%s", { timeout: 600_000 }, async (_name, begin) => {
  stopClock();
  captureLog();
  await fc.assert(
    fc.asyncProperty(commands, async (commands) => {
      const { path, ...rest } = begin();
      const clients = Array.from({ length: CLIENTS }, () => new Follower(path, key));
      const world: World = { ...rest, clients, history: new Map(), count: 0 };
      const model: Model = { epoch: null, published: [], open: new Set() };
      await fc.asyncModelRun(() => ({ model, real: world }), commands);
      for (const client of clients) await client.settled();
      for (const client of clients) {
        expectStretches(world, client);
        // A connected client has received all publications.
        if (client.isOpen) expect(client.position).toEqual({ epoch: model.epoch, offset: model.published.length });
        client.leave();
      }
    }),
    { numRuns: RUNS, interruptAfterTimeLimit: 500_000 },
  );
});
