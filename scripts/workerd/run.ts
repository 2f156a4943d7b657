// Starts workerd with a configuration, waits until it listens, and stops it.
import { spawn, type ChildProcess } from "node:child_process";
import { once } from "node:events";
import { createRequire } from "node:module";
import { createInterface } from "node:readline";
import type { Readable } from "node:stream";
import { variableOf } from "./config.ts";

/** Path of workerd's binary for this platform. */
const { default: workerd } = createRequire(import.meta.url)("workerd") as { readonly default: string }; // as exported

export interface Run {
  /** The path that `writeConfig` returned. */
  readonly config: string;
  readonly secrets: Readonly<Record<string, string>>;
  /** Target of its log: an open file descriptor, or that of this process. */
  readonly log: number | "inherit";
  /** Command prefix, such as `taskset -c 0`. */
  readonly by?: readonly string[];
  /** Command suffix, such as `--inspector-addr=…`. */
  readonly flags?: readonly string[];
}

export interface Running {
  readonly child: ChildProcess;
  /** `http://127.0.0.1:<port>` */
  readonly url: string;
  /** Stops accepting connections. Kills the process if some are still open after `graceMs`. */
  readonly stop: (graceMs: number) => Promise<void>;
}

/** Resolves once workerd listens. */
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
      // On SIGTERM, workerd exits after its last connection, but open WebSockets never end.
      child.kill("SIGTERM");
      const killTimer = setTimeout(() => child.kill("SIGKILL"), graceMs);
      await exit;
      clearTimeout(killTimer);
    },
  };
}

/** Reads the port from workerd's control pipe, which has a line of JSON per listening socket. */
async function portOf(child: ChildProcess): Promise<number> {
  for await (const line of createInterface({ input: child.stdio[3] as Readable })) {
    // opened as a pipe above
    const message = JSON.parse(line) as { readonly event: string; readonly port?: number }; // trusts workerd
    if (message.event === "listen" && message.port !== undefined) return message.port;
  }
  throw new Error("workerd ended before it listened");
}
