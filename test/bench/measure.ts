// Types of a measure. Runs the subjects of a measure in turns, so that other load on the machine
// affects all of them.
import { compare, median, type Compared, type Line } from "./pairs.ts";
import type { Subjects } from "./subjects.ts";

export interface Bench {
  readonly subjects: Subjects;
  readonly pairs: number;
  /** Runs with smaller numbers, to end within two minutes. */
  readonly isQuick: boolean;
  /** Waits for real intervals. */
  readonly isLong: boolean;
}

/** Limits a bench without lines to three pairs. */
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

/** The results of one run: numbers by name of the metric. */
export type Reading = Readonly<Record<string, number>>;
export type Readings = ReadonlyMap<string, readonly Reading[]>;

/** Runs each of `runs` once per round. Each round begins with another one. */
export async function inTurns(rounds: number, runs: ReadonlyMap<string, () => Promise<Reading>>): Promise<Readings> {
  const names = [...runs.keys()];
  const readings = new Map<string, Reading[]>(names.map((name) => [name, []]));
  for (let round = 0; round < rounds; round++) {
    const first = round % names.length;
    for (const name of [...names.slice(first), ...names.slice(0, first)]) {
      const reading = await runs.get(name)?.();
      if (reading !== undefined) readings.get(name)?.push(reading);
    }
  }
  return readings;
}

export const column = (readings: Readings, subject: string, metric: string): readonly number[] =>
  (readings.get(subject) ?? []).map((reading) => reading[metric] ?? Number.NaN);

export const middle = (readings: Readings, subject: string, metric: string): number =>
  median(column(readings, subject, metric));

export const ratioOf = (readings: Readings, metric: string, ours: string, than: string, line: Line): Ratio => ({
  than,
  line,
  ...compare(column(readings, ours, metric), column(readings, than, metric), line),
});
