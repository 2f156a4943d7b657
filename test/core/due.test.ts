// One alarm for many reasons: what is due, when to wake, and what to do with an alarm that is set already.
import { describe, expect, it } from "vitest";
import {
  followClock,
  alarmStep,
  dueJobs,
  isSameDue,
  nextWake,
  orderDue,
  withDue,
  type Due,
  type OrderDueInput,
} from "../../src/core/due.ts";
import { isWorthQuerying, waitBefore } from "../../src/core/reconcile.ts";

const NOW = 1_000_000;
const MINUTE = 60_000;

describe("nextWake", () => {
  it.each<[string, Due, number | null, number | null]>([
    ["is never where nothing is due", {}, null, null],
    ["is the earliest of all", { expiry: NOW + 50, forward: NOW + 20, cleanup: NOW + 90 }, null, NOW + 20],
    ["is the next tick where that is earlier", { push: NOW, cleanup: NOW + 2 * MINUTE }, MINUTE, NOW + MINUTE],
    ["is at once for what is overdue, but never in the past", { forward: NOW - 5000 }, null, NOW + 1],
    ["is never where only a push would be due that has no period", { push: NOW }, null, null],
    ["is never where a period is set and no push has begun", {}, MINUTE, null],
    ["is not before a pause is over", { forward: NOW - 5000, pause: NOW + MINUTE }, null, NOW + MINUTE],
    [
      "does not let a pause hold back a tick",
      { push: NOW, forward: NOW, pause: NOW + 5 * MINUTE },
      MINUTE,
      NOW + MINUTE,
    ],
  ])("%s", (_what, due, period, wake) => expect(nextWake(due, period, NOW)).toBe(wake));
});

describe("dueJobs", () => {
  it("are those whose time has come, and none during a pause", () => {
    const due: Due = { reconcile: { at: NOW, attempt: 2 }, expiry: NOW + 1, forward: NOW - 1 };
    expect(dueJobs(due, NOW)).toEqual(["reconcile", "forward"]);
    expect(dueJobs({ ...due, pause: NOW + 1 }, NOW)).toEqual([]);
    expect(dueJobs({ ...due, pause: NOW }, NOW)).toEqual(["reconcile", "forward"]);
  });
});

describe("isSameDue", () => {
  const due: Due = {
    push: 1,
    reconcile: { at: 2, attempt: 3 },
    expiry: 4,
    forward: 5,
    cleanup: 6,
    history: 7,
    presence: 8,
    tokens: 9,
    pause: 10,
  };

  it("is true of the same times, and of nothing due twice", () => {
    expect(isSameDue(due, { ...due, reconcile: { at: 2, attempt: 3 } })).toBe(true);
    expect(isSameDue({}, {})).toBe(true);
  });

  it.each<[string, Due]>([
    ["push", { push: 0 }],
    ["next question for the status", { reconcile: { at: 0, attempt: 3 } }],
    ["number of questions", { reconcile: { at: 2, attempt: 4 } }],
    ["expiry", { expiry: 0 }],
    ["forward", { forward: 0 }],
    ["cleanup", { cleanup: 0 }],
    ["history", { history: 0 }],
    ["presence", { presence: 0 }],
    ["tokens", { tokens: 0 }],
    ["pause", { pause: 0 }],
  ])("is false where the %s differs", (_what, change) => {
    expect(isSameDue(due, { ...due, ...change })).toBe(false);
  });

  it("is false where one time is set on one side only", () => {
    expect(isSameDue(due, {})).toBe(false);
    expect(isSameDue({}, { reconcile: { at: 2, attempt: 3 } })).toBe(false);
    expect(isSameDue({ reconcile: { at: 2, attempt: 3 } }, {})).toBe(false);
  });
});

describe("withDue", () => {
  it("sets one time, and leaves the others as they are", () => {
    expect(withDue({ push: 1, tokens: 2 }, "tokens", 3)).toEqual({ push: 1, tokens: 3 });
    expect(withDue({ push: 1 }, "history", 0)).toEqual({ push: 1, history: 0 });
  });

  it("deletes one time, and leaves the others as they are", () => {
    expect(withDue({ push: 1, tokens: 2 }, "tokens", undefined)).toStrictEqual({ push: 1 });
    expect(withDue({ push: 1 }, "tokens", undefined)).toStrictEqual({ push: 1 });
  });
});

describe("alarmStep", () => {
  it.each<[string, number | null, number | null, object]>([
    ["leaves none where none is wanted", null, null, { do: "leave" }],
    ["takes one away that nobody wants", NOW + 5, null, { do: "delete" }],
    ["sets one that is missing", null, NOW + 5, { do: "set", at: NOW + 5 }],
    ["leaves one that is right", NOW + 5, NOW + 5, { do: "leave" }],
    ["moves one that is set for another time", NOW + 5, NOW + 9, { do: "set", at: NOW + 9 }],
    ["leaves one that is about to ring", NOW - 100, NOW + 9, { do: "leave" }],
    ["leaves one that rings at this moment", NOW, NOW + 9, { do: "leave" }],
    ["leaves one that is as late as one ever is", NOW - 2 * MINUTE, NOW + 9, { do: "leave" }],
    ["sets a missing one for what is overdue", null, 5, { do: "set", at: 5 }],
    ["takes one that has stood still for lost", NOW - 3 * MINUTE, NOW + 9, { do: "set", at: NOW + 9 }],
  ])("%s", (_what, armed, wanted, step) => expect(alarmStep(armed, wanted, NOW)).toEqual(step));
});

