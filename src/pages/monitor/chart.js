// The chart of pushed values and members over time.
import { timeOf } from "../words.js";
import uPlot from "/monitor/uplot.js";

const POINTS_MAX = 300;

/**
 * The columns of the chart: time, value, members.
 * @type {[number[], (number | null)[], (number | null)[]]}
 */
const columns = [[], [], []];

const stepped = uPlot.paths.stepped?.({ align: 1 }) ?? (() => null); // the full build of uPlot has it

/** @param {HTMLElement} container @param {number} span Seconds of the time axis. */
export function openChart(container, span) {
  const colour = (/** @type {string} */ name) => () => getComputedStyle(container).getPropertyValue(name).trim();
  const axis = { stroke: colour("--soft"), grid: { stroke: colour("--line"), width: 1 }, ticks: { show: false } };
  const size = () => ({ width: container.clientWidth, height: container.clientHeight });
  const chart = new uPlot(
    {
      ...size(),
      legend: { show: false },
      cursor: { show: false },
      scales: {
        x: { range: (_chart, min, max) => (max - min < span ? [min, min + span] : [max - span, max]) },
        y: { range: (_chart, min, max) => rangeWithMargin(min, max) },
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
    container,
  );
  new ResizeObserver(() => chart.setSize(size())).observe(container);
  matchMedia("(prefers-color-scheme: dark)").addEventListener("change", () => chart.redraw());

  /** @param {number} ms @param {number | null} value @param {number | null} members */
  return (ms, value, members) => {
    const row = [ms / 1000, value, members];
    columns.forEach((column, i) => {
      column.push(/** @type {number} */ (row[i])); // times are numbers
      if (column.length > POINTS_MAX) column.shift();
    });
    chart.setData(columns);
  };
}

/**
 * Returns the y range: the values with a margin, so that equal values are drawn in the middle.
 * @returns {[number, number]}
 */
function rangeWithMargin(/** @type {number | null} */ min, /** @type {number | null} */ max) {
  if (min === null || max === null) return [0, 1];
  const margin = Math.max((max - min) * 0.15, Math.abs(max) * 0.2, 0.5);
  return [min >= 0 ? Math.max(0, min - margin) : min - margin, max + margin];
}
