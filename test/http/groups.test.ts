// Sends to groups and channels, and the state of a group.
import { env } from "cloudflare:workers";
import { listDurableObjectIds, runInDurableObject } from "cloudflare:test";
import { describe, expect, it } from "vitest";
import {
  publicRequest,
  backend,
  callback,
  connect,
  newAlarmGroup,
  newBiz,
  fireAlarm,
  stopClock,
  stubOf,
} from "../support/workerd.ts";

const send = (group: string, event: unknown) => backend("POST", `/groups/${group}/send`, event);
const message = { type: "send.message", message: "hello" };

describe("POST /groups/:group/send", () => {
  it("sends the frame to every connection of the group, with numbers as written", async () => {
    const biz = newBiz();
    const pages = [await connect(`/ws/order/${biz}/`), await connect(`/ws/order/${biz}/`)];
    const response = await send(`order_${biz}`, '{"type":"send.message","message":{"n":12345678901234567890,"f":2.0}}');
    expect(await response.json()).toEqual({ epoch: expect.any(String), offset: 0, connections: 2 });
    for (const page of pages) expect(await page.next()).toBe('{"n":12345678901234567890,"f":2.0}');
  });

  it.each(["send.message", "send_message"])("accepts %s: dot and underscore are equivalent", async (type) => {
    const biz = newBiz();
    const page = await connect(`/ws/order/${biz}/`);
    await send(`order_${biz}`, { type, message: null });
    expect(await page.next()).toBe("null");
  });

  it("accepts the articles' event type in an order's group", async () => {
    const biz = newBiz();
    const page = await connect(`/ws/order/${biz}/`);
    await send(`order_${biz}`, { type: "send_data_to_frontend", data: { progress: 0.5 } });
    expect(await page.next()).toBe('{"progress":0.5}');
  });

  it("to an empty group responds 200 with 0 connections", async () => {
    const response = await send(newAlarmGroup().group, message);
    expect(response.status).toBe(200);
    expect(await response.json()).toEqual({ epoch: null, offset: 0, connections: 0 });
  });

  it("stores nothing and displaces nothing stored", async () => {
    const biz = newBiz();
    await callback(biz);
    expect(await (await send(`order_${biz}`, message)).json()).toMatchObject({ offset: 1, connections: 0 });
    const page = await connect(`/ws/order/${biz}/`);
    expect(await page.nextJson()).toMatchObject({ biz, paid: true });
  });

  it.each<[string, string, unknown, number, string, string]>([
    [
      "an unknown type",
      `order_${newBiz()}`,
      { type: "shout", message: 1 },
      422,
      "unknown_event",
      "send.message, send_data_to_frontend",
    ],
    ["a type every object has", `order_${newBiz()}`, { type: "constructor" }, 422, "unknown_event", "send.message"],
    [
      "an order's type in an alarm group",
      "alarm",
      { type: "send_data_to_frontend", data: 1 },
      422,
      "unknown_event",
      "send.message",
    ],
    ["no type", "alarm", { message: 1 }, 422, "bad_event", "type"],
    ["a type that is no string", "alarm", { type: 1 }, 422, "bad_event", "type"],
    ["no message", "alarm", { type: "send.message" }, 422, "bad_event", "message"],
    ["no data", `order_${newBiz()}`, { type: "send_data_to_frontend" }, 422, "bad_event", "data"],
    [
      "a frame that looks like an outcome",
      `order_${newBiz()}`,
      { type: "send.message", message: { biz: 1, paid: true } },
      422,
      "bad_event",
      "POST /callback/:biz/",
    ],
    [
      "an outcome by the articles' type",
      `order_${newBiz()}`,
      { type: "send_data_to_frontend", data: { biz: 1, paid: true } },
      422,
      "bad_event",
      "POST /callback/:biz/",
    ],
    ["a list", "alarm", [message], 422, "bad_event", "object"],
    ["an empty body", "alarm", undefined, 422, "bad_event", "object"],
  ])("rejects %s", async (_case, group, event, status, reason, detail) => {
    const objects = await listDurableObjectIds(env.GROUP);
    const response = await send(group, event);
    expect(await response.json()).toMatchObject({ status, reason, detail: expect.stringContaining(detail) });
    expect(await listDurableObjectIds(env.GROUP)).toHaveLength(objects.length);
  });

  it.each<[string, string, number, string]>([
    ["of no consumer", "room_7", 404, "unknown_group"],
    ["of a consumer, with a malformed key", "order_SHORT", 404, "unknown_group"],
    ["of a consumer, without its key", "order", 404, "unknown_group"],
    ["of a single channel, without its id", "channel", 404, "unknown_group"],
    ["with a space", "alarm_a%20b", 422, "malformed_group"],
    ["with a broken escape", "alarm_%ZZ", 422, "malformed_group"],
    ["of 100 characters", `alarm_${"a".repeat(94)}`, 422, "malformed_group"],
    ["in Chinese", encodeURIComponent("订单"), 422, "malformed_group"],
    ["named like a prototype property", "__proto__", 404, "unknown_group"],
  ])("rejects a group %s", async (_case, group, status, reason) => {
    expect(await (await send(group, message)).json()).toMatchObject({ status, reason });
    expect(await (await backend("GET", `/groups/${group}`)).json()).toMatchObject({ status, reason });
  });

  it("responds 401 without an API key", async () => {
    const response = await publicRequest("/groups/alarm/send", { method: "POST", body: JSON.stringify(message) });
    expect(response.status).toBe(401);
  });

  it.each<[string, string | Uint8Array]>([
    ["is not JSON", "{type:"],
    ["is not UTF-8", new Uint8Array([0x7b, 0xff, 0x7d])],
    ["is nested too deep", "[".repeat(60_000)],
    ["holds NaN", '{"type":"send.message","message":NaN}'],
  ])("rejects a body that %s", async (_case, body) => {
    const response = await publicRequest("/groups/alarm/send", {
      method: "POST",
      body,
      headers: { "X-API-Key": env.API_KEYS },
    });
    expect(await response.json()).toMatchObject({ status: 400, reason: "not_json" });
  });
});

