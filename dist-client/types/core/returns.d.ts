import { type Fact } from "./fact.ts";
import { type Money } from "./money.ts";
type Of<Kind extends Fact["kind"]> = Extract<
  Fact,
  {
    readonly kind: Kind;
  }
>;
export type RefundFact = Of<"refund">;
export interface Returns {
  /** Refunds and voids together, at most what was captured. */
  readonly returned: string;
  /** Whether all of it went back. */
  readonly isReturned: boolean;
}
/** How much of `captured` went back by refunds and voids of these facts. Amounts of another currency or unit count for nothing. */
export declare function returnedOf(facts: readonly Fact[], captured: Money | null): Returns;
/** Refunds in a currency or unit other than the payment's, each once by its id, in an order that does not depend on arrival. */
export declare function foreignRefunds(facts: readonly Fact[], captured: Money | null): readonly RefundFact[];
export {};
