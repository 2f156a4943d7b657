import type { Undo } from "./api.ts";
export interface Options {
  /** A token for the groups that ask for one: asked for on the first connect, and again when it has run out. In Node, an API key does too. */
  readonly getToken?: () => string | Promise<string>;
  /** Closes the client. */
  readonly signal?: AbortSignal;
  /** Keeps an order's position and outcome over a reload of the page; null = nowhere. Default: `sessionStorage`, where there is one. */
  readonly storage?: Keep | null;
  readonly WebSocket?: SocketClass;
  readonly fetch?: (
    url: string,
    init: {
      readonly signal: AbortSignal;
    },
  ) => Promise<Fetched>;
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
  readonly document?: {
    readonly hidden: boolean;
  };
  readonly location?: {
    readonly href: string;
  };
  readonly sessionStorage?: Keep;
  addEventListener?(
    event: string,
    listener: () => void,
    options: {
      readonly capture: boolean;
      readonly signal: AbortSignal;
    },
  ): void;
}
export declare const here: Place;
export declare const platformOf: (options: Options) => Platform;
/** Whether this is a page: one person's, where every part of it may share a connection. A server has many people's. */
export declare const isPage: () => boolean;
export {};
