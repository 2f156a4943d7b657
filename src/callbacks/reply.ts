// Replies in a provider's own words, as data: nothing is sent here. Outsiders learn no more than whether to come again.
import type { Reply, Verdict } from "./adapter.ts";

/** What a provider wants to read; the status goes with the verdict. */
export interface Words {
  readonly success: string;
  readonly failure: string;
  readonly type: string;
}

export const noWords: Words = { success: "", failure: "", type: "text/plain" };

export function replyIn({ success, failure, type }: Words, verdict: Verdict): Reply {
  const headers = { "content-type": type };
  switch (verdict) {
    case "stored":
    case "duplicate":
    // Authentic, and about nothing we keep: anything but success would have it retried for days (with Adyen, block the queue).
    case "ignored":
      return { status: 200, headers, body: success };
    case "refused":
      return { status: 401, headers, body: failure };
    case "try_again":
      return { status: 503, headers, body: failure };
  }
}
