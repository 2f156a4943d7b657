import type { Fact } from "./fact.ts";
import { type Money } from "./money.ts";
import type { Registration } from "./registration.ts";
import type { Payment } from "./payment.ts";
export interface Settlement {
  /** Whether the payments reached the amount, whatever went back since. */
  readonly isCovered: boolean;
  /** Whether proved amounts alone reached it. */
  readonly isProved: boolean;
  readonly counted: readonly Payment[];
  /** What the payments that count captured together; null where one states no amount. */
  readonly money: Money | null;
  /** How much of what covers the order went back. */
  readonly extent: "none" | "part" | "all";
  readonly refunded: string;
  readonly overpaid: string;
  readonly underpaid: {
    readonly paid: string;
    readonly missing: string;
  } | null;
  readonly excess: readonly Payment[];
}
/**
 * `accepted` are payments of one currency, by time; `all` are the order's payments, for refunds of payments that nothing else is known of.
 * Named payments add up. A report that names no payment may be of one of these, so it counts by itself, and only where they do not reach
 * the amount; so does the merchant's word without an amount.
 */
export declare function settle(
  accepted: readonly Payment[],
  all: readonly Payment[],
  facts: readonly Fact[],
  registration: Registration | null,
): Settlement;
