// Budgets by address: a burst, then a rate; bounded memory.
import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { Budgets } from "../../src/core/budget.ts";

const NOW = 1_800_000_000_000;
const tenAndOne = { burst: 10, perSecond: 1 };

describe("a budget", () => {
  it("holds its burst, then one request for each second", () => {
    const budgets = new Budgets(10);
    const taken = Array.from({ length: 12 }, () => budgets.take("a", tenAndOne, NOW));
    expect(taken.filter(Boolean)).toHaveLength(10);
    expect(budgets.take("a", tenAndOne, NOW + 999)).toBe(false);
    expect(budgets.take("a", tenAndOne, NOW + 1000)).toBe(true);
    expect(budgets.take("a", tenAndOne, NOW + 1000)).toBe(false);
    expect(budgets.take("b", tenAndOne, NOW)).toBe(true);
  });

  it("never admits more than its burst and its rate, whatever the times", () => {
    fc.assert(
      fc.property(fc.array(fc.integer({ min: 0, max: 5000 }), { maxLength: 200 }), (waits) => {
        const budgets = new Budgets(10);
        let now = NOW;
        let admitted = 0;
        for (const wait of waits) {
          now += wait;
          if (budgets.take("a", tenAndOne, now)) admitted += 1;
          expect(admitted).toBeLessThanOrEqual(10 + (now - NOW) / 1000);
        }
      }),
    );
  });

  it("is forgotten where more addresses come than are kept, the one that is idle longest first", () => {
    const budgets = new Budgets(3);
    const one = { burst: 1, perSecond: 0.001 };
    for (const key of ["a", "b", "c"]) expect(budgets.take(key, one, NOW)).toBe(true);
    expect(budgets.take("d", one, NOW)).toBe(true);
    expect(budgets.take("c", one, NOW)).toBe(false);
    expect(budgets.take("a", one, NOW)).toBe(true);
  });

  it("costs the same for the millionth address as for the first", () => {
    const budgets = new Budgets(1000);
    const startedAt = performance.now();
    for (let i = 0; i < 200_000; i++) budgets.take(`address ${i}`, tenAndOne, NOW);
    expect(performance.now() - startedAt).toBeLessThan(10_000); // a scan for each would take minutes
  });
});
