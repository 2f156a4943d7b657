// Single sends of a backend: receivers, `exclude` and idempotency keys.
import { describe, expect, it, vi } from "vitest";
import {
  publicRequest,
  backend,
  evict,
  join,
  sendMarker,
  newAlarmGroup,
  newBiz,
  newFeed,
  fireAlarm,
  stopClock,
  type Page,
} from "../support/workerd.ts";

const message = (message: unknown, more: object = {}) => ({ type: "send.message", message, ...more });
const send = (group: string, event: unknown, key?: string) =>
  backend("POST", `/groups/${group}/send`, event, key === undefined ? {} : { "Idempotency-Key": key });
const sendToUser = (group: string, sub: string, event: unknown, key?: string) =>
  backend(
    "POST",
    `/groups/${group}/users/${encodeURIComponent(sub)}/send`,
    event,
    key === undefined ? {} : { "Idempotency-Key": key },
  );
const json = async (response: Promise<Response>): Promise<unknown> => (await response).json();

/** The welcome of a page in belfry.v1: its channel and the group's position. */
const welcomed = async (page: Page) =>
  (await page.nextJson()) as { channel: string; epoch: string; offset: number; type: "welcome" };

describe("a send to a feed", () => {
  it("is stored under the next offset, unless it is for one user or connection", async () => {
    const { group } = newFeed();
    const page = await join(group, { sub: "anna" });
    const { channel, epoch } = await welcomed(page);
    expect(await json(send(group, message(1)))).toEqual({ epoch, offset: 1, connections: 1 });
    expect(await page.nextJson()).toEqual({ type: "publication", offset: 1, id: `${epoch}-1`, data: 1 });
    expect(await json(sendToUser(group, "anna", message(2)))).toEqual({ epoch, offset: 1, connections: 1 });
    expect(await page.nextJson()).toEqual({ type: "publication", data: 2 });
    const toOne = backend("POST", `/channels/${channel}/send`, message(3));
    expect(await json(toOne)).toEqual({ epoch, offset: 1, connections: 1 });
    expect(await page.nextJson()).toEqual({ type: "publication", data: 3 });
    expect(await json(send(group, message(4)))).toEqual({ epoch, offset: 2, connections: 1 });
  });

  it("keeps its numbers as written, live and recovered", async () => {
    const { group } = newFeed();
    const exact = '{"n":12345678901234567890,"f":2.0,"e":1e5}';
    await send(group, `{"type":"send.message","message":${exact}}`);
    expect(await (await backend("GET", `/groups/${group}/history`)).text()).toContain(`"data":${exact}}`);
  });
});

describe("a send to a user", () => {
  const long = "订".repeat(200);

  it.each(["anna", "a/b", "a b?#&%41", "%FF", "李", long, `${"x".repeat(83)}\u{1f600}`])(
    "%s reaches every connection of the user, in both modes, and no other",
    async (sub) => {
      const group = `order_${newBiz()}`;
      const [first, second] = [await join(group, { sub }), await join(group, { sub }, "plain")];
      // A sub with the same beginning and the maximum length is another user.
      const others = [await join(group, { sub: `${sub.slice(0, 199)}!` }), await join(group, {}, "plain")];
      await welcomed(first);
      await welcomed(others[0] ?? expect.fail());
      const sent = await json(sendToUser(group, sub, message("for you")));
      expect(sent).toMatchObject({ connections: 2 });
      expect(await first.nextJson()).toEqual({ type: "publication", data: "for you" });
      expect(await second.nextJson()).toBe("for you");
      const after = await sendMarker(group);
      expect(await others[0]?.nextJson()).toEqual({ type: "publication", data: JSON.parse(after) });
      expect(await others[1]?.next()).toBe(after);
    },
  );

  it("without connections responds 200 with 0 connections", async () => {
    expect(await json(sendToUser(newAlarmGroup().group, "nobody", message(1)))).toEqual({
      epoch: null,
      offset: 0,
      connections: 0,
    });
  });

  it.each([
    ["of 201 characters", "x".repeat(201)],
    ["that is an invalid escape", "%FF"],
    ["that is a truncated escape", "a%2"],
  ])("rejects a sub %s", async (_case, sub) => {
    const response = backend("POST", `/groups/alarm/users/${sub}/send`, message(1));
    expect(await json(response)).toMatchObject({ status: 422, reason: "malformed_sub" });
  });

  it.each([
    ["room_7", 404, "unknown_group"],
    ["al%20arm", 422, "malformed_group"],
  ])("rejects the group %s", async (group, status, reason) => {
    expect(await json(sendToUser(group, "anna", message(1)))).toMatchObject({ status, reason });
  });

  it("requires an API key and an event", async () => {
    expect((await publicRequest("/groups/alarm/users/anna/send", { method: "POST" })).status).toBe(401);
    expect(await json(sendToUser("alarm", "anna", undefined))).toMatchObject({ reason: "bad_event" });
  });
});

