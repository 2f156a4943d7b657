import type { Fact } from "./fact.ts";
import { type Money } from "./money.ts";
interface Split {
  readonly instance: string;
  /** Null where no event states it. */
  readonly money: Money | null;
  /** Given up and never completed: the provider returns its payments. */
  readonly hasFailed: boolean;
  readonly hasSucceeded: boolean;
}
/** The splits among an order's facts. A split id is its instance's. */
export declare function splitsOf(facts: readonly Fact[]): readonly Split[];
/** The splits that were given up, unless the provider completed another one of the same order. */
export declare function failedSplits(facts: readonly Fact[]): readonly Split[];
/** Whether a payment may be a part of the split: one of the whole amount is none. */
export declare const mayBePart: (split: Split, instance: string, captured: Money | null) => boolean;
/** What the provider collects in several payments, in the currency of `kind`; null where it collects nothing so. */
export declare const splitTotal: (facts: readonly Fact[], kind: Money) => Money | null;
export {};
