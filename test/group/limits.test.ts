// Limits of a connection, a subject and a group. Exceeding one affects no other member.
import { runInDurableObject } from "cloudflare:test";
import { env } from "cloudflare:workers";
import { beforeEach, describe, expect, it, vi } from "vitest";
import type { Mode } from "../../src/core/frames.ts";
import { CONNECTIONS_PER_GROUP, CONNECTIONS_PER_SUBJECT, FRAMES_AT_ONCE } from "../../src/core/limits.ts";
import {
  connect,
  evict,
  handshake,
  join,
  getGroup,
  sendMarker,
  newAlarmGroup,
  newBiz,
  newFeed,
  type Page,
  stubOf,
  stopClock,
} from "../support/workerd.ts";
import { claims, hmac, token } from "../tokens/signing.ts";

const HEARTBEAT = '{"type":"heartbeat"}';
const v1 = { "Sec-WebSocket-Protocol": "belfry.v1" };
const TOO_MANY = { code: 4129, reason: "too_many_frames" };

beforeEach(() => stopClock());

/** An order's group with a belfry.v1 member that listens and a welcomed one that will send. */
async function orderWith(mode: Mode): Promise<{ group: string; sender: Page; listener: Page }> {
  const group = `order_${newBiz()}`;
  const [listener, sender] = [await join(group, {}), await join(group, {}, mode)];
  for (const page of mode === "v1" ? [listener, sender] : [listener]) await page.nextJson();
  return { group, sender, listener };
}

const bare = (n: number): string => `text ${n}`;
const request = (n: number): string => JSON.stringify({ id: n, type: "publish", data: bare(n) });

describe("frames of one connection", () => {
  it.each<[Mode, (n: number) => string]>([
    ["plain", bare],
    ["v1", request],
  ])(
    "in %s mode: 200 at once are relayed in an order's group, the next ends it and is heard by no one",
    async (mode, frame) => {
      const { group, sender, listener } = await orderWith(mode);
      for (let n = 1; n <= FRAMES_AT_ONCE + 1; n++) sender.send(frame(n));
      expect(await sender.closed).toEqual(TOO_MANY);
      const relayed = Array.from({ length: FRAMES_AT_ONCE }, (_, n) => bare(n + 1));
      expect(await listener.nextPublished(FRAMES_AT_ONCE)).toEqual(relayed);
      const marked = await sendMarker(group);
      expect(await listener.next()).toBe(`{"type":"publication","data":${marked}}`);
      expect(await getGroup(group)).toMatchObject({ connections: 1 });
    },
  );

  it.each<[string, Record<string, string>, (n: number) => string]>([
    ["plain mode", {}, () => "ping"],
    ["belfry.v1", v1, (n) => `{"type":"ping","id":${n}}`],
  ])(
    "on a single channel in %s are answered up to 200 at once; the next one closes it",
    async (_how, headers, frame) => {
      const page = await connect("/ws/channel/", headers);
      if (headers === v1) expect(await page.nextJson()).toMatchObject({ type: "welcome" });
      for (let n = 1; n <= FRAMES_AT_ONCE; n++) {
        page.send(frame(n));
        expect(await page.nextJson()).toMatchObject(headers === v1 ? { type: "reply", id: n } : { type: "ping" });
      }
      page.send(frame(0));
      expect(await page.closed).toEqual(TOO_MANY);
    },
  );

  it("are counted in plain mode in an alarm group, where they have no effect", async () => {
    const { group, path } = newAlarmGroup();
    const [page, other] = [await connect(path), await connect(path)];
    for (let n = 0; n <= FRAMES_AT_ONCE; n++) page.send(n % 2 === 0 ? "" : new Uint8Array(1).buffer);
    expect(await page.closed).toEqual(TOO_MANY);
    const marked = await sendMarker(group);
    expect(await other.next()).toBe(marked);
  });

  it("are counted across a sleep, and refilled at 20 a second", async () => {
    const { group, sender, listener } = await orderWith("plain");
    const say = async (text: string) => {
      sender.send(text);
      expect(await listener.nextJson()).toEqual({ type: "publication", data: text });
    };
    for (let n = 1; n <= FRAMES_AT_ONCE; n++) await say(bare(n));
    await evict(group);
    vi.setSystemTime(Date.now() + 1000);
    for (let n = 1; n <= 20; n++) await say(bare(n));
    await evict(group);
    vi.setSystemTime(Date.now() + 50);
    await say("one more");
    vi.setSystemTime(Date.now() + 49);
    sender.send("one too many");
    expect(await sender.closed).toEqual(TOO_MANY);
  });

  it("are refilled to at most 200 after any pause", async () => {
    const { sender, listener } = await orderWith("plain");
    sender.send("the first");
    await listener.next();
    vi.setSystemTime(Date.now() + 3_600_000);
    for (let n = 0; n <= FRAMES_AT_ONCE; n++) sender.send(bare(n));
    expect(await sender.closed).toEqual(TOO_MANY);
    expect(await listener.nextPublished(FRAMES_AT_ONCE)).toEqual(
      Array.from({ length: FRAMES_AT_ONCE }, (_, n) => bare(n)),
    );
  });

  it("are counted per connection", async () => {
    const { group, sender, listener } = await orderWith("plain");
    for (let n = 1; n <= FRAMES_AT_ONCE; n++) sender.send(bare(n));
    await listener.nextPublished(FRAMES_AT_ONCE);
    for (let n = 1; n <= FRAMES_AT_ONCE; n++) listener.send('{"type":"ping","id":1}');
    for (let n = 1; n <= FRAMES_AT_ONCE; n++) expect(await listener.nextJson()).toMatchObject({ type: "reply" });
    expect(await getGroup(group)).toMatchObject({ connections: 2 });
  });

  it.each<Mode>(["plain", "v1"])("exclude heartbeats, in %s mode", async (mode) => {
    const { group, sender, listener } = await orderWith(mode);
    for (let n = 0; n < 2 * FRAMES_AT_ONCE; n++) sender.send(HEARTBEAT);
    for (let n = 0; n < 2 * FRAMES_AT_ONCE; n++) expect(await sender.next()).toBe(HEARTBEAT);
    sender.send(mode === "v1" ? request(1) : bare(1));
    expect(await listener.nextJson()).toEqual({ type: "publication", data: bare(1) });
    expect(await getGroup(group)).toMatchObject({ connections: 2 });
  });
});

