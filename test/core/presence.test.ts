// Joins and leaves as other members see them: no repetitions, no reloads, and a correct final state.
import fc from "fast-check";
import { describe, expect, it } from "vitest";
import type { Who } from "../../src/core/frames.ts";
import { LINGER_MS } from "../../src/core/limits.ts";
import { dueLeaves, join, leave, nextLeaveAt, type PendingLeave } from "../../src/core/presence.ts";

const who = (sub: string | null): Who => ({ sub, info: null });
const gone = (sub: string | null, announceAt: number): PendingLeave => ({ sub, info: null, announceAt });

describe("a user", () => {
  it("is announced with the first connection, not with the second", () => {
    expect(join([], who("a"), false)).toEqual({ pending: [], announce: true });
    expect(join([], who("a"), true)).toEqual({ pending: [], announce: false });
  });
  it("has a pending leave after the last connection closes", () => {
    expect(leave([], who("a"), true, 5)).toEqual([]);
    expect(leave([], who("a"), false, 5)).toEqual([gone("a", 5 + LINGER_MS)]);
  });
  it("has one pending leave after closing all tabs at once", () => {
    const awaited = leave([], who("a"), false, 5);
    expect(leave(awaited, who("a"), false, 6)).toEqual(awaited);
  });

  it("is not announced for a reload", () => {
    const awaited = leave([gone("b", 7)], who("a"), false, 5);
    expect(join(awaited, who("a"), false)).toEqual({ pending: [gone("b", 7)], announce: false });
  });
  it("is announced with the public info", () => {
    expect(leave([], { sub: "a", info: { name: "Ada" } }, false, 0)).toMatchObject([{ info: { name: "Ada" } }]);
  });
});

it("a new member without a token cancels the pending leave of another", () => {
  const awaited = leave(leave([], who(null), false, 1), who(null), true, 2);
  expect(awaited).toHaveLength(2);
  expect(join(awaited, who(null), true)).toEqual({ pending: [gone(null, 2 + LINGER_MS)], announce: false });
  expect(join([], who(null), true)).toEqual({ pending: [], announce: true });
});

it("a leave is announced at its time and not before", () => {
  const awaited = [gone("a", 10), gone("b", 20)];
  expect(nextLeaveAt(awaited, 0)).toBe(10);
  expect(nextLeaveAt([], 0)).toBeUndefined();
  expect(dueLeaves(awaited, 9)).toEqual({ left: [], pending: awaited });
  expect(dueLeaves(awaited, 10)).toEqual({ left: [gone("a", 10)], pending: [gone("b", 20)] });
});

it("a leave is due at once when the clock has gone back by more than its delay", () => {
  const ahead = [gone("a", 3_600_000)];
  expect(nextLeaveAt(ahead, 1000)).toBe(1000);
  expect(dueLeaves(ahead, 1000)).toEqual({ left: ahead, pending: [] });
});

it("leaves within 5 ms are announced together", () => {
  const [a, b, c] = [gone("a", 10), gone("b", 15), gone("c", 16)];
  expect(dueLeaves([a, b, c], 10)).toEqual({ left: [a, b], pending: [c] });
  expect(dueLeaves([b, c], 12)).toEqual({ left: [], pending: [b, c] });
});

type Step = { readonly do: "come"; readonly sub: string | null } | { readonly do: "go"; readonly nth: number };

const step: fc.Arbitrary<Step> = fc.oneof(
  fc.record({ do: fc.constant("come" as const), sub: fc.constantFrom("a", "b", "c", null, null) }),
  fc.record({ do: fc.constant("go" as const), nth: fc.nat(9) }),
);

/** A permanent member that tracks the others by the announced joins and leaves. */
class Witness {
  readonly here: (string | null)[] = [];
  readonly listed: (string | null)[] = [];
  announcements = 0;
  #pending: readonly PendingLeave[] = [];

  come(sub: string | null): void {
    const { pending, announce } = join(this.#pending, who(sub), sub !== null && this.here.includes(sub));
    this.#pending = pending;
    this.here.push(sub);
    if (!announce) return;
    this.announcements += 1;
    if (sub !== null) expect(this.listed).not.toContain(sub);
    this.listed.push(sub);
  }

  go(nth: number, now: number): void {
    if (this.here.length === 0) return;
    const [sub = null] = this.here.splice(nth % this.here.length, 1);
    this.#pending = leave(this.#pending, who(sub), sub !== null && this.here.includes(sub), now);
  }

  fireAlarm(now: number): void {
    const { left, pending } = dueLeaves(this.#pending, now);
    this.#pending = pending;
    for (const { sub } of left) {
      this.announcements += 1;
      expect(this.listed).toContain(sub);
      expect(sub === null || !this.here.includes(sub)).toBe(true);
      this.listed.splice(this.listed.indexOf(sub), 1);
    }
  }

  next = (now: number): number | undefined => nextLeaveAt(this.#pending, now);
}

const sorted = (subs: readonly (string | null)[]): string[] => subs.map(String).toSorted();
/** Each connection without a token counts; connections with the same subject count once. */
const present = (here: readonly (string | null)[]): string[] =>
  sorted([...new Set(here.filter((sub) => sub !== null)), ...here.filter((sub) => sub === null)]);

describe("any sequence of joins and leaves", () => {
  const steps = fc.array(fc.record({ step, pause: fc.nat(2 * LINGER_MS), fires: fc.boolean() }), { maxLength: 60 });

  it("announces no join or leave twice, no leave of a present member, and ends with the correct list", () => {
    fc.assert(
      fc.property(steps, (steps) => {
        const witness = new Witness();
        let now = 0;
        for (const { step, pause, fires } of steps) {
          now += pause;
          if (fires) witness.fireAlarm(now); // an alarm may fire late, after further events
          if (step.do === "come") witness.come(step.sub);
          else witness.go(step.nth, now);
        }
        for (let next = witness.next(now); next !== undefined; next = witness.next(now)) {
          expect(next).toBeLessThanOrEqual(now + LINGER_MS);
          witness.fireAlarm(next);
        }
        expect(sorted(witness.listed)).toEqual(present(witness.here));
      }),
      { numRuns: 1000 },
    );
  });

  it("announces a member once, however often it reloads within three seconds", () => {
    fc.assert(
      fc.property(fc.constantFrom("a", null), fc.array(fc.nat(LINGER_MS - 1), { maxLength: 30 }), (sub, absences) => {
        const witness = new Witness();
        let now = 0;
        witness.come(sub);
        for (const absence of absences) {
          witness.go(0, now);
          now += absence;
          witness.fireAlarm(now);
          witness.come(sub);
        }
        expect(witness.announcements).toBe(1);
      }),
    );
  });
});