describe("POST /channels/:channel/send", () => {
  it("sends to one connection and to no other", async () => {
    const biz = newBiz();
    const group = `order_${biz}`;
    const first = await connect(`/ws/order/${biz}/`);
    const channel = await runInDurableObject(stubOf(group), (_object, state) => {
      const [socket] = state.getWebSockets();
      return `${group}!${state.getTags(socket ?? expect.fail("no socket"))[0]}`;
    });
    const second = await connect(`/ws/order/${biz}/`);
    const response = await backend("POST", `/channels/${channel}/send`, message);
    expect(await response.json()).toEqual({ epoch: expect.any(String), offset: 0, connections: 1 });
    expect(await first.next()).toBe('"hello"');
    second.send("mark");
    expect(await second.next()).toBe('"mark"');
  });

  it("to a closed connection responds 200 with 0 connections", async () => {
    const response = await backend(
      "POST",
      `/channels/order_${newBiz()}!${newBiz().replaceAll(/[^0-9a-f]/g, "0")}/send`,
      message,
    );
    expect(await response.json()).toMatchObject({ connections: 0 });
  });

  it.each<[string, string, number, string]>([
    ["without a connection", "alarm", 422, "malformed_channel"],
    ["with a malformed id", "alarm!7", 422, "malformed_channel"],
    ["of a malformed group", `al arm!${"0".repeat(32)}`, 422, "malformed_channel"],
    ["of a group that no consumer serves", `room!${"0".repeat(32)}`, 404, "unknown_group"],
  ])("rejects a channel %s", async (_case, channel, status, reason) => {
    const response = await backend("POST", `/channels/${encodeURIComponent(channel)}/send`, message);
    expect(await response.json()).toMatchObject({ status, reason });
  });
});

describe("GET /groups/:group", () => {
  it("returns connections, next push and position", async () => {
    stopClock();
    const { group, path } = newAlarmGroup();
    await connect(path);
    await fireAlarm(group);
    expect(await (await backend("GET", `/groups/${group}`)).json()).toEqual({
      group,
      consumer: "alarm",
      connections: 1,
      users: 0,
      next_push: "2100-01-01T00:01:00.001Z",
      position: { epoch: null, offset: 0 },
    });
  });

  it("responds 401 without an API key", async () => {
    expect((await publicRequest("/groups/alarm")).status).toBe(401);
  });
});

describe("any other path", () => {
  it.each([
    "/shop/orders/0123456789abcdefghijklmnopqrstuv",
    "/nothing",
    "/callback",
    "/groups",
    "/groups/alarm/send/more",
  ])("%s responds 404", async (path) => {
    expect(await (await backend("POST", path)).json()).toMatchObject({ status: 404, reason: "unknown_path" });
  });

  it("GET /healthz is public and returns the push period and the development flag", async () => {
    expect(await (await publicRequest("/healthz")).json()).toEqual({
      status: "ok",
      push_every_seconds: 60,
      development: true,
    });
  });
});
