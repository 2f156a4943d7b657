// Measures wake-ups: the first callback to each of 1,000 groups, and the first push to a group of
// 1,000, after 20 s without events.
import { setTimeout as sleep } from "node:timers/promises";
import { column, middle, ratioOf, type Measure, type Reading, type Row } from "../measure.ts";
import { quantile } from "../pairs.ts";
import { floorApi, partyApi, v1Api } from "../subjects.ts";
import { callbackApi, Pages } from "./callbacks.ts";
import { Group } from "./fanout.ts";

const SIZE = 1000;
/** An object sleeps after 10 s without events. */
const IDLE_MS = 20_000;

export const asleep: Measure = {
  name: "asleep",
  async run({ subjects, pairs, isQuick }) {
    const [floor, party, belfry] = await Promise.all([subjects.floor(), subjects.party(), subjects.belfry()]);
    const contenders = [
      { name: "floor", server: floor, pages: floorApi, group: floorApi },
      { name: "partyserver", server: party, pages: partyApi, group: partyApi },
      { name: "belfry", server: belfry, pages: callbackApi, group: v1Api },
    ] as const;
    const all = new Map<string, Reading[]>(contenders.map(({ name }) => [name, []]));
    for (let pair = 0; pair < (isQuick ? 1 : pairs); pair++) {
      const open = [];
      for (const { name, server, pages, group } of contenders)
        open.push({
          name,
          pages: await Pages.open(server, pages, SIZE),
          group: await Group.open(server, group, SIZE),
        });
      await sleep(IDLE_MS);
      const turned = [...open.slice(pair % open.length), ...open.slice(0, pair % open.length)];
      for (const { name, pages, group } of turned) {
        const push = await first(group);
        all.get(name)?.push({ push, ...(await pages.deliverAtOnce()) });
      }
      await Promise.all(open.flatMap(({ pages, group }) => [pages.close(), group.close()]));
    }
    await Promise.all([floor.stop(), party.stop(), belfry.stop()]);
    return rowsOf(all);
  },
};

/** The time until the last receiver has the first push, in ms. */
async function first(group: Group): Promise<number> {
  const posted = performance.now();
  await group.publish();
  return group.crowd.lastAt - posted;
}

function rowsOf(readings: ReadonlyMap<string, readonly Reading[]>): readonly Row[] {
  const values = (metric: string) => ({
    floor: middle(readings, "floor", metric),
    partyserver: middle(readings, "partyserver", metric),
    belfry: middle(readings, "belfry", metric),
  });
  return [
    {
      what: `first callbacks after ${IDLE_MS / 1000} s of sleep, ${SIZE} groups`,
      unit: "callbacks/s",
      ...values("rate"),
      ratios: [ratioOf(readings, "rate", "belfry", "floor", { goal: 0.9, bound: 0.75, better: "more" })],
    },
    {
      what: `first push after ${IDLE_MS / 1000} s of sleep, v1, ${SIZE} connections, to the last`,
      unit: "ms",
      ...values("push"),
      note: `the slowest ${quantile(column(readings, "belfry", "push"), 1).toFixed(0)} ms`,
    },
  ];
}
