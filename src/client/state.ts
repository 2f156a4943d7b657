// Types of a connection's state and of the reasons why it ended.
import type { CloseReason } from "../core/codes.ts";

/**
 * Why a connection or a request ended: a reason of the server, or one of the client.
 * - `lost`: the network ended it.
 * - `no_answer`: the server was silent for too long.
 * - `no_token`: `getToken` failed.
 * - `timeout`: the caller's timeout has passed.
 */
export type Reason =
  | CloseReason
  | "lost"
  | "no_answer"
  | "no_token"
  | "timeout"
  | (string & Record<never, never>); /* a reason of a server newer than this client */

export type State =
  | { readonly name: "connecting" }
  | { readonly name: "open" }
  | {
      readonly name: "waiting";
      /** Time of the next attempt, in ms since 1970. */
      readonly until: number;
      readonly code: number;
      readonly reason: Reason;
    }
  | Closed;

/** Closed for good. Code 1000 and `left` stand for the caller's own `close()`. */
export interface Closed {
  readonly name: "closed";
  readonly code: number;
  readonly reason: Reason;
}
