// Batches of sends: one result per item, in order, equal to the response of a single send.
import { env } from "cloudflare:workers";
import * as fc from "fast-check";
import { expect, it, describe } from "vitest";
import { app } from "../support/app.ts";
import {
  publicRequest,
  backend,
  evict,
  join,
  captureErrors,
  newAlarmGroup,
  newBiz,
  newFeed,
  stubOf,
} from "../support/workerd.ts";

const event = (message: unknown, more: object = {}) => ({ type: "send.message", message, ...more });
const batch = async (items: unknown) => {
  const response = await backend("POST", "/send", { items });
  const body: { items: Record<string, unknown>[] } & Record<string, unknown> = await response.json();
  return { status: response.status, ...body };
};
const historyOf = async (group: string): Promise<{ publications: { offset: number; data: unknown }[] }> =>
  (await backend("GET", `/groups/${group}/history?limit=1000`)).json();

describe("POST /send", () => {
  it("sends to groups, users and connections, with results in the order of the items", async () => {
    const [feed, order] = [newFeed().group, `order_${newBiz()}`];
    const page = await join(order, { sub: "anna" });
    const { channel } = (await page.nextJson()) as { channel: string };
    const { status, items } = await batch([
      { group: feed, event: event(1) },
      { group: order, user: "anna", event: event(2) },
      { channel, event: event(3) },
      { group: feed, user: null, event: event(4), idempotency_key: null },
      { group: order, event: event(5, { exclude: channel }) },
    ]);
    expect(status).toBe(200);
    const there = { status: 200, epoch: expect.any(String), offset: 0 };
    expect(items).toEqual([
      { status: 200, epoch: expect.any(String), offset: 1, connections: 0 },
      { ...there, connections: 1 },
      { ...there, connections: 1 },
      { status: 200, epoch: expect.any(String), offset: 2, connections: 0 },
      { ...there, connections: 0 },
    ]);
    expect(await page.nextJson()).toMatchObject({ data: 2 });
    expect(await page.nextJson()).toMatchObject({ data: 3 });
  });

  it("keeps the order of 100 items for one group among items for others", async () => {
    const [group, other] = [newFeed().group, newFeed().group];
    const { items } = await batch(
      Array.from({ length: 100 }, (_, i) => ({ group: i % 3 === 0 ? other : group, event: event(i) })),
    );
    expect(items.filter(({ status }) => status === 200)).toHaveLength(100);
    const data = (await historyOf(group)).publications.map(({ data }) => data);
    expect(data).toEqual(Array.from({ length: 100 }, (_, i) => i).filter((i) => i % 3 !== 0));
  });

  it("keeps numbers as they were written", async () => {
    const { group } = newFeed();
    const exact = '{"n":12345678901234567890,"f":2.0}';
    await backend(
      "POST",
      "/send",
      `{"items":[{"group":"${group}","event":{"type":"send.message","message":${exact}}}]}`,
    );
    expect(await (await backend("GET", `/groups/${group}/history`)).text()).toContain(`"data":${exact}}`);
  });

  it("responds with no results to an empty batch", async () => {
    expect(await batch([])).toEqual({ status: 200, items: [] });
  });

  it("rejects each invalid item by itself and sends the others", async () => {
    const { group } = newFeed();
    const none = { event: event(1) };
    const refused: [item: unknown, reason: string, status: number][] = [
      [7, "bad_item", 422],
      [null, "bad_item", 422],
      [{ event: event(1) }, "bad_item", 422],
      [{ group }, "bad_item", 422],
      [{ group, channel: `${group}!${"0".repeat(32)}`, ...none }, "bad_item", 422],
      [{ channel: `${group}!${"0".repeat(32)}`, user: "anna", ...none }, "bad_item", 422],
      [{ group, "idempotency-key": "k", ...none }, "bad_item", 422],
      [{ group: 7, ...none }, "bad_item", 422],
      [{ group: "room_7", ...none }, "unknown_group", 404],
      [{ group: "al arm", ...none }, "malformed_group", 422],
      [{ channel: "alarm", ...none }, "malformed_channel", 422],
      [{ group, user: "", ...none }, "malformed_sub", 422],
      [{ group, user: "..", ...none }, "malformed_sub", 422],
      [{ group, user: "x".repeat(201), ...none }, "malformed_sub", 422],
      [{ group, user: "\ud800", ...none }, "malformed_sub", 422],
      [{ group, event: { type: "shout" } }, "unknown_event", 422],
      [{ group, event: null }, "bad_event", 422],
      [{ group, event: event(1, { exclude: "anna" }) }, "malformed_channel", 422],
      [{ group, idempotency_key: "a b", ...none }, "bad_idempotency_key", 422],
      [{ group, event: event("x".repeat(65_536)) }, "body_too_large", 413],
    ];
    const items = refused.flatMap(([item], i) => [item, { group, event: event(i) }]);
    const { status, items: results } = await batch(items);
    expect(status).toBe(200);
    for (const [i, [, reason, status]] of refused.entries()) {
      expect(results[2 * i]).toMatchObject({ status, reason, title: expect.any(String) });
      expect(results[2 * i + 1]).toMatchObject({ status: 200, offset: i + 1 });
    }
  });

  it("has a 503 for an unreachable group, a 500 for a broken one, and sends the others", async () => {
    const log = captureErrors();
    const [good, lost, broken] = [newFeed().group, newFeed().group, newFeed().group];
    const failing = (marks: object) => ({ sendAll: () => Promise.reject(Object.assign(new Error("lost"), marks)) });
    const getByName = (name: string) => {
      if (name === lost) return failing({ retryable: true });
      return name === broken ? failing({}) : stubOf(name);
    };
    const response = await app.request(
      "/send",
      {
        method: "POST",
        headers: { "X-API-Key": env.API_KEYS },
        body: JSON.stringify({ items: [lost, good, broken, good].map((group) => ({ group, event: event(1) })) }),
      },
      { ...env, GROUP: { getByName } },
    );
    expect(await response.json()).toEqual({
      items: [
        { status: 503, reason: "group_unavailable", title: expect.any(String) },
        { status: 200, epoch: expect.any(String), offset: 1, connections: 0 },
        { status: 500, reason: "internal", title: expect.any(String) },
        { status: 200, epoch: expect.any(String), offset: 2, connections: 0 },
      ],
    });
    expect(log()).toEqual([
      { event: "fault", reason: "group_unavailable", route: "/send", detail: "Error: lost" },
      { event: "fault", reason: "internal", route: "/send", detail: "Error: lost" },
    ]);
  });

  it("deduplicates by key within a batch, across batches and with single sends", async () => {
    const { group } = newAlarmGroup();
    const item = { group, event: event("once"), idempotency_key: "k" };
    const page = await join(group, {}, "plain");
    const once = { status: 200, epoch: null, offset: 0, connections: 1 };
    expect((await batch([item, item])).items).toEqual([once, once]);
    await evict(group);
    expect((await batch([item])).items).toEqual([once]);
    const alone = await backend("POST", `/groups/${group}/send`, item.event, { "Idempotency-Key": "k" });
    expect(await alone.json()).toEqual({ epoch: null, offset: 0, connections: 1 });
    const other = { ...item, event: event("other") };
    expect((await batch([other])).items).toMatchObject([{ status: 422, reason: "idempotency_key_reused" }]);
    await batch([{ group, event: event("last") }]);
    const frames: string[] = [];
    while (frames.at(-1) !== '"last"') frames.push(await page.next());
    // The group's own push arrives at any time.
    expect(frames.filter((frame) => !frame.includes("result"))).toEqual(['"once"', '"last"']);
  });

  it.each<[string, unknown, number, string, string | undefined]>([
    ["of 101 items", { items: Array.from({ length: 101 }, () => ({})) }, 422, "bad_batch", "items: at most 100 items"],
    ["without items", {}, 422, "bad_batch", expect.stringContaining("items")],
    ["whose items are no array", { items: {} }, 422, "bad_batch", expect.stringContaining("items")],
    ["that is an array", [], 422, "bad_batch", expect.stringContaining("items")],
    ["that is a number", "1.0", 422, "bad_batch", expect.anything()],
    ["that is empty", undefined, 422, "bad_batch", expect.anything()],
    ["that is not JSON", "{", 400, "not_json", undefined],
    ["of more than 1 MiB", "x".repeat(1_048_577), 413, "body_too_large", "at most 1048576 bytes"],
  ])("rejects a batch %s as a whole", async (_case, body, status, reason, detail) => {
    const response = await backend("POST", "/send", body);
    expect(response.status).toBe(status);
    expect(await response.json()).toMatchObject({ status, reason, ...(detail === undefined ? {} : { detail }) });
  });

  it("rejects an Idempotency-Key for the whole batch", async () => {
    const response = await backend("POST", "/send", { items: [] }, { "Idempotency-Key": "k" });
    expect(await response.json()).toMatchObject({ status: 422, reason: "bad_batch" });
  });

  it("responds 401 without an API key", async () => {
    expect((await publicRequest("/send", { method: "POST", body: '{"items":[]}' })).status).toBe(401);
  });
});

