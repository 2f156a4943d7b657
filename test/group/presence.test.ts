// Join and leave frames: receivers, times and number, and no cost for other groups.
import { runInDurableObject } from "cloudflare:test";
import { beforeEach, describe, expect, it, vi } from "vitest";
import { ADMISSION_HEADER, anybody, encodeAdmission } from "../../src/core/admission.ts";
import {
  alarmTime,
  backend,
  connect,
  evict,
  join,
  newAlarmGroup,
  newBiz,
  newFeed,
  fireAlarm,
  stopClock,
  stubOf,
  type Page,
} from "../support/workerd.ts";

const LINGER = 3000;

beforeEach(() => stopClock());

/** Joins in belfry.v1 and reads the welcome. */
async function arrive(group: string, member: { sub?: string; info?: string } = {}): Promise<Page> {
  const page = await join(group, member);
  expect(await page.nextJson()).toMatchObject({ type: "welcome" });
  return page;
}

/** Reads the frames up to a mark, which must be the next one. */
async function expectQuiet(group: string, ...pages: Page[]): Promise<void> {
  const message = crypto.randomUUID();
  await backend("POST", `/groups/${group}/send`, { type: "send.message", message });
  for (const page of pages) {
    const frame = await page.nextJson();
    expect(frame === message ? { data: frame } : frame).toMatchObject({ data: message });
  }
}

const pendingLeaves = (group: string): Promise<unknown> =>
  runInDurableObject(stubOf(group), (_object, { storage }) => storage.kv.get("gone"));
const presenceDue = (group: string): Promise<unknown> =>
  runInDurableObject(
    stubOf(group),
    (_object, { storage }) => storage.kv.get<{ readonly presence?: number }>("due")?.presence,
  );

const ann = { sub: "ann", info: "Ann" };
const kinds: [string, () => { group: string }][] = [
  ["a feed", newFeed],
  ["an alarm group", newAlarmGroup],
];

describe.each(kinds)("in %s", (_kind, fresh) => {
  it("belfry.v1 members receive joins at once and leaves after three seconds; plain members receive neither", async () => {
    const { group } = fresh();
    const plain = await join(group, { sub: "pia" }, "plain");
    const page = await arrive(group, { sub: "ben" });
    const came = await arrive(group, ann);
    expect(await page.nextJson()).toEqual({ type: "join", ...ann, connections: 3, users: 3 });
    await expectQuiet(group, plain, page, came);

    const left = Date.now();
    await came.leave();
    await expectQuiet(group, plain, page);
    vi.setSystemTime(left + LINGER - 1);
    await expectQuiet(group, plain, page);
    expect(await presenceDue(group)).toBe(left + LINGER);
    // In an alarm group the first tick comes before.
    while ((await presenceDue(group)) !== undefined) await fireAlarm(group);
    const frames = [await page.nextJson(), ...(group.startsWith("alarm") ? [await page.nextJson()] : [])];
    expect(frames.filter((frame) => JSON.stringify(frame).includes('"leave"'))).toEqual([
      { type: "leave", ...ann, connections: 2, users: 2 },
    ]);
    expect(await pendingLeaves(group)).toBeUndefined();
    if (group.startsWith("alarm")) expect(await plain.nextJson()).toMatchObject({ type: "result" });
    await expectQuiet(group, plain, page);
  });

  it("joins and leaves of plain members are announced too", async () => {
    const { group } = fresh();
    const page = await arrive(group);
    const plain = await join(group, { sub: "pia" }, "plain");
    expect(await page.nextJson()).toEqual({ type: "join", sub: "pia", info: null, connections: 2, users: 1 });
    await join(group, {}, "plain");
    expect(await page.nextJson()).toEqual({ type: "join", sub: null, info: null, connections: 3, users: 1 });
    await plain.leave();
    expect(await pendingLeaves(group)).toEqual([{ sub: "pia", info: null, announceAt: Date.now() + LINGER }]);
  });

  it.each<[string, { sub?: string }]>([
    ["of one subject", ann],
    ["of a member without a token", {}],
  ])("a reload %s within three seconds is not announced", async (_who, who) => {
    const { group } = fresh();
    const page = await arrive(group);
    const first = await arrive(group, who);
    expect(await page.nextJson()).toMatchObject({ type: "join" });
    await first.leave();
    await evict(group);
    vi.setSystemTime(Date.now() + LINGER - 1);
    const second = await arrive(group, who);
    expect([await pendingLeaves(group), await presenceDue(group)]).toEqual([undefined, undefined]);
    await expectQuiet(group, page, second);
  });

  it("without belfry.v1 members no leave is pending and no job is due", async () => {
    const { group } = fresh();
    const plain = await join(group, {}, "plain");
    const page = await arrive(group, ann);
    const other = await arrive(group, { sub: "ben" });
    expect(await page.nextJson()).toMatchObject({ type: "join" });
    await other.leave();
    expect(await presenceDue(group)).toBe(Date.now() + LINGER);
    await page.leave();
    expect([await pendingLeaves(group), await presenceDue(group)]).toEqual([undefined, undefined]);
    await plain.leave();
    expect([await pendingLeaves(group), await presenceDue(group)]).toEqual([undefined, undefined]);
  });
});

