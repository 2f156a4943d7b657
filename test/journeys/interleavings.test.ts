// Callbacks before, during and after connecting, with reconnects and evictions between: no page is ever left waiting.
import fc from "fast-check";
import { expect, it } from "vitest";
import { backend, callback, connect, evict, newBiz, type Page } from "../support/workerd.ts";

type Step = "connect" | "leave" | "evict" | "failed" | "paid" | "refunded";

/** The frame each callback leaves a page with; the status that the whole of them comes to. */
const outcome = (steps: readonly Step[]): string | null => {
  const paid = steps.includes("paid") || steps.includes("refunded");
  if (steps.includes("refunded")) return "refunded";
  if (paid) return "paid";
  return steps.includes("failed") ? "failed" : null;
};

/** Everything a page was told, up to a mark that is sent once all is over. */
async function heard(page: Page, mark: string): Promise<string[]> {
  const statuses: string[] = [];
  for (;;) {
    const frame = await page.next();
    if (frame === mark) return statuses;
    statuses.push((JSON.parse(frame) as { status: string }).status); // an order's frame, the mark being the only other one
  }
}

async function act(step: Step, biz: string, pages: Page[]): Promise<unknown> {
  switch (step) {
    case "connect":
      return pages.push(await connect(`/ws/order/${biz}/`));
    case "leave":
      return pages.shift()?.leave();
    case "evict":
      return evict(`order_${biz}`);
    case "failed":
    case "paid":
    case "refunded":
      return callback(biz, { status: step });
  }
}

const step = fc.constantFrom<Step>("connect", "connect", "leave", "evict", "failed", "paid", "paid", "refunded");

it(
  "300 random interleavings: each page that is connected in the end was told the order's status last, and once",
  { timeout: 120_000 },
  async () => {
    let pushes = 0;
    await fc.assert(
      fc.asyncProperty(fc.array(fc.tuple(step, fc.boolean()), { minLength: 1, maxLength: 10 }), async (steps) => {
        const biz = newBiz();
        const pages: Page[] = [];
        let underWay: Promise<unknown> = Promise.resolve();
        for (const [each, waits] of steps) {
          // Those that do not wait run into the next step: a connect during a callback, a callback during a leave.
          const acted = act(each, biz, pages);
          underWay = Promise.all([underWay, acted]);
          if (waits || each === "evict") await underWay;
        }
        await underWay;
        const expected = outcome(steps.map(([each]) => each));
        const mark = newBiz();
        await backend("POST", `/groups/order_${biz}/send`, { type: "send.message", message: mark });
        for (const page of pages) {
          const statuses = await heard(page, JSON.stringify(mark));
          pushes += statuses.length;
          expect(statuses.at(-1) ?? null).toBe(expected);
          expect(statuses).toEqual([...new Set(statuses)]);
        }
        await Promise.all(pages.map((page) => page.leave()));
      }),
      { numRuns: 300 },
    );
    console.log(`${pushes} outcomes reached their pages`);
  },
);
