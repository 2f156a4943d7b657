// Measures the time from posting a callback until a checkout page in Chromium shows the order as paid.
import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { launch, unpack } from "../../support/chromium.ts";
import { timesToPaid } from "../../support/paid.ts";
import type { Measure } from "../measure.ts";
import { quantile } from "../pairs.ts";
import { delivery } from "./callbacks.ts";

export const page: Measure = {
  name: "page",
  async run({ subjects, isQuick }) {
    const folder = await mkdtemp(join(tmpdir(), "belfry-chromium-"));
    const server = await subjects.belfry();
    const browser = await launch(await unpack(folder));
    try {
      const checkout = await browser.newPage();
      await checkout.goto(`${server.running.url}/checkout/`);
      const runs = isQuick ? 20 : 100;
      const took = await timesToPaid(
        checkout,
        (biz) => server.poster.post(delivery(`order_${biz}`, "paid", `payment-${biz}`)),
        runs,
      );
      const note = `of ${runs}; the browser shares the clients' core`;
      return [0.5, 0.95].map((part) => ({
        what: `callback posted to "paid" on a page in Chromium, p${part * 100}`,
        unit: "ms",
        belfry: quantile(took, part),
        note,
      }));
    } finally {
      await browser.close();
      await server.stop();
      await rm(folder, { recursive: true, force: true });
    }
  },
};
