// Asks a provider's own API, through the fetch that is passed in. Never throws, never follows a redirect, never waits for long.
import type { ProviderIo } from "./adapter.ts";
import type { Bytes } from "./bytes.ts";
import { withDeadline } from "../outside/deadline.ts";

/** A provider that has not answered by then counts as silent: its own delivery is waiting for our reply meanwhile. */
const ASK_MS = 4_000;

export interface Answer {
  readonly status: number;
  /** By name in lower case. */
  readonly headers: ReadonlyMap<string, string>;
  readonly body: Bytes;
}

/** Null for whatever is no answer: a time-out, a lost connection, a broken body. */
export async function ask(io: ProviderIo, url: string, init: RequestInit): Promise<Answer | null> {
  try {
    return await withDeadline(ASK_MS, async (signal) => {
      // A redirect would carry the credentials, and the question, to somebody the setting does not name.
      const response = await io.fetch(url, { ...init, redirect: "manual", signal });
      const headers = new Map<string, string>();
      response.headers.forEach((value, name) => headers.set(name.toLowerCase(), value));
      return { status: response.status, headers, body: new Uint8Array(await response.arrayBuffer()) };
    });
  } catch {
    return null;
  }
}
