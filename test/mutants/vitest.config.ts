// The tests that run against each mutant: the pure tests of the money code, with few runs per property.
import { BaseSequencer, type TestSpecification } from "vitest/node";
import { defineConfig } from "vitest/config";

/** Files near the code first and whole flows last: the first failure ends a mutant's run. */
class NearestFirst extends BaseSequencer {
  override async sort(files: TestSpecification[]): Promise<TestSpecification[]> {
    return files.toSorted((a, b) => rank(a.moduleId) - rank(b.moduleId) || (a.moduleId < b.moduleId ? -1 : 1));
  }
}

const ORDER = [/\/core\/(?!order-properties)/, /\/callbacks\//, /order-properties/, /\/flows\//];
const rank = (path: string): number => ORDER.findIndex((pattern) => pattern.test(path));

export default defineConfig({
  test: {
    include: [
      "test/core/{acceptance,delivery,delivery-costs,delivery-failures,delivery-own,dispute,due,fact,forward,json,money,order,order-properties,order-row,order-view,payment,payment-identity,payment-reports,reached,returns,settlement,settlement-unnamed,settlement-word,split}.test.ts",
      "test/callbacks/*.test.ts",
      "test/flows/*.test.ts",
    ],
    exclude: ["test/flows/over-http.test.ts", "test/callbacks/docs.test.ts", "test/callbacks/vectors.test.ts"],
    env: { PROPERTY_RUNS: "20" },
    // The tests leave no state, and most of the time of a mutant's run is spent on loading code.
    isolate: false,
    fileParallelism: false,
    sequence: { sequencer: NearestFirst },
  },
});
