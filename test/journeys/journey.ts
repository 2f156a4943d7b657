// Runs a journey, a list of steps, with an eviction of its groups between any two of them.
import { describe, it } from "vitest";
import { evict, stopClock } from "../support/workerd.ts";

export interface Journey<World> {
  /** Creates a world with new group names. */
  readonly begin: () => World;
  /** The groups to evict. Called for each eviction, as steps may create groups. */
  readonly groups: (world: World) => readonly string[];
  readonly steps: Readonly<Record<string, (world: World) => Promise<void>>>;
}

/** Runs a journey without evictions, with an eviction after every step, and per step with one after it. */
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
    it("passes without an eviction", () => run(() => false));
    it("passes with an eviction after every step", () => run(() => true));
    it.each(steps.map(([step], i) => [step, i] as const))("passes with an eviction after: %s", (_step, i) =>
      run((step) => step === i),
    );
  });
}
