// Replies to a provider, as data. Only the status and a fixed body leave the Worker.
import type { Reply, ReplyVerdict } from "./adapter.ts";

/** The bodies that a provider expects; the status follows from the verdict. */
export interface ReplyBodies {
  readonly success: string;
  readonly failure: string;
  readonly type: string;
}

export const emptyBodies: ReplyBodies = { success: "", failure: "", type: "text/plain" };

export function replyWith({ success, failure, type }: ReplyBodies, verdict: ReplyVerdict): Reply {
  const headers = { "content-type": type };
  switch (verdict) {
    case "stored":
    case "duplicate":
    // Authentic but irrelevant: an error would be retried for days, and Adyen's queue would block.
    case "ignored":
      return { status: 200, headers, body: success };
    case "refused":
      return { status: 401, headers, body: failure };
    case "try_again":
      return { status: 503, headers, body: failure };
  }
}