describe("exclude", () => {
  it("skips one connection of a feed and still advances its position", async () => {
    const { group } = newFeed();
    const [author, reader] = [await join(group, { sub: "anna" }), await join(group, { sub: "bob" })];
    const { channel, epoch } = await welcomed(author);
    await welcomed(reader);
    expect(await author.nextJson()).toMatchObject({ type: "join", sub: "bob" });
    expect(await json(send(group, message("hi", { exclude: channel })))).toEqual({ epoch, offset: 1, connections: 1 });
    expect(await author.nextJson()).toEqual({ type: "publication", offset: 1, id: `${epoch}-1` });
    expect(await reader.nextJson()).toEqual({ type: "publication", offset: 1, id: `${epoch}-1`, data: "hi" });
  });

  it("skips a connection silently if the frame is not stored", async () => {
    const group = `order_${newBiz()}`;
    const [first, second] = [await join(group, {}), await join(group, {}, "plain")];
    const { channel } = await welcomed(first);
    expect(await json(send(group, message("hi", { exclude: channel })))).toMatchObject({ connections: 1 });
    expect(await second.next()).toBe('"hi"');
    const after = await sendMarker(group);
    expect(await first.nextJson()).toEqual({ type: "publication", data: JSON.parse(after) });
  });

  it("skips one of a user's connections, and the only receiver of a send", async () => {
    const group = `order_${newBiz()}`;
    const [first, second] = [await join(group, { sub: "anna" }), await join(group, { sub: "anna" })];
    const { channel } = await welcomed(first);
    await welcomed(second);
    const sent = await json(sendToUser(group, "anna", message("hi", { exclude: channel })));
    expect(sent).toMatchObject({ connections: 1 });
    expect(await second.nextJson()).toMatchObject({ data: "hi" });
    const toItself = backend("POST", `/channels/${channel}/send`, message("hi", { exclude: channel }));
    expect(await json(toItself)).toMatchObject({ connections: 0 });
  });

  it("that is null or a closed connection skips no one", async () => {
    const group = `order_${newBiz()}`;
    const page = await join(group, {}, "plain");
    for (const exclude of [null, `${group}!${"0".repeat(32)}`]) {
      expect(await json(send(group, message("hi", { exclude })))).toMatchObject({ connections: 1 });
      expect(await page.next()).toBe('"hi"');
    }
  });

  it.each<[string, unknown, string, string]>([
    ["is not a channel", "anna", "malformed_channel", "exclude: no channel"],
    ["is not a string", 7, "malformed_channel", "exclude: no channel"],
    ["is a number beyond JavaScript's range", null, "malformed_channel", "exclude: no channel"],
    ["is another group's", `alarm_8!${"0".repeat(32)}`, "bad_event", "exclude: a channel of another group"],
  ])("is rejected if it %s", async (_case, exclude, reason, detail) => {
    const text = JSON.stringify(message(1, { exclude })).replace('"exclude":null', '"exclude":1e400');
    expect(await json(send("alarm_7", text))).toMatchObject({ status: 422, reason, detail });
  });
});

it("a malformed batch is rejected without its content in the response", async () => {
  const response = await backend("POST", "/send", { items: "a secret in the wrong place" });
  const text = await response.text();
  expect(JSON.parse(text)).toMatchObject({
    status: 422,
    reason: "bad_batch",
    detail: expect.stringContaining("items"),
  });
  expect(text).not.toContain("secret");
});

