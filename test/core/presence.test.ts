// Who is told to have come and gone: never the same twice in a row, nothing of a reload, and at rest what is true.
import fc from "fast-check";
import { describe, expect, it } from "vitest";
import type { Who } from "../../src/core/frames.ts";
import { LINGER_MS } from "../../src/core/limits.ts";
import { dueLeaves, join, leave, nextLeaveAt, type Gone } from "../../src/core/presence.ts";

const who = (sub: string | null): Who => ({ sub, info: null });
const gone = (sub: string | null, tellAt: number): Gone => ({ sub, info: null, tellAt });

describe("a subject", () => {
  it("that comes is told, its second connection is not", () => {
    expect(join([], who("a"), false)).toEqual({ gone: [], announce: true });
    expect(join([], who("a"), true)).toEqual({ gone: [], announce: false });
  });
  it("is gone with its last connection", () => {
    expect(leave([], who("a"), true, 5)).toEqual([]);
    expect(leave([], who("a"), false, 5)).toEqual([gone("a", 5 + LINGER_MS)]);
  });
  it("that closes all its tabs at once is awaited once", () => {
    const awaited = leave([], who("a"), false, 5);
    expect(leave(awaited, who("a"), false, 6)).toEqual(awaited);
  });

  it("that reloads is told neither to have gone nor to have come", () => {
    const awaited = leave([gone("b", 7)], who("a"), false, 5);
    expect(join(awaited, who("a"), false)).toEqual({ gone: [gone("b", 7)], announce: false });
  });
  it("is told with what others may see of it", () => {
    expect(leave([], { sub: "a", info: { name: "Ada" } }, false, 0)).toMatchObject([{ info: { name: "Ada" } }]);
  });
});

it("of those without a token, one that comes takes the place of one that has just gone", () => {
  const awaited = leave(leave([], who(null), false, 1), who(null), true, 2);
  expect(awaited).toHaveLength(2);
  expect(join(awaited, who(null), true)).toEqual({ gone: [gone(null, 2 + LINGER_MS)], announce: false });
  expect(join([], who(null), true)).toEqual({ gone: [], announce: true });
});

it("a leave is told when its time has come, and not before", () => {
  const awaited = [gone("a", 10), gone("b", 20)];
  expect(nextLeaveAt(awaited)).toBe(10);
  expect(nextLeaveAt([])).toBeUndefined();
  expect(dueLeaves(awaited, 9)).toEqual({ left: [], gone: awaited });
  expect(dueLeaves(awaited, 10)).toEqual({ left: [gone("a", 10)], gone: [gone("b", 20)] });
});

type Step = { readonly do: "come"; readonly sub: string | null } | { readonly do: "go"; readonly nth: number };

const step: fc.Arbitrary<Step> = fc.oneof(
  fc.record({ do: fc.constant("come" as const), sub: fc.constantFrom("a", "b", "c", null, null) }),
  fc.record({ do: fc.constant("go" as const), nth: fc.nat(9) }),
);

/** A member that was there all the time and believes what it is told. */
class Witness {
  readonly here: (string | null)[] = [];
  readonly believed: (string | null)[] = [];
  told = 0;
  #gone: readonly Gone[] = [];

  come(sub: string | null): void {
    const { gone, announce } = join(this.#gone, who(sub), sub !== null && this.here.includes(sub));
    this.#gone = gone;
    this.here.push(sub);
    if (!announce) return;
    this.told += 1;
    if (sub !== null) expect(this.believed).not.toContain(sub);
    this.believed.push(sub);
  }

  go(nth: number, now: number): void {
    if (this.here.length === 0) return;
    const [sub = null] = this.here.splice(nth % this.here.length, 1);
    this.#gone = leave(this.#gone, who(sub), sub !== null && this.here.includes(sub), now);
  }

  ring(now: number): void {
    const { left, gone } = dueLeaves(this.#gone, now);
    this.#gone = gone;
    for (const { sub } of left) {
      this.told += 1;
      expect(this.believed).toContain(sub);
      expect(sub === null || !this.here.includes(sub)).toBe(true);
      this.believed.splice(this.believed.indexOf(sub), 1);
    }
  }

  next = (): number | undefined => nextLeaveAt(this.#gone);
}

const sorted = (subs: readonly (string | null)[]): string[] => subs.map(String).toSorted();
/** Without a token every connection is somebody; with one, all of a subject's are one. */
const present = (here: readonly (string | null)[]): string[] =>
  sorted([...new Set(here.filter((sub) => sub !== null)), ...here.filter((sub) => sub === null)]);

describe("whatever comes and goes, at any pace", () => {
  const steps = fc.array(fc.record({ step, pause: fc.nat(2 * LINGER_MS), rings: fc.boolean() }), { maxLength: 60 });

  it("nobody is told twice in a row, nobody who is here is told to have gone, and at rest what is told is what is", () => {
    fc.assert(
      fc.property(steps, (steps) => {
        const witness = new Witness();
        let now = 0;
        for (const { step, pause, rings } of steps) {
          now += pause;
          if (rings) witness.ring(now); // an alarm may ring late, and after what came in the meantime
          if (step.do === "come") witness.come(step.sub);
          else witness.go(step.nth, now);
        }
        for (let next = witness.next(); next !== undefined; next = witness.next()) {
          expect(next).toBeLessThanOrEqual(now + LINGER_MS);
          witness.ring(next);
        }
        expect(sorted(witness.believed)).toEqual(present(witness.here));
      }),
      { numRuns: 1000 },
    );
  });

  it("a member that reloads as often as it likes, each time within three seconds, is told of once", () => {
    fc.assert(
      fc.property(fc.constantFrom("a", null), fc.array(fc.nat(LINGER_MS - 1), { maxLength: 30 }), (sub, absences) => {
        const witness = new Witness();
        let now = 0;
        witness.come(sub);
        for (const absence of absences) {
          witness.go(0, now);
          now += absence;
          witness.ring(now);
          witness.come(sub);
        }
        expect(witness.told).toBe(1);
      }),
    );
  });
});
