// A journey as a list of steps, walked with an eviction of its groups between any two of them. Knows no order and no push.
import { describe, it } from "vitest";
import { evict, stopClock } from "../support/workerd.ts";

export interface Journey<World> {
  /** Starts a world of its own, with fresh group names. */
  readonly begin: () => World;
  /** The groups to evict; read anew each time, as a group may only come to be on the way. */
  readonly groups: (world: World) => readonly string[];
  readonly steps: Readonly<Record<string, (world: World) => Promise<void>>>;
}

/** Walks a journey once without an eviction, once with one after each step, and once with one after every step. */
export function walk<World>(name: string, journey: Journey<World>): void {
  const steps = Object.entries(journey.steps);
  const run = async (evictAfter: (step: number) => boolean): Promise<void> => {
    stopClock();
    const world = journey.begin();
    for (const [i, [, step]] of steps.entries()) {
      await step(world);
      if (evictAfter(i)) for (const group of journey.groups(world)) await evict(group);
    }
  };
  describe(name, () => {
    it("goes the same without an eviction", () => run(() => false));
    it("goes the same with an eviction after every step", () => run(() => true));
    it.each(steps.map(([step], i) => [step, i] as const))("goes the same when evicted after: %s", (_step, i) =>
      run((step) => step === i),
    );
  });
}
