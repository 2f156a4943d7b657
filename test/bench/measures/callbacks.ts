// A provider's callbacks into 1,000 groups with a page in each: verified, kept, pushed. Beside them what only pushes. And 1,000 pages that come.
import { randomUUID } from "node:crypto";
import { setTimeout as sleep } from "node:timers/promises";
import { indexPlace } from "../../../src/callbacks/order-id.ts";
import { callbackSetting } from "../../../scripts/development.ts";
import { signed } from "../../../scripts/sign.ts";
import { Crowd } from "../crowd.ts";
import { inTurns, middle, ratioOf, unlined, type Bench, type Measure, type Reading, type Row } from "../measure.ts";
import { median, quantile, type Line } from "../pairs.ts";
import { numberText } from "../table.ts";
import type { Posted } from "../post.ts";
import { floorWords, partyWords, v1Words, type Server, type Words } from "../subjects.ts";

const GROUPS = 1000;
/** In the quick bench. */
const FEW_GROUPS = 100;
/** Deliveries on their way at once, at the greatest rate. */
const AT_ONCE = 32;

/** The rate, per second, that has a line to hold. */
const LINED = 200;

const setting = callbackSetting("hmac");

/** An event about an order. With a payment's id, the order claims the payment in the index first. */
export function delivery(group: string, status: "paid" | "failed", paymentId?: string): Posted {
  const orderId = group.slice("order_".length);
  const now = Date.now();
  const told = { orderId, outcome: status, amount: "19.99", currency: "USD", now, setting } as const;
  const payment = paymentId === undefined ? {} : { payment_id: paymentId };
  const event = { order_id: orderId, event_id: randomUUID(), status, amount: 1999, currency: "USD", ...payment };
  const { headers, body } = signed("hmac", { ...told, event });
  return { path: "/callbacks/hmac", headers, body };
}

/** One payment id for each of the 256 parts of the index. */
async function paymentPerPart(): Promise<readonly string[]> {
  const ids = new Map<string, string>();
  while (ids.size < 256) {
    const paymentId = randomUUID();
    ids.set((await indexPlace({ instance: "hmac", paymentId })).group, paymentId);
  }
  return [...ids.values()];
}

/** Writes one row to each part of the index, so that its objects are awake and have their tables. */
async function warmIndex({ poster }: Server): Promise<void> {
  const group = v1Words.newGroup();
  for (const paymentId of await paymentPerPart()) await poster.post(delivery(group, "failed", paymentId));
}

/** The first says that an attempt failed, the next that the money came: pages hear both. */
export const callbackWords: Words = {
  ...v1Words,
  send: (group, i) => delivery(group, i === 0 ? "failed" : "paid"),
};
export const claimingWords: Words = { ...v1Words, send: (group) => delivery(group, "paid", randomUUID()) };

export const callbacks: Measure = {
  name: "callbacks",
  async run(bench) {
    const { subjects, isQuick } = bench;
    const servers = [subjects.floor(), subjects.keeping(), subjects.party(), subjects.belfry()] as const;
    const [floor, keeping, party, belfry] = await Promise.all(servers);
    const whos = {
      floor: [floor, floorWords],
      keeping: [keeping, floorWords],
      partyserver: [party, partyWords],
      belfry: [belfry, callbackWords],
    } as const;
    const rows = [await arrivals(bench, whos)];
    rows.push(
      ...(await greatestRate(bench, { ...whos, ...(!isQuick && { claiming: [belfry, claimingWords] as const }) })),
    );
    for (const rate of isQuick ? [200] : [50, 200, 500])
      rows.push(await atRate(rate, rate === LINED ? bench : unlined(bench), whos));
    await Promise.all([floor.stop(), keeping.stop(), party.stop(), belfry.stop()]);
    return rows;
  },
};

type Who = readonly [Server, Words];
type Takes = ReadonlyMap<string, () => Promise<Reading>>;

const eachOf = (whos: Readonly<Record<string, Who>>, take: (who: Who) => Promise<Reading>): Takes =>
  new Map(Object.entries(whos).map(([name, who]) => [name, () => take(who)]));

/** By themselves: behind callbacks, the disk is still busy with them. */
async function arrivals({ pairs, isQuick }: Bench, whos: Readonly<Record<string, Who>>): Promise<Row> {
  const groups = isQuick ? FEW_GROUPS : GROUPS;
  const readings = await inTurns(
    pairs,
    eachOf(whos, async (who) => {
      const pages = await Pages.gather(...who, groups);
      await pages.close();
      return { rate: (groups * 1000) / pages.crowd.took };
    }),
  );
  return {
    what: `pages that come, into ${groups} new order groups, v1`,
    unit: "connects/s",
    floor: middle(readings, "floor", "rate"),
    partyserver: middle(readings, "partyserver", "rate"),
    belfry: middle(readings, "belfry", "rate"),
    ratios: [ratioOf(readings, "rate", "belfry", "floor", { goal: 0.9, bound: 0.75, better: "more" })],
  };
}

