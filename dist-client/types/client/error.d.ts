import type { Reason } from "./state.ts";
export declare class BelfryError extends Error {
  readonly name = "BelfryError";
  readonly reason: Reason;
  /** The number on the wire: a close code or an error's; 0 for a reason that never was on it. */
  readonly code: number;
  /** Whether the same may work later as it is. */
  readonly temporary: boolean;
  constructor(reason: Reason, code?: number, temporary?: boolean, message?: string);
}
