// Fan-out: one publication at a time to everybody in a group. How many deliveries that is per second, and when the median and the last get it.
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
import { floorWords, partyWords, plainWords, v1Words, type Server, type Words } from "../subjects.ts";

const overFloor = { goal: 0.95, bound: 0.85, better: "more" } as const;
const overParty = { goal: 1.05, bound: 0.95, better: "more" } as const;

/** The sizes that have a line to hold. */
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
  const whos: Record<string, readonly [Server, Words]> = {
    floor: [floor, floorWords],
    plain: [belfry, plainWords],
    v1: [belfry, v1Words],
    partyserver: [party, partyWords],
  };
  const open = new Map<string, Group>();
  const readings = new Map<string, Readings>();
  for (const names of together(size)) {
    for (const [name, group] of open) if (!names.includes(name)) await group.close().then(() => open.delete(name));
    for (const name of names) {
      const who = whos[name];
      if (who !== undefined && !open.has(name)) open.set(name, await Group.gather(...who, size));
    }
    const taken = await inTurns(
      pairs,
      new Map([...open].map(([name, group]) => [name, () => group.take(isQuick ? FEW : MANY)])),
    );
    for (const ours of names) for (const than of names) readings.set(`${ours}/${than}`, taken);
  }
  await Promise.all([...open.values()].map((group) => group.close()));
  await Promise.all([floor.stop(), party.stop(), belfry.stop()]);
  return ["plain", "v1"].map((mode) => rowOf(mode, size, readings));
}

/** Who is measured side by side: all of them, as far as this process may have so many sockets. */
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
 * A receiver that has heard nothing for its RTO acknowledges the next 16 segments at once (Linux, `tcp_incr_quickack`), which costs a sixth
 * of a delivery: whoever is measured behind somebody else would pay for the silence.
 */
const QUICK_ACKS = 16;

/** Publications in one take, at the most. */
const MANY = 60;
/** In the quick bench. */
const FEW = 15;

/** A crowd in one group of one server. */
export class Group {
  readonly #server: Server;
  readonly #words: Words;
  readonly #name: string;
  readonly crowd: Crowd;

  private constructor(server: Server, words: Words, name: string, crowd: Crowd) {
    [this.#server, this.#words, this.#name, this.crowd] = [server, words, name, crowd];
  }

  static async gather(server: Server, words: Words, size: number): Promise<Group> {
    const name = words.newGroup();
    const ways = Array.from({ length: size }, () => server.way(words, name));
    return new Group(server, words, name, await Crowd.open(ways, words.welcomes));
  }

  post(i: number): Promise<void> {
    return this.#server.poster.post(this.#words.send(this.#name, i));
  }

  /** Publishes one; when each has got it, in the order they did. */
  async publish(i = 0): Promise<Float64Array> {
    const got = this.crowd.each();
    await this.post(i);
    return got;
  }

  /** Publishes some, one after the other. The first are not counted: they may have to wake somebody, and are acknowledged one by one. */
  async take(most = MANY): Promise<Reading> {
    const size = this.crowd.pipes.length;
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
  const times = ["mid", "last"].map((what) => median(column(withFloor, mode, what)).toFixed(1));
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