it("a batch has the same effects and results as its items sent one by one", { timeout: 240_000 }, async () => {
  const groups = ["a", "b"] as const;
  const arbitraryItem = fc.record(
    {
      kind: fc.constantFrom("group", "user", "channel"),
      group: fc.constantFrom(...groups),
      event: fc.oneof(
        fc.record({ type: fc.constant("send.message"), message: fc.jsonValue() }),
        fc.constantFrom({ type: "shout" }, { type: "send.message" }, null, { type: "send_message", message: 0 }),
      ),
      key: fc.constantFrom("k", "l", "not one", undefined),
    },
    { requiredKeys: ["kind", "group", "event", "key"] },
  );
  await fc.assert(
    fc.asyncProperty(fc.array(arbitraryItem, { maxLength: 12 }), async (items) => {
      const run = newBiz();
      // Equal names in two worlds: the batch and the single sends must have the same effects.
      const named = (world: string, group: string) => `feed_${run}${world}_${group}`;
      const together = items.map(({ kind, group, event, key }) => ({
        ...(kind === "channel"
          ? { channel: `${named("x", group)}!${"0".repeat(32)}` }
          : { group: named("x", group), ...(kind === "user" ? { user: "anna" } : {}) }),
        event,
        ...(key === undefined ? {} : { idempotency_key: key }),
      }));
      const results = (await batch(together)).items;
      const alone: Record<string, unknown>[] = [];
      for (const { kind, group, event, key } of items) {
        const name = named("y", group);
        const path = {
          group: `/groups/${name}/send`,
          user: `/groups/${name}/users/anna/send`,
          channel: `/channels/${name}!${"0".repeat(32)}/send`,
        }[kind];
        const response = await backend(
          "POST",
          path,
          JSON.stringify(event),
          key === undefined ? {} : { "Idempotency-Key": key },
        );
        alone.push({ status: response.status, ...(await response.json<object>()) });
      }
      const bare = (result: Record<string, unknown>) => {
        const { type: _, epoch, ...rest } = result;
        return { ...rest, hasEpoch: typeof epoch === "string" };
      };
      expect(results.map(bare)).toEqual(alone.map(bare));
      for (const group of groups) {
        const [x, y] = [await historyOf(named("x", group)), await historyOf(named("y", group))];
        const dataOf = ({ publications }: typeof x) => publications.map(({ offset, data }) => [offset, data]);
        expect(dataOf(x)).toEqual(dataOf(y));
      }
    }),
    { numRuns: 60 },
  );
});
