// Lifetime of a connection under its token. Pure; `now` is passed in.
import type { Mode } from "./frames.ts";
import { TOKEN_GRACE_MS } from "./limits.ts";

export type LeaseStep = "stay" | "warn" | "end";

/**
 * The step for a token that expires at `expiresAt` (null = unlimited). In belfry.v1 a grace period
 * allows a `refresh`, announced by a warning.
 */
export function leaseStep(mode: Mode, expiresAt: number | null, now: number): LeaseStep {
  if (expiresAt === null || now < expiresAt) return "stay";
  return mode === "v1" && now < expiresAt + TOKEN_GRACE_MS ? "warn" : "end";
}

/** The time of the next check; null if there is none. */
export function nextLeaseStep(mode: Mode, expiresAt: number | null, now: number): number | null {
  if (expiresAt === null) return null;
  return now < expiresAt || mode === "plain" ? expiresAt : expiresAt + TOKEN_GRACE_MS;
}
