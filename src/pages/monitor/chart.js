// The chart: the values pushed and the members there, over time. Draws what it is given and keeps the last of it; knows no connection.
import { timeOf } from "../words.js";
import uPlot from "/monitor/uplot.js";

const POINTS_MAX = 300;

/** Empty columns make an empty chart: the time, the value pushed, the members. @type {[number[], (number | null)[], (number | null)[]]} */
const columns = [[], [], []];

const stepped = uPlot.paths.stepped?.({ align: 1 }) ?? (() => null); // the whole library has it

/** @param {HTMLElement} place @param {number} span The seconds it shows. */
export function openChart(place, span) {
  const colour = (/** @type {string} */ name) => () => getComputedStyle(place).getPropertyValue(name).trim();
  const axis = { stroke: colour("--soft"), grid: { stroke: colour("--line"), width: 1 }, ticks: { show: false } };
  const size = () => ({ width: place.clientWidth, height: place.clientHeight });
  const chart = new uPlot(
    {
      ...size(),
      legend: { show: false },
      cursor: { show: false },
      scales: {
        x: { range: (_chart, min, max) => (max - min < span ? [min, min + span] : [max - span, max]) },
        y: { range: (_chart, min, max) => roomFor(min, max) },
        members: { range: (_chart, _min, max) => [0, Math.max(4, (max ?? 0) + 1)] },
      },
      axes: [
        { ...axis, space: 80, values: (_chart, times) => times.map((seconds) => timeOf(seconds * 1000)) },
        { ...axis, size: 48 },
        { ...axis, scale: "members", side: 1, size: 32, grid: { show: false }, incrs: [1, 2, 5, 10, 50, 100, 1000] },
      ],
      series: [
        {},
        { stroke: colour("--accent"), width: 2, spanGaps: true, points: { show: true, size: 6 } },
        {
          stroke: colour("--pending"),
          width: 2,
          spanGaps: true,
          scale: "members",
          paths: stepped,
          points: { show: false },
        },
      ],
    },
    columns,
    place,
  );
  new ResizeObserver(() => chart.setSize(size())).observe(place);
  matchMedia("(prefers-color-scheme: dark)").addEventListener("change", () => chart.redraw());

  /** @param {number} ms @param {number | null} value @param {number | null} members */
  return (ms, value, members) => {
    const row = [ms / 1000, value, members];
    columns.forEach((column, i) => {
      column.push(/** @type {number} */ (row[i])); // a time is never null
      if (column.length > POINTS_MAX) column.shift();
    });
    chart.setData(columns);
  };
}

/** Some air around the values, so that equal ones make a line in the middle. @returns {[number, number]} */
function roomFor(/** @type {number | null} */ min, /** @type {number | null} */ max) {
  if (min === null || max === null) return [0, 1];
  const air = Math.max((max - min) * 0.15, Math.abs(max) * 0.2, 0.5);
  return [min >= 0 ? Math.max(0, min - air) : min - air, max + air];
}
