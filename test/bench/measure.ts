// What a measure is, and how pairs of it are taken: in turns, so that what the machine does meanwhile meets everybody. Measures nothing.
import { compare, median, type Compared, type Line } from "./pairs.ts";
import type { Subjects } from "./subjects.ts";

export interface Bench {
  readonly subjects: Subjects;
  readonly pairs: number;
  /** To end within two minutes: fewer of everything. */
  readonly isQuick: boolean;
  /** Waits as long as it really takes. */
  readonly isLong: boolean;
}

/** Where no line has to be held, three pairs are enough. */
export const unlined = (bench: Bench): Bench => ({ ...bench, pairs: Math.min(3, bench.pairs) });

/** One line of the table. */
export interface Row {
  readonly what: string;
  readonly unit: string;
  /** Medians. */
  readonly floor?: number;
  readonly partyserver?: number;
  readonly belfry: number;
  readonly ratios?: readonly Ratio[];
  readonly note?: string;
}

export interface Ratio extends Compared {
  readonly than: string;
  readonly line: Line;
}

export interface Measure {
  readonly name: string;
  readonly run: (bench: Bench) => Promise<readonly Row[]>;
}

/** What one take brought: numbers by name. */
export type Reading = Readonly<Record<string, number>>;
export type Readings = ReadonlyMap<string, readonly Reading[]>;

/** Each take once per round, each round begun by another. */
export async function inTurns(rounds: number, takes: ReadonlyMap<string, () => Promise<Reading>>): Promise<Readings> {
  const names = [...takes.keys()];
  const readings = new Map<string, Reading[]>(names.map((name) => [name, []]));
  for (let round = 0; round < rounds; round++) {
    const first = round % names.length;
    for (const name of [...names.slice(first), ...names.slice(0, first)]) {
      const reading = await takes.get(name)?.();
      if (reading !== undefined) readings.get(name)?.push(reading);
    }
  }
  return readings;
}

export const column = (readings: Readings, who: string, what: string): readonly number[] =>
  (readings.get(who) ?? []).map((reading) => reading[what] ?? Number.NaN);

export const middle = (readings: Readings, who: string, what: string): number => median(column(readings, who, what));

export const ratioOf = (readings: Readings, what: string, ours: string, than: string, line: Line): Ratio => ({
  than,
  line,
  ...compare(column(readings, ours, what), column(readings, than, what), line),
});
