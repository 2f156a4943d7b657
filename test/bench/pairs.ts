// Compares pairs of measurements: the median of their ratios, and whether it holds the line.

/** Whether higher or lower values are better. */
export type Better = "more" | "less";

/** The line of docs/performance.md: a goal for the median and a bound for the worse quartile. */
export interface Line {
  readonly goal: number;
  readonly bound: number;
  readonly better: Better;
}

export interface Compared {
  readonly median: number;
  /** The worse quartile: the lower one if more is better. */
  readonly quartile: number;
  readonly isAtGoal: boolean;
  readonly isHeld: boolean;
}

/** The quantile of `values` at `part` (0 to 1), interpolated linearly. */
export function quantile(values: Iterable<number>, part: number): number {
  const sorted = Float64Array.from(values).toSorted();
  const at = (sorted.length - 1) * part;
  const [low, high] = [sorted[Math.floor(at)] ?? Number.NaN, sorted[Math.ceil(at)] ?? Number.NaN];
  return low + (high - low) * (at - Math.floor(at));
}

export const median = (values: Iterable<number>): number => quantile(values, 0.5);

export function compare(ours: readonly number[], theirs: readonly number[], { goal, bound, better }: Line): Compared {
  const ratios = ours.map((value, i) => value / (theirs[i] ?? Number.NaN));
  const middle = median(ratios);
  const quartile = quantile(ratios, better === "more" ? 0.25 : 0.75);
  const reaches = (value: number, line: number) => (better === "more" ? value >= line : value <= line);
  return { median: middle, quartile, isAtGoal: reaches(middle, goal), isHeld: reaches(quartile, bound) };
}
