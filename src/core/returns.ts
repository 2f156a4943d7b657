// How much of a payment went back, by its refunds and voids. Compares nothing with the registration.
import { isNotOlder, type Fact } from "./fact.ts";
import { greaterOf, isAtLeast, isSameKind, isZero, lesserOf, lessOf, sumById, sumOf, type Money } from "./money.ts";

type Of<Kind extends Fact["kind"]> = Extract<Fact, { readonly kind: Kind }>;
export type RefundFact = Of<"refund">;
type FailedRefundFact = Of<"refund_failed">;
type VoidFact = Of<"voided">;

export interface Returns {
  /** Refunds and voids together, at most what was captured. */
  readonly returned: string;
  /** Whether all of it went back. */
  readonly isReturned: boolean;
}

/** How much of `captured` went back by refunds and voids of these facts. Amounts of another currency or unit count for nothing. */
export function returnedOf(facts: readonly Fact[], captured: Money | null): Returns {
  const refunds = facts.filter((fact) => fact.kind === "refund");
  const failed = facts.filter((fact) => fact.kind === "refund_failed").filter((fact) => isComparable(fact, captured));
  const lasting = refunds.filter((refund) => isComparable(refund, captured) && !hasFailed(failed, refund));
  const refunded = greaterOf(singleSum(lasting), highestTotal(lasting, failed));
  const voided = voidedOf(facts, captured);
  const everything = lasting.some(({ money }) => money === null) || voided === null;
  const sum = voided === null ? refunded : sumOf([refunded, voided]);
  if (captured === null) return { returned: sum, isReturned: everything };
  const returned = everything ? captured.amount : lesserOf(sum, captured.amount);
  return {
    returned,
    isReturned: everything || (!isZero(captured.amount) && isAtLeast(returned, captured.amount)),
  };
}

/** Refunds in a currency or unit other than the payment's, each once by its id, in an order that does not depend on arrival. */
export function foreignRefunds(facts: readonly Fact[], captured: Money | null): readonly RefundFact[] {
  const failed = facts.filter((fact) => fact.kind === "refund_failed");
  const foreign = facts
    .filter((fact) => fact.kind === "refund")
    .filter((refund) => !isComparable(refund, captured) && !hasFailed(failed, refund));
  const byId = new Map<string, RefundFact>();
  for (const refund of foreign.toSorted((a, b) => (keyOf(a) < keyOf(b) ? -1 : 1))) {
    const id = JSON.stringify([refund.refundId ?? refund.eventId]);
    if (!byId.has(id)) byId.set(id, refund);
  }
  return [...byId.values()];
}

const keyOf = ({ refundId, eventId, money }: RefundFact): string =>
  JSON.stringify([refundId, eventId, money?.currency, money?.amount]);

const isComparable = ({ money }: RefundFact | FailedRefundFact | VoidFact, captured: Money | null): boolean =>
  money === null || captured === null || isSameKind(money, captured);

/**
 * Voids cover first what was authorised and not captured: what they cover beyond that was captured and went back. Null = everything went
 * back.
 */
function voidedOf(facts: readonly Fact[], captured: Money | null): string | null {
  const voids = facts.filter((fact) => fact.kind === "voided").filter((fact) => isComparable(fact, captured));
  if (voids.length === 0) return "0";
  const hasCaptures = facts.some(({ kind }) => kind === "capture");
  const authorised = authorisedOf(facts, captured);
  const uncaptured = captured === null ? "0" : lessOf(authorised, captured.amount);
  // A void without an amount covers what is left of the authorisation. Where nothing is, it covers an automatic capture.
  const isAll = voids.some(({ money }) => money === null) && !hasCaptures && isZero(uncaptured);
  if (isAll) return null;
  // Without an authorisation's amount, all that the void covers was not captured.
  if (hasCaptures && isZero(authorised)) return "0";
  const covered = sumById(voids.map(({ voidId, eventId, money }) => [voidId ?? `event ${eventId}`, money?.amount]));
  return lessOf(covered, uncaptured);
}

function authorisedOf(facts: readonly Fact[], captured: Money | null): string {
  let highest = "0";
  for (const fact of facts) {
    if (fact.kind !== "payment" || fact.money === null) continue;
    if (captured === null || isSameKind(fact.money, captured)) highest = greaterOf(fact.money.amount, highest);
  }
  return highest;
}

/** A refund that failed can still succeed later (WeChat's ABNORMAL): where both state a time, the later one holds. */
const hasFailed = (failed: readonly FailedRefundFact[], refund: RefundFact): boolean =>
  refund.refundId !== null && failed.some((fact) => fact.refundId === refund.refundId && isNotOlder(fact, refund));

/** Refunds that were reported one by one: each counts once, at its highest amount. */
const singleSum = (refunds: readonly RefundFact[]): string =>
  sumById(
    refunds
      .filter(({ cumulative }) => !cumulative)
      .map(({ refundId, eventId, money }) => [refundId ?? `event ${eventId}`, money?.amount]),
  );

/**
 * Refunds that were reported as a total: the highest holds. A refund that failed after a total was reported is subtracted from it; one
 * that failed before is not in it. Without times it is subtracted: an order must not look refunded while the merchant has the money.
 */
function highestTotal(refunds: readonly RefundFact[], failed: readonly FailedRefundFact[]): string {
  const totals = refunds
    .filter(({ cumulative }) => cumulative)
    .toSorted((a, b) => (b.at ?? -Infinity) - (a.at ?? -Infinity));
  const failures = failed.toSorted((a, b) => (b.at ?? Infinity) - (a.at ?? Infinity));
  // Several events report one failure, and not each states the amount.
  const amounts = new Map<string, string>();
  let off = "0";
  let next = 0;
  let highest = "0";
  // From the latest total to the earliest, which all failures are subtracted from.
  for (const total of totals) {
    for (let fact = failures[next]; fact !== undefined && isNotOlder(fact, total); fact = failures[++next]) {
      const id = fact.refundId ?? `event ${fact.eventId}`;
      const before = amounts.get(id) ?? "0";
      const after = greaterOf(fact.money?.amount ?? "0", before);
      amounts.set(id, after);
      off = sumOf([off, lessOf(after, before)]);
    }
    highest = greaterOf(lessOf(total.money?.amount ?? "0", off), highest);
  }
  return highest;
}