describe("a leave in a feed", () => {
  it("is announced once, also if the object slept in between", async () => {
    const { group } = newFeed();
    const page = await arrive(group);
    const other = await arrive(group, ann);
    await page.nextJson();
    await other.leave();
    await evict(group);
    expect(await alarmTime(group)).toBe(Date.now() + LINGER);
    await fireAlarm(group);
    expect(await page.nextJson()).toEqual({ type: "leave", ...ann, connections: 1, users: 0 });
    expect(await alarmTime(group)).toBeNull();
    await evict(group);
    await expectQuiet(group, page);
  });

  it("is cancelled by a return after three seconds but before the alarm", async () => {
    const { group } = newFeed();
    const page = await arrive(group);
    await (await arrive(group, ann)).leave();
    await page.nextJson();
    vi.setSystemTime(Date.now() + LINGER + 500);
    const back = await arrive(group, ann);
    while (await fireAlarm(group));
    await expectQuiet(group, page, back);
  });

  it("is announced at its own time, independent of others", async () => {
    const { group } = newFeed();
    const page = await arrive(group);
    const [first, second] = [await arrive(group, ann), await arrive(group, { sub: "ben" })];
    const begun = Date.now();
    await first.leave();
    vi.setSystemTime(begun + 2000);
    await second.leave();
    for (const sub of ["ann", "ben"]) expect(await page.nextJson()).toMatchObject({ type: "join", sub });
    await fireAlarm(group);
    expect(Date.now()).toBe(begun + LINGER);
    expect(await page.nextJson()).toMatchObject({ type: "leave", sub: "ann", connections: 1 });
    await fireAlarm(group);
    expect(Date.now()).toBe(begun + 2000 + LINGER);
    expect(await page.nextJson()).toMatchObject({ type: "leave", sub: "ben" });
    await expectQuiet(group, page);
  });

  it("of several tabs of one subject is announced with the last tab", async () => {
    const { group } = newFeed();
    const page = await arrive(group, { sub: "ben" });
    const tabs = [await arrive(group, ann), await arrive(group, ann), await join(group, ann, "plain")];
    expect(await page.nextJson()).toEqual({ type: "join", ...ann, connections: 2, users: 2 });
    page.send('{"id":1,"type":"presence"}');
    const members = expect.arrayContaining([ann, { sub: "ben", info: null }]);
    const answer = (await page.nextJson()) as { result: { members: unknown[] } };
    expect(answer).toEqual({ type: "reply", id: 1, result: { connections: 4, users: 2, members } });
    expect(answer.result.members).toHaveLength(2);
    for (const tab of tabs.slice(1)) await tab.leave();
    expect(await presenceDue(group)).toBeUndefined();
    await tabs[0]?.leave();
    await fireAlarm(group);
    expect(await page.nextJson()).toEqual({ type: "leave", ...ann, connections: 1, users: 1 });
    await expectQuiet(group, page);
  });

  it("is announced for each of two members without a token; a new one cancels one of them", async () => {
    const { group } = newFeed();
    const page = await arrive(group, ann);
    const two = [await arrive(group), await arrive(group)];
    for (const connections of [2, 3])
      expect(await page.nextJson()).toEqual({ type: "join", sub: null, info: null, connections, users: 1 });
    for (const one of two) await one.leave();
    await arrive(group);
    await fireAlarm(group);
    expect(await page.nextJson()).toEqual({ type: "leave", sub: null, info: null, connections: 2, users: 1 });
    await expectQuiet(group, page);
  });
});

