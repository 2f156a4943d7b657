// How long it takes from "callback posted" to "the page says paid", in a checkout page that is open. Posts nothing itself and judges nothing.
import { randomUUID } from "node:crypto";
import type { Page } from "playwright-core";

/** One order after the other, each paid by `pay`; how long each took, in ms, the shortest first. */
export async function timesToPaid(page: Page, pay: (biz: string) => Promise<unknown>, runs: number): Promise<number[]> {
  await page.locator("#connection[data-state=open]").waitFor();
  const took: number[] = [];
  for (let run = 0; run < runs; run++) {
    const biz = randomUUID().replaceAll("-", "");
    await watch(page, biz);
    const said = saysPaid(page);
    await page.evaluate(() => undefined); // one after the other: behind this, it is being looked at
    const posted = performance.timeOrigin + performance.now(); // one machine, one clock
    await pay(biz);
    took.push((await said) - posted);
  }
  return took.toSorted((a, b) => a - b);
}

/** Shows another order, and waits until its connection has been welcomed. */
const watch = (page: Page, biz: string): Promise<void> =>
  page.evaluate((biz) => {
    location.hash = biz;
    const wire = document.querySelector("#wire");
    return new Promise<void>((resolve) => {
      const look = () => wire?.firstElementChild?.textContent.includes(`"channel":"order_${biz}`) && resolve();
      if (wire) new MutationObserver(look).observe(wire, { childList: true });
    });
  }, biz);

/** When the page says so, in ms since 1970. */
const saysPaid = (page: Page): Promise<number> =>
  page.evaluate(() => {
    const outcome = document.querySelector<HTMLElement>("#outcome");
    return new Promise<number>((resolve) => {
      const look = () => outcome?.dataset["status"] === "paid" && resolve(performance.timeOrigin + performance.now());
      if (outcome) new MutationObserver(look).observe(outcome, { attributeFilter: ["data-status"] });
    });
  });
