// A fake Belfry server for users' own tests, scripted by the test. Sends the frames of the real
// server, and has neither network nor timers.
import type { KeyValueStorage, Options } from "./platform.ts";
import { Group, OrderGroup, type FakeGroup, type FakeOrder } from "./fake-group.ts";
import { socketClassOf, type Closing, type Deliver, type FakeConnection } from "./fake-socket.ts";

export interface FakeServer {
  /** Replaces the client's network, storage and wake: `connect(url, { ...server.options })`. */
  readonly options: Required<Pick<Options, "WebSocket" | "fetch" | "storage" | "wake">>;
  /** Every open connection. */
  readonly connections: readonly FakeConnection[];
  /** Number of connections dialled so far. */
  readonly dialled: number;
  /** Number of orders requested over HTTP so far. */
  readonly polled: number;
  order(biz: string): FakeOrder;
  /** Returns the group of a path, as the client passes it to `group()`. */
  group(path: string): FakeGroup;
  /** Closes all connections with 1006, and fails every connect and request from now on. */
  disconnectNetwork(): void;
  /** Drops every message from now on. Connections stay open. */
  stallNetwork(): void;
  /** Closes each new connection with `code` from now on. */
  refuse(code: number, reason?: string): void;
  /**
   * Reverts `disconnectNetwork`, `stallNetwork` and `refuse`. Connections of a stalled network are
   * closed with 1006.
   */
  restoreNetwork(): void;
  /** Reports that the page or the network is back, as `online` and `visibilitychange` do. */
  wake(): void;
  /** @deprecated Use `disconnectNetwork`. */
  cut(): void;
  /** @deprecated Use `stallNetwork`. */
  hang(): void;
  /** @deprecated Use `restoreNetwork`. */
  mend(): void;
}

export interface FakeServerOptions {
  readonly deliver?: Deliver;
  /** Returns the time for `ping` and `history`, in ms since 1970. */
  readonly now?: () => number;
}

export const fakeServer = (options: FakeServerOptions = {}): FakeServer => new Server(options);

class Server implements FakeServer {
  readonly options: FakeServer["options"];
  dialled = 0;
  polled = 0;
  readonly #groups = new Map<string, Group>();
  readonly #orders = new Map<string, OrderGroup>();
  readonly #wakeListeners = new Set<() => void>();
  readonly #deliver: Deliver;
  readonly #now: () => number;
  #network: "up" | "down" | "stalled" = "up";
  #refusal: Closing | null = null;

  constructor({ deliver = (callback) => callback(), now = Date.now }: FakeServerOptions) {
    this.#deliver = deliver;
    this.#now = now;
    this.options = {
      WebSocket: socketClassOf({
        deliver,
        onDial: () => void (this.dialled += 1),
        refusal: () => (this.#network === "down" ? { code: 1006, reason: "" } : this.#refusal),
        onOpen: (connection) => this.group(connection.path).welcome(connection),
        onMessage: (connection, text) => this.group(connection.path).receive(connection, text),
        onClose: (connection) => this.group(connection.path).remove(connection),
        isStalled: () => this.#network === "stalled",
      }),
      fetch: (url, { signal }) => this.#respond(url.split("/").at(-1) ?? "", signal),
      storage: memoryStorage(),
      wake: (callback) => {
        this.#wakeListeners.add(callback);
        return () => this.#wakeListeners.delete(callback);
      },
    };
  }

  get connections(): readonly FakeConnection[] {
    return [...this.#groups.values()].flatMap((group) => group.connections);
  }

  order(biz: string): OrderGroup {
    return getOrCreate(this.#orders, biz, () => new OrderGroup(biz, this.group(`/ws/order/${biz}`)));
  }

  group(path: string): Group {
    return getOrCreate(this.#groups, `/${path}/`.replaceAll(/\/+/g, "/"), (key) => new Group(key, this.#now));
  }

  disconnectNetwork(): void {
    this.#closeAll();
    this.#network = "down";
  }

  stallNetwork(): void {
    this.#network = "stalled";
  }

  refuse(code: number, reason = ""): void {
    this.#refusal = { code, reason };
  }

  restoreNetwork(): void {
    if (this.#network === "stalled") this.#closeAll();
    this.#network = "up";
    this.#refusal = null;
  }

  wake(): void {
    for (const listener of this.#wakeListeners) listener();
  }

  cut(): void {
    this.disconnectNetwork();
  }

  hang(): void {
    this.stallNetwork();
  }

  mend(): void {
    this.restoreNetwork();
  }

  #closeAll(): void {
    for (const connection of this.connections) connection.close(1006);
  }

  /** Responds to `GET /orders/:biz`. A stalled network leaves the request pending until aborted. */
  #respond(biz: string, signal: AbortSignal): ReturnType<FakeServer["options"]["fetch"]> {
    this.polled += 1;
    if (this.#network === "down") return Promise.reject(new TypeError("the network is disconnected"));
    const body = this.order(biz).view();
    return new Promise((resolve, reject) => {
      signal.addEventListener("abort", () => reject(signal.reason));
      if (this.#network === "stalled") return;
      this.#deliver(() => resolve({ ok: true, json: () => Promise.resolve(body) }), this); // HTTP has its own order
    });
  }
}

function getOrCreate<Value>(map: Map<string, Value>, key: string, create: (key: string) => Value): Value {
  const value = map.get(key) ?? create(key);
  map.set(key, value);
  return value;
}

function memoryStorage(): KeyValueStorage {
  const items = new Map<string, string>();
  return { getItem: (key) => items.get(key) ?? null, setItem: (key, value) => void items.set(key, value) };
}
