// What a Worker calls on a group's object, and the values that cross that call. Only types.
import type { Arrival, Claim, Orphan, OrphanResult, RecordResult } from "./delivery.ts";
import type { Counts, Frame, Mode, OrderFrame } from "./frames.ts";
import type { Registration } from "./registration.ts";
import type { OrderRecord } from "./order-view.ts";
import type { Publication } from "./position.ts";
import type { Result } from "./result.ts";
import type { Sample } from "./counters.ts";

export interface GroupApi {
  /** Records what events proved about this group's order. Durable when it resolves. */
  record(arrivals: readonly Arrival[]): Promise<RecordReply>;
  /** Stores what the backend expects to be paid; returns the order as it is then. */
  register(registration: Registration): Promise<Result<OrderRecord, "contradicts" | "erased">>;
  order(): OrderRecord;
  /** Whether the order is registered or has facts. */
  isKnown(): boolean;
  /** Whether the order's id was ever used: known, or erased. */
  isTaken(): boolean;
  /** Erases the order: facts, claims, forwards, the merchant's id. What stays is that it was erased. */
  erase(): Promise<void>;
  claimOf(payment: string): Claim | null;
  claim(payment: string, biz: string): Claim;
  storeOrphan(payment: string, orphan: Orphan): OrphanResult;
  releaseOrphans(payment: string, keys: readonly string[]): void;
  eraseClaim(payment: string, biz: string): void;
  /** Enqueues the forward of an authentic delivery about no order; false if it came before. */
  enqueueDelivery(delivery: UnclaimedDelivery): Promise<boolean>;
  send(sending: Sending): Promise<Result<Sent, "key_reused">>;
  samples(): readonly Sample[];
  look(): GroupState;
  connections(after: string, limit: number): Counts & { readonly listed: readonly ListedConnection[] };
  history(after: number, limit: number): PublicationList;
  disconnect(id: string): Promise<number>;
}

/** What recording did, and the order's frame since. */
export interface RecordReply {
  readonly result: RecordResult;
  readonly frame: OrderFrame;
}

/** An authentic delivery about no order, as text. */
export interface UnclaimedDelivery {
  readonly instance: string;
  readonly type: string;
  readonly eventId: string | null;
  readonly raw: string;
}

/** Whom a frame is for. */
export type Receiver =
  | { readonly kind: "group" }
  | { readonly kind: "connection"; readonly id: string }
  | { readonly kind: "user"; readonly sub: string };

/** An idempotency key, and a digest of everything that is sent under it. */
export interface IdempotencyKey {
  readonly key: string;
  readonly digest: string;
}

/** A frame for a group, or for some of it. */
export interface Sending {
  readonly frame: Frame;
  readonly to: Receiver;
  /** The id of a connection that does not get it; null = everybody does. */
  readonly exclude: string | null;
  readonly once: IdempotencyKey | null;
}

/** What a send did: where the group stands, and how many connections got the frame. */
export interface Sent {
  readonly epoch: string | null;
  readonly offset: number;
  readonly connections: number;
}

export interface GroupState {
  readonly epoch: string | null;
  readonly offset: number;
  readonly connections: number;
  readonly users: number;
  /** When the next tick is due, in ms; null without a push. */
  readonly nextPush: number | null;
}

/** A connection as backends see it. */
export interface ListedConnection {
  readonly id: string;
  readonly mode: Mode;
  readonly sub: string | null;
  /** What others may see of it, as JSON text: a type that holds itself is too deep for the types of RPC. */
  readonly info: string;
  /** When it came, in ms. */
  readonly since: number;
}

/** Where a group stands, and its publications behind an offset. */
export interface PublicationList {
  readonly epoch: string | null;
  readonly offset: number;
  readonly publications: readonly Publication[];
}
