// Soak: many groups with a page each, for a long time. Ticks are on time, memory stays where it was.
import { setTimeout as sleep } from "node:timers/promises";
import { clientOf, newBiz, pay, register, until } from "./requests.ts";
import { Server } from "./server.ts";
import { Report } from "./report.ts";

/** In full: a tick costs the disk two commits, and a disk like this one makes 400 a second. */
const PERIOD_SECONDS = 30;
/** Arriving together is the storm's matter. */
const ARRIVING = 50;
/** Of the memory when the load has settled. A leak of a frame per tick would exceed it within minutes. */
const GROWTH_MAX = 1.25;

export async function soak(seconds: number, groups: number): Promise<Report> {
  const report = new Report("soak");
  const periodSeconds = seconds >= 300 ? PERIOD_SECONDS : 1;
  const server = await Server.start({ PUSH_EVERY_SECONDS: String(periodSeconds) });
  const pages = new AbortController();
  const client = clientOf(server.url, pages.signal);
  const ticks = new Map<string, number>();
  let isOver = false;
  for (let i = 0; i < groups; i++) {
    const path = `/ws/alarm/${newBiz()}/`;
    ticks.set(path, 0);
    client.group(path).on("publication", () => !isOver && ticks.set(path, (ticks.get(path) ?? 0) + 1));
    if (i % ARRIVING === ARRIVING - 1) await until(() => [...ticks.values()].every((count) => count > 0), 120);
  }
  report.unanswered += [...ticks.values()].filter((count) => count === 0).length;
  const settledMib = await steadyMemory(server);
  for (const path of ticks.keys()) ticks.set(path, 0);
  const startedAt = Date.now();
  let orders = 0;
  while ((Date.now() - startedAt) / 1000 < seconds) {
    const biz = newBiz();
    const page = new AbortController();
    const order = clientOf(server.url, page.signal).order(biz);
    await register(server.url, biz);
    const answer = await pay(server.url, "hmac", biz);
    if (answer?.status !== 200) report.faults += 1;
    await order.settled({ timeout: 30_000 }).catch(() => (report.unanswered += 1));
    page.abort();
    orders += 1;
    report.tried = orders + [...ticks.values()].reduce((sum, count) => sum + count, 0);
    report.showProgress();
    await sleep(50);
  }
  isOver = true;
  const expected = Math.floor((Date.now() - startedAt) / 1000 / periodSeconds);
  // One period is open at either end.
  for (const count of ticks.values()) {
    report.lost += Math.max(0, expected - 1 - count);
    report.doubled += Math.max(0, count - expected - 1);
  }
  const endMib = await steadyMemory(server);
  report.faults += server.faults().length;
  if (seconds >= 300 && endMib > settledMib * GROWTH_MAX) report.lost += 1;
  report.notes.push(`${groups} groups, ${orders} orders; memory ${settledMib.toFixed(0)} → ${endMib.toFixed(0)} MiB`);
  pages.abort();
  await server.end();
  return report;
}

/** The least of five readings within five seconds: the collector runs when it likes. */
async function steadyMemory(server: Server): Promise<number> {
  const readings: number[] = [];
  for (let i = 0; i < 5; i++) {
    await sleep(1000);
    readings.push(server.memoryMib());
  }
  return Math.min(...readings);
}
