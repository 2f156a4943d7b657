// `npm run test:chaos -- [part…]`: kills, races, a storm, a soak, a full disk, a clock that jumps, fuzzed input,
// against the Worker as `npm run serve` runs it. SECONDS bounds each part; without it each has its full size.
import { clock } from "./clock.ts";
import { disk } from "./disk.ts";
import { fuzz } from "./fuzz.ts";
import { kills } from "./kills.ts";
import { races } from "./races.ts";
import { soak } from "./soak.ts";
import { storm } from "./storm.ts";
import type { Report } from "./report.ts";

const bound = process.env["SECONDS"] === undefined ? null : Number(process.env["SECONDS"]);
const seed = Number(process.env["SEED"] ?? Math.floor(Math.random() * 1_000_000_000));
const isShort = bound !== null;
const seconds = bound ?? 3600;

/** Each part, with what it does at most. */
const parts: Readonly<Record<string, () => Promise<Report>>> = {
  kills: () => kills(seconds, 200),
  races: () => races(seconds, 10_000),
  storm: () => storm(isShort ? 60 : 120, isShort ? 200 : 2500),
  soak: () => soak(bound ?? 1800, isShort ? 50 : 1000),
  disk: () => disk(seconds, isShort ? 200 : 2000),
  clock: () => clock(seconds, isShort ? 200 : 10_000, seed),
  fuzz: () => fuzz(seconds, 100_000, seed),
};

const names = process.argv.slice(2);
const unknown = names.filter((name) => !(name in parts));
if (unknown.length > 0)
  throw new Error(`no such part: ${unknown.join(", ")}. There are ${Object.keys(parts).join(", ")}`);

for (const name of names.length > 0 ? names : Object.keys(parts)) {
  const report = await parts[name]?.();
  if (report === undefined) continue;
  console.log(report.line());
  if (!report.isClean) process.exitCode = 1;
}
process.exit();
