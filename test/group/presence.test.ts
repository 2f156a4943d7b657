// Who is told that somebody came or went, when, and how often; and that nobody else hears of it or pays for it.
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

/** Comes in belfry.v1 and is welcomed. */
async function arrive(group: string, member: { sub?: string; info?: string } = {}): Promise<Page> {
  const page = await join(group, member);
  expect(await page.nextJson()).toMatchObject({ type: "welcome" });
  return page;
}

/** Nothing that came before is still to be heard. */
async function expectQuiet(group: string, ...pages: Page[]): Promise<void> {
  const message = crypto.randomUUID();
  await backend("POST", `/groups/${group}/send`, { type: "send.message", message });
  for (const page of pages) {
    const frame = await page.nextJson();
    expect(frame === message ? { data: frame } : frame).toMatchObject({ data: message });
  }
}

const gone = (group: string): Promise<unknown> =>
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
  it("members in belfry.v1 are told who comes and, three seconds later, who went; those in plain mode are not", async () => {
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
    // In an alarm group the push has its first tick before.
    while ((await presenceDue(group)) !== undefined) await fireAlarm(group);
    const frames = [await page.nextJson(), ...(group.startsWith("alarm") ? [await page.nextJson()] : [])];
    expect(frames.filter((frame) => JSON.stringify(frame).includes('"leave"'))).toEqual([
      { type: "leave", ...ann, connections: 2, users: 2 },
    ]);
    expect(await gone(group)).toBeUndefined();
    if (group.startsWith("alarm")) expect(await plain.nextJson()).toMatchObject({ type: "result" });
    await expectQuiet(group, plain, page);
  });

  it("members in plain mode are told of, as anybody", async () => {
    const { group } = fresh();
    const page = await arrive(group);
    const plain = await join(group, { sub: "pia" }, "plain");
    expect(await page.nextJson()).toEqual({ type: "join", sub: "pia", info: null, connections: 2, users: 1 });
    await join(group, {}, "plain");
    expect(await page.nextJson()).toEqual({ type: "join", sub: null, info: null, connections: 3, users: 1 });
    await plain.leave();
    expect(await gone(group)).toEqual([{ sub: "pia", info: null, tellAt: Date.now() + LINGER }]);
  });

  it.each<[string, { sub?: string }]>([
    ["of one subject", ann],
    ["of somebody without a token", {}],
  ])("a reload %s within three seconds is told nobody", async (_who, who) => {
    const { group } = fresh();
    const page = await arrive(group);
    const first = await arrive(group, who);
    expect(await page.nextJson()).toMatchObject({ type: "join" });
    await first.leave();
    await evict(group);
    vi.setSystemTime(Date.now() + LINGER - 1);
    const second = await arrive(group, who);
    expect([await gone(group), await presenceDue(group)]).toEqual([undefined, undefined]);
    await expectQuiet(group, page, second);
  });

  it("nobody in belfry.v1 is left: nobody is awaited, and nothing is due for it", async () => {
    const { group } = fresh();
    const plain = await join(group, {}, "plain");
    const page = await arrive(group, ann);
    const other = await arrive(group, { sub: "ben" });
    expect(await page.nextJson()).toMatchObject({ type: "join" });
    await other.leave();
    expect(await presenceDue(group)).toBe(Date.now() + LINGER);
    await page.leave();
    expect([await gone(group), await presenceDue(group)]).toEqual([undefined, undefined]);
    await plain.leave();
    expect([await gone(group), await presenceDue(group)]).toEqual([undefined, undefined]);
  });
});

describe("a leave in a feed", () => {
  it("is told though the object slept in between, and once", async () => {
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

  it("who comes back after three seconds, before the alarm has rung, is awaited no more and told nobody", async () => {
    const { group } = newFeed();
    const page = await arrive(group);
    await (await arrive(group, ann)).leave();
    await page.nextJson();
    vi.setSystemTime(Date.now() + LINGER + 500);
    const back = await arrive(group, ann);
    while (await fireAlarm(group));
    await expectQuiet(group, page, back);
  });

  it("at another time than another is told in its own time", async () => {
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

  it("several tabs of a subject are one user, and come and go with the first and the last of them", async () => {
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

  it("of two without a token that go, each is told, and one that comes takes the place of one", async () => {
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

describe("whoever is ended is told to have left, once", () => {
  async function pair(): Promise<{ group: string; page: Page; other: Page; channel: string }> {
    const { group } = newFeed();
    const page = await arrive(group);
    const other = await join(group, ann);
    const { channel } = (await other.nextJson()) as { channel: string };
    expect(await page.nextJson()).toMatchObject({ type: "join" });
    return { group, page, other, channel };
  }

  const ways: [string, (group: string, other: Page, channel: string) => Promise<unknown>, number][] = [
    ["a backend ended", (_group, _other, channel) => backend("DELETE", `/channels/${channel}`), 4000],
    [
      "sent too fast",
      async (_group, other) => {
        for (let n = 0; n <= 200; n++) other.send('{"id":1,"type":"ping"}');
      },
      4129,
    ],
    ["sent too much", async (_group, other) => other.send("x".repeat(32_769)), 1009],
    [
      "was silent",
      async (group, other) => {
        other.send('{"type":"heartbeat"}');
        expect(await other.next()).toContain("heartbeat");
        await evict(group); // as it wakes, it looks who is silent
        await (await join(group, { sub: "ann2" }, "plain")).leave();
      },
      4201,
    ],
  ];
  it.each(ways)("that %s", async (_how, end, code) => {
    const { group, page, other, channel } = await pair();
    const ended = Date.now();
    await end(group, other, channel);
    expect(await other.closed).toMatchObject({ code });
    await evict(group);
    while ((await presenceDue(group)) !== undefined) await fireAlarm(group);
    expect(Date.now()).toBe(ended + LINGER);
    const told: unknown[] = [];
    for (let frame = await page.nextJson(); ; frame = await page.nextJson()) {
      const { type, sub } = frame as { type: string; sub?: string };
      if (sub === "ann") told.push(type);
      if (type === "leave") break;
    }
    expect(told).toEqual(["leave"]);
    while (await fireAlarm(group));
  });

  // The handler itself: who is silent because it is dead never answers the close, and nothing else would come after the refusal.
  it("that was silent when somebody was refused for want of room", async () => {
    const { group, page, other } = await pair();
    for (let n = 0; n < 50; n++) await join(group, { sub: "ben" }, "plain");
    expect(await page.nextJson()).toMatchObject({ type: "join", sub: "ben" });
    other.send('{"type":"heartbeat"}');
    await other.next();
    await evict(group); // as it wakes, it looks who is silent
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

it.each<[string, string]>([
  ["an order", `/ws/order/${newBiz()}/`],
  ["a single channel", "/ws/channel/"],
])("%s tells no presence, and refuses to", async (_what, path) => {
  const page = await connect(path, { "Sec-WebSocket-Protocol": "belfry.v1" });
  const { channel } = (await page.nextJson()) as { channel: string };
  const [group = expect.fail("no channel")] = channel.split("!");
  const other = await arrive(group, ann);
  await other.leave();
  expect([await gone(group), await presenceDue(group)]).toEqual([undefined, undefined]);
  page.send('{"id":1,"type":"presence"}');
  expect(await page.nextJson()).toMatchObject({ type: "reply", id: 1, error: { code: 403, reason: "not_allowed" } });
});
