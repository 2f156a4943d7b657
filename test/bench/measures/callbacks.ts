// Measures a provider's callbacks to 1,000 groups with a page in each, which are verified, stored and
// pushed, beside subjects that only push. Also measures 1,000 connects.
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
import { floorApi, partyApi, v1Api, type Server, type Api } from "../subjects.ts";

const GROUPS = 1000;
/** Number in the quick bench. */
const FEW_GROUPS = 100;
/** Concurrent deliveries at the maximum rate. */
const AT_ONCE = 32;

/** The rate per second that has a line. */
const LINED = 200;

const setting = callbackSetting("hmac");

/** An event about an order. With a payment id, the order first claims the payment in the index. */
export function delivery(group: string, status: "paid" | "failed", paymentId?: string): Posted {
  const orderId = group.slice("order_".length);
  const now = Date.now();
  const options = { orderId, outcome: status, amount: "19.99", currency: "USD", now, setting } as const;
  const payment = paymentId === undefined ? {} : { payment_id: paymentId };
  const event = { order_id: orderId, event_id: randomUUID(), status, amount: 1999, currency: "USD", ...payment };
  const { headers, body } = signed("hmac", { ...options, event });
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
  const group = v1Api.newGroup();
  for (const paymentId of await paymentPerPart()) await poster.post(delivery(group, "failed", paymentId));
}

/** The first callback reports a failed attempt, the next one a payment. Both change the status. */
export const callbackApi: Api = {
  ...v1Api,
  send: (group, i) => delivery(group, i === 0 ? "failed" : "paid"),
};
export const claimingApi: Api = { ...v1Api, send: (group) => delivery(group, "paid", randomUUID()) };

export const callbacks: Measure = {
  name: "callbacks",
  async run(bench) {
    const { subjects, isQuick } = bench;
    const servers = [subjects.floor(), subjects.keeping(), subjects.party(), subjects.belfry()] as const;
    const [floor, keeping, party, belfry] = await Promise.all(servers);
    const contenders = {
      floor: [floor, floorApi],
      keeping: [keeping, floorApi],
      partyserver: [party, partyApi],
      belfry: [belfry, callbackApi],
    } as const;
    const rows = [await arrivals(bench, contenders)];
    rows.push(
      ...(await greatestRate(bench, { ...contenders, ...(!isQuick && { claiming: [belfry, claimingApi] as const }) })),
    );
    for (const rate of isQuick ? [200] : [50, 200, 500])
      rows.push(await atRate(rate, rate === LINED ? bench : unlined(bench), contenders));
    await Promise.all([floor.stop(), keeping.stop(), party.stop(), belfry.stop()]);
    return rows;
  },
};

type Contender = readonly [Server, Api];
type Runs = ReadonlyMap<string, () => Promise<Reading>>;

const eachOf = (
  contenders: Readonly<Record<string, Contender>>,
  run: (contender: Contender) => Promise<Reading>,
): Runs => new Map(Object.entries(contenders).map(([name, contender]) => [name, () => run(contender)]));

/** Measured before the callbacks, which keep the disk busy. */
async function arrivals({ pairs, isQuick }: Bench, contenders: Readonly<Record<string, Contender>>): Promise<Row> {
  const groups = isQuick ? FEW_GROUPS : GROUPS;
  const readings = await inTurns(
    pairs,
    eachOf(contenders, async (contender) => {
      const pages = await Pages.open(...contender, groups);
      await pages.close();
      return { rate: (groups * 1000) / pages.crowd.openingMs };
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

async function greatestRate(
  { pairs, isQuick }: Bench,
  contenders: Readonly<Record<string, Contender>>,
): Promise<Row[]> {
  const groups = isQuick ? FEW_GROUPS : GROUPS;
  const readings = await inTurns(
    pairs,
    eachOf(contenders, async (contender) => {
      const pages = await Pages.open(...contender, groups);
      if (contender[1] === claimingApi) await warmIndex(contender[0]);
      const { rate: first } = await pages.deliverAtOnce();
      const { rate: next } = contender[1] === claimingApi ? { rate: Number.NaN } : await pages.deliverAtOnce(); // a second claiming callback changes no status
      await pages.close();
      return { first, next };
    }),
  );
  const row = (
    metric: string,
    unit: string,
    ours: string,
    name: string,
    lines: Readonly<Record<string, Line>>,
  ): Row => ({
    what: name,
    unit,
    floor: middle(readings, "floor", metric),
    partyserver: middle(readings, "partyserver", metric),
    belfry: middle(readings, ours, metric),
    ratios: Object.entries(lines).map(([than, line]) => ratioOf(readings, metric, ours, than, line)),
    note: `the floor with one row kept: ${numberText(middle(readings, "keeping", metric))}`,
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
    ...(contenders["claiming"] === undefined
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

async function atRate(
  rate: number,
  { pairs, isQuick }: Bench,
  contenders: Readonly<Record<string, Contender>>,
): Promise<Row> {
  const groups = Math.min(isQuick ? FEW_GROUPS : GROUPS, rate * 5);
  const readings = await inTurns(
    pairs,
    eachOf(contenders, async (contender) => {
      const pages = await Pages.open(...contender, groups);
      const latencies = await pages.deliverAtRate(rate);
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

/** Pages, each in its own group. */
export class Pages {
  readonly #server: Server;
  readonly #api: Api;
  readonly #groups: readonly string[];
  readonly crowd: Crowd;
  /** Number of callbacks sent to each group. */
  #sent = 0;

  private constructor(server: Server, api: Api, groups: readonly string[], crowd: Crowd) {
    [this.#server, this.#api, this.#groups, this.crowd] = [server, api, groups, crowd];
  }

  static async open(server: Server, api: Api, size: number): Promise<Pages> {
    const groups = Array.from({ length: size }, api.newGroup);
    return new Pages(
      server,
      api,
      groups,
      await Crowd.open(
        groups.map((group) => server.endpoint(api, group)),
        api.welcomes,
      ),
    );
  }

  /** Sends one callback to each group at the maximum rate. Returns callbacks per second until the last page has its frame. */
  async deliverAtOnce(): Promise<{ rate: number }> {
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

  /** Sends one callback to each group at `rate` per second, without waiting for responses. Returns the latencies in ms. */
  async deliverAtRate(rate: number): Promise<readonly number[]> {
    const waiting = this.#deliveries();
    const posts: Promise<void>[] = [];
    const posted: number[] = [];
    const latencies: number[] = [];
    const order = new Map(this.#groups.map((group, i) => [this.#api.path(group), i]));
    for (const page of this.crowd.connections) {
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

  /** Signs the deliveries in advance, outside of the measured time. */
  #deliveries(): Posted[] {
    const sent = this.#sent++;
    return this.#groups.map((group) => this.#api.send(group, sent));
  }

  close(): Promise<void> {
    return this.crowd.close();
  }
}
