import type { Money } from "./money.ts";
/** Where a fact comes from. */
export interface Proof {
  /** The configured account whose event this is: `stripe`. `backend` and `status` are the merchant's own word, `belfry` is Belfry's. */
  readonly instance: string;
  /** The sender's id of the event. */
  readonly eventId: string;
  /** The sender's time of the event in ms since 1970; null where it signs none. */
  readonly at: number | null;
}
export declare const paymentStatuses: readonly ["pending", "failed", "closed", "paid"];
export type PaymentStatus = (typeof paymentStatuses)[number];
export declare const disputeStatuses: readonly ["open", "won", "lost"];
export type DisputeStatus = (typeof disputeStatuses)[number];
export type Fact = Proof & Statement;
/** A fact as an order keeps it: `arrivedAt` is when it was recorded, in ms since 1970. */
export type RecordedFact = Fact & {
  readonly arrivedAt: number;
};
export declare const recordedAt: (fact: Fact, arrivedAt: number) => RecordedFact;
type Statement =
  | PaymentStatement
  | {
      /** A captured part of an authorised payment. Captures of one payment add up by `captureId`. */
      readonly kind: "capture";
      readonly captureId: string;
      readonly paymentId: string | null;
      readonly money: Money | null;
    }
  | {
      /** A capture that failed after it was reported, or an automatic one that was never reported. */
      readonly kind: "capture_failed";
      readonly captureId: string | null;
      readonly paymentId: string | null;
    }
  | {
      /** A cancelled or expired authorisation. `money` is the amount that it covers; null = all that is not captured yet. */
      readonly kind: "voided";
      readonly voidId: string | null;
      readonly paymentId: string | null;
      readonly money: Money | null;
    }
  | {
      readonly kind: "refund";
      /** Several events report one refund (created, updated): it counts once, by its id, at the highest amount reported. */
      readonly refundId: string | null;
      readonly paymentId: string | null;
      /** Null = everything. */
      readonly money: Money | null;
      /**
       * True where `money` is the total refunded of this payment so far (Stripe, Alipay), false where it is this refund alone.
       * A provider may report both: the greater of the highest total and the sum of the single refunds counts.
       */
      readonly cumulative: boolean;
    }
  | {
      /** A refund whose money stayed with the merchant. Totals reported later do not contain it. */
      readonly kind: "refund_failed";
      readonly refundId: string | null;
      readonly paymentId: string | null;
      readonly money: Money | null;
    }
  | {
      readonly kind: "dispute";
      readonly status: DisputeStatus;
      /** Each dispute of a payment has its own id; null where the provider has one dispute per payment. */
      readonly disputeId: string | null;
      readonly paymentId: string | null;
      readonly money: Money | null;
    }
  | {
      /** The provider collects `money` in several payments (Adyen ORDER_OPENED). */
      readonly kind: "split_opened";
      readonly splitId: string;
      readonly money: Money | null;
    }
  | {
      /** The split is complete, or was given up: then the provider returns its payments. */
      readonly kind: "split_closed";
      readonly splitId: string;
      readonly succeeded: boolean;
      readonly money: Money | null;
    }
  | {
      /** An event that names this order reported a payment that another order has claimed. */
      readonly kind: "foreign_payment";
      readonly paymentId: string;
      readonly money: Money | null;
    }
  /** The registration ran out. */
  | {
      readonly kind: "expired";
    };
interface PaymentStatement {
  readonly kind: "payment";
  readonly status: PaymentStatus;
  /** The provider's id; null where the sender names none. */
  readonly paymentId: string | null;
  /** What was paid or is to be paid; null where the event states no amount. */
  readonly money: Money | null;
  /** The provider states that more payments follow (PayPal `final_capture: false`). */
  readonly isPart?: true;
  /** The instance's setting says `"amount": "unsigned"`: such a payment counts for unregistered orders only. */
  readonly isUnsigned?: true;
}
/** Whether an event with these facts reports a payment itself; otherwise it follows one (refund, dispute, capture, void). */
export declare const beginsPayment: (facts: readonly Fact[]) => boolean;
/** Whether `one` happened after `other`, or may have: one of them states no time. */
export declare const isNotOlder: (one: Proof, other: Proof) => boolean;
/** A key that two reports of the same fact share. The event's id alone does not do: providers reuse it for several reports of one payment. */
export declare function factKey(fact: Fact): string;
/** The facts of `arrived` that `known` does not contain, each once. */
export declare function newFacts(known: readonly Fact[], arrived: readonly Fact[]): readonly Fact[];
export {};