async function greatestRate({ pairs, isQuick }: Bench, whos: Readonly<Record<string, Who>>): Promise<Row[]> {
  const groups = isQuick ? FEW_GROUPS : GROUPS;
  const readings = await inTurns(
    pairs,
    eachOf(whos, async (who) => {
      const pages = await Pages.gather(...who, groups);
      if (who[1] === claimingWords) await warmIndex(who[0]);
      const { rate: first } = await pages.callAtOnce();
      const { rate: next } = who[1] === claimingWords ? { rate: Number.NaN } : await pages.callAtOnce(); // nothing new is pushed of it
      await pages.close();
      return { first, next };
    }),
  );
  const row = (what: string, unit: string, ours: string, name: string, lines: Readonly<Record<string, Line>>): Row => ({
    what: name,
    unit,
    floor: middle(readings, "floor", what),
    partyserver: middle(readings, "partyserver", what),
    belfry: middle(readings, ours, what),
    ratios: Object.entries(lines).map(([than, line]) => ratioOf(readings, what, ours, than, line)),
    note: `the floor with one row kept: ${numberText(middle(readings, "keeping", what))}`,
  });
  const line = (goal: number, bound: number) => ({ keeping: { goal, bound, better: "more" } }) as const;
  return [
    row(
      "first",
      "callbacks/s",
      "belfry",
      `the first callback to each of ${groups} groups: verified, kept, pushed`,
      line(0.85, 0.75),
    ),
    row("next", "callbacks/s", "belfry", "the next one to each of them", line(0.9, 0.8)),
    ...(whos["claiming"] === undefined
      ? []
      : [
          row(
            "first",
            "callbacks/s",
            "claiming",
            "the first with a payment id, claimed in an index of 256 objects",
            line(0.6, 0.5),
          ),
        ]),
  ];
}

async function atRate(rate: number, { pairs, isQuick }: Bench, whos: Readonly<Record<string, Who>>): Promise<Row> {
  const groups = Math.min(isQuick ? FEW_GROUPS : GROUPS, rate * 5);
  const readings = await inTurns(
    pairs,
    eachOf(whos, async (who) => {
      const pages = await Pages.gather(...who, groups);
      const latencies = await pages.callAt(rate);
      await pages.close();
      return { p50: median(latencies), p99: quantile(latencies, 0.99) };
    }),
  );
  const line = { goal: 1.25, bound: 1.4, better: "less" } as const;
  return {
    what: `callback to page, ${rate} callbacks/s, p50`,
    unit: "ms",
    floor: middle(readings, "floor", "p50"),
    partyserver: middle(readings, "partyserver", "p50"),
    belfry: middle(readings, "belfry", "p50"),
    ...(rate === LINED && { ratios: [ratioOf(readings, "p50", "belfry", "keeping", line)] }),
    note: `p99 ${middle(readings, "belfry", "p99").toFixed(1)} ms, the floor's ${middle(readings, "floor", "p99").toFixed(1)} ms; p50 of the floor with one row kept ${middle(readings, "keeping", "p50").toFixed(2)} ms`,
  };
}

/** Pages, each in a group of its own. */
export class Pages {
  readonly #server: Server;
  readonly #words: Words;
  readonly #groups: readonly string[];
  readonly crowd: Crowd;
  /** How many callbacks each group has had. */
  #had = 0;

  private constructor(server: Server, words: Words, groups: readonly string[], crowd: Crowd) {
    [this.#server, this.#words, this.#groups, this.crowd] = [server, words, groups, crowd];
  }

  static async gather(server: Server, words: Words, size: number): Promise<Pages> {
    const groups = Array.from({ length: size }, words.newGroup);
    return new Pages(
      server,
      words,
      groups,
      await Crowd.open(
        groups.map((group) => server.way(words, group)),
        words.welcomes,
      ),
    );
  }

  /** One callback each, as fast as they are taken; per second, until the last page has its frame. */
  async callAtOnce(): Promise<{ rate: number }> {
    const waiting = this.#deliveries();
    const got = this.crowd.each();
    const began = performance.now();
    const call = async () => {
      for (let posted = waiting.pop(); posted !== undefined; posted = waiting.pop())
        await this.#server.poster.post(posted);
    };
    await Promise.all(Array.from({ length: AT_ONCE }, call));
    await got;
    return { rate: (this.#groups.length * 1000) / (this.crowd.lastAt - began) };
  }

  /** One callback each, so many per second whether they are answered or not; how long each took to its page, in ms. */
  async callAt(rate: number): Promise<readonly number[]> {
    const waiting = this.#deliveries();
    const posts: Promise<void>[] = [];
    const posted: number[] = [];
    const latencies: number[] = [];
    const order = new Map(this.#groups.map((group, i) => [this.#words.path(group), i]));
    for (const page of this.crowd.pipes) {
      const [i, counted] = [order.get(page.path) ?? Number.NaN, page.onFrame];
      page.onFrame = () => {
        latencies.push(performance.now() - (posted[i] ?? Number.NaN));
        counted();
      };
    }
    const got = this.crowd.each();
    const began = performance.now();
    for (const [i, delivery] of waiting.entries()) {
      const due = began + (i * 1000) / rate;
      if (performance.now() < due) await sleep(due - performance.now());
      posted[i] = performance.now();
      posts.push(this.#server.poster.post(delivery));
    }
    await Promise.all(posts);
    await got;
    return latencies;
  }

  /** Signed before anybody looks at the clock. */
  #deliveries(): Posted[] {
    const had = this.#had++;
    return this.#groups.map((group) => this.#words.send(group, had));
  }

  close(): Promise<void> {
    return this.crowd.close();
  }
}
