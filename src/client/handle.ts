// What `order()` and `group()` give: one part of a page's hold on a connection that others may share. Opens none itself.
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
  Undo,
  Until,
} from "./api.ts";
import { Ears } from "./ears.ts";
import { BelfryError } from "./error.ts";
import { errorOf, type Line, type LineEvents } from "./line.ts";
import type { Closed, State } from "./state.ts";
import { ANSWER_MS } from "./times.ts";
import { iterate, until } from "./wait.ts";

/** `Told` is the event that an iteration gives. */
class Handle<Told extends keyof LineEvents> {
  protected readonly line: Line;
  readonly #told: Told;
  readonly #ears = new Ears<LineEvents>();
  readonly #onClose: (handle: { close(): void }) => void;
  #closed: Closed | undefined;

  constructor(line: Line, told: Told, onClose: (handle: { close(): void }) => void) {
    this.line = line;
    this.#told = told;
    this.#onClose = onClose;
    line.handles.add(this.#ears);
  }

  get state(): State {
    return this.#closed ?? this.line.state;
  }

  readonly on: On<LineEvents> = (event, listener, { signal } = {}) =>
    this.#ears.on(event, listener, () => this.#present()[event], signal);

  close(): void {
    if (this.state.name !== "closed") {
      this.#closed = { name: "closed", code: 1000, reason: "left" };
      this.line.handles.delete(this.#ears);
      if (this.line.handles.size === 0) this.line.end(1000, "left");
      this.#ears.tell("state", this.#closed);
      this.#ears.end();
    }
    this.#onClose(this);
  }

  ping(wait?: Until): Promise<{ readonly time: number }> {
    return this.ask({ type: "ping" }, wait);
  }

  publish(data: Json, wait?: Until): Promise<Published> {
    return this.ask({ type: "publish", data }, wait);
  }

  [Symbol.asyncIterator](): AsyncIterator<LineEvents[Told]> {
    return iterate((tell, end) =>
      all(
        this.on(this.#told, tell),
        this.on("state", ({ name }) => name === "closed" && end()),
      ),
    );
  }

  /** Waits for the connection, then for the answer. What was sent when it was lost may have been done or not, and is not sent again. */
  protected ask<Result>(request: object, wait?: Until): Promise<Result> {
    const id = ++this.line.lastId;
    let isSent = false;
    return until(this.line.platform.clock, { timeout: ANSWER_MS, ...wait }, (resolve, reject) =>
      all(
        this.on("reply", (reply) => {
          if (reply.id !== id) return;
          if (reply.error) reject(errorOf(reply.error));
          else resolve(reply.result as Result); // what the server answers to this request
        }),
        this.on("state", (state) => {
          if (state.name === "open") this.line.send({ ...request, id });
          else if ("reason" in state && (isSent || state.name === "closed")) reject(endOf(state));
          isSent ||= state.name === "open";
        }),
      ),
    );
  }

  /** What a new listener is told at once. */
  #present(): { readonly [Event in keyof LineEvents]?: LineEvents[Event] | null } {
    return { state: this.state, status: this.line.outcome };
  }
}

const endOf = ({ name, reason, code }: Exclude<State, { name: "connecting" | "open" }>): BelfryError =>
  new BelfryError(reason, code, name !== "closed");

const all =
  (...undos: readonly Undo[]): Undo =>
  () => {
    for (const undo of undos) undo();
  };

export class OrderHandle extends Handle<"status"> implements Order {
  readonly biz: string;

  constructor(biz: string, line: Line, onClose: (handle: { close(): void }) => void) {
    super(line, "status", onClose);
    this.biz = biz;
  }

  get outcome(): Outcome | null {
    return this.line.outcome;
  }

  settled(wait: Until = {}): Promise<Settled> {
    return until(this.line.platform.clock, wait, (resolve, reject) =>
      all(
        this.on("status", (outcome) => isFinal(outcome) && resolve(outcome)),
        this.on("state", (state) => state.name === "closed" && reject(endOf(state))),
      ),
    );
  }
}

const isFinal = (outcome: Outcome): outcome is Settled => isSettled(outcome.status);

export class GroupHandle extends Handle<"publication"> implements Group {
  readonly path: string;

  constructor(path: string, line: Line, onClose: (handle: { close(): void }) => void) {
    super(line, "publication", onClose);
    this.path = path;
  }

  get latest(): Publication | null {
    return this.line.latest;
  }

  presence(wait?: Until): Promise<Presence> {
    return this.ask({ type: "presence" }, wait);
  }

  history({
    after,
    limit,
    ...wait
  }: { readonly after?: number; readonly limit?: number } & Until = {}): Promise<History> {
    return this.ask({ type: "history", after, limit }, wait);
  }
}
