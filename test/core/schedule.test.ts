// The schedule of a periodic push: no drift, no repeated tick, one push after an outage.
import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { dueTick, firstTick, nextTick, produceDeadline, pushStep } from "../../src/core/schedule.ts";

const push = { start: 1_000_000, period: 60_000 };
const due = (armed: number, now: number) => dueTick(push, armed, now);

describe("dueTick", () => {
  it("returns the tick for which the alarm was set, if it fires on time", () => {
    expect(due(push.start, push.start)).toBe(0);
    expect(due(push.start + 60_000, push.start + 60_003)).toBe(1);
  });
  it("returns only the newest tick if the alarm fires an hour late", () => {
    expect(due(push.start + 60_000, push.start + 61 * 60_000 + 5)).toBe(61);
  });
  it("returns null if the alarm fires early: repeated, or with a slow clock", () => {
    expect(due(push.start + 120_000, push.start + 60_500)).toBeNull();
    expect(due(push.start, push.start - 1)).toBeNull();
  });
  it("returns null if the alarm fires between two ticks, for another job", () => {
    expect(due(push.start + 90_000, push.start + 90_001)).toBeNull();
  });
});

it("dueTick returns the tick if the platform delayed the alarm by a few ms", () => {
  expect(due(push.start + 60_001, push.start + 60_002)).toBe(1);
});

describe("an alarm with any delays and repetitions", () => {
  const grid = fc.record({
    start: fc.integer({ min: 0, max: 4e12 }),
    period: fc.integer({ min: 100, max: 86_400_000 }),
    latenesses: fc.array(fc.integer({ min: 0, max: 3_600_000 }), { minLength: 1, maxLength: 50 }),
  });

  it("pushes each tick at most once, in order, always the newest, and stays on the grid", () => {
    fc.assert(
      fc.property(grid, ({ start, period, latenesses }) => {
        let armed = start;
        let last = -1;
        for (const late of latenesses) {
          const now = armed + late;
          const tick = dueTick({ start, period }, armed, now);
          expect(tick).toBe(Math.floor((now - start) / period));
          expect(tick).toBeGreaterThan(last);
          last = tick ?? last;
          armed = nextTick({ start, period }, now);
          expect((armed - start) % period).toBe(0);
          expect(armed).toBeGreaterThan(now);
          expect(armed - now).toBeLessThanOrEqual(period);
          expect(dueTick({ start, period }, armed, now)).toBeNull(); // fired again immediately
        }
      }),
    );
  });

  it("pushes tick n at start + n periods if it fires on time", () => {
    fc.assert(
      fc.property(grid, ({ start, period }) => {
        let armed = start;
        for (let n = 0; n < 100; n++) {
          expect(dueTick({ start, period }, armed, armed)).toBe(n);
          armed = nextTick({ start, period }, armed);
          expect(armed).toBe(start + (n + 1) * period);
        }
      }),
      { numRuns: 20 },
    );
  });
});

describe("pushStep", () => {
  const now = push.start + 90_000;
  it.each<[string, number, number | undefined, object]>([
    ["leaves a running push unchanged", 2, push.start, { do: "nothing" }],
    ["starts with the first connection", 1, undefined, { do: "start", start: firstTick(now) }],
    ["starts if no start time is stored", 2, undefined, { do: "start", start: firstTick(now) }],
    ["stops after the last connection", 0, push.start, { do: "stop" }],
    ["does nothing without connections and without a start time", 0, undefined, { do: "nothing" }],
  ])("%s", (_what, connections, started, step) => expect(pushStep(connections, started, now)).toEqual(step));
});

it("the first tick is due one ms after the start", () => expect(firstTick(5)).toBe(6));

it("produce times out after the smaller of the period and 30 s", () => {
  expect(produceDeadline(1000)).toBe(1000);
  expect(produceDeadline(60_000)).toBe(30_000);
});
