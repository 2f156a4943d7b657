// State, connections and history of a group for backends, and the end of a connection.
import { describe, expect, it } from "vitest";
import {
  publicRequest,
  alarmTime,
  backend,
  callback,
  connect,
  evict,
  join,
  newAlarmGroup,
  newBiz,
  newFeed,
  fireAlarm,
  stopClock,
  type Page,
} from "../support/workerd.ts";

const get = async (path: string): Promise<Record<string, unknown>> => (await backend("GET", path)).json();
const channelOf = async (page: Page): Promise<string> => ((await page.nextJson()) as { channel: string }).channel;

describe("GET /groups/:group", () => {
  it("counts connections and users, and a connection without a token as no user", async () => {
    const { group } = newAlarmGroup();
    for (const sub of ["anna", "anna", "bob", null, null]) await join(group, { sub }, "plain");
    expect(await get(`/groups/${group}`)).toMatchObject({ connections: 5, users: 2 });
  });
});

describe("GET /groups/:group/connections", () => {
  it("lists each connection with channel, mode, user and time", async () => {
    stopClock();
    const group = `order_${newBiz()}`;
    const anna = await join(group, { sub: "anna", info: { name: "Anna" } });
    const channel = await channelOf(anna);
    await connect(`/ws/order/${group.slice(6)}/`);
    await evict(group);
    const { members, ...rest } = await get(`/groups/${group}/connections`);
    expect(rest).toEqual({ connections: 2, users: 1, next: null });
    const since = new Date().toISOString();
    expect(members).toHaveLength(2);
    expect(members).toContainEqual({ channel, mode: "v1", sub: "anna", info: { name: "Anna" }, since });
    expect(members).toContainEqual({ channel: expect.any(String), mode: "plain", sub: null, info: null, since });
  });

  it("lists every connection once, in pages", async () => {
    const group = `order_${newBiz()}`;
    for (let i = 0; i < 7; i++) await join(group, {}, "plain");
    const seen: unknown[] = [];
    let after = "";
    for (const length of [3, 3, 1]) {
      const page = await get(`/groups/${group}/connections?limit=3${after}`);
      const { members, next } = page as { members: { channel: string }[]; next: string | null };
      expect(members).toHaveLength(length);
      expect(page).toMatchObject({ connections: 7 });
      expect(next).toBe(length === 3 ? members.at(-1)?.channel : null);
      seen.push(...members.map(({ channel }) => channel));
      after = `&after=${encodeURIComponent(next ?? "")}`;
    }
    expect(new Set(seen).size).toBe(7);
    expect(await get(`/groups/${group}/connections?limit=7`)).toMatchObject({ next: null });
  });

  it("of an empty group is empty and stores nothing", async () => {
    const { group } = newAlarmGroup();
    expect(await get(`/groups/${group}/connections`)).toEqual({ connections: 0, users: 0, members: [], next: null });
    expect(await alarmTime(group)).toBeNull();
  });

  it.each([
    ["limit=0", "limit: 1 to 1000"],
    ["limit=1001", "limit: 1 to 1000"],
    ["limit=ten", "limit: 1 to 1000"],
    ["limit=", "limit: 1 to 1000"],
    ["limit=1e2", "limit: 1 to 1000"],
    ["after=anna", "after: a channel of this group"],
    ["after=", "after: a channel of this group"],
    [`after=alarm_8!${"0".repeat(32)}`, "after: a channel of this group"],
  ])("rejects ?%s", async (query, detail) => {
    expect(await get(`/groups/alarm_7/connections?${query}`)).toMatchObject({
      status: 422,
      reason: "bad_query",
      detail,
    });
  });

  it("requires an API key and a known group", async () => {
    expect((await publicRequest("/groups/alarm/connections")).status).toBe(401);
    expect(await get("/groups/room_7/connections")).toMatchObject({ status: 404, reason: "unknown_group" });
    expect(await get("/groups/%20/connections")).toMatchObject({ status: 422, reason: "malformed_group" });
  });
});

