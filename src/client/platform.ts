// What the client needs of the place it runs in, each as an option, with that place's own as the default. Decides nothing.
import type { Undo } from "./api.ts";

export interface Options {
  /** A token for the groups that ask for one: asked for on the first connect, and again when it has run out. In Node, an API key does too. */
  readonly getToken?: () => string | Promise<string>;
  /** Closes the client. */
  readonly signal?: AbortSignal;
  /** Keeps an order's position and outcome over a reload of the page; null = nowhere. Default: `sessionStorage`, where there is one. */
  readonly storage?: Keep | null;
  readonly WebSocket?: SocketClass;
  readonly fetch?: (url: string, init: { readonly signal: AbortSignal }) => Promise<Fetched>;
  readonly clock?: Clock;
  /** In [0, 1). */
  readonly random?: () => number;
  /** Calls `act` whenever the network or the page is back. Default: `online`, `pageshow`, `resume`, and `visibilitychange` to visible. */
  readonly wake?: (act: () => void) => Undo;
}

export type Platform = Required<Pick<Options, "storage" | "WebSocket" | "fetch" | "clock" | "random" | "wake">>;

/** The part of a WebSocket that is used: a browser's, Node's, a Worker's, and that of the package `ws`. */
export interface Socket {
  addEventListener(type: "message", listener: (event: { readonly data: unknown }) => void): void;
  addEventListener(type: "close", listener: (event: { readonly code: number; readonly reason: string }) => void): void;
  addEventListener(type: "error", listener: () => void): void;
  send(text: string): void;
  close(code: number): void;
}

export type SocketClass = new (url: string, protocols: string[]) => Socket;

export interface Fetched {
  readonly ok: boolean;
  json(): Promise<unknown>;
}

/** The part of `Storage` that is used. */
export interface Keep {
  getItem(key: string): string | null;
  setItem(key: string, value: string): void;
}

export interface Clock {
  /** ms since 1970. */
  now(): number;
  /** Does `act` after so many ms, unless it is undone before. */
  after(ms: number, act: () => void): Undo;
}

/** What a page has, and other places may not have. */
interface Place {
  readonly document?: { readonly hidden: boolean };
  readonly location?: { readonly href: string };
  readonly sessionStorage?: Keep;
  addEventListener?(
    event: string,
    listener: () => void,
    options: { readonly capture: boolean; readonly signal: AbortSignal },
  ): void;
}

export const here = globalThis as unknown as Place; // by another name, so that each place's own types will do

export const platformOf = (options: Options): Platform => ({
  WebSocket: globalThis.WebSocket,
  fetch: (url, init) => fetch(url, init),
  clock: { now: () => Date.now(), after: ownAfter },
  random: Math.random,
  wake: ownWake,
  storage: ownStorage(),
  ...options,
});

/** Whether this is a page: one person's, where every part of it may share a connection. A server has many people's. */
export const isPage = (): boolean => here.document !== undefined;

function ownAfter(ms: number, act: () => void): Undo {
  const timer = setTimeout(act, ms);
  return () => clearTimeout(timer);
}

function ownWake(act: () => void): Undo {
  const undo = new AbortController();
  for (const event of ["online", "pageshow", "resume", "visibilitychange"]) {
    // Not all of them bubble, so they are caught on their way down; a Worker has no way down, and refuses to be asked for it.
    const listener = () => (event === "visibilitychange" && here.document?.hidden) || act();
    here.addEventListener?.(event, listener, { capture: isPage(), signal: undo.signal });
  }
  return () => undo.abort();
}

/** Null where there is none; a page in a sandbox may not even look. */
function ownStorage(): Keep | null {
  try {
    return here.sessionStorage ?? null;
  } catch {
    return null;
  }
}
