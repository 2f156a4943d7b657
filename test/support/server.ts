// The Worker as `npm start` runs it: its own process, its own port, its own empty storage. Starts, restarts and stops it.
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
  /** What it has written to its log so far. */
  readonly log: () => string;
  readonly restart: () => Promise<void>;
  readonly stop: () => Promise<void>;
}

/** A project of its own in place of this one, and where its Belfry answers. */
interface Project {
  readonly folder: string;
  readonly env: NodeJS.ProcessEnv;
  readonly basePath: string;
}

const thisProject: Project = { folder: ".", env: process.env, basePath: "" };

/** For `entry`: what `npm start` of the project runs. */
export const NPM_START = "npm start";

/** Starts a Worker as `npm start` does, with the vars given; ready when it answers. `entry` is its file, by default with the tests' consumers. */
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
  // A process group of its own: npm, wrangler and workerd are ended together.
  const child = spawn("npm", args, { cwd: folder, env, detached: true, stdio: ["ignore", "pipe", "pipe"] });
  for (const stream of [child.stdout, child.stderr]) stream.on("data", (chunk) => log.push(String(chunk)));
  while (!(await answers(url + basePath))) {
    if (child.exitCode !== null) throw new Error(`npm start ended:\n${log.join("")}`);
    await new Promise((resolve) => setTimeout(resolve, 100)); // nothing announces that a port is open but the port
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
