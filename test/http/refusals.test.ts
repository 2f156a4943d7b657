// Every refusal leaves one line in the log: what for, and for which group. Nothing secret stands in it.
import { env } from "cloudflare:workers";
import { expect, it } from "vitest";
import { wholeLog } from "../support/deliver.ts";
import { anyone, backend, newBiz, newFeed } from "../support/workerd.ts";

const biz = newBiz();
const event = { type: "send.message", message: 1 };
const channel = `alarm_7!${"0".repeat(32)}`;

it.each<[string, () => Promise<Response>, string, string | null, string | null]>([
  ["no key", () => anyone("/groups/alarm_7"), "unauthorized", "alarm_7", null],
  [
    "a wrong key",
    () => anyone("/groups/alarm_7", { headers: { "X-API-Key": "a-wrong-one" } }),
    "unauthorized",
    "alarm_7",
    null,
  ],
  [
    "a bad event",
    () => backend("POST", "/groups/alarm_7/send", {}),
    "bad_event",
    "alarm_7",
    "an event needs a type, which is a string",
  ],
  [
    "a bad event to a channel",
    () => backend("POST", `/channels/${channel}/send`, { type: "shout" }),
    "unknown_event",
    "alarm_7",
    "the types here are send.message",
  ],
  [
    "a bad callback",
    () => backend("POST", `/callback/${biz}/`, { state: 1 }),
    "bad_callback",
    `order_${biz}`,
    "state: say paid, or a status there is",
  ],
  [
    "a bad registration",
    () => backend("PUT", `/orders/${biz}`, []),
    "bad_registration",
    `order_${biz}`,
    expect.any(String),
  ],
  ["a body that is no JSON", () => backend("POST", "/groups/alarm_7/send", "{"), "not_json", "alarm_7", null],
  [
    "a body too large",
    () => backend("POST", "/groups/alarm_7/send", "x".repeat(65_537)),
    "body_too_large",
    "alarm_7",
    "at most 65536 bytes",
  ],
  ["a group's name that is none", () => backend("GET", "/groups/al%20arm"), "malformed_group", null, null],
  ["an unknown path", () => backend("GET", "/nowhere"), "unknown_path", null, null],
  ["another method", () => backend("PUT", "/groups/alarm_7"), "method_not_allowed", "alarm_7", null],
  ["a provider that is none", () => anyone("/callbacks/nobody", { method: "POST" }), "unknown_provider", null, null],
])("%s", async (_what, ask, reason, group, detail) => {
  const log = wholeLog();
  await ask();
  expect(JSON.parse(log())).toEqual({ event: "refusal", reason, group, detail });
  expect(log()).not.toContain(env.API_KEYS);
  expect(log()).not.toContain("a-wrong-one");
});

it("each refused item of a batch, and no other", async () => {
  const log = wholeLog();
  const { group } = newFeed();
  await backend("POST", "/send", { items: [{ group, event }, { group, event: {} }, 7, { group: "room_7", event }] });
  expect(
    log()
      .split("\n")
      .map((line) => JSON.parse(line) as unknown),
  ).toEqual([
    { event: "refusal", reason: "bad_event", group, detail: "an event needs a type, which is a string" },
    { event: "refusal", reason: "bad_item", group: null, detail: expect.any(String) },
    { event: "refusal", reason: "unknown_group", group: null, detail: null },
  ]);
});

it("what is answered leaves none", async () => {
  const log = wholeLog();
  await backend("GET", "/groups/alarm_7");
  await anyone("/healthz");
  expect(log()).toBe("");
});
