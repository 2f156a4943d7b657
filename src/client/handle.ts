// The handles that `order()` and `group()` return. Several handles may share one connection.
import type { Json } from "../core/json.ts";
import { isSettled } from "../core/order.ts";
import type {
  Group,
  History,
  On,
  Order,
  Outcome,
  Presence,
  Publication,
  Published,
  Settled,
  Unsubscribe,
  WaitOptions,
} from "./api.ts";
import { Emitter } from "./emitter.ts";
import { BelfryError } from "./error.ts";
import type { ConnectionEvents, GroupConnection } from "./group-connection.ts";
import { errorOf } from "./server-frame.ts";
import type { Closed, State } from "./state.ts";
import { RESPONSE_TIMEOUT_MS } from "./times.ts";
import { iterate, waitFor } from "./wait.ts";

/** `Iterated` is the event that `for await` yields. */
class Handle<Iterated extends keyof ConnectionEvents> {
  protected readonly connection: GroupConnection;
  readonly #iterated: Iterated;
  readonly #emitter = new Emitter<ConnectionEvents>();
  readonly #onClose: (handle: { close(): void }) => void;
  #closed: Closed | undefined;

  constructor(connection: GroupConnection, iterated: Iterated, onClose: (handle: { close(): void }) => void) {
    this.connection = connection;
    this.#iterated = iterated;
    this.#onClose = onClose;
    connection.emitters.add(this.#emitter);
  }

  get state(): State {
    return this.#closed ?? this.connection.state;
  }

  readonly on: On<ConnectionEvents> = (event, listener, { signal } = {}) =>
    this.#emitter.on(event, listener, () => this.#current()[event], signal);

  close(): void {
    if (this.state.name !== "closed") {
      this.#closed = { name: "closed", code: 1000, reason: "left" };
      this.connection.emitters.delete(this.#emitter);
      if (this.connection.emitters.size === 0) this.connection.end(1000, "left");
      this.#emitter.emit("state", this.#closed);
      this.#emitter.clear();
    }
    this.#onClose(this);
  }

  ping(options?: WaitOptions): Promise<{ readonly time: number }> {
    return this.request({ type: "ping" }, options);
  }

  publish(data: Json, options?: WaitOptions): Promise<Published> {
    return this.request({ type: "publish", data }, options);
  }

  [Symbol.asyncIterator](): AsyncIterator<ConnectionEvents[Iterated]> {
    return iterate((emit, end) =>
      all(
        this.on(this.#iterated, emit),
        this.on("state", ({ name }) => name === "closed" && end()),
      ),
    );
  }

  /**
   * Waits for the connection, sends the request and waits for the reply. Sends once: if the
   * connection is lost before the reply, the server may or may not have handled the request.
   */
  protected request<Result>(frame: object, options?: WaitOptions): Promise<Result> {
    const id = ++this.connection.lastId;
    let isSent = false;
    return waitFor(this.connection.platform.clock, { timeout: RESPONSE_TIMEOUT_MS, ...options }, (resolve, reject) =>
      all(
        this.on("reply", (reply) => {
          if (reply.id !== id) return;
          if (reply.error) reject(errorOf(reply.error));
          else resolve(reply.result as Result); // the result type of this request
        }),
        this.on("state", (state) => {
          if (state.name === "open") this.connection.send({ ...frame, id });
          else if ("reason" in state && (isSent || state.name === "closed")) reject(closeError(state));
          isSent ||= state.name === "open";
        }),
      ),
    );
  }

  /** The values that a new listener receives at once. */
  #current(): { readonly [Event in keyof ConnectionEvents]?: ConnectionEvents[Event] | null } {
    return { state: this.state, status: this.connection.outcome };
  }
}

const closeError = ({ name, reason, code }: Exclude<State, { name: "connecting" | "open" }>): BelfryError =>
  new BelfryError(reason, code, name !== "closed");

/** Combines several unsubscribe functions into one. */
const all =
  (...unsubscribes: readonly Unsubscribe[]): Unsubscribe =>
  () => {
    for (const unsubscribe of unsubscribes) unsubscribe();
  };

export class OrderHandle extends Handle<"status"> implements Order {
  readonly biz: string;

  constructor(biz: string, connection: GroupConnection, onClose: (handle: { close(): void }) => void) {
    super(connection, "status", onClose);
    this.biz = biz;
  }

  get outcome(): Outcome | null {
    return this.connection.outcome;
  }

  settled(options: WaitOptions = {}): Promise<Settled> {
    return waitFor(this.connection.platform.clock, options, (resolve, reject) =>
      all(
        this.on("status", (outcome) => isFinal(outcome) && resolve(outcome)),
        this.on("state", (state) => state.name === "closed" && reject(closeError(state))),
      ),
    );
  }
}

const isFinal = (outcome: Outcome): outcome is Settled => isSettled(outcome.status);

export class GroupHandle extends Handle<"publication"> implements Group {
  readonly path: string;

  constructor(path: string, connection: GroupConnection, onClose: (handle: { close(): void }) => void) {
    super(connection, "publication", onClose);
    this.path = path;
  }

  get latest(): Publication | null {
    return this.connection.latest;
  }

  presence(options?: WaitOptions): Promise<Presence> {
    return this.request({ type: "presence" }, options);
  }

  history({
    after,
    limit,
    ...options
  }: { readonly after?: number; readonly limit?: number } & WaitOptions = {}): Promise<History> {
    return this.request({ type: "history", after, limit }, options);
  }
}
