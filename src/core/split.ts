// Splits: amounts that a provider collects in several payments (Adyen's orders), by their ids.
import type { Fact } from "./fact.ts";
import { isAtLeast, isSameKind, type Money } from "./money.ts";

interface Split {
  readonly instance: string;
  /** Null where no event states it. */
  readonly money: Money | null;
  /** Closed without success: the provider returns its payments. */
  readonly hasFailed: boolean;
  readonly hasSucceeded: boolean;
}

type SplitFact = Extract<Fact, { readonly kind: "split_opened" | "split_closed" }>;

/** The splits among an order's facts. Split ids are scoped by instance. */
export function splitsOf(facts: readonly Fact[]): readonly Split[] {
  const splits = new Map<string, SplitFact[]>();
  for (const fact of facts) {
    if (fact.kind !== "split_opened" && fact.kind !== "split_closed") continue;
    const key = JSON.stringify([fact.instance, fact.splitId]);
    splits.set(key, [...(splits.get(key) ?? []), fact]);
  }
  return [...splits.values()].map(splitOf);
}

function splitOf(reports: readonly SplitFact[]): Split {
  const closed = reports.filter((fact) => fact.kind === "split_closed");
  const hasSucceeded = closed.some(({ succeeded }) => succeeded);
  return {
    instance: reports[0]?.instance ?? "",
    money: largest(reports.flatMap(({ money }) => (money === null ? [] : [money]))),
    hasFailed: closed.length > 0 && !hasSucceeded,
    hasSucceeded,
  };
}

/** The failed splits, except those of an instance that completed another split of the order. */
export function failedSplits(facts: readonly Fact[]): readonly Split[] {
  const splits = splitsOf(facts);
  const completed = new Set(splits.flatMap(({ instance, hasSucceeded }) => (hasSucceeded ? [instance] : [])));
  return splits.filter(({ instance, hasFailed }) => hasFailed && !completed.has(instance));
}

/** Whether a payment may be a part of the split. A payment of the whole amount is not a part. */
export const mayBePart = (split: Split, instance: string, captured: Money | null): boolean =>
  split.instance === instance &&
  (split.money === null ||
    captured === null ||
    (isSameKind(captured, split.money) && !isAtLeast(captured.amount, split.money.amount)));

/** The total of the largest split in the currency of `kind`; null if there is none. */
export const splitTotal = (facts: readonly Fact[], kind: Money): Money | null =>
  largest(
    splitsOf(facts).flatMap(({ money, hasFailed }) =>
      money === null || hasFailed || !isSameKind(money, kind) ? [] : [money],
    ),
  );

const largest = (monies: readonly Money[]): Money | null => monies.toSorted(bySize)[0] ?? null;

const bySize = (a: Money, b: Money): number => {
  if (a.amount !== b.amount) return isAtLeast(a.amount, b.amount) ? -1 : 1;
  return `${a.currency} ${a.unit}` < `${b.currency} ${b.unit}` ? -1 : 1;
};
