// Log lines: one JSON object per event. Secrets, tokens and frames are left out.

import type { CloseReason } from "./codes.ts";
import type { Mode } from "./frames.ts";

export type LogLine =
  /** A connection was admitted. `ms` is the duration of the whole handshake. */
  | {
      readonly event: "connect";
      readonly group: string;
      readonly reason: "joined";
      readonly mode: Mode;
      readonly ms: number;
    }
  /** A connection ended; `ms` is its lifetime. */
  | { readonly event: "leave"; readonly group: string; readonly reason: CloseReason; readonly ms: number }
  /** A tick was sent to `connections` members. */
  | {
      readonly event: "push";
      readonly group: string;
      readonly reason: "sent";
      readonly connections: number;
      readonly ms: number;
    }
  /** A tick failed. `detail` is the error thrown by the user's `produce`. */
  | {
      readonly event: "push";
      readonly group: string;
      readonly reason: PushFault;
      readonly detail: string;
      readonly ms: number;
    }
  /** A query for an order's status failed. */
  | {
      readonly event: "reconcile";
      readonly group: string;
      readonly reason: "timed_out" | "unreachable" | "refused" | "nonsense";
      readonly detail: string;
      readonly ms: number;
    }
  /** A forward failed; it will be retried, or was the last attempt. */
  | {
      readonly event: "forward";
      readonly group: string;
      readonly reason: "try_again" | "give_up";
      readonly detail: string;
      readonly tries: number;
    }
  /**
   * The result of a delivery, from a payment provider or the merchant. `detail` is for the merchant
   * and contains no secret.
   */
  | {
      readonly event: "callback";
      readonly provider: string;
      /** The order concerned; null if the delivery named none, or several. */
      readonly group: string | null;
      readonly ms: number;
      readonly reason: "refused" | "try_again" | "ignored" | "stored" | "duplicate";
      readonly detail: string;
    }
  /** A backend changed something. `key` is the name of its API key, `route` as in docs/http.md. */
  | {
      readonly event: "act";
      readonly reason: "done";
      readonly key: string;
      readonly route: string;
      /** Null if the path names none. */
      readonly group: string | null;
      readonly ms: number;
    }
  /** A request was rejected. `group` is null if the request named none. */
  | {
      readonly event: "refusal";
      readonly reason: string;
      readonly group: string | null;
      readonly detail: string | null;
      readonly ms: number;
    }
  /** A setting is invalid: all requests are rejected until it is corrected. */
  | { readonly event: "setting"; readonly reason: "bad_setting"; readonly setting: string; readonly expected: string }
  /** An internal error, of Belfry or of the platform. */
  | {
      readonly event: "fault";
      readonly reason: "internal" | "group_unavailable";
      readonly route: string;
      readonly detail: string;
    };

/**
 * Reasons of a failed tick: `produce` threw, returned something other than JSON, returned too much,
 * or timed out.
 */
export type PushFault = "threw" | "not_json" | "too_large" | "timed_out";

/**
 * One line of JSON. Values may come from strangers: control characters beyond ASCII's own, which JSON
 * escapes, and characters that reorder text are escaped too, so that a terminal shows what is there.
 */
export const logLine = (line: LogLine): string =>
  JSON.stringify(line).replaceAll(INVISIBLE, (char) => `\\u${char.charCodeAt(0).toString(16).padStart(4, "0")}`);

/** DEL and C1 controls, line separators, marks and overrides of direction (Unicode UAX #9). */
const INVISIBLE = /[\u007f-\u009f\u061c\u200e\u200f\u2028-\u202e\u2066-\u2069]/g;

/** The text of an exception, without its stack. */
export const errorText = (error: unknown): string =>
  error instanceof Error ? `${error.name}: ${error.message}` : `threw ${typeof error}`;
