// Builds and runs the subjects of the bench: the floor, partyserver and Belfry, each in the same way
// and with its own storage.
import { randomUUID } from "node:crypto";
import { mkdirSync, openSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { settingIn, DEVELOPMENT_FILE } from "../../scripts/development.ts";
import { buildWorker, type Built } from "../../scripts/workerd/build.ts";
import { writeConfig } from "../../scripts/workerd/config.ts";
import { runWorkerd, type Running } from "../../scripts/workerd/run.ts";
import { EVENT } from "./frame.ts";
import { onServerCore } from "./machine.ts";
import { Poster, type Posted } from "./post.ts";
import type { Endpoint } from "./wire.ts";

/** The paths, headers and requests of a subject. */
export interface Api {
  /** A name for a new group. */
  readonly newGroup: () => string;
  readonly path: (group: string) => string;
  readonly headers: Readonly<Record<string, string>>;
  /** Number of frames that a new connection receives. */
  readonly welcomes: number;
  /** The request that sends the `i`-th frame to a group. */
  readonly send: (group: string, i: number) => Posted;
}

const newKey = (): string => randomUUID().replaceAll("-", "");

export const floorApi: Api = {
  newGroup: newKey,
  path: (group) => `/ws/${group}`,
  headers: {},
  welcomes: 0,
  send: (group) => ({ path: `/send/${group}`, headers: {}, body: EVENT }),
};

export const partyApi: Api = {
  ...floorApi,
  path: (group) => `/parties/party/${group}`,
  send: (group) => ({ path: `/parties/party/${group}`, headers: {}, body: EVENT }),
};

const key = settingIn(DEVELOPMENT_FILE, "API_KEYS");
const asBackend = { authorization: `Bearer ${key}` };
const inV1 = { "sec-websocket-protocol": "belfry.v1" };

/** Sends to an order's group, which stores no publications. */
export const plainApi: Api = {
  newGroup: () => `order_${newKey()}`,
  path: (group) => `/ws/order/${group.slice("order_".length)}/`,
  headers: asBackend,
  welcomes: 0,
  send: (group) => ({ path: `/groups/${group}/send`, headers: asBackend, body: EVENT }),
};

export const v1Api: Api = { ...plainApi, headers: { ...asBackend, ...inV1 }, welcomes: 1 };

/** Sends to a feed, which stores the last 100 publications. */
export const storedApi: Api = {
  ...v1Api,
  newGroup: () => `feed_${newKey()}`,
  path: (group) => `/ws/feed/${group.slice("feed_".length)}/`,
};

/** Sends to a feed, each event with a new idempotency key. */
export const idempotentApi: Api = {
  ...storedApi,
  send: (group) => ({ ...storedApi.send(group, 0), headers: { ...asBackend, "idempotency-key": newKey() } }),
};

/** A running subject. */
export class Server {
  readonly poster: Poster;
  readonly running: Running;
  readonly #log: string;
  readonly #port: number;

  constructor(running: Running, log: string) {
    [this.running, this.#log] = [running, log];
    this.#port = Number(new URL(running.url).port);
    this.poster = new Poster("127.0.0.1", this.#port);
  }

  get pid(): number {
    return this.running.child.pid ?? 0;
  }

  log(): string {
    return readFileSync(this.#log, "utf8");
  }

  endpoint(api: Api, group: string): Endpoint {
    return { host: "127.0.0.1", port: this.#port, path: api.path(group), headers: api.headers };
  }

  async stop(): Promise<void> {
    this.poster.close();
    await this.running.stop(0);
  }
}

/** The settings of a merchant with one provider. */
const SECRETS = ["API_KEYS", "CALLBACK_HMAC"];

/** Builds each subject once. Each call starts a new process. */
export class Subjects {
  readonly #folder: string;
  readonly #built = new Map<string, Built>();
  readonly #secrets = {
    ...Object.fromEntries(SECRETS.map((name) => [name, settingIn(DEVELOPMENT_FILE, name)])),
    // A registration would create the order's file, which is most of the cost of a first callback.
    REQUIRE_REGISTERED: "0",
  };
  readonly #running: Running[] = [];
  #started = 0;

  constructor(folder: string) {
    this.#folder = folder;
  }

  /** Starts Belfry as deployed. */
  belfry(flags?: readonly string[]): Promise<Server> {
    return this.#start("belfry", "wrangler.toml", { ...(flags && { flags }) });
  }

  /** Starts Belfry with a log line per wake-up of an object. */
  counted(): Promise<Server> {
    return this.#start("counted", "wrangler.toml", { entry: "test/bench/counted.ts" });
  }

  /** Starts the floor. `compression` defaults to that of Belfry. */
  floor(compression?: boolean): Promise<Server> {
    return this.#start("floor", "test/bench/floor/wrangler.toml", {
      ...(compression !== undefined && { compression }),
    });
  }

  /** Starts the floor that stores a row before each send. */
  keeping(): Promise<Server> {
    return this.#start("keeping", "test/bench/floor/wrangler.toml", { entry: "test/bench/floor/keeping.ts" });
  }

  party(): Promise<Server> {
    return this.#start("partyserver", "test/bench/partyserver/wrangler.toml");
  }

  async #start(name: string, configFile: string, how: How = {}): Promise<Server> {
    const built = { ...this.#build(name, configFile, how.entry), ...this.#compatibility(how.compression) };
    const folder = join(this.#folder, `${name}-${++this.#started}`);
    const secrets = configFile === PRODUCT ? this.#secrets : {};
    const place = { folder, data: join(folder, "data"), address: "127.0.0.1:0", secrets: Object.keys(secrets) };
    const config = writeConfig(built, place);
    const log = join(folder, "log");
    const running = await runWorkerd({
      config,
      secrets,
      log: openSync(log, "a"),
      by: onServerCore,
      flags: how.flags ?? [],
    });
    this.#running.push(running);
    return new Server(running, log);
  }

  /** Ends the processes that still run after an error. */
  stop(): void {
    for (const { child } of this.#running) child.kill("SIGKILL");
  }

  #build(name: string, configFile: string, entry?: string): Built {
    const before = this.#built.get(name);
    if (before !== undefined) return before;
    const folder = join(this.#folder, `${name}-built`);
    mkdirSync(folder, { recursive: true });
    const built = buildWorker(configFile, folder, entry);
    this.#built.set(name, built);
    return built;
  }

  /** Compatibility date and flags of Belfry, used for all subjects. */
  #compatibility(compression: boolean | undefined): Pick<Built, "compatibilityDate" | "compatibilityFlags"> {
    const { compatibilityDate, compatibilityFlags } = this.#build("belfry", PRODUCT);
    if (compression === undefined) return { compatibilityDate, compatibilityFlags };
    const others = compatibilityFlags.filter((flag) => !flag.endsWith("web_socket_compression"));
    const flag = compression ? "web_socket_compression" : "no_web_socket_compression";
    return { compatibilityDate, compatibilityFlags: [...others, flag] };
  }
}

const PRODUCT = "wrangler.toml";

interface How {
  readonly entry?: string;
  readonly compression?: boolean;
  readonly flags?: readonly string[];
}