describe("GET /groups/:group/history", () => {
  const publish = async (group: string, count: number) => {
    for (let i = 1; i <= count; i++)
      await backend("POST", `/groups/${group}/send`, { type: "send.message", message: i });
  };

  it("returns a feed's publications after an offset, oldest first, up to the limit", async () => {
    stopClock();
    const { group } = newFeed();
    await publish(group, 5);
    const { epoch } = (await get(`/groups/${group}`))["position"] as { epoch: string };
    const at = new Date().toISOString();
    const publication = (offset: number) => ({ offset, id: `${epoch}-${offset}`, at, data: offset });
    expect(await get(`/groups/${group}/history?after=2&limit=2`)).toEqual({
      epoch,
      offset: 5,
      publications: [publication(3), publication(4)],
    });
    expect(await get(`/groups/${group}/history?after=5`)).toEqual({ epoch, offset: 5, publications: [] });
    expect((await get(`/groups/${group}/history`))["publications"]).toHaveLength(5);
  });

  it("returns an order's outcome, an alarm group's latest tick, and no publication of a group without history", async () => {
    stopClock();
    const biz = newBiz();
    await callback(biz);
    expect(await get(`/groups/order_${biz}/history`)).toMatchObject({
      offset: 1,
      publications: [{ offset: 1, at: new Date().toISOString(), data: { biz, paid: true, status: "paid" } }],
    });
    const { group } = newAlarmGroup();
    const page = await join(group, {});
    await fireAlarm(group);
    expect(await get(`/groups/${group}/history`)).toMatchObject({
      offset: 1,
      publications: [{ offset: 1, data: { type: "result" } }],
    });
    await page.leave();
    expect(await get(`/groups/${group}/history`)).toEqual({ epoch: null, offset: 0, publications: [] });
    expect(await get(`/groups/channel_${"0".repeat(32)}/history`)).toEqual({
      epoch: null,
      offset: 0,
      publications: [],
    });
  });

  it.each([
    ["limit=0", "limit: 1 to 1000"],
    ["limit=1001", "limit: 1 to 1000"],
    ["after=-1", "after: an offset"],
    ["after=01", "after: an offset"],
    ["after=1.5", "after: an offset"],
    ["after=9007199254740993", "after: an offset"],
  ])("rejects ?%s", async (query, detail) => {
    expect(await get(`/groups/feed_7/history?${query}`)).toMatchObject({ status: 422, reason: "bad_query", detail });
  });

  it("requires an API key and a known group", async () => {
    expect((await publicRequest("/groups/alarm/history")).status).toBe(401);
    expect(await get("/groups/room_7/history")).toMatchObject({ status: 404, reason: "unknown_group" });
  });
});

describe("DELETE /channels/:channel", () => {
  const end = async (channel: string): Promise<unknown> => (await backend("DELETE", `/channels/${channel}`)).json();

  it.each(["v1", "plain"] as const)("closes a connection in %s mode with 4000, and no other", async (mode) => {
    const group = `order_${newBiz()}`;
    const page = await join(group, {}, mode);
    const { members } = (await get(`/groups/${group}/connections`)) as { members: [{ channel: string }] };
    const other = await join(group, {}, "plain");
    expect(await end(members[0].channel)).toEqual({ connections: 1 });
    expect(await page.closed).toEqual({ code: 4000, reason: "disconnected" });
    expect(await end(members[0].channel)).toEqual({ connections: 0 });
    other.send("still here");
    expect(await other.next()).toBe('"still here"');
  });

  it("stops an alarm group's push with its last connection and sends a leave to the others", async () => {
    stopClock();
    const { group } = newAlarmGroup();
    const [first, second] = [await join(group, { sub: "anna" }), await join(group, { sub: "bob" })];
    const [one, two] = [await channelOf(first), await channelOf(second)];
    expect(await first.nextJson()).toMatchObject({ type: "join", sub: "bob" });
    await end(two);
    await fireAlarm(group); // the first tick
    expect(await first.nextJson()).toMatchObject({ type: "publication" });
    await fireAlarm(group); // three seconds later
    expect(await first.nextJson()).toMatchObject({ type: "leave", sub: "bob", connections: 1 });
    await end(one);
    expect(await alarmTime(group)).toBeNull();
  });

  it.each([
    ["alarm", 422, "malformed_channel"],
    [`al%20arm!${"0".repeat(32)}`, 422, "malformed_channel"],
    [`room!${"0".repeat(32)}`, 404, "unknown_group"],
  ])("rejects the channel %s", async (channel, status, reason) => {
    expect(await end(channel)).toMatchObject({ status, reason });
  });

  it("requires an API key; another method responds 405 with Allow", async () => {
    const channel = `/channels/alarm!${"0".repeat(32)}`;
    expect((await publicRequest(channel, { method: "DELETE" })).status).toBe(401);
    expect((await backend("GET", channel)).headers.get("Allow")).toBe("DELETE");
  });
});
