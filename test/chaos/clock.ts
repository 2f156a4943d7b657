// Clock: it jumps by up to an hour, forward and back, while a group has ticks and clients have budgets. A
// process cannot move the clock of this machine, so the rules of core/ are run with one of their own.
import { Budgets } from "../../src/core/budget.ts";
import { dueJobs, followClock, nextWake, type Due } from "../../src/core/due.ts";
import { Random } from "./random.ts";
import { Report } from "./report.ts";

const HOUR_MS = 3_600_000;
const PERIOD_MS = 60_000;
const FORWARD_WAIT_MS = 300_000;
const BUDGET = { burst: 10, perSecond: 1 };

export async function clock(seconds: number, most: number, seed: number): Promise<Report> {
  const report = new Report("clock");
  const random = new Random(seed);
  for (let run = 0; run < most && report.seconds < seconds; run++) {
    simulate(random, report);
    report.tried += 1;
    report.showProgress();
  }
  report.notes.push(`seed ${seed}; 200 wakes each`);
  return report;
}

function simulate(random: Random, report: Report): void {
  let now = Date.UTC(2026, 10, 27) + random.below(HOUR_MS);
  let due: Due = { push: now + 1, forward: now + FORWARD_WAIT_MS, setAt: now };
  const budgets = new Budgets(1);
  let idleSeconds = 0;
  for (let wake = 0; wake < 200; wake++) {
    const passed = random.below(PERIOD_MS);
    now += passed;
    idleSeconds += passed / 1000;
    if (random.below(10) === 0) now += random.below(2 * HOUR_MS) - HOUR_MS;
    due = { ...followClock(due, now), setAt: now };
    const next = nextWake(due, PERIOD_MS, now) ?? Infinity;
    if (next - now > PERIOD_MS) report.lost += 1; // a tick that would not come within its period
    if ((due.forward ?? 0) - now > FORWARD_WAIT_MS) report.lost += 1;
    if (dueJobs(due, now).includes("forward")) due = { ...due, forward: now + FORWARD_WAIT_MS };
    // A client that has waited for its bucket to be full is served, whatever the clock did.
    if (idleSeconds < BUDGET.burst / BUDGET.perSecond) continue;
    if (!budgets.take("a", BUDGET, now) && !budgets.take("a", BUDGET, now + 1000)) report.unanswered += 1;
    for (let i = 0; i < BUDGET.burst; i++) budgets.take("a", BUDGET, now);
    idleSeconds = 0;
  }
}
