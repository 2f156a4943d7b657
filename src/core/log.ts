// The log: one line of JSON per thing worth knowing, without secrets, tokens or frames. Makes the line and writes nothing.

import type { CloseReason } from "./codes.ts";
import type { Mode } from "./frames.ts";

export type LogLine =
  /** Somebody was let in. `ms` is the whole handshake. */
  | {
      readonly event: "connect";
      readonly group: string;
      readonly reason: "joined";
      readonly mode: Mode;
      readonly ms: number;
    }
  /** A connection ended; `ms` is how long it had been there. */
  | { readonly event: "leave"; readonly group: string; readonly reason: CloseReason; readonly ms: number }
  /** A tick that was sent, to so many. */
  | {
      readonly event: "push";
      readonly group: string;
      readonly reason: "sent";
      readonly connections: number;
      readonly ms: number;
    }
  /** A tick that gave its group nothing. `detail` is what the user's own `produce` threw. */
  | {
      readonly event: "push";
      readonly group: string;
      readonly reason: PushFault;
      readonly detail: string;
      readonly ms: number;
    }
  /** An order's status was asked for, and there was no answer that could be used. */
  | {
      readonly event: "reconcile";
      readonly group: string;
      readonly reason: "timed_out" | "unreachable" | "refused" | "nonsense";
      readonly detail: string;
      readonly ms: number;
    }
  /** A fact that could not be handed on; it is tried again, or given up. */
  | {
      readonly event: "forward";
      readonly group: string;
      readonly reason: "try_again" | "give_up";
      readonly detail: string;
      readonly tries: number;
    }
  /** A delivery of a payment provider, or the merchant's own: what became of it. `detail` is for the merchant, and holds no secret. */
  | {
      readonly event: "callback";
      readonly provider: string;
      /** The order it was about; null if it named none, or several. */
      readonly group: string | null;
      readonly ms: number;
      readonly reason: "refused" | "try_again" | "ignored" | "stored" | "duplicate";
      readonly detail: string;
    }
  /** Somebody was not let in, or asked for what there is not. `group` is null where none was found. */
  | {
      readonly event: "refusal";
      readonly reason: string;
      readonly group: string | null;
      readonly detail: string | null;
      readonly ms: number;
    }
  /** A setting that cannot be used: everything is refused until it is mended. */
  | { readonly event: "setting"; readonly reason: "bad_setting"; readonly setting: string; readonly expected: string }
  /** A fault of ours or of the platform's: never of whoever asked. */
  | {
      readonly event: "fault";
      readonly reason: "internal" | "group_unavailable";
      readonly route: string;
      readonly detail: string;
    };

/** Why a tick pushed nothing: `produce` threw, gave what is not JSON or too much of it, or took too long. */
export type PushFault = "threw" | "not_json" | "too_large" | "timed_out";

export const logLine = (line: LogLine): string => JSON.stringify(line);

/** What an exception says of itself, without its stack. */
export const errorText = (error: unknown): string =>
  error instanceof Error ? `${error.name}: ${error.message}` : `threw ${typeof error}`;
