// Puts the chart library among the pages, where the monitor loads it: /monitor/uplot.js and its style. Writes only what has changed.
import { readFileSync } from "node:fs";
import { transform } from "esbuild";
import { writeIfChanged } from "./build-client.ts";

const source = readFileSync("node_modules/uplot/dist/uPlot.esm.js", "utf8");
const { code } = await transform(source, { minify: true, format: "esm" });
writeIfChanged("src/pages/monitor/uplot.js", code);
writeIfChanged("src/pages/monitor/uplot.css", readFileSync("node_modules/uplot/dist/uPlot.min.css", "utf8"));