describe("a crowd in a feed", () => {
  it("that joins within 5 ms is announced in one frame, to each new member without itself", async () => {
    const { group } = newFeed();
    const page = await arrive(group, ann);
    const subs = ["ben", "cem", "dora", "eve"];
    const crowd = await Promise.all(subs.map((sub) => join(group, { sub })));
    const seen = (frames: readonly { sub?: string; members?: { sub: string }[] }[]) =>
      frames.flatMap(({ sub, members }) => members?.map((member) => member.sub) ?? [sub]);
    const joinsOf = async (member: Page, count: number) => {
      const frames: { sub?: string; members?: { sub: string }[] }[] = [];
      while (seen(frames).length < count) frames.push((await member.nextJson()) as (typeof frames)[number]);
      return frames;
    };
    const frames = await joinsOf(page, 4);
    expect(seen(frames)).toEqual(subs);
    expect(frames.length).toBeLessThan(4);
    const [last] = crowd.slice(-1);
    if (last === undefined) return expect.fail("nobody joined");
    expect(await last.nextJson()).toMatchObject({ type: "welcome" });
    expect(seen(await joinsOf(last, 1))).not.toContain("eve");
  });

  it("of more than 200 members is not announced: neither joins nor leaves, and no leave is pending", async () => {
    const { group } = newFeed();
    const page = await arrive(group, ann);
    await Promise.all(Array.from({ length: 199 }, (_, n) => join(group, { sub: `s${n}` }, "plain")));
    for (let joined = 0; joined < 199;) {
      const { members } = (await page.nextJson()) as { members?: unknown[] };
      joined += members?.length ?? 1;
    }
    await expectQuiet(group, page);
    await join(group, { sub: "201st" }, "plain");
    await (await join(group, { sub: "202nd" }, "plain")).leave();
    expect(await presenceDue(group)).toBeUndefined();
    page.send('{"id":1,"type":"presence"}');
    expect(await page.nextJson()).toMatchObject({ type: "reply", result: { connections: 201, users: 201 } });
  });
});

