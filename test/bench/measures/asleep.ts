// What it costs to wake: the first callback to each of 1,000 groups, and the first push to a group of 1,000, after 20 s in which nothing came.
import { setTimeout as sleep } from "node:timers/promises";
import { column, middle, ratioOf, type Measure, type Reading, type Row } from "../measure.ts";
import { quantile } from "../pairs.ts";
import { floorWords, partyWords, v1Words } from "../subjects.ts";
import { callbackWords, Pages } from "./callbacks.ts";
import { Group } from "./fanout.ts";

const SIZE = 1000;
/** An object sleeps when nothing has come for 10 s. */
const NAP_MS = 20_000;

export const asleep: Measure = {
  name: "asleep",
  async run({ subjects, pairs, isQuick }) {
    const [floor, party, belfry] = await Promise.all([subjects.floor(), subjects.party(), subjects.belfry()]);
    const whos = [
      { name: "floor", server: floor, pages: floorWords, group: floorWords },
      { name: "partyserver", server: party, pages: partyWords, group: partyWords },
      { name: "belfry", server: belfry, pages: callbackWords, group: v1Words },
    ] as const;
    const all = new Map<string, Reading[]>(whos.map(({ name }) => [name, []]));
    for (let pair = 0; pair < (isQuick ? 1 : pairs); pair++) {
      const open = [];
      for (const { name, server, pages, group } of whos)
        open.push({
          name,
          pages: await Pages.gather(server, pages, SIZE),
          group: await Group.gather(server, group, SIZE),
        });
      await sleep(NAP_MS);
      const turned = [...open.slice(pair % open.length), ...open.slice(0, pair % open.length)];
      for (const { name, pages, group } of turned) {
        const push = await first(group);
        all.get(name)?.push({ push, ...(await pages.callAtOnce()) });
      }
      await Promise.all(open.flatMap(({ pages, group }) => [pages.close(), group.close()]));
    }
    await Promise.all([floor.stop(), party.stop(), belfry.stop()]);
    return rowsOf(all);
  },
};

/** How long the first push takes to the last of its receivers, in ms. */
async function first(group: Group): Promise<number> {
  const posted = performance.now();
  await group.publish();
  return group.crowd.lastAt - posted;
}

function rowsOf(readings: ReadonlyMap<string, readonly Reading[]>): readonly Row[] {
  const values = (what: string) => ({
    floor: middle(readings, "floor", what),
    partyserver: middle(readings, "partyserver", what),
    belfry: middle(readings, "belfry", what),
  });
  return [
    {
      what: `first callbacks after ${NAP_MS / 1000} s of sleep, ${SIZE} groups`,
      unit: "callbacks/s",
      ...values("rate"),
      ratios: [ratioOf(readings, "rate", "belfry", "floor", { goal: 0.9, bound: 0.75, better: "more" })],
    },
    {
      what: `first push after ${NAP_MS / 1000} s of sleep, v1, ${SIZE} connections, to the last`,
      unit: "ms",
      ...values("push"),
      note: `the slowest ${quantile(column(readings, "belfry", "push"), 1).toFixed(0)} ms`,
    },
  ];
}
