// How long a token lets its connection stay. Reads no clock and closes nothing.
import type { Mode } from "./frames.ts";
import { TOKEN_GRACE_MS } from "./limits.ts";

export type LeaseStep = "stay" | "tell" | "end";

/** What a token that runs out at `expiresAt` (null = never) means now. In belfry.v1 there is time for a `refresh`, and a hint that it is due. */
export function leaseStep(mode: Mode, expiresAt: number | null, now: number): LeaseStep {
  if (expiresAt === null || now < expiresAt) return "stay";
  return mode === "v1" && now < expiresAt + TOKEN_GRACE_MS ? "tell" : "end";
}

/** When to look again; null = never. */
export function nextLeaseStep(mode: Mode, expiresAt: number | null, now: number): number | null {
  if (expiresAt === null) return null;
  return now < expiresAt || mode === "plain" ? expiresAt : expiresAt + TOKEN_GRACE_MS;
}
