// One connection of the fake server, as the client and as the test sees it. Has neither
// network nor timers.
import { BEARER, HEARTBEAT } from "../core/frames.ts";
import type { Socket } from "./platform.ts";

/**
 * Delivers a message: `callback` hands it to the receiver. Default: at once. `via` is the
 * connection, or the server for HTTP. Messages via one object keep their order.
 */
export type Deliver = (callback: () => void, via: object) => void;

/** The server's side of a connection. */
export interface SocketHost {
  readonly deliver: Deliver;
  onDial(): void;
  /** The close of every new connection; null to accept it. */
  refusal(): Closing | null;
  onOpen(connection: FakeConnection): void;
  onMessage(connection: FakeConnection, text: string): void;
  onClose(connection: FakeConnection): void;
  /** Whether the network drops every message silently. */
  isStalled(): boolean;
}

export interface Closing {
  readonly code: number;
  readonly reason: string;
}

/** A connection as the server sees it. */
export interface FakeConnection {
  readonly path: string;
  readonly query: URLSearchParams;
  /** The token of the handshake; null without one. */
  readonly token: string | null;
  /** The received texts, without heartbeats. */
  readonly received: readonly string[];
  readonly isOpen: boolean;
  /** Sends a frame unchanged. */
  send(text: string): void;
  close(code: number, reason?: string): void;
}

/** Creates the `WebSocket` class of one fake server. */
export function socketClassOf(host: SocketHost): new (url: string, protocols: string[]) => Socket {
  return class implements Socket {
    readonly #connection: Connection;

    constructor(url: string, protocols: string[]) {
      this.#connection = new Connection(url, protocols, host);
    }

    addEventListener<Type extends keyof Listeners>(type: Type, listener: Listeners[Type]): void {
      this.#connection.listeners[type].add(listener);
    }

    send(text: string): void {
      this.#connection.receive(text);
    }

    close(): void {
      this.#connection.closeByClient();
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
  readonly #host: SocketHost;
  #state: "dialling" | "open" | "closed" = "dialling";

  constructor(url: string, protocols: readonly string[], host: SocketHost) {
    const { pathname, searchParams } = new URL(url);
    this.path = pathname.slice(pathname.indexOf("/ws/")); // Belfry may have a path prefix
    this.query = searchParams;
    this.token = protocols.find((protocol) => protocol.startsWith(BEARER))?.slice(BEARER.length) ?? null;
    this.#host = host;
    host.onDial();
    queueMicrotask(() => host.deliver(() => this.#open(), this)); // after the caller has added its listeners
  }

  get isOpen(): boolean {
    return this.#state === "open";
  }

  send(text: string): void {
    this.#deliverToClient(() => this.#emit("message", { data: text }));
  }

  /** Closes the server's side at once, the client's side on delivery. */
  close(code: number, reason = ""): void {
    if (this.#state === "closed") return;
    this.#deliverToClient(() => this.#emit("close", { code, reason }));
    this.#state = "closed";
    this.#host.onClose(this);
  }

  /** Delivers a text of the client in a microtask, after its current code. */
  receive(text: string): void {
    queueMicrotask(() => this.#host.deliver(() => this.#onArrival(text), this));
  }

  /** Called when the client closes the socket. Removes its listeners. */
  closeByClient(): void {
    for (const listeners of Object.values(this.listeners)) listeners.clear();
    if (this.#state === "closed") return;
    this.#state = "closed";
    this.#host.onClose(this);
  }

  #open(): void {
    if (this.#state !== "dialling" || this.#host.isStalled()) return;
    const closing = this.#host.refusal();
    if (closing !== null) return this.close(closing.code, closing.reason);
    this.#state = "open";
    this.#host.onOpen(this);
  }

  #onArrival(text: string): void {
    if (this.#state !== "open" || this.#host.isStalled()) return;
    if (text === HEARTBEAT) return this.send(text); // the platform answers it, without the group
    this.received.push(text);
    this.#host.onMessage(this, text);
  }

  /** Drops the message if the network is stalled now or on delivery. */
  #deliverToClient(callback: () => void): void {
    if (this.#host.isStalled()) return;
    this.#host.deliver(() => !this.#host.isStalled() && callback(), this);
  }

  #emit<Type extends keyof Listeners>(type: Type, event: Parameters<Listeners[Type]>[0]): void {
    for (const listener of this.listeners[type]) (listener as (value: typeof event) => void)(event); // of this `type`
  }
}
