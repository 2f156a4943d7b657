// Lifetime of a connection under its token: until expiry, and in belfry.v1 for a grace period of renewal.
import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { leaseStep, nextLeaseStep } from "../../src/core/lease.ts";
import { TOKEN_GRACE_MS } from "../../src/core/limits.ts";

const END = 1_000_000;

describe("a connection with an expiring token", () => {
  it.each([
    ["v1", END - 1, "stay"],
    ["v1", END, "warn"],
    ["v1", END + TOKEN_GRACE_MS - 1, "warn"],
    ["v1", END + TOKEN_GRACE_MS, "end"],
    ["plain", END - 1, "stay"],
    ["plain", END, "end"],
  ] as const)("in %s at %i has the step: %s", (mode, now, step) => expect(leaseStep(mode, END, now)).toBe(step));

  it.each([
    ["v1", END - 1, END],
    ["v1", END, END + TOKEN_GRACE_MS],
    ["plain", END - 1, END],
    ["plain", END, END],
  ] as const)("in %s checked at %i is next checked at %i", (mode, now, next) =>
    expect(nextLeaseStep(mode, END, now)).toBe(next),
  );
});

it.each(["v1", "plain"] as const)("a connection in %s with an unlimited token stays forever", (mode) => {
  expect(leaseStep(mode, null, Number.MAX_SAFE_INTEGER)).toBe("stay");
  expect(nextLeaseStep(mode, null, 0)).toBeNull();
});

it("a connection checked at the scheduled time or later misses no step and finally ends", () => {
  const order = ["stay", "warn", "end"];
  fc.assert(
    fc.property(
      fc.constantFrom("v1" as const, "plain" as const),
      fc.nat(100_000),
      fc.nat(100_000),
      fc.array(fc.nat(40_000), { minLength: 3, maxLength: 3 }),
      (mode, expiresAt, start, latenesses) => {
        let now = start;
        for (const late of latenesses) {
          const step = leaseStep(mode, expiresAt, now);
          if (step === "end") return;
          const next = nextLeaseStep(mode, expiresAt, now) ?? expect.fail("never");
          expect(next).toBeGreaterThan(now);
          // The step changes exactly at the scheduled check.
          expect(leaseStep(mode, expiresAt, next - 1)).toBe(step);
          expect(order.indexOf(leaseStep(mode, expiresAt, next))).toBeGreaterThan(order.indexOf(step));
          now = next + late;
        }
        expect(leaseStep(mode, expiresAt, now)).toBe("end");
      },
    ),
  );
});
