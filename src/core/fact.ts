// What a callback can prove about an order, one thing at a time. Only types: what facts add up to is decided in order.ts.
import type { Money } from "./money.ts";

/** Where a fact comes from. `eventId` is the sender's own id of the event; `at` its own time in ms since 1970, null where it signs none. */
export interface Proof {
  readonly provider: string;
  readonly eventId: string;
  readonly at: number | null;
}

export const paymentStatuses = ["pending", "failed", "closed", "paid"] as const;
export type PaymentStatus = (typeof paymentStatuses)[number];

export type Fact = Proof &
  (
    | {
        readonly kind: "payment";
        readonly status: PaymentStatus;
        readonly paymentId: string | null;
        /** What was paid or is to be paid; null where the provider does not sign an amount. */
        readonly money: Money | null;
      }
    | {
        readonly kind: "refund";
        /** One refund may be reported by several events (created, updated): what counts is the refund, by its id. */
        readonly refundId: string | null;
        readonly paymentId: string | null;
        /** Null where the sender does not say how much: then it is everything. */
        readonly money: Money | null;
        /**
         * True where `money` is everything refunded of this payment so far (Stripe, Alipay), false where it is this refund alone.
         * Square sends both of the same refunds: what was refunded is the greater of the highest sum and the single ones together.
         */
        readonly cumulative: boolean;
      }
    /** `money` is what was not refunded after all: where sums are cumulative, the failed refund's id is in none of them. */
    | {
        readonly kind: "refund_failed";
        readonly refundId: string | null;
        readonly paymentId: string | null;
        readonly money: Money | null;
      }
    /** A cancellation, or a failed capture, of a payment that may have been counted as paid before. */
    | { readonly kind: "voided"; readonly paymentId: string | null }
    | { readonly kind: "dispute"; readonly status: "open" | "won" | "lost"; readonly paymentId: string | null }
    /** The registered time ran out: ours, not a provider's. */
    | { readonly kind: "expired" }
  );
