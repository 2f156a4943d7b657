import { type Mismatch } from "./acceptance.ts";
import { type Dispute, type DisputeState } from "./dispute.ts";
import type { PaymentStatus, RecordedFact } from "./fact.ts";
import type { Money } from "./money.ts";
import type { Registration } from "./registration.ts";
/** The shape of an order's id: it stands in paths and group names, and is its secret. */
export declare const BIZ: RegExp;
export type OrderStatus = PaymentStatus | "partially_refunded" | "refunded";
/** Everything that an order follows from. */
export interface OrderInput {
  /** In the order of arrival, which `late` depends on, and nothing else. */
  readonly facts: readonly RecordedFact[];
  readonly registration: Registration | null;
  /** Whether the order was ever reported as paid or refunded: enabling `REQUIRE_REGISTERED` later does not take that back. */
  readonly everPaid: boolean;
}
export interface OrderRules {
  /** A provider's payment of an unregistered order is held until the order is registered. */
  readonly requireRegistered: boolean;
}
/** A payment as the merchant's backend sees it. */
export interface ListedPayment {
  readonly instance: string;
  readonly eventId: string;
  readonly paymentId: string | null;
  readonly money: Money | null;
}
/** What a browser sees follows from `status`; everything else is for the merchant. */
export interface Order {
  readonly status: OrderStatus;
  /** What was captured by the payments that count; null where nothing counts or no amount is stated. */
  readonly money: Money | null;
  /** The payments that count. */
  readonly payments: readonly ListedPayment[];
  /** How much of the order's amount went back, in major units; "0" where nothing did. */
  readonly refunded: string;
  /** Whether the payments that count reach the registered amount, each by an amount that is proved. */
  readonly checked: boolean;
  /** Paid after it had been closed. */
  readonly late: boolean;
  /** What the payments that count exceed the amount by, in major units; "0" where they do not. */
  readonly overpaid: string;
  /** What was paid so far, and what is missing, while the sum is below the registered amount. */
  readonly underpaid: {
    readonly paid: string;
    readonly missing: string;
  } | null;
  /** Whether a payment waits for the registration. */
  readonly held: boolean;
  /** Payments beyond the amount: the merchant owes them back. */
  readonly excessPayments: readonly ListedPayment[];
  readonly mismatches: readonly Mismatch[];
  readonly disputes: readonly Dispute[];
  readonly disputed: DisputeState;
}
/** Whether the money has come and has not all gone back: `paid` in a frame. */
export declare const isPaid: (status: OrderStatus) => boolean;
/** Whether the order was paid, whatever became of the money. */
export declare const hasPayment: (status: OrderStatus) => boolean;
/** Whether a waiting page has its answer. A failed attempt is none: another may follow. */
export declare const isSettled: (status: OrderStatus) => boolean;
/** The order that follows from its facts: the same whatever their order of arrival and however often each came (`late` aside). */
export declare function orderOf({ facts, registration, everPaid }: OrderInput, rules: OrderRules): Order;
/** What a browser can tell two states of an order apart by: a refund that grows is visible, a flag for the merchant is not. */
export type VisibleState = Pick<Order, "status" | "refunded">;
export declare const looksDifferent: (before: VisibleState, after: VisibleState) => boolean;
/** Whether a registration contradicts an order that was reported as paid. Any other order takes a new registration. */
export declare function contradicts(registration: Registration, input: OrderInput, rules: OrderRules): boolean;
