// Builds the generated files of the pages: the minified SDK and the monitor's chart library. Writes
// only files that change.
import { existsSync, readFileSync, writeFileSync } from "node:fs";
import { build, transform } from "esbuild";

/** Minifies the SDK into one module without imports. */
export async function bundleClient(): Promise<string> {
  const { outputFiles } = await build({
    entryPoints: ["src/client/index.ts"],
    bundle: true,
    minify: true,
    format: "esm",
    target: "es2022",
    write: false,
  });
  const [file] = outputFiles;
  if (file === undefined) throw new Error("esbuild returned no file for the client");
  return file.text;
}

if (import.meta.main) {
  writeIfChanged("src/pages/client.js", await bundleClient());
  const chart = readFileSync("node_modules/uplot/dist/uPlot.esm.js", "utf8");
  writeIfChanged("src/pages/monitor/uplot.js", (await transform(chart, { minify: true, format: "esm" })).code);
  writeIfChanged("src/pages/monitor/uplot.css", readFileSync("node_modules/uplot/dist/uPlot.min.css", "utf8"));
}

/** Any write makes `wrangler dev` build again, so an unchanged file stays untouched. */
function writeIfChanged(file: string, text: string): void {
  if (!existsSync(file) || readFileSync(file, "utf8") !== text) writeFileSync(file, text);
}
