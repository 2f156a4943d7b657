// One connection of the fake server, seen from both ends. No network and no timers; what is sent on it means nothing here.
import { BEARER, HEARTBEAT } from "../core/frames.ts";
import type { Socket } from "./platform.ts";

/**
 * How what is sent gets to the other end: `act` brings it there. Left out, it is there at once. `on` is the connection, or the server's
 * HTTP: what is sent on one keeps its order, what is sent on two need not.
 */
export type Deliver = (act: () => void, on: object) => void;

/** What the server does with a connection. */
export interface Desk {
  readonly deliver: Deliver;
  dialled(): void;
  /** What whoever dials is closed with; null to let it in. */
  refusal(): Closing | null;
  opened(connection: FakeConnection): void;
  heard(connection: FakeConnection, text: string): void;
  closed(connection: FakeConnection): void;
  /** Whether nothing gets through, and nobody is told so. */
  isHanging(): boolean;
}

export interface Closing {
  readonly code: number;
  readonly reason: string;
}

/** A connection as the server sees it. */
export interface FakeConnection {
  readonly path: string;
  readonly query: URLSearchParams;
  /** The token it brought; null for none. */
  readonly token: string | null;
  /** The texts that came on it, heartbeats aside. */
  readonly received: readonly string[];
  readonly isOpen: boolean;
  /** Sends a frame as it is. */
  send(text: string): void;
  close(code: number, reason?: string): void;
}

/** The `WebSocket` of one fake server. */
export function socketsOf(desk: Desk): new (url: string, protocols: string[]) => Socket {
  return class implements Socket {
    readonly #connection: Connection;

    constructor(url: string, protocols: string[]) {
      this.#connection = new Connection(url, protocols, desk);
    }

    addEventListener<Type extends keyof Listeners>(type: Type, listener: Listeners[Type]): void {
      this.#connection.listeners[type].add(listener);
    }

    send(text: string): void {
      this.#connection.take(text);
    }

    close(): void {
      this.#connection.left();
    }
  };
}

interface Listeners {
  message: (event: { readonly data: unknown }) => void;
  close: (event: Closing) => void;
  error: () => void;
}

class Connection implements FakeConnection {
  readonly path: string;
  readonly query: URLSearchParams;
  readonly token: string | null;
  readonly received: string[] = [];
  readonly listeners: { readonly [Type in keyof Listeners]: Set<Listeners[Type]> } = {
    message: new Set(),
    close: new Set(),
    error: new Set(),
  };
  readonly #desk: Desk;
  #state: "dialling" | "open" | "closed" = "dialling";

  constructor(url: string, protocols: readonly string[], desk: Desk) {
    const { pathname, searchParams } = new URL(url);
    this.path = pathname.slice(pathname.indexOf("/ws/")); // Belfry may be below a path of its own
    this.query = searchParams;
    this.token = protocols.find((protocol) => protocol.startsWith(BEARER))?.slice(BEARER.length) ?? null;
    this.#desk = desk;
    desk.dialled();
    queueMicrotask(() => desk.deliver(() => this.#open(), this)); // behind the caller, who has yet to listen
  }

  get isOpen(): boolean {
    return this.#state === "open";
  }

  send(text: string): void {
    this.#bring(() => this.#tell("message", { data: text }));
  }

  /** At this end at once, so that nothing is sent any more; at the other when it gets there. */
  close(code: number, reason = ""): void {
    if (this.#state === "closed") return;
    this.#bring(() => this.#tell("close", { code, reason }));
    this.#state = "closed";
    this.#desk.closed(this);
  }

  /** The client has sent something: it arrives when the client has done what it is doing. */
  take(text: string): void {
    queueMicrotask(() => this.#desk.deliver(() => this.#arrive(text), this));
  }

  /** The client has closed it, and hears no more. */
  left(): void {
    for (const listeners of Object.values(this.listeners)) listeners.clear();
    if (this.#state === "closed") return;
    this.#state = "closed";
    this.#desk.closed(this);
  }

  #open(): void {
    if (this.#state !== "dialling" || this.#desk.isHanging()) return;
    const closing = this.#desk.refusal();
    if (closing !== null) return this.close(closing.code, closing.reason);
    this.#state = "open";
    this.#desk.opened(this);
  }

  #arrive(text: string): void {
    if (this.#state !== "open" || this.#desk.isHanging()) return;
    if (text === HEARTBEAT) return this.send(text); // by the platform itself
    this.received.push(text);
    this.#desk.heard(this, text);
  }

  /** What was on its way when the network hung has gone nowhere. */
  #bring(act: () => void): void {
    if (this.#desk.isHanging()) return;
    this.#desk.deliver(() => !this.#desk.isHanging() && act(), this);
  }

  #tell<Type extends keyof Listeners>(type: Type, event: Parameters<Listeners[Type]>[0]): void {
    for (const listener of this.listeners[type]) (listener as (told: typeof event) => void)(event); // of its own type
  }
}