describe("an order's due-times", () => {
  const money = { unit: "major", amount: "1", currency: "USD" } as const;
  const idle: OrderDueInput = {
    status: "pending",
    registration: null,
    isKnown: true,
    watchers: 0,
    canQuery: true,
    eraseAt: null,
    forward: undefined,
  };
  const due = (change: Partial<OrderDueInput>, before: Due = {}) => orderDue(before, NOW, 0, { ...idle, ...change });
  const registration = (expiresAt: number | null) => ({ money, expiresAt, orderId: null });

  it.each<[string, Due, Due]>([
    ["are none for an order that nobody waits for", due({}), {}],
    ["are none for one that somebody waits for where nobody can be asked", due({ watchers: 1, canQuery: false }), {}],
    [
      "begin with asking after 10 s where somebody waits",
      due({ watchers: 1 }),
      { reconcile: { at: NOW + 10_000, attempt: 0 } },
    ],
    [
      "go on as they were",
      due({ watchers: 1 }, { reconcile: { at: 7, attempt: 3 } }),
      { reconcile: { at: 7, attempt: 3 } },
    ],
    [
      "leave what is no order's as it is",
      due({}, { push: 1, history: 2, presence: 3, tokens: 4 }),
      { push: 1, history: 2, presence: 3, tokens: 4 },
    ],
    ["are none for one that is neither registered nor has facts", due({ watchers: 1, isKnown: false }), {}],
    ["stop asking once it is settled", due({ watchers: 1, status: "paid" }, { reconcile: { at: 7, attempt: 3 } }), {}],
    [
      "ask for a registered order until it expires, watched or not",
      due({ registration: registration(NOW + 5) }),
      { reconcile: { at: NOW + 10_000, attempt: 0 }, expiry: NOW + 5 },
    ],
    ["ask for no registered order that never expires, unwatched", due({ registration: registration(null) }), {}],
    ["forget the expiry of what was paid", due({ status: "paid", registration: registration(NOW + 5) }), {}],
    ["erase the order at its time, paid or not", due({ status: "paid", eraseAt: NOW + 5 }), { cleanup: NOW + 5 }],
    ["erase no order that is kept for ever", due({ status: "paid" }, { cleanup: NOW + 5 }), {}],
    ["try a forward at its time", due({ forward: NOW + 5 }), { forward: NOW + 5 }],
    ["keep a pause until it is over", due({}, { pause: NOW + 1 }), { pause: NOW + 1 }],
    ["forget a pause that is over", due({}, { pause: NOW }), {}],
  ])("%s", (_what, actual, expected) => expect(actual).toStrictEqual(expected));
});

it("asking waits 10, 20, 40, 60, 60 … s and up to a fifth more", () => {
  expect([0, 1, 2, 3, 4, 40].map((attempt) => waitBefore(attempt, 0))).toEqual(
    [10, 20, 40, 60, 60, 60].map((s) => s * 1000),
  );
  expect(waitBefore(0, 1)).toBe(12_000);
});

it("asking is worth it for a failed attempt, and for nothing that is settled", () => {
  const watched = { isKnown: true, watchers: 1, registration: null };
  expect(isWorthQuerying({ ...watched, status: "failed" }, NOW)).toBe(true);
  for (const status of ["closed", "paid", "partially_refunded", "refunded"] as const) {
    expect(isWorthQuerying({ ...watched, status }, NOW)).toBe(false);
  }
});

describe("a clock that goes back by an hour", () => {
  const HOUR = 3_600_000;
  const due: Due = {
    push: NOW - 5,
    reconcile: { at: NOW + 10_000, attempt: 2 },
    expiry: NOW + 60_000,
    forward: NOW + 5000,
    history: NOW + 300_000,
    tokens: NOW + 30_000,
    pause: NOW + 60_000,
    setAt: NOW,
  };

  it("takes waits with it, and leaves the expiry of orders and tokens", () => {
    expect(followClock(due, NOW - HOUR)).toEqual({
      push: NOW - HOUR - 5,
      reconcile: { at: NOW - HOUR + 10_000, attempt: 2 },
      expiry: NOW + 60_000,
      forward: NOW - HOUR + 5000,
      history: NOW - HOUR + 300_000,
      tokens: NOW + 30_000,
      pause: NOW - HOUR + 60_000,
      setAt: NOW - HOUR,
    });
  });

  it("is recognised by the time at which the due-times were stored", () => {
    expect(followClock(due, NOW)).toBe(due);
    expect(followClock(due, NOW + HOUR)).toBe(due);
    const { setAt: _, ...old } = due;
    expect(followClock(old, NOW - HOUR)).toBe(old);
  });
});
