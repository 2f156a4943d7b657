import type { MajorMoney } from "./money.ts";
export interface Registration {
  readonly money: MajorMoney;
  /** ms since 1970; null = the order never expires. */
  readonly expiresAt: number | null;
  /** The id its providers know the order by, where that is not the biz itself. */
  readonly orderId: string | null;
}
