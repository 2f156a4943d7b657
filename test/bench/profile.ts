// `node test/bench/profile.ts <what>`: where the Worker's time goes under one of the bench's loads, function by function. Compares nothing.
import { mkdtempSync, readFileSync, rmSync } from "node:fs";
import { SourceMap } from "node:module";
import { once } from "node:events";
import { tmpdir } from "node:os";
import { basename, join } from "node:path";
import { WebSocket } from "ws";
import { freePort } from "../support/port.ts";
import { cpuMs, moveToClientCore } from "./machine.ts";
import { callbackWords, claimingWords, Pages } from "./measures/callbacks.ts";
import { Group } from "./measures/fanout.ts";
import { idempotentWords, plainWords, Subjects, v1Words, type Server } from "./subjects.ts";

const SIZE = 1000;
const ROUNDS = 40;
/** How often the profiler looks, in µs. */
const EVERY_US = 200;

/** What is made ready, and then the load that is looked at. */
const loads: Readonly<Record<string, (server: Server) => Promise<() => Promise<unknown>>>> = {
  plain: async (server) => publishing(await Group.gather(server, plainWords, SIZE)),
  v1: async (server) => publishing(await Group.gather(server, v1Words, SIZE)),
  kept: async (server) => publishing(await Group.gather(server, idempotentWords, SIZE)),
  connects: (server) => Promise.resolve(() => Pages.gather(server, callbackWords, SIZE)),
  callbacks: async (server) => {
    const pages = await Pages.gather(server, callbackWords, SIZE);
    return () => pages.callAtOnce();
  },
  linked: async (server) => {
    const pages = await Pages.gather(server, claimingWords, SIZE);
    return () => pages.callAtOnce();
  },
};

const publishing = (group: Group) => async () => {
  for (let i = 0; i < ROUNDS; i++) await group.publish(i);
};

/** Of the protocol's profile, what is read here. */
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
  console.log("\nself ms   with what it calls, ms");
  for (const [name, us] of [...self].toSorted(([, a], [, b]) => b - a).slice(0, 40))
    console.log(
      `${(us / 1000).toFixed(1).padStart(7)}   ${((total.get(name) ?? 0) / 1000).toFixed(1).padStart(7)}   ${name}`,
    );
  console.log("\nof the project, by what each calls");
  const ours = [...total].filter(([name]) => name.includes("src/"));
  for (const [name, us] of ours.toSorted(([, a], [, b]) => b - a).slice(0, 40))
    console.log(`${(us / 1000).toFixed(1).padStart(7)}   ${name}`);
}

/** As it is called in the sources: what runs is minified. */
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

/** The inspector of workerd, over its WebSocket. */
class Inspector {
  readonly #socket: WebSocket;
  readonly #waiting = new Map<number, (result: unknown) => void>();
  #calls = 0;

  private constructor(socket: WebSocket) {
    this.#socket = socket;
    socket.on("message", (data) => {
      const { id, result } = JSON.parse(
        (data as Buffer).toString() /* `ws` gives a Buffer unless told otherwise */,
      ) as { readonly id?: number; readonly result?: unknown }; // an answer, or an event
      if (id !== undefined) this.#waiting.get(id)?.(result);
    });
  }

  static async open(address: string): Promise<Inspector> {
    const targets = (await (await fetch(`http://${address}/json`)).json()) as readonly {
      readonly webSocketDebuggerUrl: string;
    }[]; // the protocol's word
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

const [what = ""] = process.argv.slice(2);
const load = loads[what];
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
  const { profile } = (await inspector.call("Profiler.stop")) as { readonly profile: Profile }; // the protocol's word
  console.log(`${what}: ${took.toFixed(0)} ms, of which workerd took ${taken.toFixed(0)} ms of the processor`);
  print(
    profile,
    new SourceMap(
      JSON.parse(readFileSync(join(folder, "belfry-built", "index.js.map"), "utf8")) as ConstructorParameters<
        typeof SourceMap
      >[0],
    ),
  ); // esbuild wrote it
} finally {
  subjects.stop();
  rmSync(folder, { recursive: true, force: true });
}
process.exit();
