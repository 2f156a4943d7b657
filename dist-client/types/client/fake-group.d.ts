import { type Who } from "../core/frames.ts";
import type { Json } from "../core/json.ts";
import type { OrderStatus } from "../core/order.ts";
import type { FakeConnection } from "./fake-socket.ts";
/** A group as your test has it in its hand. */
export interface FakeGroup {
  /** Who is connected. */
  readonly connections: readonly FakeConnection[];
  /** How many publications there were. */
  readonly offset: number;
  /** Publishes to every member, and keeps it as such a group does. */
  publish(data: Json): void;
  /** Says that somebody came, and lists them in `presence`. */
  join(who: Who): void;
  leave(who: Who): void;
  /** Gives up what it keeps and begins anew, so that a client that comes back has missed something. */
  forget(): void;
}
/** An order as your test has it in its hand. */
export interface FakeOrder {
  readonly connections: readonly FakeConnection[];
  readonly status: OrderStatus;
  /** The number of its changes so far. */
  readonly version: number;
  /**
   * Changes the order: the members are notified, later members and polls get the new status. The same status again changes nothing, except
   * `partially_refunded`, which is a further refund then. Any status may follow any other: an attempt after `failed`, a late payment after
   * `closed`, a capture that fails after `paid`.
   */
  becomes(status: OrderStatus): void;
  /** Another member wrote a text, or a backend sent an event: it is relayed, and is no outcome. */
  relay(data: Json): void;
}
export declare class Group implements FakeGroup {
  #private;
  readonly connections: FakeConnection[];
  readonly path: string;
  constructor(path: string, now: () => number);
  get offset(): number;
  publish(data: Json): void;
  relay(data: Json): void;
  join(who: Who): void;
  leave(who: Who): void;
  forget(): void;
  /** A member has come. */
  welcome(connection: FakeConnection): void;
  gone(connection: FakeConnection): void;
  /** A member has asked for something. */
  answer(connection: FakeConnection, text: string): void;
}
/** An order's group, and what it is asked over HTTP. */
export declare class OrderGroup implements FakeOrder {
  #private;
  readonly group: Group;
  constructor(biz: string, group: Group);
  get connections(): readonly FakeConnection[];
  get status(): OrderStatus;
  get version(): number;
  becomes(status: OrderStatus): void;
  relay(data: Json): void;
  /** What `GET /orders/:biz` says. */
  look(): object;
}
