// Measures the time from posting a callback until an open checkout page shows the order as paid.
import { randomUUID } from "node:crypto";
import type { Page } from "playwright-core";

/** Pays `runs` orders in sequence by `pay`. Returns the times in ms, the shortest first. */
export async function timesToPaid(page: Page, pay: (biz: string) => Promise<unknown>, runs: number): Promise<number[]> {
  await page.locator("#connection[data-state=open]").waitFor();
  const times: number[] = [];
  for (let run = 0; run < runs; run++) {
    const biz = randomUUID().replaceAll("-", "");
    await watch(page, biz);
    const shownAt = showsPaidAt(page);
    await page.evaluate(() => undefined); // evaluations run in order: now the observer is set
    const posted = performance.timeOrigin + performance.now(); // one machine, one clock
    await pay(biz);
    times.push((await shownAt) - posted);
  }
  return times.toSorted((a, b) => a - b);
}

/** Shows another order and waits for the welcome of its connection. */
const watch = (page: Page, biz: string): Promise<void> =>
  page.evaluate((biz) => {
    location.hash = biz;
    const wire = document.querySelector("#wire");
    return new Promise<void>((resolve) => {
      const check = () => wire?.firstElementChild?.textContent.includes(`"channel":"order_${biz}`) && resolve();
      if (wire) new MutationObserver(check).observe(wire, { childList: true });
    });
  }, biz);

/** The time at which the page shows the order as paid, in ms since 1970. */
const showsPaidAt = (page: Page): Promise<number> =>
  page.evaluate(() => {
    const outcome = document.querySelector<HTMLElement>("#outcome");
    return new Promise<number>((resolve) => {
      const check = () => outcome?.dataset["status"] === "paid" && resolve(performance.timeOrigin + performance.now());
      if (outcome) new MutationObserver(check).observe(outcome, { attributeFilter: ["data-status"] });
    });
  });
