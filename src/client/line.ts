// One connection to one group: dials, shows that it lives, comes back, keeps its position. What its publications mean is not known here.
import { verdictOf, type closeCodes } from "../core/codes.ts";
import { BEARER, HEARTBEAT, subprotocols, type RequestId } from "../core/frames.ts";
import type { Position } from "../core/position.ts";
import type { GroupEvents, Outcome, Publication, Undo } from "./api.ts";
import { pauseMs } from "./backoff.ts";
import type { Ears } from "./ears.ts";
import { BelfryError } from "./error.ts";
import type { Platform, Socket } from "./platform.ts";
import type { State } from "./state.ts";
import { ANSWER_MS, YOUNG_MS } from "./times.ts";
import type { Token, Tokens } from "./tokens.ts";

const LOST = 1006; // what a browser says of a connection that ended without a word (RFC 6455, 7.1.5)
const TOKEN_EXPIRED: (typeof closeCodes)["token_expired"] = 4205; // the table itself is too heavy to carry

export type LineEvents = GroupEvents & { readonly status: Outcome; readonly reply: Reply };

export interface Reply {
  readonly id: RequestId;
  readonly result: unknown;
  readonly error?: Wrong;
}

interface Wrong {
  readonly code: number;
  readonly reason: string;
  readonly message: string;
  readonly temporary: boolean;
}

interface Welcome extends Position {
  readonly recovered: boolean;
  readonly heartbeat: number;
}

/** One without `data` was for everybody else. */
interface Item {
  readonly offset?: number | null;
  readonly id?: string | null;
  readonly data?: unknown;
}

type ServerFrame =
  | ({ readonly type: "welcome" } & Welcome)
  | ({ readonly type: "publication" } & Item)
  | { readonly type: "publications"; readonly items: readonly Item[] }
  | ({ readonly type: "join" | "leave" } & GroupEvents["join"])
  | ({ readonly type: "reply" } & Reply)
  | ({ readonly type: "error" } & Wrong);

/** What a connection is made with. */
export interface Wiring {
  /** Where its group is. */
  readonly url: string;
  readonly platform: Platform;
  readonly tokens: Tokens;
  /** It has ended for good: whoever wants the group makes another. */
  readonly onEnd: () => void;
}

export class Line {
  readonly platform: Platform;
  /** The listeners of each handle. */
  readonly handles = new Set<Ears<LineEvents>>();
  state: State = { name: "connecting" };
  latest: Publication | null = null;
  outcome: Outcome | null = null;
  lastId = 0;
  protected position: Position | null = null;
  readonly #wiring: Wiring;
  #token: Token | undefined;
  #socket: Socket | null = null;
  #undoWake: Undo | undefined;
  /** One thing is awaited at a time: a welcome, the next heartbeat, its answer, or the next try. */
  #undoTimer: Undo | undefined;
  /** Goes up with each connection. */
  #turn = 0;
  #begunAt = 0;
  #beatMs = 0;
  #isHeard = false;
  /** Connections, one after the other, that were lost before a heartbeat was answered. */
  #losses = 0;

  constructor(wiring: Wiring) {
    this.#wiring = wiring;
    this.platform = wiring.platform;
  }

  start(): void {
    this.#undoWake = this.platform.wake(() => this.#wake());
    this.#connect();
  }

  /** For good. */
  end(code: number, reason: string): void {
    this.#drop();
    this.#undoWake?.();
    this.#wiring.onEnd();
    this.#enter({ name: "closed", code, reason });
    for (const ears of this.handles) ears.end();
    this.handles.clear();
  }

  send(frame: object): void {
    this.#socket?.send(JSON.stringify(frame));
  }

  // What an order's line does besides.

  /** Where the group stands; `isNew` if nothing was recovered, `hasMissed` if something should have been. */
  protected welcomed?(at: Position, isNew: boolean, hasMissed: boolean): void;
  protected entered?(state: State): void;
  protected woken?(): void;

  protected took(publication: Publication): void {
    this.latest = publication;
    this.tell("publication", publication);
  }

  /** To every handle. One of them may close the line over it, so what must not be done then is not done behind a tell. */
  protected tell<Event extends keyof LineEvents>(event: Event, value: LineEvents[Event]): void {
    for (const ears of this.handles) ears.tell(event, value);
  }

