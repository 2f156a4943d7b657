// What connections cost that do nothing: memory, the processor's time for their heartbeats, and how often they wake their group.
import { setTimeout as sleep } from "node:timers/promises";
import type { Crowd } from "../crowd.ts";
import { cpuMs, residentKib } from "../machine.ts";
import { inTurns, middle, ratioOf, type Bench, type Measure, type Reading, type Row } from "../measure.ts";
import { floorWords, plainWords, v1Words, type Server, type Words } from "../subjects.ts";
import { clientFrame } from "../wire.ts";
import { Group } from "./fanout.ts";

const HEARTBEAT = clientFrame('{"type":"heartbeat"}');
/** How often a client sends one. */
const HEARTBEAT_SECONDS = 25;
/** For memory. */
const MANY = 2000;
const MANY_QUICK = 500;
/** For heartbeats. */
const SOME = 1000;

export const idle: Measure = {
  name: "idle",
  async run(bench) {
    return [...(await memory(bench)), await heartbeats(bench), await wakeUps(bench)];
  },
};

async function memory({ subjects, pairs, isQuick }: Bench): Promise<readonly Row[]> {
  const many = isQuick ? MANY_QUICK : MANY;
  /** A process of its own each time: what one has once taken it does not give back. */
  const take = (start: () => Promise<Server>, words: Words) => async (): Promise<Reading> => {
    const server = await start();
    await (await Group.gather(server, words, 1)).publish();
    const before = residentKib(server.pid);
    const group = await Group.gather(server, words, many);
    // What compresses is made for the first frame that is sent; a page that nothing was ever sent to is none.
    await group.publish();
    const kib = (residentKib(server.pid) - before) / many;
    const compressed = group.crowd.pipes.filter((pipe) => pipe.compressed).length;
    await server.stop();
    return { kib, compressed };
  };
  const readings = await inTurns(
    isQuick ? 1 : pairs,
    new Map([
      ["with", take(() => subjects.floor(true), floorWords)],
      ["without", take(() => subjects.floor(false), floorWords)],
      ["belfry", take(() => subjects.belfry(), v1Words)],
    ]),
  );
  const against = (name: string, what: string, line: { goal: number; bound: number }): Row => ({
    what: `memory of an idle connection that offers compression; the floor ${what}`,
    unit: "KiB",
    floor: middle(readings, name, "kib"),
    belfry: middle(readings, "belfry", "kib"),
    ratios: [ratioOf(readings, "kib", "belfry", name, { ...line, better: "less" })],
    note: `compressed: ${middle(readings, "belfry", "compressed") > 0 ? "yes" : "no"}`,
  });
  return [
    against("with", "with compression", { goal: 0.3, bound: 0.35 }),
    against("without", "without", { goal: 1, bound: 1.15 }),
  ];
}

async function heartbeats({ subjects, pairs, isQuick }: Bench): Promise<Row> {
  const [floor, belfry] = await Promise.all([subjects.floor(), subjects.belfry()]);
  const rounds = isQuick ? 20 : 50;
  const beat = (server: Server, crowd: Crowd) => async (): Promise<Reading> => {
    const before = cpuMs(server.pid);
    for (let round = 0; round < rounds; round++) {
      const answered = crowd.each();
      crowd.write(HEARTBEAT);
      await answered;
    }
    return { us: ((cpuMs(server.pid) - before) * 1000) / (rounds * SOME) };
  };
  const crowds = {
    floor: (await Group.gather(floor, floorWords, SOME)).crowd,
    plain: (await Group.gather(belfry, plainWords, SOME)).crowd,
    v1: (await Group.gather(belfry, v1Words, SOME)).crowd,
  };
  const readings = await inTurns(
    pairs,
    new Map([
      ["floor", beat(floor, crowds.floor)],
      ["plain", beat(belfry, crowds.plain)],
      ["v1", beat(belfry, crowds.v1)],
    ]),
  );
  await Promise.all([floor.stop(), belfry.stop()]);
  const us = middle(readings, "v1", "us");
  const share = ((us * 10_000) / HEARTBEAT_SECONDS / 1e6) * 100;
  return {
    what: "processor time of a heartbeat",
    unit: "µs",
    floor: middle(readings, "floor", "us"),
    belfry: us,
    note: `plain ${middle(readings, "plain", "us").toFixed(1)} µs; 10,000 idle connections, one every ${HEARTBEAT_SECONDS} s: ${share.toFixed(1)} % of a core`,
  };
}

/** Whatever runs in the group's object while its pages send heartbeats: each leaves a line in the log of the counted Worker. */
async function wakeUps({ subjects, isLong, isQuick }: Bench): Promise<Row> {
  const server = await subjects.counted();
  const { crowd } = await Group.gather(server, v1Words, SOME);
  const [times, everySeconds] = isLong ? [72, HEARTBEAT_SECONDS] : isQuick ? [5, 1] : [40, 1];
  await sleep(11_000); // it sleeps after 10
  const count = () =>
    server
      .log()
      .split("\n")
      .filter((line) => line.startsWith("woke")).length;
  const before = count();
  for (let i = 0; i < times; i++) {
    const answered = crowd.each();
    crowd.write(HEARTBEAT);
    await Promise.all([answered, sleep(everySeconds * 1000)]);
  }
  const woken = count() - before;
  await server.stop();
  const lasted = isLong ? "30 minutes" : `${times} heartbeats of each within ${times * everySeconds} s`;
  return {
    what: `wake-ups of an order's group with ${SOME} connections that send heartbeats`,
    unit: "runs",
    belfry: woken,
    ratios: [],
    note: `${lasted}; before, ${before} lines told of a run`,
  };
}
