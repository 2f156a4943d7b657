// `npm run callback -- <biz> [--failed]`: sends one callback to the Worker that runs on this machine. Never to any other.
import { readFileSync } from "node:fs";
import { parseArgs, parseEnv } from "node:util";

const USAGE = "npm run callback -- <biz: 32 of a-z 0-9> [--failed] [--port 8787] [--env-file .dev.vars]";

const { values, positionals } = parseArgs({
  allowPositionals: true,
  options: {
    failed: { type: "boolean", default: false },
    port: { type: "string", default: "8787" },
    "env-file": { type: "string", default: ".dev.vars.example" }, // the one that `npm start` reads
  },
});
const [biz = ""] = positionals;
if (!/^[a-z0-9]{32}$/.test(biz)) {
  console.error(USAGE);
  process.exit(2);
}

const [key = ""] = (parseEnv(readFileSync(values["env-file"], "utf8"))["API_KEYS"] ?? "").split(",");

const response = await fetch(`http://localhost:${values.port}/callback/${biz}/`, {
  method: "POST",
  headers: { Authorization: `Bearer ${key.trim()}` },
  body: JSON.stringify({ status: values.failed ? "failed" : "paid" }),
});
console.log(response.status, await response.text());
process.exitCode = response.ok ? 0 : 1;
