// Requests to a provider's API through an injected `fetch`, limited in time and response size.
import type { ProviderIo } from "./adapter.ts";
import type { Bytes } from "./bytes.ts";
import { boundedBytes } from "../net/body.ts";
import { withDeadline } from "../net/deadline.ts";

/** Short, since the provider's own delivery waits for our reply meanwhile. */
const TIMEOUT_MS = 4_000;

/** Ten times the longest response: a page of ten Stripe intents has about 100 KB. */
const RESPONSE_BYTES_MAX = 1 << 20;

export interface ApiResponse {
  readonly status: number;
  /** By lower-case name. */
  readonly headers: ReadonlyMap<string, string>;
  readonly body: Bytes;
}

/** Returns null after a timeout, a lost connection, a broken body or more than 1 MiB. */
export async function requestApi(io: ProviderIo, url: string, init: RequestInit): Promise<ApiResponse | null> {
  try {
    return await withDeadline(TIMEOUT_MS, async (signal) => {
      // A followed redirect would send the credentials to a host that the setting does not name.
      const response = await io.fetch(url, { ...init, redirect: "manual", signal });
      const headers = new Map<string, string>();
      response.headers.forEach((value, name) => headers.set(name.toLowerCase(), value));
      const body = await boundedBytes(response, RESPONSE_BYTES_MAX);
      return body === null ? null : { status: response.status, headers, body };
    });
  } catch {
    return null;
  }
}
