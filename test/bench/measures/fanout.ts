// Measures fan-out: one publication at a time to all members of a group. Reports deliveries per
// second and the times of the median and the last receiver.
import { Crowd } from "../crowd.ts";
import { openFilesMax } from "../machine.ts";
import {
  column,
  inTurns,
  middle,
  ratioOf,
  unlined,
  type Bench,
  type Measure,
  type Reading,
  type Readings,
  type Row,
} from "../measure.ts";
import { median } from "../pairs.ts";
import { floorApi, partyApi, plainApi, v1Api, type Server, type Api } from "../subjects.ts";

const overFloor = { goal: 0.95, bound: 0.85, better: "more" } as const;
const overParty = { goal: 1.05, bound: 0.95, better: "more" } as const;

/** The sizes that have a line. */
const LINED: ReadonlySet<number> = new Set([1000, 9500]);

export const fanout: Measure = {
  name: "fanout",
  async run(bench) {
    const rows: Row[] = [];
    for (const size of bench.isQuick ? [1000] : [100, 1000, 3000, 9500])
      rows.push(...(await withSize(size, LINED.has(size) ? bench : unlined(bench))));
    return rows;
  },
};

async function withSize(size: number, { subjects, pairs, isQuick }: Bench): Promise<readonly Row[]> {
  const [floor, party, belfry] = await Promise.all([subjects.floor(), subjects.party(), subjects.belfry()]);
  const contenders: Record<string, readonly [Server, Api]> = {
    floor: [floor, floorApi],
    plain: [belfry, plainApi],
    v1: [belfry, v1Api],
    partyserver: [party, partyApi],
  };
  const open = new Map<string, Group>();
  const readings = new Map<string, Readings>();
  for (const names of together(size)) {
    for (const [name, group] of open) if (!names.includes(name)) await group.close().then(() => open.delete(name));
    for (const name of names) {
      const contender = contenders[name];
      if (contender !== undefined && !open.has(name)) open.set(name, await Group.open(...contender, size));
    }
    const taken = await inTurns(
      pairs,
      new Map([...open].map(([name, group]) => [name, () => group.measure(isQuick ? FEW : MANY)])),
    );
    for (const ours of names) for (const than of names) readings.set(`${ours}/${than}`, taken);
  }
  await Promise.all([...open.values()].map((group) => group.close()));
  await Promise.all([floor.stop(), party.stop(), belfry.stop()]);
  return ["plain", "v1"].map((mode) => rowOf(mode, size, readings));
}

/** The contenders measured side by side: all, or pairs if the limit of open files is lower. */
function together(size: number): readonly (readonly string[])[] {
  if (4 * size + 200 <= openFilesMax()) return [["floor", "plain", "v1", "partyserver"]];
  const pairs = [
    ["floor", "plain"],
    ["floor", "v1"],
    ["v1", "partyserver"],
    ["partyserver", "plain"],
  ];
  if (2 * size + 200 > openFilesMax()) throw new Error(`raise ulimit -n to ${2 * size + 200}: it is ${openFilesMax()}`);
  return pairs;
}

/**
 * After an idle RTO, Linux acknowledges the next 16 segments at once (`tcp_incr_quickack`), which
 * costs a sixth of a delivery. These publications are not counted, so that the order of contenders
 * does not matter.
 */
const QUICK_ACKS = 16;

/** Maximum number of publications in one run. */
const MANY = 60;
/** Maximum in the quick bench. */
const FEW = 15;

/** A crowd in one group of a server. */
export class Group {
  readonly #server: Server;
  readonly #api: Api;
  readonly #name: string;
  readonly crowd: Crowd;

  private constructor(server: Server, api: Api, name: string, crowd: Crowd) {
    [this.#server, this.#api, this.#name, this.crowd] = [server, api, name, crowd];
  }

  static async open(server: Server, api: Api, size: number): Promise<Group> {
    const name = api.newGroup();
    const endpoints = Array.from({ length: size }, () => server.endpoint(api, name));
    return new Group(server, api, name, await Crowd.open(endpoints, api.welcomes));
  }

  post(i: number): Promise<void> {
    return this.#server.poster.post(this.#api.send(this.#name, i));
  }

  /** Sends one publication. Returns the times of arrival, in order. */
  async publish(i = 0): Promise<Float64Array> {
    const got = this.crowd.each();
    await this.post(i);
    return got;
  }

  /** Sends publications in sequence. The first `QUICK_ACKS` are not counted. */
  async measure(most = MANY): Promise<Reading> {
    const size = this.crowd.connections.length;
    const [mids, lasts]: [number[], number[]] = [[], []];
    const publications = Math.max(6, Math.min(most, Math.ceil(60_000 / size)));
    for (let i = -Math.min(QUICK_ACKS, publications); i < publications; i++) {
      const posted = performance.now();
      const times = await this.publish(i);
      if (i < 0) continue;
      mids.push((times[Math.floor(size / 2)] ?? Number.NaN) - posted);
      lasts.push((times.at(-1) ?? Number.NaN) - posted);
    }
    return { rate: (size * 1000) / median(lasts), mid: median(mids), last: median(lasts) };
  }

  close(): Promise<void> {
    return this.crowd.close();
  }
}

function rowOf(mode: string, size: number, all: ReadonlyMap<string, Readings>): Row {
  const none: Readings = new Map();
  const [withFloor, withParty] = [all.get(`${mode}/floor`) ?? none, all.get(`${mode}/partyserver`) ?? none];
  const times = ["mid", "last"].map((metric) => median(column(withFloor, mode, metric)).toFixed(1));
  return {
    what: `fan-out, one at a time, ${mode}, ${size} connections`,
    unit: "deliveries/s",
    floor: middle(withFloor, "floor", "rate"),
    partyserver: middle(withParty, "partyserver", "rate"),
    belfry: middle(withFloor, mode, "rate"),
    ...(LINED.has(size) && {
      ratios: [
        ratioOf(withFloor, "rate", mode, "floor", overFloor),
        ratioOf(withParty, "rate", mode, "partyserver", overParty),
      ],
    }),
    note: `median receiver after ${times[0]} ms, last after ${times[1]} ms; the floor's last after ${middle(withFloor, "floor", "last").toFixed(1)} ms`,
  };
}
