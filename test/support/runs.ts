// How many mixtures each property is tried with: 1,000 in `npm test`, as many as test/properties.env names in `npm run test:properties`.
import { env } from "node:process";

export const PROPERTY_RUNS = Number(env["PROPERTY_RUNS"] ?? "1000");

/** In ms: no property takes as long; vitest's own limit is for a single example. */
export const PROPERTY_TIMEOUT_MS = 30_000 + PROPERTY_RUNS * 30;
