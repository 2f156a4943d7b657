// Types of the SDK's public interface: the client, its orders and groups, and their events.
import type { Json } from "../core/json.ts";
import type { Who, Counts } from "../core/frames.ts";
import type { OrderStatus } from "../core/order.ts";
import type { BelfryError } from "./error.ts";
import type { State } from "./state.ts";

/** Removes a listener. Calling it again does nothing. */
export type Unsubscribe = () => void;

/** @deprecated Use `Unsubscribe`. */
export type Undo = Unsubscribe;

/** Limits a wait. */
export interface WaitOptions {
  /** Rejects the promise with the signal's reason. */
  readonly signal?: AbortSignal;
  /** Rejects the promise with a BelfryError `timeout` after this many ms. */
  readonly timeout?: number;
}

/** @deprecated Use `WaitOptions`. */
export type Until = WaitOptions;

/** Adds a listener until it is unsubscribed, `signal` is aborted or the handle is closed. */
export type On<Events> = <Event extends keyof Events>(
  event: Event,
  listener: (value: Events[Event]) => void,
  options?: { readonly signal?: AbortSignal },
) => Unsubscribe;

export interface Client {
  /** Watches the order with the id `biz`. Handles of the same order share one connection. */
  order(biz: string): Order;
  /**
   * Joins a group by its path on the wire: `/ws/alarm/`, `/ws/feed/news/`. `Data` is the type of
   * its publications; it is not checked.
   */
  group<Data = unknown>(path: string): Group<Data>;
  /** Closes every order and group of this client. */
  close(): void;
}

/** Members common to orders and groups. */
interface Handle<Events> {
  /** `state` and an order's `status` are emitted to a new listener at once, then on each change. */
  readonly on: On<Events>;
  readonly state: State;
  /** Returns the server's time, in ms since 1970. */
  ping(options?: WaitOptions): Promise<{ readonly time: number }>;
  /** Closes the handle. The last handle of a connection closes the connection too. */
  close(): void;
}

export interface Order extends Handle<OrderEvents>, AsyncIterable<Outcome> {
  readonly biz: string;
  /** The last known outcome; null before the first. */
  readonly outcome: Outcome | null;
  /**
   * Resolves with the first outcome that is `closed`, `paid`, `partially_refunded` or `refunded`.
   * Keeps waiting at `failed`: another attempt may follow. Rejects if the connection is closed for
   * good. Later changes are emitted as `status`.
   */
  settled(options?: WaitOptions): Promise<Settled>;
  /** Relays a text to all members of the order. */
  publish(text: string, options?: WaitOptions): Promise<Published>;
}

/** An order at one version. */
export interface Outcome {
  readonly biz: string;
  /**
   * - `pending`: the amount is not reached. Only the backend sees partial and held payments.
   * - `failed`: an attempt ended (a declined card, an expired session). Another may follow, so the
   *   connection and the poll continue.
   * - `closed`: unpaid, and no further payment is possible. A late payment still makes it `paid`.
   * - `paid`: the amount is reached.
   * - `partially_refunded`: part of the amount was refunded. A further refund is a new version of
   *   the same status.
   * - `refunded`: the whole amount was refunded.
   */
  readonly status: OrderStatus;
  /** True for `paid` and `partially_refunded`. */
  readonly paid: boolean;
  /** Increases by one with each change and never decreases. */
  readonly version: number;
  /**
   * `push`: received live. `snapshot`: the order had it before this connection. `poll`: received
   * over HTTP.
   */
  readonly source: "push" | "snapshot" | "poll";
}

/** An outcome that ends a wait: every status but `pending` and `failed`. */
export type Settled = Outcome & { readonly status: Exclude<OrderStatus, "pending" | "failed"> };

export interface OrderEvents {
  /** Each change, once. A `failed`, `closed` or `paid` order may change again. */
  readonly status: Outcome;
  readonly state: State;
  /** Texts of other members and events of a backend. An outcome is emitted as `status` only. */
  readonly publication: Publication;
  readonly error: BelfryError;
}

export interface Group<Data = unknown> extends Handle<GroupEvents<Data>>, AsyncIterable<Publication<Data>> {
  readonly path: string;
  /** The last received publication; null before the first. */
  readonly latest: Publication<Data> | null;
  /** Returns the connected users, each once. */
  presence(options?: WaitOptions): Promise<Presence>;
  /** Returns the publications that the group keeps, oldest first. */
  history(range?: { readonly after?: number; readonly limit?: number } & WaitOptions): Promise<History<Data>>;
  /**
   * Publishes, if the group allows it. Sent at most once: after a temporary error, the caller
   * decides whether to publish again.
   */
  publish(data: Json, options?: WaitOptions): Promise<Published>;
}

export interface GroupEvents<Data = unknown> {
  readonly publication: Publication<Data>;
  /** Publications were lost while disconnected: fetch the displayed data again. */
  readonly missed: Missed;
  readonly join: Joined;
  readonly leave: Joined;
  readonly state: State;
  readonly error: BelfryError;
}

export interface Publication<Data = unknown> {
  readonly data: Data;
  /** Offset in the group's history; null for a publication that the group does not keep. */
  readonly offset: number | null;
  /** Equal for every delivery; null for a publication that the group does not keep. */
  readonly id: string | null;
}

/** The current position of the group. */
export interface Missed {
  readonly epoch: string;
  readonly offset: number;
}

/** A user who joined or left, with the counts after that. */
export type Joined = Who & Counts;

export type Presence = Counts & { readonly members: readonly Who[] };

export interface Published {
  readonly epoch: string | null;
  readonly offset: number;
  /** Number of connections that the publication was sent to. */
  readonly connections: number;
}

export interface History<Data = unknown> {
  readonly epoch: string | null;
  readonly offset: number;
  readonly publications: readonly HistoryItem<Data>[];
}

export interface HistoryItem<Data = unknown> {
  readonly offset: number;
  readonly id: string;
  /** Time of publication, in ISO 8601. */
  readonly at: string;
  readonly data: Data;
}
