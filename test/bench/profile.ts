// `node test/bench/profile.ts <load>`: profiles the Worker under one of the bench's loads, function by
// function.
import { mkdtempSync, readFileSync, rmSync } from "node:fs";
import { SourceMap } from "node:module";
import { once } from "node:events";
import { tmpdir } from "node:os";
import { basename, join } from "node:path";
import { WebSocket } from "ws";
import { freePort } from "../support/port.ts";
import { cpuMs, moveToClientCore } from "./machine.ts";
import { callbackApi, claimingApi, Pages } from "./measures/callbacks.ts";
import { Group } from "./measures/fanout.ts";
import { idempotentApi, plainApi, Subjects, v1Api, type Server } from "./subjects.ts";

const SIZE = 1000;
const ROUNDS = 40;
/** Sampling interval of the profiler, in µs. */
const EVERY_US = 200;

/** Prepares a load. Returns the function that is profiled. */
const loads: Readonly<Record<string, (server: Server) => Promise<() => Promise<unknown>>>> = {
  plain: async (server) => publishing(await Group.open(server, plainApi, SIZE)),
  v1: async (server) => publishing(await Group.open(server, v1Api, SIZE)),
  kept: async (server) => publishing(await Group.open(server, idempotentApi, SIZE)),
  connects: (server) => Promise.resolve(() => Pages.open(server, callbackApi, SIZE)),
  callbacks: async (server) => {
    const pages = await Pages.open(server, callbackApi, SIZE);
    return () => pages.deliverAtOnce();
  },
  linked: async (server) => {
    const pages = await Pages.open(server, claimingApi, SIZE);
    return () => pages.deliverAtOnce();
  },
};

const publishing = (group: Group) => async () => {
  for (let i = 0; i < ROUNDS; i++) await group.publish(i);
};

/** The fields of the protocol's profile that are used here. */
interface Profile {
  readonly nodes: readonly {
    readonly id: number;
    readonly callFrame: {
      readonly functionName: string;
      readonly url: string;
      readonly lineNumber: number;
      readonly columnNumber: number;
    };
    readonly children?: readonly number[];
  }[];
  readonly samples: readonly number[];
  readonly timeDeltas: readonly number[];
}

function print({ nodes, samples, timeDeltas }: Profile, map: SourceMap): void {
  const nameOf = new Map(nodes.map(({ id, callFrame }) => [id, placeOf(callFrame, map)]));
  const parentOf = new Map(nodes.flatMap(({ id, children = [] }) => children.map((child) => [child, id] as const)));
  const [self, total] = [new Map<string, number>(), new Map<string, number>()];
  for (const [i, id] of samples.entries()) {
    const us = timeDeltas[i] ?? 0;
    const own = nameOf.get(id) ?? "";
    self.set(own, (self.get(own) ?? 0) + us);
    const names = new Set<string>();
    for (let at: number | undefined = id; at !== undefined; at = parentOf.get(at)) names.add(nameOf.get(at) ?? "");
    for (const name of names) total.set(name, (total.get(name) ?? 0) + us);
  }
  console.log("\nself ms  total ms");
  for (const [name, us] of [...self].toSorted(([, a], [, b]) => b - a).slice(0, 40))
    console.log(
      `${(us / 1000).toFixed(1).padStart(7)}   ${((total.get(name) ?? 0) / 1000).toFixed(1).padStart(7)}   ${name}`,
    );
  console.log("\nfunctions of the project, by total ms");
  const ours = [...total].filter(([name]) => name.includes("src/"));
  for (const [name, us] of ours.toSorted(([, a], [, b]) => b - a).slice(0, 40))
    console.log(`${(us / 1000).toFixed(1).padStart(7)}   ${name}`);
}

/** Maps a call frame of the minified Worker to its place in the sources. */
function placeOf(
  { functionName, url, lineNumber, columnNumber }: Profile["nodes"][number]["callFrame"],
  map: SourceMap,
): string {
  if (basename(url) !== "worker.js") return `${functionName} ${url}`.trim();
  const entry = map.findEntry(lineNumber, columnNumber);
  if (!("originalSource" in entry)) return functionName;
  const source = entry.originalSource.slice(entry.originalSource.search(/(src|node_modules)\//));
  const line = readFileSync(source, "utf8").split("\n")[entry.originalLine] ?? "";
  return `${source}:${entry.originalLine + 1} ${line.trim().slice(0, 60)}`;
}

/** A client of workerd's inspector. */
class Inspector {
  readonly #socket: WebSocket;
  readonly #waiting = new Map<number, (result: unknown) => void>();
  #calls = 0;

  private constructor(socket: WebSocket) {
    this.#socket = socket;
    socket.on("message", (data) => {
      const text = (data as Buffer).toString(); // binaryType of `ws` is "nodebuffer" by default
      const { id, result } = JSON.parse(text) as { readonly id?: number; readonly result?: unknown }; // a response or an event
      if (id !== undefined) this.#waiting.get(id)?.(result);
    });
  }

  static async open(address: string): Promise<Inspector> {
    const targets = (await (await fetch(`http://${address}/json`)).json()) as readonly {
      readonly webSocketDebuggerUrl: string;
    }[]; // by the inspector protocol
    const socket = new WebSocket(targets[0]?.webSocketDebuggerUrl ?? "");
    await once(socket, "open");
    return new Inspector(socket);
  }

  call(method: string, params: object = {}): Promise<unknown> {
    const id = ++this.#calls;
    this.#socket.send(JSON.stringify({ id, method, params }));
    return new Promise((resolve) => this.#waiting.set(id, resolve));
  }
}

const [name = ""] = process.argv.slice(2);
const load = loads[name];
if (load === undefined) throw new Error(`node test/bench/profile.ts ${Object.keys(loads).join(" | ")}`);
const folder = mkdtempSync(join(tmpdir(), "belfry-profile-"));
const address = `127.0.0.1:${await freePort()}`;
const subjects = new Subjects(folder);
try {
  const server = await subjects.belfry([`--inspector-addr=${address}`]);
  moveToClientCore();
  const work = await load(server);
  const inspector = await Inspector.open(address);
  await inspector.call("Profiler.enable");
  await inspector.call("Profiler.setSamplingInterval", { interval: EVERY_US });
  await inspector.call("Profiler.start");
  const [began, cpu] = [performance.now(), cpuMs(server.pid)];
  await work();
  const [took, taken] = [performance.now() - began, cpuMs(server.pid) - cpu];
  const { profile } = (await inspector.call("Profiler.stop")) as { readonly profile: Profile }; // by the inspector protocol
  console.log(`${name}: ${took.toFixed(0)} ms, workerd's processor time ${taken.toFixed(0)} ms`);
  print(
    profile,
    new SourceMap(
      JSON.parse(readFileSync(join(folder, "belfry-built", "index.js.map"), "utf8")) as ConstructorParameters<
        typeof SourceMap
      >[0],
    ),
  ); // written by esbuild
} finally {
  subjects.stop();
  rmSync(folder, { recursive: true, force: true });
}
process.exit();
