import { type Fact } from "./fact.ts";
import { type Money } from "./money.ts";
import type { Registration } from "./registration.ts";
import type { Payment } from "./payment.ts";
export type MismatchReason =
  /** Another currency than the registered one, or than the order's first payment; or its own events contradict each other. */
  | "currency"
  /** Minor units of a currency whose digits are not known. */
  | "unknown_currency"
  /** The event states no amount. */
  | "no_amount"
  /** Another order has claimed the payment. */
  | "payment_of_another_order"
  /** A part of a split that was given up: the provider returns it. */
  | "split_failed"
  /** A refund in another currency than its payment: it counts for nothing. */
  | "refund_currency";
/** Authentic, and not what the order waits for. The entry goes when its money has gone back. */
export interface Mismatch {
  readonly reason: MismatchReason;
  readonly instance: string;
  readonly eventId: string;
  readonly paymentId: string | null;
  readonly money: Money | null;
}
export interface Acceptance {
  readonly accepted: readonly Payment[];
  /** They count when the order is registered. */
  readonly held: readonly Payment[];
  readonly mismatches: readonly Mismatch[];
}
/** `isOpen`: payments count without a registration. */
export declare function acceptanceOf(
  payments: readonly Payment[],
  facts: readonly Fact[],
  registration: Registration | null,
  isOpen: boolean,
): Acceptance;
