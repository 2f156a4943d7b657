// A merchant's backend that stands in for the real one: tells orders' statuses, takes what is forwarded to it. Inside workerd.
import { onTestFinished, vi } from "vitest";

/** One request that was made to it. */
export interface Asked {
  readonly method: string;
  readonly path: string;
  readonly headers: Headers;
  readonly body: string;
}

/** What it answers: a response, nothing ever (until the asker gives up), or a broken connection. */
export type Answer = Response | "never" | "broken";

export interface Merchant {
  /** Everything that was asked so far, in order. */
  readonly asked: Asked[];
  /** Changes what it answers from now on. */
  answers(answer: (asked: Asked) => Answer | Promise<Answer>): void;
}

/** Stands in for whoever answers at `http://merchant.test`; a request to anybody else fails the test. */
export function merchant(answer: (asked: Asked) => Answer | Promise<Answer>): Merchant {
  const asked: Asked[] = [];
  let current = answer;
  const spy = vi.spyOn(globalThis, "fetch").mockImplementation(async (input, init) => {
    const request = new Request(input, init);
    const { origin, pathname } = new URL(request.url);
    if (origin !== "http://merchant.test") throw new Error(`nobody asks ${origin}`);
    const one = { method: request.method, path: pathname, headers: request.headers, body: await request.text() };
    asked.push(one);
    const said = await current(one);
    if (said === "broken") throw new TypeError("Network connection lost.");
    if (said !== "never") return said;
    return new Promise((_resolve, reject) => {
      init?.signal?.addEventListener("abort", () => reject(new DOMException("timed out", "TimeoutError")));
    });
  });
  onTestFinished(() => spy.mockRestore());
  return { asked, answers: (next) => (current = next) };
}

export const tells = (status: string, more: object = {}): Response => Response.json({ status, ...more });
