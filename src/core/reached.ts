// Decides from the senders' times whether several payments together ever held a given amount.
import type { Fact } from "./fact.ts";
import { isAtLeast, isZero, lessOf, sumOf } from "./money.ts";
import { isPaying, type Payment } from "./payment.ts";
import { returnsOf } from "./returns.ts";

/** An amount added or taken at one time; `at` in ms since 1970. */
interface Change {
  readonly at: number;
  readonly isStart: boolean;
  readonly added: string;
  readonly taken: string;
}

/**
 * Whether the payments held `amount` together at any time. 15 paid, 15 refunded and 15 paid again
 * never hold 20. A refund without a time is assumed to follow all payments.
 */
export function wasReached(payments: readonly Payment[], amount: string): boolean {
  if (payments.some((payment) => isAtLeast(amountOf(payment), amount))) return true;
  const kept = payments.filter((payment) => !isCancelled(payment));
  if (!isAtLeast(sumOf(kept.map(amountOf)), amount)) return false;
  const starts = kept.flatMap(({ facts }) => [startOf(facts), ...failuresOf(facts)]).toSorted((a, b) => a - b);
  // A refund made before another payment is subtracted when that payment starts.
  const changes = kept
    .flatMap((payment) => changesOf(payment, starts))
    .toSorted((a, b) => a.at - b.at || rank(a) - rank(b));
  let held = "0";
  for (const { added, taken } of changes) {
    held = lessOf(sumOf([held, added]), taken);
    if (isAtLeast(held, amount)) return true;
  }
  return false;
}

const amountOf = ({ captured }: Payment): string => captured?.amount ?? "0";

/**
 * A payment fully voided by a provider without times (Adyen). Its money was never collected, so it
 * is not part of a sum. A void by a provider with times (Alipay closes a paid trade) follows the
 * payment instead.
 */
const isCancelled = ({ facts, isReturned }: Payment): boolean =>
  isReturned &&
  facts.some(({ kind }) => kind === "voided") &&
  facts.every(({ kind, at }) => at === null && kind !== "refund");

/**
 * The changes of one payment. The sum grows only when a payment starts or a refund fails. Refunds
 * are therefore applied at the next entry of `starts`.
 */
function changesOf({ captured, facts }: Payment, starts: readonly number[]): readonly Change[] {
  if (captured === null) return [];
  const changes: Change[] = [{ at: startOf(facts), isStart: true, added: captured.amount, taken: "0" }];
  const times = facts.filter(isReturning).flatMap(({ at }) => at ?? []);
  const following = new Set(times.flatMap((time) => starts.find((start) => start > time) ?? []));
  let returned = "0";
  for (const at of [...following].toSorted((a, b) => a - b)) {
    const known = facts.filter((fact) => !isReturning(fact) || (fact.at !== null && fact.at < at));
    const next = returnsOf(known, captured).returned;
    changes.push({ at, isStart: false, added: lessOf(returned, next), taken: lessOf(next, returned) });
    returned = next;
  }
  return changes;
}

/** The earliest time at which the payment existed; -Infinity for a payment without times. */
function startOf(facts: readonly Fact[]): number {
  const isTimed = facts.filter(isPaying).some(({ at }) => at !== null);
  if (!isTimed) return -Infinity;
  const signs = facts.filter((fact) => isPaying(fact) || isReturning(fact));
  return Math.min(...signs.flatMap(({ at }) => at ?? []));
}

/** Times at which failed refunds of the payment restore the money: 1 ms after each failure. */
const failuresOf = (facts: readonly Fact[]): readonly number[] =>
  facts.flatMap(({ kind, at }) => (kind === "refund_failed" && at !== null ? [at + 1] : []));

const isReturning = ({ kind }: Fact): boolean => kind === "refund" || kind === "refund_failed" || kind === "voided";

/** At one time, amounts go back first, then return from failed refunds, then payments start: no sum counts money twice. */
const rank = ({ isStart, taken }: Change): number => (isStart ? 2 : isZero(taken) ? 1 : 0);
