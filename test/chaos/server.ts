// The Worker as `npm run serve` runs it, killed and restarted at will, with its data on disk.
import { mkdirSync, mkdtempSync, openSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { parseEnv } from "node:util";
import { DEVELOPMENT_FILE } from "../../scripts/development.ts";
import { buildWorker, type Built } from "../../scripts/workerd/build.ts";
import { writeConfig } from "../../scripts/workerd/config.ts";
import { runWorkerd, type Running } from "../../scripts/workerd/run.ts";
import { freePort } from "../support/port.ts";

export const settings = parseEnv(readFileSync(DEVELOPMENT_FILE, "utf8")) as Readonly<Record<string, string>>; // each line has a value

let built: Built | undefined;

/** Built once for all parts, and deleted at the end. */
function build(): Built {
  const folder = mkdtempSync(join(tmpdir(), "belfry-chaos-built-"));
  process.on("exit", () => rmSync(folder, { recursive: true, force: true }));
  return buildWorker("wrangler.toml", folder);
}

export class Server {
  readonly url: string;
  readonly folder: string;
  readonly #config: string;
  readonly #secrets: Record<string, string>;
  readonly #by: readonly string[];
  #running: Running | undefined;

  private constructor(folder: string, port: number, vars: Record<string, string>, by: readonly string[]) {
    this.folder = folder;
    this.url = `http://127.0.0.1:${port}`;
    this.#by = by;
    // Every client of a run has the same address.
    this.#secrets = { ...settings, CONNECTIONS_PER_ADDRESS: "100000", ...vars };
    built ??= build();
    this.#config = writeConfig(built, {
      folder: join(folder, "config"),
      data: join(folder, "data"),
      address: `127.0.0.1:${port}`,
      secrets: Object.keys(this.#secrets),
    });
  }

  /** Starts one with empty storage. `by` is a command before workerd's, such as one that limits its files. */
  static async start(vars: Record<string, string> = {}, by: readonly string[] = []): Promise<Server> {
    const folder = mkdtempSync(join(tmpdir(), "belfry-chaos-"));
    mkdirSync(join(folder, "config"));
    const server = new Server(folder, await freePort(), vars, by);
    await server.run();
    return server;
  }

  async run(): Promise<void> {
    const log = openSync(this.logFile, "a");
    this.#running = await runWorkerd({ config: this.#config, secrets: this.#secrets, log, by: this.#by });
  }

  /** SIGKILL: no instruction more. */
  async kill(): Promise<void> {
    const child = this.#running?.child;
    if (child === undefined || child.exitCode !== null || child.signalCode !== null) return;
    const ended = new Promise((resolve) => child.once("exit", resolve));
    child.kill("SIGKILL");
    await ended;
  }

  async end(): Promise<void> {
    await this.kill();
    rmSync(this.folder, { recursive: true, force: true });
  }

  get logFile(): string {
    return join(this.folder, "log");
  }

  /** Lines of the log that report a fault of Belfry or of the platform. */
  faults(): readonly string[] {
    return readFileSync(this.logFile, "utf8")
      .split("\n")
      .filter((line) => line.includes('"event":"fault"'));
  }

  /** Resident memory of the process, in MiB (Linux). */
  memoryMib(): number {
    const status = readFileSync(`/proc/${this.#running?.child.pid}/status`, "utf8");
    return Number(/VmRSS:\s+(\d+)/.exec(status)?.[1] ?? 0) / 1024;
  }
}
