// Starts, restarts and stops the Worker as `npm start` does, with its own process, port and empty storage.
import { spawn, type ChildProcess } from "node:child_process";
import { once } from "node:events";
import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { DEVELOPMENT_FILE } from "../../scripts/development.ts";
import { freePort } from "./port.ts";

export interface Server {
  /** `http://localhost:<port>` */
  readonly url: string;
  /** The log so far. */
  readonly log: () => string;
  readonly restart: () => Promise<void>;
  readonly stop: () => Promise<void>;
}

/** The project that is started. `basePath` is the path of its Belfry. */
interface Project {
  readonly folder: string;
  readonly env: NodeJS.ProcessEnv;
  readonly basePath: string;
}

const thisProject: Project = { folder: ".", env: process.env, basePath: "" };

/** Value of `entry` that runs `npm start` of the project. */
export const NPM_START = "npm start";

/** Starts a Worker with `vars` and waits until it responds. `entry`: its file. */
export async function startServer(
  vars: Record<string, string> = {},
  entry = "test/support/development.ts",
  project = thisProject,
): Promise<Server> {
  const port = await freePort();
  const data = await mkdtemp(join(tmpdir(), "belfry-"));
  const url = `http://localhost:${port}`;
  const flags = ["--port", String(port), "--inspector-port", String(await freePort()), "--persist-to", data];
  flags.push("--show-interactive-dev-session=false");
  for (const [name, value] of Object.entries(vars)) flags.push("--var", `${name}:${value}`);
  const log: string[] = [];
  const command =
    entry === NPM_START ? ["start", "--"] : ["exec", "--", "wrangler", "dev", entry, "--env-file", DEVELOPMENT_FILE];
  let child = await start(url, [...command, ...flags], log, project);
  return {
    url,
    log: () => log.join(""),
    restart: async () => {
      await kill(child);
      child = await start(url, [...command, ...flags], log, project);
    },
    stop: async () => {
      await kill(child);
      await rm(data, { recursive: true, force: true });
    },
  };
}

async function start(
  url: string,
  args: readonly string[],
  log: string[],
  { folder, env, basePath }: Project,
): Promise<ChildProcess> {
  // A separate process group, so that npm, wrangler and workerd end together.
  const child = spawn("npm", args, { cwd: folder, env, detached: true, stdio: ["ignore", "pipe", "pipe"] });
  for (const stream of [child.stdout, child.stderr]) stream.on("data", (chunk) => log.push(String(chunk)));
  while (!(await answers(url + basePath))) {
    if (child.exitCode !== null) throw new Error(`npm start ended:\n${log.join("")}`);
    await new Promise((resolve) => setTimeout(resolve, 100)); // an open port raises no event
  }
  return child;
}

const answers = (url: string): Promise<boolean> =>
  fetch(`${url}/healthz`).then(
    (response) => response.ok,
    () => false,
  );

async function kill(child: ChildProcess): Promise<void> {
  if (child.exitCode !== null || child.pid === undefined) return;
  const ended = once(child, "exit");
  process.kill(-child.pid, "SIGKILL");
  await ended;
}
