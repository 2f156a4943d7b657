// Measures idle connections: memory, processor time of their heartbeats, and wake-ups of their group.
import { setTimeout as sleep } from "node:timers/promises";
import type { Crowd } from "../crowd.ts";
import { cpuMs, residentKib } from "../machine.ts";
import { inTurns, middle, ratioOf, type Bench, type Measure, type Reading, type Row } from "../measure.ts";
import { floorApi, plainApi, v1Api, type Server, type Api } from "../subjects.ts";
import { clientFrame } from "../wire.ts";
import { Group } from "./fanout.ts";

const HEARTBEAT = clientFrame('{"type":"heartbeat"}');
/** Interval of a client's heartbeats. */
const HEARTBEAT_SECONDS = 25;
/** Number of connections for the measure of memory. */
const MANY = 2000;
const MANY_QUICK = 500;
/** Number of connections for the measures of heartbeats. */
const SOME = 1000;

export const idle: Measure = {
  name: "idle",
  async run(bench) {
    return [...(await memory(bench)), await heartbeats(bench), await wakeUps(bench)];
  },
};

async function memory({ subjects, pairs, isQuick }: Bench): Promise<readonly Row[]> {
  const many = isQuick ? MANY_QUICK : MANY;
  /** Starts a new process each time, as a process keeps the memory it has allocated. */
  const memoryOf = (start: () => Promise<Server>, api: Api) => async (): Promise<Reading> => {
    const server = await start();
    await (await Group.open(server, api, 1)).publish();
    const before = residentKib(server.pid);
    const group = await Group.open(server, api, many);
    // The compression context is created with the first frame sent.
    await group.publish();
    const kib = (residentKib(server.pid) - before) / many;
    const compressed = group.crowd.connections.filter((connection) => connection.compressed).length;
    await server.stop();
    return { kib, compressed };
  };
  const readings = await inTurns(
    isQuick ? 1 : pairs,
    new Map([
      ["with", memoryOf(() => subjects.floor(true), floorApi)],
      ["without", memoryOf(() => subjects.floor(false), floorApi)],
      ["belfry", memoryOf(() => subjects.belfry(), v1Api)],
    ]),
  );
  const against = (name: string, variant: string, line: { goal: number; bound: number }): Row => ({
    what: `memory of an idle connection that offers compression; the floor ${variant}`,
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
  const sendHeartbeats = (server: Server, crowd: Crowd) => async (): Promise<Reading> => {
    const before = cpuMs(server.pid);
    for (let round = 0; round < rounds; round++) {
      const answered = crowd.each();
      crowd.write(HEARTBEAT);
      await answered;
    }
    return { us: ((cpuMs(server.pid) - before) * 1000) / (rounds * SOME) };
  };
  const crowds = {
    floor: (await Group.open(floor, floorApi, SOME)).crowd,
    plain: (await Group.open(belfry, plainApi, SOME)).crowd,
    v1: (await Group.open(belfry, v1Api, SOME)).crowd,
  };
  const readings = await inTurns(
    pairs,
    new Map([
      ["floor", sendHeartbeats(floor, crowds.floor)],
      ["plain", sendHeartbeats(belfry, crowds.plain)],
      ["v1", sendHeartbeats(belfry, crowds.v1)],
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

/** Counts the wake-ups of a group's object while its pages send heartbeats, by the log of the counted Worker. */
async function wakeUps({ subjects, isLong, isQuick }: Bench): Promise<Row> {
  const server = await subjects.counted();
  const { crowd } = await Group.open(server, v1Api, SOME);
  const [times, everySeconds] = isLong ? [72, HEARTBEAT_SECONDS] : isQuick ? [5, 1] : [40, 1];
  await sleep(11_000); // an object sleeps after 10 s, without an event to wait for
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
    note: `${lasted}; ${before} wake-ups before`,
  };
}
