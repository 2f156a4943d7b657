// Facts: the statements about an order that payment events can prove. Types and keys; order.ts
// computes the order from them.
import type { Money } from "./money.ts";

/** The source of a fact. */
export interface Proof {
  /**
   * The configured account that received the event, such as `stripe`. `backend` and `status` are
   * reports of the merchant, `belfry` is Belfry's own.
   */
  readonly instance: string;
  /** The sender's event id. */
  readonly eventId: string;
  /** The sender's time of the event in ms since 1970; null where it is not signed. */
  readonly at: number | null;
}

export const paymentStatuses = ["pending", "failed", "closed", "paid"] as const;
export type PaymentStatus = (typeof paymentStatuses)[number];

export const disputeStatuses = ["open", "won", "lost"] as const;
export type DisputeStatus = (typeof disputeStatuses)[number];

export type Fact = Proof & FactDetails;

/** A fact as stored in an order. `arrivedAt` is the time of recording, in ms since 1970. */
export type RecordedFact = Fact & { readonly arrivedAt: number };

export const recordedAt = (fact: Fact, arrivedAt: number): RecordedFact => ({ ...fact, arrivedAt });

type FactDetails =
  | PaymentDetails
  | {
      /**
       * A captured part of an authorised payment. Captures of one payment add up by `captureId`.
       */
      readonly kind: "capture";
      readonly captureId: string;
      readonly paymentId: string | null;
      readonly money: Money | null;
    }
  | {
      /** A capture that failed after it was reported, or a failed automatic capture. */
      readonly kind: "capture_failed";
      readonly captureId: string | null;
      readonly paymentId: string | null;
    }
  | {
      /**
       * A cancelled or expired authorisation. `money` is the amount that it covers; null = all that
       * is not captured yet.
       */
      readonly kind: "voided";
      readonly voidId: string | null;
      readonly paymentId: string | null;
      readonly money: Money | null;
    }
  | {
      readonly kind: "refund";
      /**
       * Several events report one refund (created, updated): it counts once, by its id, at the
       * highest amount reported.
       */
      readonly refundId: string | null;
      readonly paymentId: string | null;
      /** Null = the whole payment. */
      readonly money: Money | null;
      /**
       * True if `money` is the total refunded of this payment so far (Stripe, Alipay), false for a
       * single refund. A provider may report both: the greater of the highest total and the sum of
       * the single refunds counts.
       */
      readonly cumulative: boolean;
    }
  | {
      /** A failed refund: the merchant keeps the money. Totals reported later exclude it. */
      readonly kind: "refund_failed";
      readonly refundId: string | null;
      readonly paymentId: string | null;
      readonly money: Money | null;
    }
  | {
      readonly kind: "dispute";
      readonly status: DisputeStatus;
      /**
       * The id of one dispute among several; null where the provider has one dispute per payment.
       */
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
      /** The split is complete or has failed. After a failure the provider returns its payments. */
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
  /** The registration expired. */
  | { readonly kind: "expired" };

interface PaymentDetails {
  readonly kind: "payment";
  readonly status: PaymentStatus;
  /** The provider's payment id; null if the sender names none. */
  readonly paymentId: string | null;
  /** The amount paid or to be paid; null where the event states no amount. */
  readonly money: Money | null;
  /** The provider states that more payments follow (PayPal `final_capture: false`). */
  readonly isPart?: true;
  /**
   * The instance is configured with `"amount": "unsigned"`: its payments count for unregistered
   * orders only.
   */
  readonly isUnsigned?: true;
}

/**
 * Whether an event with these facts reports a payment itself. All other events follow one (refund,
 * dispute, capture, void).
 */
export const beginsPayment = (facts: readonly Fact[]): boolean => facts.some(({ kind }) => kind === "payment");

/** Whether `one` is at least as late as `other`, or may be because one of them states no time. */
export const isNotOlder = (one: Proof, other: Proof): boolean =>
  one.at === null || other.at === null || one.at >= other.at;

/**
 * A key that is equal for repeated reports of one fact. The event id alone is insufficient:
 * providers reuse it for several reports of one payment.
 */
export function factKey(fact: Fact): string {
  const { instance, eventId, kind } = fact;
  const paymentId = "paymentId" in fact ? fact.paymentId : null;
  const money = "money" in fact ? fact.money : null;
  return JSON.stringify([instance, eventId, kind, paymentId, money?.amount, money?.currency, ...detailsOf(fact)]);
}

function detailsOf(fact: Fact): readonly (string | boolean | null)[] {
  switch (fact.kind) {
    case "payment":
      return [fact.status];
    case "capture":
    case "capture_failed":
      return [fact.captureId];
    case "voided":
      return [fact.voidId];
    case "refund":
      return [fact.refundId, fact.cumulative];
    case "refund_failed":
      return [fact.refundId];
    case "dispute":
      return [fact.status, fact.disputeId];
    case "split_opened":
      return [fact.splitId];
    case "split_closed":
      return [fact.splitId, fact.succeeded];
    case "foreign_payment":
    case "expired":
      return [];
  }
}

/** The facts of `arrived` that are missing in `known`, each once. */
export function newFacts(known: readonly Fact[], arrived: readonly Fact[]): readonly Fact[] {
  const keys = new Set(known.map(factKey));
  return arrived.filter((fact) => {
    const key = factKey(fact);
    if (keys.has(key)) return false;
    keys.add(key);
    return true;
  });
}
