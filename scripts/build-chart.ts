// Puts the chart library among the pages, where the monitor loads it: /monitor/uplot.js and its style. Writes only what has changed.
import { existsSync, readFileSync, writeFileSync } from "node:fs";
import { transform } from "esbuild";

const source = readFileSync("node_modules/uplot/dist/uPlot.esm.js", "utf8");
const { code } = await transform(source, { minify: true, format: "esm" });
write("src/pages/monitor/uplot.js", code);
write("src/pages/monitor/uplot.css", readFileSync("node_modules/uplot/dist/uPlot.min.css", "utf8"));

/** A file that is written is a change to who watches it: `wrangler dev` would build again, and again. */
function write(file: string, text: string): void {
  if (!existsSync(file) || readFileSync(file, "utf8") !== text) writeFileSync(file, text);
}
