// The payments among an order's facts, and how much of each has gone back. Pure; judges no amount against what was asked for.
import type { Fact } from "./fact.ts";
import { greaterOf, isAtLeast, lessOf, sumOf, type Money } from "./money.ts";

/** One payment that was proved, however many events report it. */
export interface Payment {
  /** The provider's id; null where the sender names none. */
  readonly id: string | null;
  readonly money: Money | null;
  /** The event that proved it first. */
  readonly provider: string;
  readonly eventId: string;
  /** Its place among the facts. */
  readonly firstAt: number;
}

type PaidFact = Extract<Fact, { kind: "payment" }>;
type RefundFact = Extract<Fact, { kind: "refund" }>;
type FailedRefundFact = Extract<Fact, { kind: "refund_failed" }>;
type VoidedFact = Extract<Fact, { kind: "voided" }>;

const takesBack = (fact: Fact): fact is RefundFact | FailedRefundFact | VoidedFact =>
  fact.kind === "refund" || fact.kind === "refund_failed" || fact.kind === "voided";

/** Every payment that was proved, by its id, so that the list is the same in whatever order the facts came. */
export function paymentsOf(facts: readonly Fact[]): readonly Payment[] {
  const payments = new Map<string, Payment>();
  for (const [i, fact] of facts.entries()) {
    if (fact.kind !== "payment" || fact.status !== "paid") continue;
    // Two amounts for one id are two claims: each is judged, neither hides the other.
    const key = JSON.stringify([fact.paymentId, moneyKey(fact)]);
    if (!payments.has(key)) payments.set(key, paymentOf(fact, i));
  }
  const list = [...payments.entries()].toSorted(([a], [b]) => (a < b ? -1 : 1)).map(([, payment]) => payment);
  // An event that leaves the amount out adds nothing to one that gives it.
  return list.filter(
    ({ id, money }) => money !== null || !list.some((other) => other.id === id && other.money !== null),
  );
}

const moneyKey = ({ money }: PaidFact): string =>
  money === null ? "" : `${money.amount} ${money.currency} ${money.unit}`;

const paymentOf = ({ paymentId, money, provider, eventId }: PaidFact, firstAt: number): Payment => ({
  id: paymentId,
  money,
  provider,
  eventId,
  firstAt,
});

/** How much of a payment has gone back. */
export interface Refunded {
  readonly extent: "none" | "part" | "all";
  /** In major units. */
  readonly amount: string;
}

/**
 * What was refunded of `payment`, one of `counted`. What names a payment is of that one and of no other: an attempt that is cancelled
 * takes nothing from the one that paid. What names none is of the first that counts; so is a refund where that one has no name itself,
 * unless it is of a payment that was `wrong` (another amount, another currency).
 */
export function refundedOf(
  payment: Payment,
  counted: readonly Payment[],
  wrong: readonly Payment[],
  facts: readonly Fact[],
): Refunded {
  const isOfThis = (fact: RefundFact | FailedRefundFact | VoidedFact): boolean => {
    if (fact.paymentId === payment.id && payment.id !== null) return true;
    if (payment !== counted[0]) return false;
    if (fact.paymentId === null) return true;
    return payment.id === null && fact.kind !== "voided" && !wrong.some(({ id }) => id === fact.paymentId);
  };
  const whole = payment.money?.unit === "major" ? payment.money.amount : null;
  const own = facts.filter(takesBack).filter(isOfThis);
  if (own.some(({ kind }) => kind === "voided")) return { extent: "all", amount: whole ?? "0" };
  const refunds = own.filter((fact) => fact.kind === "refund");
  const failed = own.filter((fact) => fact.kind === "refund_failed");
  const isInCurrency = ({ money }: RefundFact): boolean =>
    money === null || (money.unit === "major" && money.currency === (payment.money?.currency ?? money.currency));
  const counts = refunds.filter(isInCurrency).filter((refund) => !hasFailed(failed, refund));
  if (counts.some(({ money }) => money === null)) return { extent: "all", amount: whole ?? "0" };
  const amount = greaterOf(singleSum(counts), cumulativeSum(counts, failed));
  if (amount === "0") return { extent: refunds.some((refund) => !isInCurrency(refund)) ? "part" : "none", amount };
  return { extent: whole !== null && isAtLeast(amount, whole) ? "all" : "part", amount };
}

/** A refund that failed can still succeed later (WeChat's ABNORMAL): where both tell their time, the later one holds. */
const hasFailed = (failed: readonly FailedRefundFact[], { refundId, at }: RefundFact): boolean =>
  refundId !== null &&
  failed.some((fact) => fact.refundId === refundId && (fact.at === null || at === null || fact.at >= at));

/** Refunds that were told one by one: each counts once, at the highest it was told at. */
function singleSum(refunds: readonly RefundFact[]): string {
  const byId = new Map<string, string>();
  for (const { cumulative, refundId, eventId, money } of refunds) {
    if (cumulative || money === null) continue;
    const id = refundId ?? `event ${eventId}`;
    byId.set(id, greaterOf(money.amount, byId.get(id) ?? "0"));
  }
  return sumOf([...byId.values()]);
}

/**
 * Refunds that were told as a sum so far: the highest one holds. A refund that failed after a sum was told is taken off it; one
 * that failed before is not in it. Without times it is taken off: what is owed back must not look paid back.
 */
function cumulativeSum(refunds: readonly RefundFact[], failed: readonly FailedRefundFact[]): string {
  let highest = "0";
  for (const { cumulative, at, money } of refunds) {
    if (!cumulative || money === null) continue;
    const failedSince = failed.filter((fact) => fact.at === null || at === null || fact.at >= at);
    const off = new Map<string, string>();
    for (const { refundId, eventId, money } of failedSince) {
      const id = refundId ?? eventId;
      // One failure may be told by several events, and not every one tells how much.
      off.set(id, greaterOf(money?.amount ?? "0", off.get(id) ?? "0"));
    }
    highest = greaterOf(lessOf(money.amount, sumOf([...off.values()])), highest);
  }
  return highest;
}
