// Defines the error of the SDK, which carries the reason and the code on the wire.
import type { Reason } from "./state.ts";

export class BelfryError extends Error {
  override readonly name = "BelfryError";
  readonly reason: Reason;
  /** Close code or error code of the wire; 0 for a reason of the client's own. */
  readonly code: number;
  /** True if the same call may succeed later. */
  readonly temporary: boolean;

  constructor(reason: Reason, code = 0, temporary = true, message: string = reason) {
    super(message);
    this.reason = reason;
    this.code = code;
    this.temporary = temporary;
  }
}
