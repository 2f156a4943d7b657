// Asks a provider's own API, through the fetch that is passed in. Bounded in time and in bytes; redirects are not followed.
import type { ProviderIo } from "./adapter.ts";
import type { Bytes } from "./bytes.ts";
import { boundedBytes } from "../outside/body.ts";
import { withDeadline } from "../outside/deadline.ts";

/** A provider that has not answered by then counts as silent: its own delivery is waiting for our reply meanwhile. */
const ASK_MS = 4_000;

/** The longest answer of the APIs that are asked has about 100 KB: a page of ten Stripe intents. */
const ANSWER_BYTES = 1 << 20;

export interface Answer {
  readonly status: number;
  /** By name in lower case. */
  readonly headers: ReadonlyMap<string, string>;
  readonly body: Bytes;
}

/** Null without a usable answer: a time-out, a lost connection, a broken body, more than a mebibyte. */
export async function ask(io: ProviderIo, url: string, init: RequestInit): Promise<Answer | null> {
  try {
    return await withDeadline(ASK_MS, async (signal) => {
      // A redirect would carry the credentials, and the question, to somebody the setting does not name.
      const response = await io.fetch(url, { ...init, redirect: "manual", signal });
      const headers = new Map<string, string>();
      response.headers.forEach((value, name) => headers.set(name.toLowerCase(), value));
      const body = await boundedBytes(response, ANSWER_BYTES);
      return body === null ? null : { status: response.status, headers, body };
    });
  } catch {
    return null;
  }
}