describe("long messages of one connection", () => {
  it("are charged by length: six of 131,072 characters are relayed at most, the next closes it", async () => {
    const { sender, listener } = await orderWith("plain");
    for (let n = 0; n < 5; n++) sender.send("x".repeat(131_072));
    expect(await sender.closed).toEqual(TOO_MANY); // the group relays 524,288 characters at once
    expect(await listener.nextPublished(3)).toHaveLength(3);
  });

  it("leave the relay of the group to others once its budget is full again", async () => {
    const { group, sender, listener } = await orderWith("plain");
    for (let n = 0; n < 3; n++) sender.send("x".repeat(131_072));
    expect(await listener.nextPublished(3)).toHaveLength(3);
    const other = await join(group, {}, "plain");
    vi.setSystemTime(Date.now() + 6000);
    other.send("x".repeat(131_072));
    expect(await listener.nextPublished(1)).toHaveLength(1);
  });

  it.each([
    ["ping", { error: { reason: "bad_request" } }],
    ["refresh", { error: { reason: "bad_request" } }],
  ])("that are a %s in belfry.v1 are rejected above 4,352 characters, unparsed", async (type, reply) => {
    const { sender } = await orderWith("v1");
    sender.send(JSON.stringify({ id: 1, type, token: "t", x: Array.from({ length: 3000 }, () => 1.5) }));
    expect(await sender.nextJson()).toMatchObject({ type: "reply", id: 1, ...reply });
  });

  it("keep the source text of numbers where they are published", async () => {
    const { group } = newFeed();
    const page = await join(group, { mayPublish: true });
    expect(await page.nextJson()).toMatchObject({ type: "welcome" });
    const data = `[${Array.from({ length: 3000 }, () => "1.50").join(",")}]`;
    page.send(`{"id":1,"type":"publish","data":${data}}`);
    expect(await page.next()).toContain(`"data":${data}`);
  });
});

describe("connections of one subject", () => {
  const tokenOf = (sub: string, group: string): Promise<string> =>
    token(
      { alg: "HS256" },
      { ...claims({ sub, groups: [group] }), exp: Date.now() / 1000 + 60 },
      hmac(env.TOKEN_SECRET),
    );

  it("are at most 50 in a group: the next is rejected with subject_full, in belfry.v1 by 4101; other subjects join", async () => {
    const { group, path } = newFeed();
    const tabs: Page[] = [];
    for (let n = 0; n < CONNECTIONS_PER_SUBJECT; n++) tabs.push(await join(group, { sub: "ann" }, "plain"));
    const [ann, ben] = [await tokenOf("ann", group), await tokenOf("ben", group)];

    const refused = await handshake(path, { Authorization: `Bearer ${ann}` });
    expect([refused.status, await refused.json()]).toEqual([503, expect.objectContaining({ reason: "subject_full" })]);
    const closed = await connect(path, { "Sec-WebSocket-Protocol": `belfry.v1, belfry.bearer.${ann}` });
    expect(await closed.closed).toEqual({ code: 4101, reason: "subject_full" });

    await connect(path, { Authorization: `Bearer ${ben}` });
    await join(group, { sub: "ann2" });
    await join(group, {});
    expect(await getGroup(group)).toMatchObject({ connections: CONNECTIONS_PER_SUBJECT + 3, users: 3 });

    await tabs[0]?.leave();
    const again = await connect(path, { "Sec-WebSocket-Protocol": `belfry.v1, belfry.bearer.${ann}` });
    expect(await again.nextJson()).toMatchObject({ type: "welcome" });
  });

  it("are counted apart for subjects with a long common prefix", async () => {
    const { group, path } = newFeed();
    const long = "钟".repeat(190);
    for (let n = 0; n < CONNECTIONS_PER_SUBJECT; n++) await join(group, { sub: `${long}1` }, "plain");
    expect((await handshake(path, { Authorization: `Bearer ${await tokenOf(`${long}1`, group)}` })).status).toBe(503);
    await connect(path, { Authorization: `Bearer ${await tokenOf(`${long}2`, group)}` });
  });

  it("are counted per group, and unlimited without a token", async () => {
    const [here, there] = [newFeed(), newFeed()];
    for (let n = 0; n < CONNECTIONS_PER_SUBJECT; n++) await join(here.group, { sub: "ann" }, "plain");
    await join(there.group, { sub: "ann" });
    for (let n = 0; n <= CONNECTIONS_PER_SUBJECT; n++) await join(there.group, {}, "plain");
    expect(await getGroup(there.group)).toMatchObject({ connections: CONNECTIONS_PER_SUBJECT + 2, users: 1 });
  });
});

