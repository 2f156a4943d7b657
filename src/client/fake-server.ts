// A fake Belfry for a user's own tests: scripted by the test, in the frames of the real one. No network, and no timers of its own.
import type { Keep, Options } from "./platform.ts";
import { Group, OrderGroup, type FakeGroup, type FakeOrder } from "./fake-group.ts";
import { socketsOf, type Closing, type Deliver, type FakeConnection } from "./fake-socket.ts";

export interface FakeServer {
  /** For `connect(url, { ...server.options })`: everything the client would reach outside with. */
  readonly options: Required<Pick<Options, "WebSocket" | "fetch" | "storage" | "wake">>;
  /** Every open connection. */
  readonly connections: readonly FakeConnection[];
  /** How many connections were dialled so far, and how many orders looked at over HTTP. */
  readonly dialled: number;
  readonly polled: number;
  order(biz: string): FakeOrder;
  /** By the path that the client gives. */
  group(path: string): FakeGroup;
  /** The network goes: connections are lost, and nothing can be reached. */
  cut(): void;
  /** The network goes, and nobody is told: what is sent arrives nowhere. */
  hang(): void;
  /** Closes whoever dials from now on with this code. */
  refuse(code: number, reason?: string): void;
  /** Undoes all three. What hung is lost, as it is on a new network. */
  mend(): void;
  /** The page is back, or the network: what `online` and `visibilitychange` are to a browser. */
  wake(): void;
}

export interface FakeServerOptions {
  readonly deliver?: Deliver;
  /** For `ping` and `history`, in ms since 1970. */
  readonly now?: () => number;
}

export const fakeServer = (options: FakeServerOptions = {}): FakeServer => new Server(options);

class Server implements FakeServer {
  readonly options: FakeServer["options"];
  dialled = 0;
  polled = 0;
  readonly #groups = new Map<string, Group>();
  readonly #orders = new Map<string, OrderGroup>();
  readonly #wakes = new Set<() => void>();
  readonly #deliver: Deliver;
  readonly #now: () => number;
  #network: "up" | "cut" | "hanging" = "up";
  #refusal: Closing | null = null;

  constructor({ deliver = (act) => act(), now = Date.now }: FakeServerOptions) {
    this.#deliver = deliver;
    this.#now = now;
    this.options = {
      WebSocket: socketsOf({
        deliver,
        dialled: () => void (this.dialled += 1),
        refusal: () => (this.#network === "cut" ? { code: 1006, reason: "" } : this.#refusal),
        opened: (connection) => this.group(connection.path).welcome(connection),
        heard: (connection, text) => this.group(connection.path).answer(connection, text),
        closed: (connection) => this.group(connection.path).gone(connection),
        isHanging: () => this.#network === "hanging",
      }),
      fetch: (url, { signal }) => this.#look(url.split("/").at(-1) ?? "", signal),
      storage: memory(),
      wake: (act) => {
        this.#wakes.add(act);
        return () => this.#wakes.delete(act);
      },
    };
  }

  get connections(): readonly FakeConnection[] {
    return [...this.#groups.values()].flatMap((group) => group.connections);
  }

  order(biz: string): OrderGroup {
    return found(this.#orders, biz, () => new OrderGroup(biz, this.group(`/ws/order/${biz}`)));
  }

  group(path: string): Group {
    return found(this.#groups, `/${path}/`.replaceAll(/\/+/g, "/"), (key) => new Group(key, this.#now));
  }

  cut(): void {
    this.#lose();
    this.#network = "cut";
  }

  hang(): void {
    this.#network = "hanging";
  }

  refuse(code: number, reason = ""): void {
    this.#refusal = { code, reason };
  }

  mend(): void {
    if (this.#network === "hanging") this.#lose();
    this.#network = "up";
    this.#refusal = null;
  }

  wake(): void {
    for (const act of this.#wakes) act();
  }

  #lose(): void {
    for (const connection of this.connections) connection.close(1006);
  }

  #look(biz: string, signal: AbortSignal): ReturnType<FakeServer["options"]["fetch"]> {
    this.polled += 1;
    if (this.#network === "cut") return Promise.reject(new TypeError("the network is cut"));
    const body = this.order(biz).look();
    return new Promise((resolve, reject) => {
      signal.addEventListener("abort", () => reject(signal.reason));
      if (this.#network === "hanging") return;
      this.#deliver(() => resolve({ ok: true, json: () => Promise.resolve(body) }), this); // HTTP keeps an order of its own
    });
  }
}

function found<Value>(map: Map<string, Value>, key: string, make: (key: string) => Value): Value {
  const known = map.get(key) ?? make(key);
  map.set(key, known);
  return known;
}

function memory(): Keep {
  const items = new Map<string, string>();
  return { getItem: (key) => items.get(key) ?? null, setItem: (key, value) => void items.set(key, value) };
}
