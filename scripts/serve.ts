// `npm run serve`: builds the Worker as for deployment, serves it with workerd, and stops it
// gracefully.
import { existsSync, mkdtempSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { parseArgs, parseEnv } from "node:util";
import { settingNames } from "./development.ts";
import { buildWorker } from "./workerd/build.ts";
import { writeConfig } from "./workerd/config.ts";
import { runWorkerd } from "./workerd/run.ts";

const USAGE = `npm run serve -- [--data FOLDER] [--address HOST:PORT] [--env-file FILE] [--grace SECONDS]
  --data      folder of all stored data, which is what to back up (data)
  --address   where to listen (127.0.0.1:8787)
  --env-file  settings and secrets, a NAME=value per line; the environment wins over it (.dev.vars, if it is there)
  --grace     how long open requests may take after SIGTERM or SIGINT (5)
Behind a proxy, TRUSTED_ADDRESS_HEADER names the header in which it puts the client's address: X-Forwarded-For.`;

const { values: flags } = parseArgs({
  options: {
    data: { type: "string", default: "data" },
    address: { type: "string", default: "127.0.0.1:8787" },
    "env-file": { type: "string" },
    grace: { type: "string", default: "5" },
    help: { type: "boolean", default: false },
  },
});
if (flags.help) {
  console.log(USAGE);
  process.exit(0);
}
const graceMs = Number(flags.grace) * 1000;
if (!(graceMs >= 0)) throw new Error(`--grace is a number of seconds: ${flags.grace}`);

const folder = mkdtempSync(join(tmpdir(), "belfry-serve-"));
process.on("exit", () => rmSync(folder, { recursive: true, force: true }));

const built = buildWorker("wrangler.toml", join(folder, "built"));
const settings = settingsOf(flags["env-file"]);
const target = { folder, data: flags.data, address: flags.address, secrets: Object.keys(settings) };
const running = await runWorkerd({ config: writeConfig(built, target), secrets: settings, log: "inherit" });
const addresses = settings["TRUSTED_ADDRESS_HEADER"] ? "the proxy's header" : "their connections";
console.log(`serving ${running.url}, data in ${flags.data}; clients' addresses are those of ${addresses}`);

let isEnding = false;
for (const signal of ["SIGTERM", "SIGINT"] as const) {
  process.on(signal, () => {
    if (isEnding) return;
    isEnding = true;
    void running.stop(graceMs);
  });
}
running.child.on("exit", (code) => {
  // An exit without a signal is a failure, so that a supervisor restarts this process.
  process.exit(isEnding ? 0 : (code ?? 1) || 1);
});

/** Returns the Worker's settings from the environment, or else from the file. */
function settingsOf(file: string | undefined): Record<string, string> {
  const path = file ?? (existsSync(".dev.vars") ? ".dev.vars" : null);
  const fromFile = path === null ? {} : parseEnv(readFileSync(path, "utf8"));
  const values = [...settingNames(), "TRUSTED_ADDRESS_HEADER"].map(
    (name) => [name, process.env[name] ?? fromFile[name]] as const,
  );
  return Object.fromEntries(values.flatMap(([name, value]) => (value === undefined ? [] : [[name, value]])));
}