describe("the leave of a closed connection is announced once", () => {
  async function pair(): Promise<{ group: string; page: Page; other: Page; channel: string }> {
    const { group } = newFeed();
    const page = await arrive(group);
    const other = await join(group, ann);
    const { channel } = (await other.nextJson()) as { channel: string };
    expect(await page.nextJson()).toMatchObject({ type: "join" });
    return { group, page, other, channel };
  }

  const ways: [string, (group: string, other: Page, channel: string) => Promise<unknown>, number][] = [
    ["closed by a backend", (_group, _other, channel) => backend("DELETE", `/channels/${channel}`), 4000],
    [
      "closed for too many frames",
      async (_group, other) => {
        for (let n = 0; n <= 200; n++) other.send('{"id":1,"type":"ping"}');
      },
      4129,
    ],
    ["closed for a long message", async (_group, other) => other.send("x".repeat(32_769)), 1009],
    [
      "closed for silence",
      async (group, other) => {
        other.send('{"type":"heartbeat"}');
        expect(await other.next()).toContain("heartbeat");
        await evict(group); // waking checks for silent connections
        await (await join(group, { sub: "ann2" }, "plain")).leave();
      },
      4201,
    ],
  ];
  it.each(ways)("%s", async (_how, end, code) => {
    const { group, page, other, channel } = await pair();
    const ended = Date.now();
    await end(group, other, channel);
    expect(await other.closed).toMatchObject({ code });
    await evict(group);
    while ((await presenceDue(group)) !== undefined) await fireAlarm(group);
    expect(Date.now()).toBe(ended + LINGER);
    const frames: unknown[] = [];
    for (let frame = await page.nextJson(); ; frame = await page.nextJson()) {
      const { type, sub, members } = frame as { type: string; sub?: string; members?: { sub: string }[] };
      if (sub === "ann" || members?.some((member) => member.sub === "ann") === true) frames.push(type);
      if (type.startsWith("leave")) break;
    }
    expect(frames).toEqual([expect.stringMatching(/^leaves?$/)]);
    while (await fireAlarm(group));
  });

  // Calls the handler directly: a dead connection never answers the close, and no other event follows the rejection.
  it("silent when another was rejected for lack of room", async () => {
    const { group, page, other } = await pair();
    for (let n = 0; n < 50; n++) await join(group, { sub: "ben" }, "plain");
    expect(await page.nextJson()).toMatchObject({ type: "join", sub: "ben" });
    other.send('{"type":"heartbeat"}');
    await other.next();
    await evict(group); // waking checks for silent connections
    const admission = { mode: "v1", member: { ...anybody, sub: "ben" }, position: null } as const;
    const armed = await runInDurableObject(stubOf(group), async (object, state) => {
      const headers = { Upgrade: "websocket", [ADMISSION_HEADER]: encodeAdmission(admission) };
      expect((await object.fetch(new Request("https://group/", { headers }))).status).toBe(503);
      return state.storage.getAlarm();
    });
    expect(armed).toBe(Date.now() + LINGER);
    expect(await other.closed).toMatchObject({ code: 4201 });
    await fireAlarm(group);
    expect(await page.nextJson()).toMatchObject({ type: "leave", sub: "ann" });
  });
});

describe("a member without a token", () => {
  it("receives counts without names, in joins, leaves and answers; a member with one receives names", async () => {
    const { group } = newFeed();
    const named = await arrive(group, { sub: "ben" });
    const anonymous = await join(group, { seesMembers: false });
    expect(await anonymous.nextJson()).toMatchObject({ type: "welcome" });
    await named.nextJson(); // the anonymous member's join
    const page = await arrive(group, ann);
    expect(await named.nextJson()).toMatchObject({ type: "join", ...ann, connections: 3 });
    const unnamed = { sub: null, info: null };
    expect(await anonymous.nextJson()).toMatchObject({ type: "join", ...unnamed, connections: 3, users: 2 });
    for (const member of [named, anonymous]) member.send('{"id":1,"type":"presence"}');
    expect(await named.nextJson()).toMatchObject({ result: { users: 2, members: [{ sub: "ben" }, ann] } });
    expect(await anonymous.nextJson()).toMatchObject({ result: { users: 2, members: [] } });
    await page.leave();
    while (await fireAlarm(group));
    expect(await named.nextJson()).toMatchObject({ type: "leave", ...ann });
    expect(await anonymous.nextJson()).toMatchObject({ type: "leave", ...unnamed, connections: 2 });
  });
});

it.each<[string, string]>([
  ["an order", `/ws/order/${newBiz()}/`],
  ["a single channel", "/ws/channel/"],
])("%s has no presence, and rejects requests for it", async (_what, path) => {
  const page = await connect(path, { "Sec-WebSocket-Protocol": "belfry.v1" });
  const { channel } = (await page.nextJson()) as { channel: string };
  const [group = expect.fail("no channel")] = channel.split("!");
  const other = await arrive(group, ann);
  await other.leave();
  expect([await pendingLeaves(group), await presenceDue(group)]).toEqual([undefined, undefined]);
  page.send('{"id":1,"type":"presence"}');
  expect(await page.nextJson()).toMatchObject({ type: "reply", id: 1, error: { code: 403, reason: "not_allowed" } });
});