describe("an Idempotency-Key", () => {
  it("makes a repetition return the first response and send nothing, even if the group has changed", async () => {
    const { group } = newFeed();
    const page = await join(group, {});
    await welcomed(page);
    const first = await json(send(group, message("once"), "k"));
    expect(first).toMatchObject({ offset: 1, connections: 1 });
    expect(await page.nextJson()).toMatchObject({ data: "once" });
    await page.leave();
    await evict(group);
    await send(group, message("other"));
    expect(await json(send(group, message("once"), "k"))).toEqual(first);
    const history = await json(backend("GET", `/groups/${group}/history`));
    expect(history).toMatchObject({ publications: [{ data: "once" }, { data: "other" }] });
  });

  it("is valid for 24 hours, also across an eviction", async () => {
    stopClock();
    const group = `order_${newBiz()}`;
    const page = await join(group, {}, "plain");
    const start = Date.now();
    await send(group, message("once"), "k");
    expect(await page.next()).toBe('"once"');
    await evict(group);
    vi.setSystemTime(start + 86_399_999);
    expect(await json(send(group, message("once"), "k"))).toMatchObject({ connections: 1 });
    expect(await json(send(group, message("something else"), "k"))).toMatchObject({ reason: "idempotency_key_reused" });
    vi.setSystemTime(start + 86_400_000);
    await send(group, message("something else"), "k");
    expect(await page.next()).toBe('"something else"');
    // From then on the key belongs to the new send.
    expect(await json(send(group, message("once"), "k"))).toMatchObject({ reason: "idempotency_key_reused" });
  });

  it("is deleted after a day, with its alarm", async () => {
    stopClock();
    const group = `order_${newBiz()}`;
    await send(group, message("once"), "k");
    const start = Date.now();
    expect(await fireAlarm(group)).toBe(true);
    expect(Date.now()).toBe(start + 86_400_000);
    expect(await fireAlarm(group)).toBe(false);
    const page = await join(group, {}, "plain");
    await send(group, message("once"), "k");
    expect(await page.next()).toBe('"once"');
  });

  it.each<[string, (group: string, key: string) => Promise<Response>]>([
    ["another message", (group, key) => send(group, message("other"), key)],
    ["the same number in another notation", (group, key) => send(group, '{"type":"send.message","message":1.0}', key)],
    [
      "another type that makes the same frame",
      (group, key) => send(group, { ...message(1), type: "send_message" }, key),
    ],
    ["a user", (group, key) => sendToUser(group, "anna", message(1), key)],
    ["another exclude", (group, key) => send(group, message(1, { exclude: `${group}!${"0".repeat(32)}` }), key)],
    [
      "a connection",
      (group, key) =>
        backend("POST", `/channels/${group}!${"0".repeat(32)}/send`, message(1), { "Idempotency-Key": key }),
    ],
  ])("with %s is rejected and sends nothing", async (_case, sendOther) => {
    const { group } = newFeed();
    await send(group, message(1), "k");
    expect(await json(sendOther(group, "k"))).toMatchObject({ status: 422, reason: "idempotency_key_reused" });
    expect(await json(backend("GET", `/groups/${group}`))).toMatchObject({ position: { offset: 1 } });
    expect((await sendOther(group, "another-key")).status).toBe(200);
  });

  it("is scoped to its group", async () => {
    const [one, other] = [newFeed().group, newFeed().group];
    await send(one, message(1), "k");
    expect(await json(send(other, message(2), "k"))).toMatchObject({ offset: 1 });
  });

  it("of a rejected event can be used again", async () => {
    const { group } = newFeed();
    expect((await send(group, { type: "shout" }, "k")).status).toBe(422);
    expect((await send(group, message(1), "k")).status).toBe(200);
  });

  it("outlives an alarm group's last member, and the group deletes its data afterwards", async () => {
    stopClock();
    const { group } = newAlarmGroup();
    const page = await join(group, {}, "plain");
    const first = await json(send(group, message("once"), "k"));
    await page.leave();
    await evict(group);
    expect(await json(send(group, message("once"), "k"))).toEqual(first);
    expect(await fireAlarm(group)).toBe(true);
    expect(await fireAlarm(group)).toBe(false);
    expect(await json(send(group, message("once"), "k"))).toMatchObject({ connections: 0 });
  });

  it.each([
    ["empty", ""],
    ["of 201 characters", "x".repeat(201)],
    ["with a space", "a b"],
    ["of two headers", "a, b"],
    ["with a character outside ASCII", "\u00e9"],
  ])("is rejected if it is %s", async (_case, key) => {
    expect(await json(send("alarm_7", message(1), key))).toMatchObject({ status: 422, reason: "bad_idempotency_key" });
  });

  it("may have 200 characters", async () => {
    expect((await send(newFeed().group, message(1), "~".repeat(200))).status).toBe(200);
  });
});

it("an event of the maximum nesting reaches a page, and one level more responds not_json", async () => {
  const { group } = newFeed();
  const nested = (depth: number) => `{"type":"send.message","message":${"[".repeat(depth)}${"]".repeat(depth)}}`;
  const statuses = new Set<number>();
  for (let depth = 500; depth < 6000; depth += 100) statuses.add((await send(group, nested(depth), `${depth}`)).status);
  expect(statuses).toEqual(new Set([200, 400]));
});