  #connect(): void {
    this.#drop();
    this.#begunAt = this.platform.clock.now();
    this.#after(ANSWER_MS, () => this.#lost(LOST, "no_answer"));
    this.#token = this.#wiring.tokens.get();
    this.#token.then(
      this.#untilDropped((token) => this.#dial(token)),
      this.#untilDropped(() => this.#lost(LOST, "no_token")),
    );
    this.#enter({ name: "connecting" });
  }

  #dial(token: string | undefined): void {
    const at = this.position;
    const query = at === null ? "" : `?epoch=${at.epoch}&offset=${at.offset}`;
    const protocols = [subprotocols.v1, ...(token === undefined ? [] : [BEARER + token])];
    try {
      const socket = new this.platform.WebSocket(this.#wiring.url + query, protocols);
      this.#socket = socket;
      socket.addEventListener(
        "message",
        this.#untilDropped(({ data }) => this.#hear(String(data))),
      );
      socket.addEventListener(
        "close",
        this.#untilDropped(({ code, reason }) => this.#lost(code, reason || "lost")),
      );
      socket.addEventListener("error", () => undefined); // a close follows; `ws` ends the process for one that nobody hears
    } catch {
      this.#lost(LOST, "lost"); // and no word of the error: it may quote the token
    }
  }

  #hear(text: string): void {
    this.#isHeard = true;
    if (text === HEARTBEAT) return void (this.#losses = 0); // it has lasted: the next pause is a short one again
    const frame = parsed(text);
    switch (frame?.type) {
      case "welcome":
        return this.#welcome(frame);
      case "publication":
        return this.#take(frame);
      case "publications":
        return frame.items.forEach((item) => this.#take(item));
      case "join":
      case "leave": {
        const { type, ...member } = frame;
        return this.tell(type, member);
      }
      case "reply":
        return this.tell("reply", frame);
      case "error":
        if (frame.code === TOKEN_EXPIRED) return this.#refresh();
        return this.tell("error", errorOf(frame));
      case undefined: // and any type that is younger than this client
    }
  }

  #welcome({ epoch, offset, recovered, heartbeat }: Welcome): void {
    const at = { epoch, offset };
    const hasMissed = this.position !== null && !recovered;
    if (!recovered) this.position = at;
    this.#beatMs = heartbeat * 1000;
    this.#after(this.#beatMs, () => this.#beat());
    this.#enter({ name: "open" });
    this.welcomed?.(at, !recovered, hasMissed);
    if (hasMissed) this.tell("missed", at);
  }

  #take({ offset = null, id = null, data }: Item): void {
    if (offset !== null && this.position !== null) this.position = { ...this.position, offset };
    if (data !== undefined) this.took({ data, offset, id });
  }

  /** Every so often, whatever else comes: the server counts them. A network that goes away closes no socket. */
  #beat(): void {
    this.#isHeard = false;
    this.#after(ANSWER_MS, () => {
      if (!this.#isHeard) return this.#lost(LOST, "no_answer");
      this.#after(this.#beatMs - ANSWER_MS, () => this.#beat());
    });
    this.#socket?.send(HEARTBEAT);
  }

  #lost(code: number, reason: string): void {
    const verdict = verdictOf(code);
    if (verdict === "stay_away") return this.end(code, reason);
    // A token that has run out; or one that did not come in all that time.
    if (code === TOKEN_EXPIRED || this.#socket === null) this.#wiring.tokens.forget(this.#token);
    this.#drop();
    // At once, but not again and again: a server that says so to every connection is not obeyed.
    const isFirst = this.#losses++ === 0;
    const { clock, random } = this.platform;
    const pause = verdict === "come_back" && isFirst ? 0 : pauseMs(this.#losses, random());
    this.#after(pause, () => this.#connect());
    this.#enter({ name: "waiting", until: clock.now() + pause, code, reason });
  }

  /** The network or the page is back. */
  #wake(): void {
    const { name } = this.state;
    if (name === "open") {
      if (this.#isHeard) this.#beat(); // it may be of the old network; asked already, it has its time to answer
    } else if (name === "waiting" || this.platform.clock.now() - this.#begunAt > YOUNG_MS) {
      this.#losses = 0;
      this.#connect();
    }
    this.woken?.();
  }

  /** If it fails, the server closes with the same code, and a new token is asked for as at any other time. */
  #refresh(): void {
    const { tokens } = this.#wiring;
    tokens.forget(this.#token);
    this.#token = tokens.get();
    this.#token.then(
      this.#untilDropped((token) => this.send({ type: "refresh", id: 0, token })),
      () => undefined,
    );
  }

  #drop(): void {
    const socket = this.#socket;
    this.#socket = null;
    this.#turn += 1;
    this.#undoTimer?.();
    socket?.close(1000);
  }

  /** What is begun for one connection is nothing to the next. */
  #untilDropped<Value>(act: (value: Value) => void): (value: Value) => void {
    const turn = this.#turn;
    return (value) => {
      if (turn === this.#turn) act(value);
    };
  }

  #after(ms: number, act: () => void): void {
    this.#undoTimer?.();
    this.#undoTimer = this.platform.clock.after(ms, act);
  }

  #enter(state: State): void {
    this.state = state;
    this.entered?.(state);
    this.tell("state", state);
  }
}

export const errorOf = ({ reason, code, temporary, message }: Wrong): BelfryError =>
  new BelfryError(reason, code, temporary, message);

/** Undefined for what is no JSON; what is no object has no type. */
function parsed(text: string): ServerFrame | undefined {
  try {
    return Object(JSON.parse(text)) as ServerFrame; // the server's word
  } catch {
    return undefined;
  }
}
