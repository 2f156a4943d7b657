import type { Json } from "../core/json.ts";
import type { Who, Counts } from "../core/frames.ts";
import type { OrderStatus } from "../core/order.ts";
import type { BelfryError } from "./error.ts";
import type { State } from "./state.ts";
export type Undo = () => void;
/** Ends a wait before its time: the promise is rejected with the signal's reason, or with a BelfryError `timeout` after so many ms. */
export interface Until {
  readonly signal?: AbortSignal;
  readonly timeout?: number;
}
/** Listens to one kind of event until the undo is called, the signal is aborted or the handle closed. */
export type On<Events> = <Event extends keyof Events>(
  event: Event,
  listener: (value: Events[Event]) => void,
  options?: {
    readonly signal?: AbortSignal;
  },
) => Undo;
export interface Client {
  /** Watches an order; `biz` is its id. Parts of a page that watch the same one share its connection. */
  order(biz: string): Order;
  /** Joins a group by its path on the wire: `/ws/alarm/`, `/ws/feed/news/`. `Data` is what you publish there: it is not checked. */
  group<Data = unknown>(path: string): Group<Data>;
  /** Closes every order and group of this client. */
  close(): void;
}
/** What orders and groups have in common. */
interface Handle<Events> {
  /** `state` and an order's `status` are told at once as they are, then whenever they change. */
  readonly on: On<Events>;
  readonly state: State;
  /** The server's time, in ms since 1970. */
  ping(until?: Until): Promise<{
    readonly time: number;
  }>;
  /** Ends the handle, and the connection if no other one shares it. */
  close(): void;
}
export interface Order extends Handle<OrderEvents>, AsyncIterable<Outcome> {
  readonly biz: string;
  /** The last known outcome; null before the first. */
  readonly outcome: Outcome | null;
  /**
   * Resolves once, with the first outcome that is `closed`, `paid`, `partially_refunded` or `refunded`. A `failed` attempt does not end the
   * wait: another may follow. Rejected when the connection is closed for good before that. Later changes come by `status`.
   */
  settled(until?: Until): Promise<Settled>;
  /** Relays a text to everybody who watches the order. */
  publish(text: string, until?: Until): Promise<Published>;
}
/** An order at one version. */
export interface Outcome {
  readonly biz: string;
  /**
   * - `pending`: the amount is not there yet. A part of it, and a payment that is held until the order is registered, are for the backend
   *   alone to see.
   * - `failed`: an attempt ended (a declined card, an expired session). Another may follow, so the connection and the poll go on.
   * - `closed`: nothing was paid and nothing can be any more. A payment that comes all the same is still `paid`.
   * - `paid`: the amount is there.
   * - `partially_refunded`: a part of the amount went back. A further refund is a new version of the same status.
   * - `refunded`: all of it went back.
   */
  readonly status: OrderStatus;
  /** Whether the amount is there and has not all gone back: `paid` and `partially_refunded`. */
  readonly paid: boolean;
  /** Goes up by one with each change, and never back. */
  readonly version: number;
  /** How the news came: live, as what was there already on connecting, or by asking over HTTP. */
  readonly source: "push" | "snapshot" | "poll";
}
/** An outcome that ends a wait: every status but `pending` and `failed`. */
export type Settled = Outcome & {
  readonly status: Exclude<OrderStatus, "pending" | "failed">;
};
export interface OrderEvents {
  /** Each change, once. A `failed` order, a closed one and a paid one may all change again. */
  readonly status: Outcome;
  readonly state: State;
  /** What others who watch the order wrote, and what a backend sent: never an outcome, whatever it looks like. */
  readonly publication: Publication;
  readonly error: BelfryError;
}
export interface Group<Data = unknown> extends Handle<GroupEvents<Data>>, AsyncIterable<Publication<Data>> {
  readonly path: string;
  /** The last publication that came; null before the first. */
  readonly latest: Publication<Data> | null;
  /** Who is there: each user once. */
  presence(until?: Until): Promise<Presence>;
  /** What the group keeps of its publications, oldest first. */
  history(
    range?: {
      readonly after?: number;
      readonly limit?: number;
    } & Until,
  ): Promise<History<Data>>;
  /** Publishes, where the group lets its members. Never sent twice: one that fails on the way is yours to send again. */
  publish(data: Json, until?: Until): Promise<Published>;
}
export interface GroupEvents<Data = unknown> {
  readonly publication: Publication<Data>;
  /** What was published while the connection was away is not all there any more: fetch what you show anew. */
  readonly missed: Missed;
  readonly join: Joined;
  readonly leave: Joined;
  readonly state: State;
  readonly error: BelfryError;
}
export interface Publication<Data = unknown> {
  readonly data: Data;
  /** Its place in what the group published; null for what the group does not keep. */
  readonly offset: number | null;
  /** The same wherever and however often it is sent; null for what the group does not keep. */
  readonly id: string | null;
}
/** Where the group stands now. */
export interface Missed {
  readonly epoch: string;
  readonly offset: number;
}
/** A member that came or went, and how many there are now. */
export type Joined = Who & Counts;
export type Presence = Counts & {
  readonly members: readonly Who[];
};
export interface Published {
  readonly epoch: string | null;
  readonly offset: number;
  /** How many got it. */
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
  /** When it was published, in ISO 8601. */
  readonly at: string;
  readonly data: Data;
}
export {};
