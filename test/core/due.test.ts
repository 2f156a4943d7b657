// One alarm for many jobs: due jobs, the next wake-up, and changes to an alarm that is set.
import { describe, expect, it } from "vitest";
import { alarmStep, dueJobs, nextWake, orderDue, type Due, type OrderConditions } from "../../src/core/due.ts";
import { isWorthQuerying, waitBefore } from "../../src/core/reconcile.ts";

const NOW = 1_000_000;
const MINUTE = 60_000;

describe("nextWake", () => {
  it.each<[string, Due, number | null, number | null]>([
    ["is null without due-times", {}, null, null],
    ["is the earliest due-time", { expiry: NOW + 50, forward: NOW + 20, cleanup: NOW + 90 }, null, NOW + 20],
    ["is the next tick if that is earlier", { push: NOW, cleanup: NOW + 2 * MINUTE }, MINUTE, NOW + MINUTE],
    ["is 1 ms ahead for an overdue job", { forward: NOW - 5000 }, null, NOW + 1],
    ["is not before the end of a pause", { forward: NOW - 5000, pause: NOW + MINUTE }, null, NOW + MINUTE],
    ["ignores a pause for ticks", { push: NOW, forward: NOW, pause: NOW + 5 * MINUTE }, MINUTE, NOW + MINUTE],
  ])("%s", (_what, due, period, wake) => expect(nextWake(due, period, NOW)).toBe(wake));
});

describe("dueJobs", () => {
  it("are the jobs whose time has come, and none during a pause", () => {
    const due: Due = { reconcile: { at: NOW, attempt: 2 }, expiry: NOW + 1, forward: NOW - 1 };
    expect(dueJobs(due, NOW)).toEqual(["reconcile", "forward"]);
    expect(dueJobs({ ...due, pause: NOW + 1 }, NOW)).toEqual([]);
  });
});

describe("alarmStep", () => {
  it.each<[string, number | null, number | null, object]>([
    ["leaves the alarm unset if none is wanted", null, null, { do: "leave" }],
    ["deletes an alarm that is not wanted", NOW + 5, null, { do: "delete" }],
    ["sets a missing alarm", null, NOW + 5, { do: "set", at: NOW + 5 }],
    ["leaves an alarm with the wanted time", NOW + 5, NOW + 5, { do: "leave" }],
    ["moves an alarm with another time", NOW + 5, NOW + 9, { do: "set", at: NOW + 9 }],
    ["leaves an alarm that is about to fire", NOW - 100, NOW + 9, { do: "leave" }],
    ["replaces an alarm overdue by minutes", NOW - 3 * MINUTE, NOW + 9, { do: "set", at: NOW + 9 }],
  ])("%s", (_what, armed, wanted, step) => expect(alarmStep(armed, wanted, NOW)).toEqual(step));
});

describe("an order's due-times", () => {
  const money = { unit: "major", amount: "1", currency: "USD" } as const;
  const idle: OrderConditions = {
    status: "pending",
    registration: null,
    watchers: 0,
    canAsk: true,
    eraseAt: null,
    forward: undefined,
  };
  const due = (change: Partial<OrderConditions>, before: Due = {}) => orderDue(before, NOW, 0, { ...idle, ...change });
  const registration = (expiresAt: number | null) => ({ money, expiresAt, orderId: null });

  it.each<[string, Due, Due]>([
    ["are empty for an order without watchers", due({}), {}],
    ["are empty for a watched order without a status source", due({ watchers: 1, canAsk: false }), {}],
    [
      "start queries after 10 s if the order is watched",
      due({ watchers: 1 }),
      { reconcile: { at: NOW + 10_000, attempt: 0 } },
    ],
    [
      "keep the time of the next query",
      due({ watchers: 1 }, { reconcile: { at: 7, attempt: 3 } }),
      { reconcile: { at: 7, attempt: 3 } },
    ],
    [
      "stop queries once the order is settled",
      due({ watchers: 1, status: "paid" }, { reconcile: { at: 7, attempt: 3 } }),
      {},
    ],
    [
      "query a registered order until it expires, watched or not",
      due({ registration: registration(NOW + 5) }),
      { reconcile: { at: NOW + 10_000, attempt: 0 }, expiry: NOW + 5 },
    ],
    ["query no unwatched order that never expires", due({ registration: registration(null) }), {}],
    ["remove the expiry of a paid order", due({ status: "paid", registration: registration(NOW + 5) }), {}],
    ["erase the order at its time, paid or not", due({ status: "paid", eraseAt: NOW + 5 }), { cleanup: NOW + 5 }],
    ["remove the erasure of an order that is kept forever", due({ status: "paid" }, { cleanup: NOW + 5 }), {}],
    ["set the next attempt of a forward", due({ forward: NOW + 5 }), { forward: NOW + 5 }],
    ["keep a pause until its end", due({}, { pause: NOW + 1 }), { pause: NOW + 1 }],
    ["remove a pause after its end", due({}, { pause: NOW }), {}],
  ])("%s", (_what, actual, expected) => expect(actual).toEqual(expected));
});

it("queries wait 10, 20, 40, 60, 60 … s and up to a fifth more", () => {
  expect([0, 1, 2, 3, 4, 40].map((attempt) => waitBefore(attempt, 0))).toEqual(
    [10, 20, 40, 60, 60, 60].map((s) => s * 1000),
  );
  expect(waitBefore(0, 1)).toBe(12_000);
});

it("a failed attempt is worth a query, a settled order is not", () => {
  expect(isWorthQuerying("failed", 1, null, NOW)).toBe(true);
  for (const status of ["closed", "paid", "partially_refunded", "refunded"] as const) {
    expect(isWorthQuerying(status, 1, null, NOW)).toBe(false);
  }
});
