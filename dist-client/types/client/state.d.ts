import type { CloseReason } from "../core/codes.ts";
/**
 * Why a connection or a request ended: the server's own reasons, or one of the client's. `lost`: the network ended it. `no_answer`:
 * it was silent for too long. `no_token`: `getToken` failed. `timeout`: the time you gave was up.
 */
export type Reason = CloseReason | "lost" | "no_answer" | "no_token" | "timeout" | (string & Record<never, never>);
export type State =
  | {
      readonly name: "connecting";
    }
  | {
      readonly name: "open";
    }
  | {
      readonly name: "waiting";
      /** When it tries again, in ms since 1970. */
      readonly until: number;
      readonly code: number;
      readonly reason: Reason;
    }
  | Closed;
/** It does not come back by itself. Code 1000 and `left`: by your own `close()`. */
export interface Closed {
  readonly name: "closed";
  readonly code: number;
  readonly reason: Reason;
}
