// The platform features that the client uses. Each is an option; the default is the platform's own.
import type { Unsubscribe } from "./api.ts";

export interface Options {
  /**
   * Returns a token for groups that require one. Called for the first connection, and again once
   * the token has expired. A backend gets one by `POST /tickets`.
   */
  readonly getToken?: () => string | Promise<string>;
  /** Closes the client when aborted. */
  readonly signal?: AbortSignal;
  /**
   * Stores the position and outcome of orders across reloads of the page; null stores nothing.
   * Default: `sessionStorage`, where available.
   */
  readonly storage?: KeyValueStorage | null;
  readonly WebSocket?: SocketClass;
  readonly fetch?: (url: string, init: { readonly signal: AbortSignal }) => Promise<Fetched>;
  readonly clock?: Clock;
  /** Returns a number in [0, 1). */
  readonly random?: () => number;
  /**
   * Calls `callback` whenever the network or the page is back. Default: on `online`, `pageshow`,
   * `resume`, and on `visibilitychange` to visible.
   */
  readonly wake?: (callback: () => void) => Unsubscribe;
}

export type Platform = Required<Pick<Options, "storage" | "WebSocket" | "fetch" | "clock" | "random" | "wake">>;

/** The part of a WebSocket in use. Browsers, Node, Workers and the package `ws` provide it. */
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

/** The part of the DOM's `Storage` in use. */
export interface KeyValueStorage {
  getItem(key: string): string | null;
  setItem(key: string, value: string): void;
}

/** @deprecated Use `KeyValueStorage`. */
export type Keep = KeyValueStorage;

export interface Clock {
  /** Returns the time in ms since 1970. */
  now(): number;
  /** Calls `callback` after `ms`. Returns a function that cancels the call. */
  after(ms: number, callback: () => void): () => void;
}

/** Globals of a page. Other platforms may lack them. */
interface Host {
  readonly document?: { readonly hidden: boolean };
  readonly location?: { readonly href: string };
  readonly sessionStorage?: KeyValueStorage;
  addEventListener?(
    event: string,
    listener: () => void,
    options: { readonly capture: boolean; readonly signal: AbortSignal },
  ): void;
}

export const host = globalThis as unknown as Host; // each platform types its globals differently

export const platformOf = (options: Options): Platform => ({
  WebSocket: globalThis.WebSocket,
  fetch: (url, init) => fetch(url, init),
  clock: { now: () => Date.now(), after: defaultAfter },
  random: Math.random,
  wake: defaultWake,
  storage: defaultStorage(),
  ...options,
});

/** True in a page, which has one user and may share connections. A server has many users. */
export const isPage = (): boolean => host.document !== undefined;

function defaultAfter(ms: number, callback: () => void): () => void {
  const timer = setTimeout(callback, ms);
  return () => clearTimeout(timer);
}

function defaultWake(callback: () => void): Unsubscribe {
  const controller = new AbortController();
  for (const event of ["online", "pageshow", "resume", "visibilitychange"]) {
    const listener = () => (event === "visibilitychange" && host.document?.hidden) || callback();
    // Some of these events do not bubble, so a page captures them. Workers reject `capture: true`.
    host.addEventListener?.(event, listener, { capture: isPage(), signal: controller.signal });
  }
  return () => controller.abort();
}

/** Returns null without `sessionStorage`. In a sandboxed page, even reading it throws. */
function defaultStorage(): KeyValueStorage | null {
  try {
    return host.sessionStorage ?? null;
  } catch {
    return null;
  }
}
