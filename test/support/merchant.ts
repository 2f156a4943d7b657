// A merchant's backend inside workerd: answers status queries and receives forwards.
import { onTestFinished, vi } from "vitest";

/** A request to the merchant's backend. */
export interface ReceivedRequest {
  readonly method: string;
  readonly path: string;
  readonly headers: Headers;
  readonly body: string;
}

/** A response, no response until the sender times out, or a broken connection. */
export type Reply = Response | "never" | "broken";

export interface Merchant {
  /** All requests so far, in order. */
  readonly requests: ReceivedRequest[];
  /** Changes the replies from now on. */
  setReply(reply: (received: ReceivedRequest) => Reply | Promise<Reply>): void;
}

/** Replaces `https://merchant.test` for this test. A request to another origin throws. */
export function merchant(reply: (received: ReceivedRequest) => Reply | Promise<Reply>): Merchant {
  const requests: ReceivedRequest[] = [];
  let current = reply;
  const spy = vi.spyOn(globalThis, "fetch").mockImplementation(async (input, init) => {
    const request = new Request(input, init);
    const { origin, pathname } = new URL(request.url);
    if (origin !== "https://merchant.test") throw new Error(`unexpected origin: ${origin}`);
    const received = { method: request.method, path: pathname, headers: request.headers, body: await request.text() };
    requests.push(received);
    const response = await current(received);
    if (response === "broken") throw new TypeError("Network connection lost.");
    if (response !== "never") return response;
    return new Promise((_resolve, reject) => {
      init?.signal?.addEventListener("abort", () => reject(new DOMException("timed out", "TimeoutError")));
    });
  });
  onTestFinished(() => spy.mockRestore());
  return { requests, setReply: (next) => (current = next) };
}

export const statusResponse = (status: string, more: object = {}): Response => Response.json({ status, ...more });
