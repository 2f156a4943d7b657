// One connection to one group: connects, sends heartbeats, reconnects and tracks the position. All
// handles of the group share it.
import { verdictOf, type closeCodes } from "../core/codes.ts";
import { BEARER, HEARTBEAT, subprotocols } from "../core/frames.ts";
import type { Position } from "../core/position.ts";
import type { GroupEvents, Outcome, Publication } from "./api.ts";
import { backoffMs } from "./backoff.ts";
import type { Emitter } from "./emitter.ts";
import type { Platform, Socket } from "./platform.ts";
import { errorOf, parseFrame, type PublicationFields, type Reply, type Welcome } from "./server-frame.ts";
import type { State } from "./state.ts";
import { CONNECT_STALE_MS, RESPONSE_TIMEOUT_MS } from "./times.ts";
import type { Token, Tokens } from "./tokens.ts";

const LOST = 1006; // abnormal closure, without a close frame (RFC 6455, 7.1.5)
const TOKEN_EXPIRED: (typeof closeCodes)["token_expired"] = 4205; // importing the table costs bytes

export type ConnectionEvents = GroupEvents & { readonly status: Outcome; readonly reply: Reply };

/** Dependencies of a connection. */
export interface ConnectionDeps {
  /** WebSocket URL of the group. */
  readonly url: string;
  readonly platform: Platform;
  readonly tokens: Tokens;
  /** Called once the connection is closed for good. A later handle needs a new connection. */
  readonly onEnd: () => void;
}

export class GroupConnection {
  readonly platform: Platform;
  /** The emitter of each handle. */
  readonly emitters = new Set<Emitter<ConnectionEvents>>();
  state: State = { name: "connecting" };
  latest: Publication | null = null;
  outcome: Outcome | null = null;
  lastId = 0;
  protected position: Position | null = null;
  readonly #deps: ConnectionDeps;
  #token: Token | undefined;
  #socket: Socket | null = null;
  #stopWake: (() => void) | undefined;
  /** One timer at a time: for a welcome, a heartbeat, its answer or a reconnect. */
  #cancelTimer: (() => void) | undefined;
  /** Increases with each socket, to ignore callbacks of earlier ones. */
  #generation = 0;
  #connectStartedAt = 0;
  #heartbeatMs = 0;
  /** Time over which the clients of the group spread their reconnects. */
  #spreadMs = 0;
  /** Whether a frame has arrived since the last heartbeat. */
  #isAlive = false;
  /** Whether a heartbeat of this connection was answered. */
  #isStable = false;
  /** Consecutive connections that ended before their second heartbeat was answered. */
  #losses = 0;

  constructor(deps: ConnectionDeps) {
    this.#deps = deps;
    this.platform = deps.platform;
  }

  start(): void {
    this.#stopWake = this.platform.wake(() => this.#checkConnection());
    this.#connect();
  }

  /** Closes the connection for good. */
  end(code: number, reason: string): void {
    this.#dropSocket();
    this.#stopWake?.();
    this.#deps.onEnd();
    this.#setState({ name: "closed", code, reason });
    for (const emitter of this.emitters) emitter.clear();
    this.emitters.clear();
  }

  send(frame: object): void {
    this.#socket?.send(JSON.stringify(frame));
  }

  // Hooks of OrderConnection.

  /** `latest`: the group's latest offset. `hasMissed`: recovery was requested and impossible. */
  protected onWelcome?(latest: number, hasMissed: boolean): void;
  protected onStateChange?(state: State): void;
  protected onWake?(): void;

  protected onPublication(publication: Publication): void {
    this.latest = publication;
    this.emit("publication", publication);
  }

  /**
   * Emits an event to all handles. A listener may close this connection: callers must do nothing
   * after `emit()` that assumes it is open.
   */
  protected emit<Event extends keyof ConnectionEvents>(event: Event, value: ConnectionEvents[Event]): void {
    for (const emitter of this.emitters) emitter.emit(event, value);
  }

