import { type Payment } from "./payment.ts";
/**
 * Whether the payments held `amount` together at any time. 15 paid, 15 refunded and 15 paid again are never 20. A refund that states no
 * time was made behind all payments, as far as anybody knows.
 */
export declare function wasReached(payments: readonly Payment[], amount: string): boolean;
