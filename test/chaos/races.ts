// Races: a callback against a page's connect, at random offsets. Each page learns the outcome, once.
import { setTimeout as sleep } from "node:timers/promises";
import { clientOf, inLanes, newBiz, pay, register } from "./requests.ts";
import { Server } from "./server.ts";
import { Report } from "./report.ts";

const LANES = 16;
/** A connect takes a few ms here, so that the callback falls before, into and behind it. */
const OFFSET_MS = 12;

export async function races(seconds: number, most: number): Promise<Report> {
  const report = new Report("races");
  const server = await Server.start();
  await inLanes(LANES, async () => {
    await race(server.url, report);
    report.tried += 1;
    report.showProgress();
    return report.tried < most - LANES && report.seconds < seconds;
  });
  await server.end();
  return report;
}

async function race(url: string, report: Report): Promise<void> {
  const biz = newBiz();
  if ((await register(url, biz))?.status !== 200) return void (report.faults += 1);
  const page = new AbortController();
  let outcomes = 0;
  const paying = sleep(Math.random() * OFFSET_MS).then(() => pay(url, "hmac", biz));
  await sleep(Math.random() * OFFSET_MS);
  const order = clientOf(url, page.signal).order(biz);
  order.on("status", ({ status }) => status === "paid" && (outcomes += 1));
  try {
    await order.settled({ timeout: 30_000 });
  } catch {
    report.unanswered += 1;
  }
  const answer = await paying;
  if (answer?.status !== 200) report.faults += 1;
  if (outcomes > 1) report.doubled += 1;
  page.abort();
}
