// Types of the RPC calls from a Worker to a group's object.
import type { Arrival, Claim, Orphan, OrphanResult, RecordResult } from "./delivery.ts";
import type { Counts, Frame, Mode, OrderFrame } from "./frames.ts";
import type { Registration } from "./registration.ts";
import type { OrderRecord } from "./order-view.ts";
import type { Publication } from "./position.ts";
import type { Result } from "./result.ts";
import type { Sample } from "./counters.ts";

export interface GroupApi {
  /** Records verified events of this group's order. Durable when it resolves. */
  record(arrivals: readonly Arrival[]): Promise<RecordReply>;
  /** Stores the registration; returns the order after it. */
  register(registration: Registration): Promise<Result<OrderRecord, "contradicts" | "erased">>;
  order(): OrderRecord;
  /** Whether the order is registered or has facts. */
  isKnown(): boolean;
  /** Whether the order's id was ever used: known, or erased. */
  isTaken(): boolean;
  /** Erases the order: facts, claims, forwards, the merchant's id. Only the time of the erasure remains. */
  erase(): Promise<void>;
  claimOf(payment: string): Claim | null;
  claim(payment: string, biz: string): Claim;
  storeOrphan(payment: string, orphan: Orphan): OrphanResult;
  releaseOrphans(payment: string, keys: readonly string[]): void;
  eraseClaim(payment: string, biz: string): void;
  /** Enqueues the forward of an authentic delivery about no order; false for a repetition. */
  enqueueDelivery(delivery: UnclaimedDelivery): Promise<boolean>;
  send(request: SendRequest): Promise<Result<SendResult, "key_reused">>;
  /** Sends several in one transaction; the results are in the same order. */
  sendAll(requests: readonly SendRequest[]): Promise<readonly Result<SendResult, "key_reused">[]>;
  samples(): readonly Sample[];
  state(): GroupState;
  connections(after: string, limit: number): Counts & { readonly listed: readonly ListedConnection[] };
  history(after: number, limit: number): PublicationList;
  disconnect(id: string): Promise<number>;
}

/** The result of recording, and the order's frame after it. */
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

/** The addressees of a frame. */
export type Receiver =
  | { readonly kind: "group" }
  | { readonly kind: "connection"; readonly id: string }
  | { readonly kind: "user"; readonly sub: string };

/** An idempotency key and a digest of its request. */
export interface IdempotencyKey {
  readonly key: string;
  readonly digest: string;
}

/** A frame to send to a group or to some of its members. */
export interface SendRequest {
  readonly frame: Frame;
  readonly to: Receiver;
  /** The id of a connection to leave out; null = none. */
  readonly exclude: string | null;
  readonly idempotency: IdempotencyKey | null;
}

/** The group's position after a send, and the number of receivers. */
export interface SendResult {
  readonly epoch: string | null;
  readonly offset: number;
  readonly connections: number;
}

export interface GroupState {
  readonly epoch: string | null;
  readonly offset: number;
  readonly connections: number;
  readonly users: number;
  /** Time of the next tick, in ms; null without a push. */
  readonly nextPush: number | null;
}

/** A connection as backends see it. */
export interface ListedConnection {
  readonly id: string;
  readonly mode: Mode;
  readonly sub: string | null;
  /** Public data of the member as JSON text: the types of RPC cannot express a recursive type. */
  readonly info: string;
  /** When it was accepted, in ms. */
  readonly since: number;
}

/** The group's position, and its publications after an offset. */
export interface PublicationList {
  readonly epoch: string | null;
  readonly offset: number;
  readonly publications: readonly Publication[];
}
