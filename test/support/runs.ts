// Number of mixtures per property: 1,000 in `npm test`, `PROPERTY_RUNS` of test/properties.env in `npm run test:properties`.
import { env } from "node:process";

export const PROPERTY_RUNS = Number(env["PROPERTY_RUNS"] ?? "1000");

/** Time limit of a property. Vitest's own limit is for a single example. */
export const PROPERTY_TIMEOUT_MS = 30_000 + PROPERTY_RUNS * 30;
