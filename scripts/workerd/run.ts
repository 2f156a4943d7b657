// Starts workerd on a configuration, knows when it answers, and ends it. Builds nothing.
import { spawn, type ChildProcess } from "node:child_process";
import { once } from "node:events";
import { createRequire } from "node:module";
import { createInterface } from "node:readline";
import type { Readable } from "node:stream";
import { variableOf } from "./config.ts";

/** Where the package put the binary for this machine. */
const { default: workerd } = createRequire(import.meta.url)("workerd") as { readonly default: string }; // all that it exports

export interface Run {
  /** What `writeConfig` wrote. */
  readonly config: string;
  readonly secrets: Readonly<Record<string, string>>;
  /** Where its log goes: a file that is open, or the log of whoever starts it. */
  readonly log: number | "inherit";
  /** Put before the command: `taskset -c 0`. */
  readonly by?: readonly string[];
  /** Put behind it: `--inspector-addr=…`. */
  readonly flags?: readonly string[];
}

export interface Running {
  readonly child: ChildProcess;
  /** `http://127.0.0.1:<port>` */
  readonly url: string;
  /** Takes no more connections; ends those that are open when `graceMs` are over, by ending the process. */
  readonly stop: (graceMs: number) => Promise<void>;
}

/** Ready when it listens. */
export async function runWorkerd({ config, secrets, log, by = [], flags = [] }: Run): Promise<Running> {
  const [command = workerd, ...args] = [...by, workerd, "serve", config, "--control-fd=3", ...flags];
  const env: NodeJS.ProcessEnv = { ...process.env };
  for (const [name, value] of Object.entries(secrets)) env[variableOf(name)] = value;
  const child = spawn(command, args, { env, stdio: ["ignore", log, log, "pipe"] });
  const exit = once(child, "exit");
  const port = await Promise.race([
    portOf(child),
    exit.then(([code]) => Promise.reject(new Error(`workerd ended: ${code}`))),
  ]);
  return {
    child,
    url: `http://127.0.0.1:${port}`,
    stop: async (graceMs) => {
      // It ends by itself once its last connection has; with WebSockets open it would wait for ever.
      child.kill("SIGTERM");
      const late = setTimeout(() => child.kill("SIGKILL"), graceMs);
      await exit;
      clearTimeout(late);
    },
  };
}

/** What it says on its control pipe, a line of JSON for each socket that listens. */
async function portOf(child: ChildProcess): Promise<number> {
  for await (const line of createInterface({ input: child.stdio[3] as Readable })) {
    // opened as a pipe above
    const told = JSON.parse(line) as { readonly event: string; readonly port?: number }; // workerd's word
    if (told.event === "listen" && told.port !== undefined) return told.port;
  }
  throw new Error("workerd ended before it listened");
}
