import { type Fact } from "./fact.ts";
import { type Money } from "./money.ts";
import { type Returns } from "./returns.ts";
/** One payment, however many events report it. */
export interface Payment extends Returns {
  readonly instance: string;
  /** The provider's id; null where the sender names none: all of an instance's unnamed reports are one payment. */
  readonly id: string | null;
  /** `unreported`: only what follows a payment is known of it (a refund, a dispute). */
  readonly state: "unreported" | "pending" | "ended" | "closed" | "paid";
  /** The event that proved it. */
  readonly eventId: string;
  /** When it was paid by the sender's time, in ms since 1970; null where none is stated. */
  readonly at: number | null;
  /** The index of its first paid fact: the order of arrival. */
  readonly index: number;
  /** What was captured, all captures together. Null where no event states an amount. */
  readonly captured: Money | null;
  /** Whether its events state amounts in different currencies. */
  readonly isAmbiguous: boolean;
  /** Whether the merchant says that it is paid. */
  readonly isConfirmed: boolean;
  /** Whether the merchant says that it is paid, and its provider states no amount: then the word alone counts. */
  readonly isMerchantsWord: boolean;
  readonly isPart: boolean;
  readonly isUnsigned: boolean;
  /** All that is reported of it. */
  readonly facts: readonly Fact[];
}
type PaymentFact = Extract<
  Fact,
  {
    readonly kind: "payment";
  }
>;
type PayingFact =
  | (PaymentFact & {
      readonly status: "paid";
    })
  | Extract<
      Fact,
      {
        readonly kind: "capture";
      }
    >;
/** The merchant's own word: by API key or signed, or the answer of `ORDER_STATUS_URL`. */
export declare const isMerchantsWord: (instance: string) => boolean;
/**
 * Every payment that the facts name, and one for each instance that names none, by the time at which each was paid. Payments of one time,
 * and those of providers that sign none, stand by their ids: the order must not depend on which event arrived first.
 */
export declare function paymentsOf(facts: readonly Fact[]): readonly Payment[];
export declare const isPaying: (fact: Fact) => fact is PayingFact;
export {};
