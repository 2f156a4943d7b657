// Sorts the payments of an order into accepted, held and mismatched ones, each mismatch with a
// reason. Sums are computed in settlement.ts.
import { factKey, type Fact } from "./fact.ts";
import { isSameKind, type Money } from "./money.ts";
import type { Registration } from "./registration.ts";
import type { Payment } from "./payment.ts";
import { foreignRefunds } from "./returns.ts";
import { failedSplits, mayBePart } from "./split.ts";

export type MismatchReason =
  /**
   * The currency differs from the registered one or that of the order's first payment, or the
   * payment's events contradict each other.
   */
  | "currency"
  /** The amount is in minor units of a currency whose digits are unknown. */
  | "unknown_currency"
  /** The event states no amount. */
  | "no_amount"
  /** Another order has claimed the payment. */
  | "payment_of_another_order"
  /** The payment is a part of a failed split: the provider returns it. */
  | "split_failed"
  /** The refund's currency differs from its payment's. The refund is not counted. */
  | "refund_currency";

/**
 * Authentic money that does not match the order. The entry is removed once the money is returned.
 */
export interface Mismatch {
  readonly reason: MismatchReason;
  readonly instance: string;
  readonly eventId: string;
  readonly paymentId: string | null;
  readonly money: Money | null;
}

export interface Acceptance {
  readonly accepted: readonly Payment[];
  /** Counted as soon as the order is registered. */
  readonly held: readonly Payment[];
  readonly mismatches: readonly Mismatch[];
}

/** `isOpen`: payments count without a registration. */
export function acceptanceOf(
  payments: readonly Payment[],
  facts: readonly Fact[],
  registration: Registration | null,
  isOpen: boolean,
): Acceptance {
  const paid = payments.filter(({ state }) => state === "paid");
  const failed = failedSplits(facts);
  const accepted: Payment[] = [];
  const held: Payment[] = [];
  const mismatches: Mismatch[] = [];
  let expected: Money | null = registration?.money ?? null;
  for (const payment of paid) {
    const isOfFailedSplit = failed.some((split) => mayBePart(split, payment.instance, payment.captured));
    const reason = reasonAgainst(payment, registration, expected) ?? (isOfFailedSplit ? "split_failed" : null);
    if (reason !== null) {
      if (!payment.isReturned) mismatches.push(mismatchOf(reason, payment));
    } else if (isOpen) {
      // Without a registration, the first payment sets the currency.
      expected ??= payment.captured;
      accepted.push(payment);
    } else held.push(payment);
  }
  return { accepted, held, mismatches: [...mismatches, ...refundsInOtherCurrencies(paid), ...foreignPayments(facts)] };
}

function reasonAgainst(
  { captured, isAmbiguous, isMerchantReport, isUnsigned }: Payment,
  registration: Registration | null,
  expected: Money | null,
): MismatchReason | null {
  // An unsigned amount is treated as missing.
  if (isUnsigned && registration !== null && !isMerchantReport) return "no_amount";
  if (captured === null) return isMerchantReport || isUnsigned ? null : "no_amount";
  if (isAmbiguous) return "currency";
  if (captured.unit === "unknown") return "unknown_currency";
  return expected !== null && !isSameKind(captured, expected) ? "currency" : null;
}

const mismatchOf = (
  reason: MismatchReason,
  { instance, eventId, id, captured }: Pick<Payment, "instance" | "eventId" | "id" | "captured">,
): Mismatch => ({ reason, instance, eventId, paymentId: id, money: captured });

const refundsInOtherCurrencies = (paid: readonly Payment[]): readonly Mismatch[] =>
  paid.flatMap(({ facts, captured }) =>
    foreignRefunds(facts, captured).map(({ instance, eventId, paymentId, money }) => ({
      reason: "refund_currency" as const,
      instance,
      eventId,
      paymentId,
      money,
    })),
  );

/** One entry per payment, however many events reported it. */
function foreignPayments(facts: readonly Fact[]): readonly Mismatch[] {
  const entries = new Map<string, Mismatch>();
  const foreign = facts.filter((fact) => fact.kind === "foreign_payment");
  for (const { instance, eventId, paymentId, money } of foreign.toSorted((a, b) =>
    factKey(a) < factKey(b) ? -1 : 1,
  )) {
    const key = JSON.stringify([instance, paymentId]);
    if (!entries.has(key))
      entries.set(key, { reason: "payment_of_another_order", instance, eventId, paymentId, money });
  }
  return [...entries].toSorted(([a], [b]) => (a < b ? -1 : 1)).map(([, entry]) => entry);
}
