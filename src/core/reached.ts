// Whether payments that add up ever held an amount together, by the times that their senders state.
import type { Fact } from "./fact.ts";
import { isAtLeast, lessOf, sumOf } from "./money.ts";
import { isPaying, type Payment } from "./payment.ts";
import { returnedOf } from "./returns.ts";

/** What a payment brings or takes back at one time; `at` in ms since 1970. */
interface Change {
  readonly at: number;
  readonly isStart: boolean;
  readonly added: string;
  readonly taken: string;
}

/**
 * Whether the payments held `amount` together at any time. 15 paid, 15 refunded and 15 paid again are never 20. A refund that states no
 * time was made behind all payments, as far as anybody knows.
 */
export function wasReached(payments: readonly Payment[], amount: string): boolean {
  if (payments.some((payment) => isAtLeast(amountOf(payment), amount))) return true;
  const kept = payments.filter((payment) => !isCancelled(payment));
  if (!isAtLeast(sumOf(kept.map(amountOf)), amount)) return false;
  const starts = kept.flatMap(({ facts }) => [startOf(facts), ...failuresOf(facts)]).toSorted((a, b) => a - b);
  // What was refunded before a payment was made is gone when that payment is there.
  const changes = kept
    .flatMap((payment) => changesOf(payment, starts))
    .toSorted((a, b) => a.at - b.at || Number(a.isStart) - Number(b.isStart));
  let held = "0";
  for (const { added, taken } of changes) {
    held = lessOf(sumOf([held, added]), taken);
    if (isAtLeast(held, amount)) return true;
  }
  return false;
}

const amountOf = ({ captured }: Payment): string => captured?.amount ?? "0";

/**
 * A payment that was voided as a whole, by a provider that states no times (Adyen): its money never came, so it is no part of a sum. What a
 * provider with times voids (Alipay closes a trade that was paid) came first.
 */
const isCancelled = ({ facts, isReturned }: Payment): boolean =>
  isReturned &&
  facts.some(({ kind }) => kind === "voided") &&
  facts.every(({ kind, at }) => at === null && kind !== "refund");

/** The sum held grows when a payment starts or a refund fails, so refunds are looked at then only: at the first of `starts` behind them. */
function changesOf({ captured, facts }: Payment, starts: readonly number[]): readonly Change[] {
  if (captured === null) return [];
  const changes: Change[] = [{ at: startOf(facts), isStart: true, added: captured.amount, taken: "0" }];
  const times = facts.filter(isReturning).flatMap(({ at }) => at ?? []);
  const following = new Set(times.flatMap((time) => starts.find((start) => start > time) ?? []));
  let returned = "0";
  for (const at of [...following].toSorted((a, b) => a - b)) {
    const known = facts.filter((fact) => !isReturning(fact) || (fact.at !== null && fact.at < at));
    const next = returnedOf(known, captured).returned;
    changes.push({ at, isStart: false, added: lessOf(returned, next), taken: lessOf(next, returned) });
    returned = next;
  }
  return changes;
}

/** The earliest sign that the payment was there; a payment that states no time was there from the beginning. */
function startOf(facts: readonly Fact[]): number {
  const isTimed = facts.filter(isPaying).some(({ at }) => at !== null);
  if (!isTimed) return -Infinity;
  const signs = facts.filter((fact) => isPaying(fact) || isReturning(fact));
  return Math.min(...signs.flatMap(({ at }) => at ?? []));
}

/** When refunds of the payment failed: their money is there again just behind. */
const failuresOf = (facts: readonly Fact[]): readonly number[] =>
  facts.flatMap(({ kind, at }) => (kind === "refund_failed" && at !== null ? [at + 1] : []));

const isReturning = ({ kind }: Fact): boolean => kind === "refund" || kind === "refund_failed" || kind === "voided";