it("a group with 10,000 connections rejects the next one until a member leaves", async () => {
  const biz = newBiz();
  const path = `/ws/order/${biz}/`;
  const page = await connect(path);
  /** The object wakes with `count` connections. */
  const pretend = async (connections: number) => {
    await evict(`order_${biz}`);
    await runInDurableObject(stubOf(`order_${biz}`), (_object, state) => {
      const real = state.getWebSockets.bind(state);
      const nothing = { readyState: WebSocket.OPEN, deserializeAttachment: () => null, send: () => undefined };
      const dummy = () => ({ ...nothing }) as unknown as WebSocket; // the members that are used
      const dummies = Array.from({ length: connections - real().length }, dummy);
      state.getWebSockets = (tag) => [...real(tag), ...(tag === "plain" ? dummies : [])];
      state.getWebSocketAutoResponseTimestamp = () => null;
    });
  };
  await pretend(CONNECTIONS_PER_GROUP);
  const refused = await handshake(path);
  expect([refused.status, await refused.json()]).toEqual([503, expect.objectContaining({ reason: "group_full" })]);
  expect(await (await connect(path, v1)).closed).toEqual({ code: 4100, reason: "group_full" });
  await pretend(CONNECTIONS_PER_GROUP - 1);
  const last = await connect(path);
  last.send("here");
  expect(await page.next()).toBe('"here"');
});

describe("a message that is too long, in belfry.v1", () => {
  it.each<[string, string, number]>([
    ["an order's group", `order_${newBiz()}`, 131_073],
    ["a feed", newFeed().group, 32_769],
    ["an alarm group", newAlarmGroup().group, 32_769],
  ])("closes its connection with 1009 in %s and reaches no member", async (_where, group, length) => {
    const listener = await join(group, {}, "plain");
    const page = await join(group, { mayPublish: true });
    const long = (data: string) => JSON.stringify({ id: 1, type: "publish", data });
    page.send(long("x".repeat(length - long("").length)));
    expect(await page.closed).toEqual({ code: 1009, reason: "frame_too_large" });
    const marked = await sendMarker(group);
    expect(await listener.next()).toBe(marked);
  });

  it("may have the length that its consumer allows", async () => {
    const { group } = newFeed();
    const page = await join(group, { mayPublish: true });
    await page.nextJson();
    const frame = '{"id":1,"type":"publish","data":""}';
    page.send(frame.replace('""', `"${"x".repeat(32_768 - frame.length)}"`));
    expect(await page.nextJson()).toMatchObject({ type: "publication", offset: 1 });
  });
});

describe("a message in transit when its connection is closed", () => {
  it.each<[Mode, string]>([
    ["plain", "late"],
    ["v1", '{"id":1,"type":"publish","data":"late"}'],
  ])("is dropped, in %s mode", async (mode, late) => {
    const { group, sender, listener } = await orderWith(mode);
    sender.send("x".repeat(131_073));
    for (let n = 0; n < 3; n++) sender.send(late);
    expect(await sender.closed).toMatchObject({ code: 1009 });
    const marked = await sendMarker(group);
    expect(await listener.next()).toBe(`{"type":"publication","data":${marked}}`);
  });

  it("is dropped and not counted, even if it arrives long after", async () => {
    const { group, sender, listener } = await orderWith("plain");
    await runInDurableObject(stubOf(group), async (object, state) => {
      const [newest = expect.fail("nobody there")] = state.getWebSockets("plain");
      await object.webSocketError(newest, new Error("bad opcode"));
      for (let n = 0; n <= FRAMES_AT_ONCE; n++) await object.webSocketMessage(newest, "late");
    });
    expect(await sender.closed).toEqual({ code: 1002, reason: "protocol_error" });
    const marked = await sendMarker(group);
    expect(await listener.next()).toBe(`{"type":"publication","data":${marked}}`);
  });
});