  #connect(): void {
    this.#dropSocket();
    this.#connectStartedAt = this.platform.clock.now();
    this.#setTimer(RESPONSE_TIMEOUT_MS, () => this.#onLost(LOST, "no_answer"));
    this.#token = this.#deps.tokens.get();
    this.#token.then(
      this.#ifCurrent((token) => this.#openSocket(token)),
      this.#ifCurrent(() => this.#onLost(LOST, "no_token")),
    );
    this.#setState({ name: "connecting" });
  }

  #openSocket(token: string | undefined): void {
    const { position } = this;
    const query = position === null ? "" : `?epoch=${position.epoch}&offset=${position.offset}`;
    const protocols = [subprotocols.v1, ...(token === undefined ? [] : [BEARER + token])];
    try {
      const socket = new this.platform.WebSocket(this.#deps.url + query, protocols);
      this.#socket = socket;
      socket.addEventListener(
        "message",
        this.#ifCurrent(({ data }) => this.#receive(String(data))),
      );
      socket.addEventListener(
        "close",
        this.#ifCurrent(({ code, reason }) => this.#onLost(code, reason || "lost")),
      );
      // A close event follows. The package `ws` ends the process on an unhandled error event.
      socket.addEventListener("error", () => undefined);
    } catch {
      this.#onLost(LOST, "lost"); // without the error, which may quote the token
    }
  }

  #receive(text: string): void {
    this.#isAlive = true;
    if (text === HEARTBEAT) {
      // The first is answered at once; a connection that lasts until the second resets the backoff.
      if (this.#isStable) this.#losses = 0;
      this.#isStable = true;
      return;
    }
    const frame = parseFrame(text);
    switch (frame?.type) {
      case "welcome":
        return this.#receiveWelcome(frame);
      case "publication":
        return this.#receivePublication(frame);
      case "publications":
        return frame.items.forEach((item) => this.#receivePublication(item));
      case "join":
      case "leave": {
        const { type, ...member } = frame;
        return this.emit(type, member);
      }
      case "joins":
      case "leaves": {
        const { type, members, ...counts } = frame;
        const event = type.slice(0, -1) as "join" | "leave"; // without its plural s
        return members.forEach((member) => this.emit(event, { ...member, ...counts }));
      }
      case "reply":
        return this.emit("reply", frame);
      case "error":
        if (frame.code === TOKEN_EXPIRED) return this.#refreshToken();
        return this.emit("error", errorOf(frame));
      case undefined: // so are types that are newer than this client
    }
  }

  #receiveWelcome({ epoch, offset, latest, recovered, heartbeat, spread = 0 }: Welcome): void {
    const position = { epoch, offset };
    const hasMissed = this.position !== null && !recovered;
    if (!recovered) this.position = position;
    this.#heartbeatMs = heartbeat * 1000;
    this.#spreadMs = spread * 1000;
    this.#isStable = false;
    this.#sendHeartbeat();
    this.#setState({ name: "open" });
    this.onWelcome?.(latest, hasMissed);
    if (hasMissed) this.emit("missed", position);
  }

  #receivePublication({ offset = null, id = null, data }: PublicationFields): void {
    if (offset !== null && this.position !== null) this.position = { ...this.position, offset };
    if (data !== undefined) this.onPublication({ data, offset, id });
  }

  /**
   * Sent behind the welcome and at a fixed interval, whatever else arrives: the server closes
   * connections whose heartbeats stop. Also detects a lost network, which closes no socket.
   */
  #sendHeartbeat(): void {
    this.#isAlive = false;
    this.#setTimer(RESPONSE_TIMEOUT_MS, () => {
      if (!this.#isAlive) return this.#onLost(LOST, "no_answer");
      this.#setTimer(this.#heartbeatMs - RESPONSE_TIMEOUT_MS, () => this.#sendHeartbeat());
    });
    this.#socket?.send(HEARTBEAT);
  }

  #onLost(code: number, reason: string): void {
    const verdict = verdictOf(code);
    if (verdict === "stay_away") return this.end(code, reason);
    // The token has expired, or was not delivered before the timeout.
    if (code === TOKEN_EXPIRED || this.#socket === null) this.#deps.tokens.invalidate(this.#token);
    this.#dropSocket();
    // Only the first `come_back` is immediate: a server may send it to every connection.
    const isFirst = this.#losses++ === 0;
    const { clock, random } = this.platform;
    const delayMs =
      verdict === "come_back" && isFirst ? 0 : backoffMs(this.#losses, random()) + this.#spreadMs * random();
    this.#setTimer(delayMs, () => this.#connect());
    this.#setState({ name: "waiting", until: clock.now() + delayMs, code, reason });
  }

  /** Called when the network or the page is back. Reconnects, or sends a heartbeat early. */
  #checkConnection(): void {
    const { name } = this.state;
    if (name === "open") {
      if (this.#isAlive) this.#sendHeartbeat(); // otherwise one is in flight
    } else if (name === "waiting" || this.platform.clock.now() - this.#connectStartedAt > CONNECT_STALE_MS) {
      this.#losses = 0;
      this.#connect();
    }
    this.onWake?.();
  }

  /** If this fails, the server closes with the same code, and the reconnect gets a new token. */
  #refreshToken(): void {
    const { tokens } = this.#deps;
    tokens.invalidate(this.#token);
    this.#token = tokens.get();
    this.#token.then(
      this.#ifCurrent((token) => this.send({ type: "refresh", id: 0, token })),
      () => undefined,
    );
  }

  #dropSocket(): void {
    const socket = this.#socket;
    this.#socket = null;
    this.#generation += 1;
    this.#cancelTimer?.();
    socket?.close(1000);
  }

  /** Returns `callback`, disabled once the present socket is dropped. */
  #ifCurrent<Value>(callback: (value: Value) => void): (value: Value) => void {
    const generation = this.#generation;
    return (value) => {
      if (generation === this.#generation) callback(value);
    };
  }

  #setTimer(ms: number, callback: () => void): void {
    this.#cancelTimer?.();
    this.#cancelTimer = this.platform.clock.after(ms, callback);
  }

  #setState(state: State): void {
    this.state = state;
    this.onStateChange?.(state);
    this.emit("state", state);
  }
}
