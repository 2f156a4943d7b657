// `npm run bench`: measures Belfry beside the floor and partyserver, prints the results and writes
// them to bench.json.
import { spawnSync } from "node:child_process";
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { parseArgs } from "node:util";
import { machine, moveToClientCore, openFilesMax } from "./machine.ts";
import type { Measure, Row } from "./measure.ts";
import { asleep } from "./measures/asleep.ts";
import { callbacks } from "./measures/callbacks.ts";
import { fanout } from "./measures/fanout.ts";
import { idle } from "./measures/idle.ts";
import { kept } from "./measures/kept.ts";
import { page } from "./measures/page.ts";
import { size } from "./measures/size.ts";
import { verification } from "./measures/verification.ts";
import { Subjects } from "./subjects.ts";
import { lineOf, tableOf, withTable } from "./table.ts";

const PAGE = "docs/performance.md";
const measures: readonly Measure[] = [fanout, kept, callbacks, asleep, idle, page, verification, size];
/** Skipped by the quick bench: joining a feed of 1,000 alone takes longer than it may. */
const SLOW: ReadonlySet<Measure> = new Set([kept, asleep]);

const { values: flags } = parseArgs({
  options: {
    quick: { type: "boolean", default: false },
    long: { type: "boolean", default: false },
    write: { type: "boolean", default: false },
    pairs: { type: "string" },
    only: { type: "string" },
  },
});
const only = flags.only?.split(",");
const unknown = only?.filter((name) => measures.every((measure) => measure.name !== name)) ?? [];
if (unknown.length > 0)
  throw new Error(`${unknown.join(", ")}: there are ${measures.map(({ name }) => name).join(", ")}`);
const wanted = measures.filter((measure) => only?.includes(measure.name) ?? !(flags.quick && SLOW.has(measure)));
const pairs = Number(flags.pairs ?? (flags.quick ? 2 : 7));

const folder = mkdtempSync(join(tmpdir(), "belfry-bench-"));
const { stdout: version } = spawnSync("node_modules/.bin/workerd", ["--version"], { encoding: "utf8" });
const here = machine({ node: process.version, workerd: version.trim() });
console.log(here);
if (!moveToClientCore()) console.log("servers and clients share their cores: here is no taskset, or one core only");
if (openFilesMax() < 20_000) console.log(`ulimit -n is ${openFilesMax()}: 9,500 connections need 20,000`);

const rows: Row[] = [];
const subjects = new Subjects(folder);
try {
  for (const measure of wanted) {
    const began = performance.now();
    const measured = await measure.run({ subjects, pairs, isQuick: flags.quick, isLong: flags.long });
    rows.push(...measured);
    console.log(`\n${measure.name} (${((performance.now() - began) / 1000).toFixed(0)} s)\n`);
    for (const row of measured) console.log(`  ${lineOf(row)}`);
    writeFileSync("bench.json", `${JSON.stringify({ machine: here, pairs, rows }, null, 2)}\n`);
  }
} finally {
  subjects.stop();
  rmSync(folder, { recursive: true, force: true });
}
if (flags.write) {
  const { processor, cores, memoryGib, system, node, workerd, pinned, load, date } = here;
  const pins = pinned ? "servers on core 0, clients on core 1" : "not pinned";
  const where = `${date}; ${processor}, ${cores} cores, ${memoryGib} GiB, ${system}; Node ${node}, ${workerd}; ${pins}; ${pairs} pairs; load before ${load}.`;
  writeFileSync(PAGE, withTable(readFileSync(PAGE, "utf8"), `${where}\n\n${tableOf(rows)}`));
  spawnSync("node_modules/.bin/oxfmt", [PAGE]);
}
