// Formats the results: lines for the terminal, and a table for docs/performance.md.
import type { Ratio, Row } from "./measure.ts";

const BEGIN = "<!-- the last run: written by `npm run bench -- --write` -->";
const END = "<!-- the end of the last run -->";

export const numberText = (value: number | undefined): string => {
  if (value === undefined) return "";
  if (Math.abs(value) >= 1000) return Math.round(value).toLocaleString("en");
  return String(Number(value.toPrecision(3)));
};

const verdict = ({ isHeld, isAtGoal }: Ratio): string =>
  isHeld ? (isAtGoal ? "held" : "held, below the goal") : "**missed**";

const ratioText = (ratio: Ratio): string =>
  `${ratio.than} ${ratio.median.toFixed(2)} (${ratio.quartile.toFixed(2)}); goal ${ratio.line.goal}, bound ${ratio.line.bound}: ${verdict(ratio)}`;

export function tableOf(rows: readonly Row[]): string {
  const head = ["measured", "unit", "floor", "partyserver", "Belfry", "Belfry ÷", "beside it"];
  const body = rows.map(({ what, unit, floor, partyserver, belfry, ratios = [], note = "" }) => [
    what,
    unit,
    numberText(floor),
    numberText(partyserver),
    numberText(belfry),
    ratios.map(ratioText).join("; "),
    note,
  ]);
  return [head, head.map(() => "---"), ...body].map((cells) => `| ${cells.join(" | ")} |`).join("\n");
}

/** A row as a line of text. */
export function lineOf({ what, unit, floor, partyserver, belfry, ratios = [], note }: Row): string {
  const others = [
    floor !== undefined && `floor ${numberText(floor)}`,
    partyserver !== undefined && `partyserver ${numberText(partyserver)}`,
  ];
  const values = [`${numberText(belfry)} ${unit}`, ...others.filter((text) => text !== false)].join(", ");
  const details = [...ratios.map(ratioText), ...(note === undefined ? [] : [note])].map((text) => `\n    ${text}`);
  return `${what}: ${values}${details.join("")}`;
}

/** Replaces the table of the last run in `page`. */
export function withTable(page: string, table: string): string {
  const [begin, end] = [page.indexOf(BEGIN), page.indexOf(END)];
  if (begin < 0 || end < begin) throw new Error("the page has no place for the table");
  return `${page.slice(0, begin)}${BEGIN}\n\n${table}\n\n${page.slice(end)}`;
}
