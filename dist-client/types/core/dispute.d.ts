import type { DisputeStatus, Fact } from "./fact.ts";
import type { Money } from "./money.ts";
export interface Dispute {
  readonly instance: string;
  /** Null where the provider has one dispute per payment. */
  readonly disputeId: string | null;
  readonly paymentId: string | null;
  readonly status: DisputeStatus;
  readonly money: Money | null;
}
export type DisputeState = "none" | DisputeStatus;
export declare function disputesOf(facts: readonly Fact[]): readonly Dispute[];
/** The worst of all disputes: a lost one before an open one before a won one. */
export declare function worstOf(disputes: readonly Dispute[]): DisputeState;
