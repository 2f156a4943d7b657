// Publications that are kept before they are sent, to 1,000 in belfry.v1: one at a time with idempotency keys, and 16 at once.
import { setTimeout as sleep } from "node:timers/promises";
import { inTurns, middle, ratioOf, type Bench, type Measure, type Reading, type Row } from "../measure.ts";
import { quantile } from "../pairs.ts";
import { floorWords, idempotentWords, storedWords } from "../subjects.ts";
import { Group } from "./fanout.ts";

const SIZE = 1000;
const PUBLISHERS = 16;

export const kept: Measure = {
  name: "kept",
  async run(bench) {
    const [floor, belfry] = await Promise.all([bench.subjects.floor(), bench.subjects.belfry()]);
    const below = await Group.gather(floor, floorWords, SIZE);
    const once = await Group.gather(belfry, idempotentWords, SIZE);
    const rows = [await oneAtATime(bench, below, once)];
    await once.close();
    const feed = await Group.gather(belfry, storedWords, SIZE);
    rows.push(await manyAtOnce(bench, below, feed));
    await Promise.all([floor.stop(), belfry.stop()]);
    return rows;
  },
};

async function oneAtATime({ pairs }: Bench, below: Group, once: Group): Promise<Row> {
  const readings = await inTurns(
    pairs,
    new Map([
      ["floor", () => below.take()],
      ["belfry", () => once.take()],
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
  const p99 = (who: string) => middle(readings, who, "p99").toFixed(0);
  return {
    what: `${PUBLISHERS} publishers at once, kept, v1, ${SIZE} connections`,
    unit: "deliveries/s",
    floor: middle(readings, "floor", "rate"),
    belfry: middle(readings, "belfry", "rate"),
    ratios: [ratioOf(readings, "rate", "belfry", "floor", { goal: 6, bound: 4, better: "more" })],
    note: `p99 at the last receiver ${p99("belfry")} ms, the floor's ${p99("floor")} ms; the floor keeps nothing`,
  };
}

/** As many as there can be, for some seconds. One connection is read, and tells how many publications are in each frame that all got. */
async function saturate(group: Group, seconds: number): Promise<Reading> {
  const { crowd } = group;
  const [witness] = crowd.pipes; // the first to come, so the last to be served
  if (witness === undefined) throw new Error("nobody is there");
  const received: number[] = [];
  let frames = 0;
  await witness.read((text, at) => {
    frames++;
    for (let i = publicationsIn(text); i > 0; i--) received.push(at);
  });
  const before = crowd.had();
  const posted: number[] = [];
  const began = performance.now();
  const publish = async () => {
    while (performance.now() - began < seconds * 1000) {
      posted.push(performance.now());
      await group.post(posted.length);
    }
  };
  await Promise.all(Array.from({ length: PUBLISHERS }, publish));
  while (received.length < posted.length) await sleep(5); // reading is behind receiving
  await crowd.since(before, frames);
  const deliveries = posted.length * crowd.pipes.length;
  const latencies = posted.map((at, i) => (received[i] ?? Number.NaN) - at);
  return { rate: (deliveries * 1000) / (crowd.lastAt - began), p99: quantile(latencies, 0.99) };
}

function publicationsIn(text: string): number {
  const { type, items } = JSON.parse(text) as { readonly type?: string; readonly items?: readonly unknown[] }; // a frame
  return type === "publications" && items !== undefined ? items.length : 1;
}
