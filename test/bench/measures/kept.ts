// Measures stored publications to 1,000 members in belfry.v1: one at a time with idempotency keys, and 16 at once.
import { setTimeout as sleep } from "node:timers/promises";
import { inTurns, middle, ratioOf, type Bench, type Measure, type Reading, type Row } from "../measure.ts";
import { quantile } from "../pairs.ts";
import { floorApi, idempotentApi, storedApi } from "../subjects.ts";
import { Group } from "./fanout.ts";

const SIZE = 1000;
const PUBLISHERS = 16;

export const kept: Measure = {
  name: "kept",
  async run(bench) {
    const [floor, belfry] = await Promise.all([bench.subjects.floor(), bench.subjects.belfry()]);
    const below = await Group.open(floor, floorApi, SIZE);
    const once = await Group.open(belfry, idempotentApi, SIZE);
    const rows = [await oneAtATime(bench, below, once)];
    await once.close();
    const feed = await Group.open(belfry, storedApi, SIZE);
    rows.push(await manyAtOnce(bench, below, feed));
    await Promise.all([floor.stop(), belfry.stop()]);
    return rows;
  },
};

async function oneAtATime({ pairs }: Bench, below: Group, once: Group): Promise<Row> {
  const readings = await inTurns(
    pairs,
    new Map([
      ["floor", () => below.measure()],
      ["belfry", () => once.measure()],
    ]),
  );
  return {
    what: `kept, with an idempotency key, v1, ${SIZE} connections`,
    unit: "deliveries/s",
    floor: middle(readings, "floor", "rate"),
    belfry: middle(readings, "belfry", "rate"),
    ratios: [ratioOf(readings, "rate", "belfry", "floor", { goal: 0.9, bound: 0.8, better: "more" })],
    note: "the floor keeps nothing",
  };
}

async function manyAtOnce({ pairs, isQuick }: Bench, below: Group, feed: Group): Promise<Row> {
  const seconds = isQuick ? 1.5 : 3;
  const readings = await inTurns(
    pairs,
    new Map([
      ["floor", () => saturate(below, seconds)],
      ["belfry", () => saturate(feed, seconds)],
    ]),
  );
  const p99 = (subject: string) => middle(readings, subject, "p99").toFixed(0);
  return {
    what: `${PUBLISHERS} publishers at once, kept, v1, ${SIZE} connections`,
    unit: "deliveries/s",
    floor: middle(readings, "floor", "rate"),
    belfry: middle(readings, "belfry", "rate"),
    ratios: [ratioOf(readings, "rate", "belfry", "floor", { goal: 6, bound: 4, better: "more" })],
    note: `p99 at the last receiver ${p99("belfry")} ms, the floor's ${p99("floor")} ms; the floor keeps nothing`,
  };
}

/** Publishes at the maximum rate for `seconds`. One connection reads the number of publications in each frame. */
async function saturate(group: Group, seconds: number): Promise<Reading> {
  const { crowd } = group;
  const [witness] = crowd.connections; // joined first and served last
  if (witness === undefined) throw new Error("the crowd is empty");
  const received: number[] = [];
  let frames = 0;
  await witness.read((text, at) => {
    frames++;
    for (let i = publicationsIn(text); i > 0; i--) received.push(at);
  });
  const before = crowd.counts();
  const posted: number[] = [];
  const began = performance.now();
  const publish = async () => {
    while (performance.now() - began < seconds * 1000) {
      posted.push(performance.now());
      await group.post(posted.length);
    }
  };
  await Promise.all(Array.from({ length: PUBLISHERS }, publish));
  while (received.length < posted.length) await sleep(5); // reading is asynchronous
  await crowd.since(before, frames);
  const deliveries = posted.length * crowd.connections.length;
  const latencies = posted.map((at, i) => (received[i] ?? Number.NaN) - at);
  return { rate: (deliveries * 1000) / (crowd.lastAt - began), p99: quantile(latencies, 0.99) };
}

function publicationsIn(text: string): number {
  const { type, items } = JSON.parse(text) as { readonly type?: string; readonly items?: readonly unknown[] }; // a frame
  return type === "publications" && items !== undefined ? items.length : 1;
}
