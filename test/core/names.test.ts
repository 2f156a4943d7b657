// Names of groups and channels, paths, subprotocols, heartbeats and the format of times.
import { describe, expect, it } from "vitest";
import { readHandshake } from "../../src/core/handshake.ts";
import { findSilent } from "../../src/core/heartbeat.ts";
import { isGroupName, parseChannel } from "../../src/core/group.ts";
import { findByGroup, findByPath, paramsOf, type Served } from "../../src/core/route.ts";
import { formatTime } from "../../src/core/time.ts";

const consumers: Served[] = [
  { name: "room", paths: ["/ws/room/", "/ws/room/:number/"], key: { param: "number", shape: /^\d{1,3}$/ } },
  { name: "own", paths: ["/ws/own/"], key: { param: "id", shape: /^f+$/, perConnection: true } },
];
const group = (path: string) => {
  const found = findByPath(consumers, path, () => "ffff");
  return found.ok ? found.value.group : found.reason;
};

describe("a path", () => {
  it.each([
    ["/ws/room/", "room"],
    ["/ws/room", "room"],
    ["/ws/room/7/", "room_7"],
    ["/ws/room/7", "room_7"],
    ["/ws/own/", "own_ffff"],
    ["/ws/room/seven/", "unknown_path"],
    ["/ws/room//", "unknown_path"],
    ["/ws/room/7//", "unknown_path"],
    ["//ws/room/", "unknown_path"],
    ["/ws/own/ffff/", "unknown_path"],
    ["/ws/room/7/8/", "unknown_path"],
    ["/", "unknown_path"],
    ["", "unknown_path"],
  ])("%s leads to %s", (path, expected) => expect(group(path)).toBe(expected));
});

describe("a group", () => {
  it.each([
    ["room", "room"],
    ["room_7", "room"],
    ["own_ff", "own"],
    ["own", "unknown_group"],
    ["room_seven", "unknown_group"],
    ["hall_7", "unknown_group"],
    ["room 7", "malformed_group"],
    ["", "malformed_group"],
  ])("%s is served by %s", (name, expected) => {
    const found = findByGroup(consumers, name);
    expect(found.ok ? found.value.consumer.name : found.reason).toBe(expected);
  });

  it("has its key as a param, named by the consumer", () => {
    const [room] = consumers;
    expect(paramsOf(room ?? expect.fail(), "room_7")).toEqual({ number: "7" });
    expect(paramsOf(room ?? expect.fail(), "room")).toEqual({});
  });

  it("has a name as in Channels: 1 to 99 characters of A-Z a-z 0-9 . _ -", () => {
    expect(isGroupName("a".repeat(99))).toBe(true);
    expect(isGroupName("a".repeat(100))).toBe(false);
    expect(isGroupName("a\n")).toBe(false);
  });
});

describe("a channel", () => {
  const id = "0123456789abcdef".repeat(2);
  it("is named by the group, an exclamation mark and the connection's id", () => {
    expect(parseChannel(`room_7!${id}`)).toEqual({ ok: true, value: { group: "room_7", connection: id } });
  });
  it.each([
    "",
    "room_7",
    "room_7!",
    `!${id}`,
    `room_7!${id}0`,
    `room_7!${id.toUpperCase()}`,
    `ro om!${id}`,
    `a!b!${id}`,
  ])("is not %s", (channel) => expect(parseChannel(channel)).toEqual({ ok: false, reason: "malformed" }));
});

describe("the offered subprotocols", () => {
  it.each<[string | null, object | string]>([
    [null, { mode: "plain", echo: null, bearer: null }],
    ["", { mode: "plain", echo: null, bearer: null }],
    ["belfry.plain", { mode: "plain", echo: "belfry.plain", bearer: null }],
    ["belfry.plain, belfry.v1", { mode: "v1", echo: "belfry.v1", bearer: null }],
    ["belfry.bearer.k-1,belfry.plain", { mode: "plain", echo: "belfry.plain", bearer: "k-1" }],
    ["belfry.bearer.k-1", "unsupported_protocol"],
    ["Belfry.Plain", "unsupported_protocol"],
    ["mqtt", "unsupported_protocol"],
  ])("%s", (header, expected) => {
    const read = readHandshake(header);
    expect(read.ok ? read.value : read.reason).toEqual(expected);
  });
});

describe("a connection is silent", () => {
  it("75 s after its last heartbeat or frame, but only if it has sent a heartbeat; `next` is the next check", () => {
    const activities = [
      ["heartbeat", { heartbeat: 0, frame: 0, everySeconds: 25 }],
      ["frame", { heartbeat: 0, frame: 500, everySeconds: 25 }],
      ["article", { heartbeat: null, frame: 0, everySeconds: 25 }],
    ] as const;
    expect(findSilent(activities, 75_000)).toEqual({ silent: [], next: 75_000 });
    expect(findSilent(activities, 75_001)).toEqual({ silent: ["heartbeat"], next: 75_500 });
    expect(findSilent(activities, 75_501)).toEqual({ silent: ["heartbeat", "frame"], next: 150_501 });
  });

  it("three of its own intervals after them", () => {
    const activities = [["crowd", { heartbeat: 0, frame: 0, everySeconds: 50 }]] as const;
    expect(findSilent(activities, 150_000)).toEqual({ silent: [], next: 150_000 });
    expect(findSilent(activities, 150_001)).toMatchObject({ silent: ["crowd"] });
  });
});

describe("formatTime", () => {
  const now = Date.UTC(2026, 10, 22, 16, 5, 9);
  it.each([
    ["UTC", "2026-11-22 16:05:09"],
    ["Asia/Shanghai", "2026-11-23 00:05:09"],
    ["America/New_York", "2026-11-22 11:05:09"],
  ])("in %s returns %s", (zone, text) => expect(formatTime(now, zone)).toBe(text));
  it("returns hour 00 at midnight", () => expect(formatTime(Date.UTC(2026, 0, 1), "UTC")).toBe("2026-01-01 00:00:00"));
});
