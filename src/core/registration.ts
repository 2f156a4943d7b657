// The payment that the merchant's backend expects for an order. Only a type.
import type { MajorMoney } from "./money.ts";

export interface Registration {
  readonly money: MajorMoney;
  /** ms since 1970; null = unlimited. */
  readonly expiresAt: number | null;
  /** The order's id at its payment providers, if it differs from the biz. */
  readonly orderId: string | null;
}
