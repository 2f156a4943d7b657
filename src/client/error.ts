// The one error of the SDK. Carries why; throws nothing itself.
import type { Reason } from "./state.ts";

export class BelfryError extends Error {
  override readonly name = "BelfryError";
  readonly reason: Reason;
  /** The number on the wire: a close code or an error's; 0 for a reason that never was on it. */
  readonly code: number;
  /** Whether the same may work later as it is. */
  readonly temporary: boolean;

  constructor(reason: Reason, code = 0, temporary = true, message: string = reason) {
    super(message);
    this.reason = reason;
    this.code = code;
    this.temporary = temporary;
  }
}
