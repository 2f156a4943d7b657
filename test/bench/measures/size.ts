// Measures the size of the Worker and the SDK, and the start-up time of the Worker.
import { spawnSync } from "node:child_process";
import { mkdtempSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { gzipSync } from "node:zlib";
import { buildWorker } from "../../../scripts/workerd/build.ts";
import type { Measure } from "../measure.ts";

const gzippedKib = (file: string): number => gzipSync(readFileSync(file), { level: 9 }).length / 1024;

export const size: Measure = {
  name: "size",
  run() {
    const folder = mkdtempSync(join(tmpdir(), "belfry-size-"));
    const { module } = buildWorker("wrangler.toml", folder);
    const rows = [
      { what: "the Worker, minified and gzipped", unit: "KiB", belfry: gzippedKib(module) },
      { what: "the SDK, minified and gzipped", unit: "KiB", belfry: gzippedKib("src/pages/client.js") },
      {
        what: "start-up: the Worker's own work",
        unit: "ms",
        belfry: activeMs(folder),
        note: "by `wrangler check startup`, active time",
      },
    ];
    rmSync(folder, { recursive: true });
    return Promise.resolve(rows);
  },
};

function activeMs(folder: string): number {
  const { stdout } = spawnSync(
    "node_modules/.bin/wrangler",
    ["check", "startup", "--args=--minify", `--outfile=${join(folder, "startup.cpuprofile")}`],
    { encoding: "utf8", env: { ...process.env, WRANGLER_SEND_METRICS: "false" } },
  );
  return Number(/Active: ([\d.]+) ms/.exec(stdout)?.[1]);
}
