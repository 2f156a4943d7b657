// The three that are measured: the floor, partyserver and Belfry, each built and run the same way, each on a disk of its own. Measures nothing.
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
import type { Way } from "./wire.ts";

/** What is done with a subject: the same deeds, in its own words. */
export interface Words {
  /** A name for a group that has not been. */
  readonly newGroup: () => string;
  readonly path: (group: string) => string;
  readonly headers: Readonly<Record<string, string>>;
  /** Frames that a connection gets as it comes. */
  readonly welcomes: number;
  /** What sends one frame into a group; the `i`-th of many. */
  readonly send: (group: string, i: number) => Posted;
}

const newKey = (): string => randomUUID().replaceAll("-", "");

export const floorWords: Words = {
  newGroup: newKey,
  path: (group) => `/ws/${group}`,
  headers: {},
  welcomes: 0,
  send: (group) => ({ path: `/send/${group}`, headers: {}, body: EVENT }),
};

export const partyWords: Words = {
  ...floorWords,
  path: (group) => `/parties/party/${group}`,
  send: (group) => ({ path: `/parties/party/${group}`, headers: {}, body: EVENT }),
};

const key = settingIn(DEVELOPMENT_FILE, "API_KEYS");
const asBackend = { authorization: `Bearer ${key}` };
const inV1 = { "sec-websocket-protocol": "belfry.v1" };

/** Into an order's group, which keeps nothing of what is sent there. */
export const plainWords: Words = {
  newGroup: () => `order_${newKey()}`,
  path: (group) => `/ws/order/${group.slice("order_".length)}/`,
  headers: asBackend,
  welcomes: 0,
  send: (group) => ({ path: `/groups/${group}/send`, headers: asBackend, body: EVENT }),
};

export const v1Words: Words = { ...plainWords, headers: { ...asBackend, ...inV1 }, welcomes: 1 };

/** Into a feed, which keeps the last 100 of them. */
export const storedWords: Words = {
  ...v1Words,
  newGroup: () => `feed_${newKey()}`,
  path: (group) => `/ws/feed/${group.slice("feed_".length)}/`,
};

/** The same, each with a key of its own: said twice, it is sent once. */
export const idempotentWords: Words = {
  ...storedWords,
  send: (group) => ({ ...storedWords.send(group, 0), headers: { ...asBackend, "idempotency-key": newKey() } }),
};

/** One that runs. */
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

  way(words: Words, group: string): Way {
    return { host: "127.0.0.1", port: this.#port, path: words.path(group), headers: words.headers };
  }

  async stop(): Promise<void> {
    this.poster.close();
    await this.running.stop(0);
  }
}

/** Settings that the bench needs; a merchant with one provider has set no others. */
const SECRETS = ["API_KEYS", "CALLBACK_HMAC"];

/** Builds each once, and starts it as often as it is asked for. */
export class Subjects {
  readonly #folder: string;
  readonly #built = new Map<string, Built>();
  readonly #secrets = {
    ...Object.fromEntries(SECRETS.map((name) => [name, settingIn(DEVELOPMENT_FILE, name)])),
    // A registration would make the order's file, which is most of what a first callback costs.
    REQUIRE_REGISTERED: "0",
  };
  readonly #running: Running[] = [];
  #started = 0;

  constructor(folder: string) {
    this.#folder = folder;
  }

  /** As it is deployed. */
  belfry(flags?: readonly string[]): Promise<Server> {
    return this.#start("belfry", "wrangler.toml", { ...(flags && { flags }) });
  }

  /** With a line in its log for each time that an object of it wakes. */
  counted(): Promise<Server> {
    return this.#start("counted", "wrangler.toml", { entry: "test/bench/counted.ts" });
  }

  /** `compression` as the product has it, unless it is said. */
  floor(compression?: boolean): Promise<Server> {
    return this.#start("floor", "test/bench/floor/wrangler.toml", {
      ...(compression !== undefined && { compression }),
    });
  }

  /** With a row kept before each send. */
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

  /** Whatever still runs, after a fault. */
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

  /** Everybody runs with the date and the flags of the product. */
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
