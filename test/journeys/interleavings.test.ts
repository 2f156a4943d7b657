// Callbacks before, during and after connects, with reconnects and evictions: every page receives the outcome.
import fc from "fast-check";
import { expect, it } from "vitest";
import { backend, callback, connect, evict, newBiz, type Page } from "../support/workerd.ts";

type Step = "connect" | "leave" | "evict" | "failed" | "paid" | "refunded";

/** The status of an order after `steps`; null if the status is still pending. */
const outcome = (steps: readonly Step[]): string | null => {
  const paid = steps.includes("paid") || steps.includes("refunded");
  if (steps.includes("refunded")) return "refunded";
  if (paid) return "paid";
  return steps.includes("failed") ? "failed" : null;
};

/** The statuses that a page has received before the marker. */
async function statusesUntil(marker: string, page: Page): Promise<string[]> {
  const statuses: string[] = [];
  for (;;) {
    const frame = await page.next();
    if (frame === marker) return statuses;
    statuses.push((JSON.parse(frame) as { status: string }).status); // all frames but the marker are outcomes
  }
}

async function runStep(step: Step, biz: string, pages: Page[]): Promise<unknown> {
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
  "each connected page receives the order's final status last and once, in 300 random interleavings",
  { timeout: 120_000 },
  async () => {
    let pushes = 0;
    await fc.assert(
      fc.asyncProperty(fc.array(fc.tuple(step, fc.boolean()), { minLength: 1, maxLength: 10 }), async (steps) => {
        const biz = newBiz();
        const pages: Page[] = [];
        let running: Promise<unknown> = Promise.resolve();
        for (const [each, waits] of steps) {
          // A step without a wait overlaps the next one, for example a callback during a connect.
          const done = runStep(each, biz, pages);
          running = Promise.all([running, done]);
          if (waits || each === "evict") await running;
        }
        await running;
        const expected = outcome(steps.map(([each]) => each));
        const marker = newBiz();
        await backend("POST", `/groups/order_${biz}/send`, { type: "send.message", message: marker });
        for (const page of pages) {
          const statuses = await statusesUntil(JSON.stringify(marker), page);
          pushes += statuses.length;
          expect(statuses.at(-1) ?? null).toBe(expected);
          expect(statuses).toEqual([...new Set(statuses)]);
        }
        await Promise.all(pages.map((page) => page.leave()));
      }),
      { numRuns: 300 },
    );
    console.log(`${pushes} outcomes received`);
  },
);
