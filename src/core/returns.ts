// Computes the returned part of a payment from its refunds and voids. The registration is unused.
import { isNotOlder, type Fact } from "./fact.ts";
import { greaterOf, isAtLeast, isSameKind, isZero, lesserOf, lessOf, sumById, sumOf, type Money } from "./money.ts";

type FactOf<Kind extends Fact["kind"]> = Extract<Fact, { readonly kind: Kind }>;
export type RefundFact = FactOf<"refund">;
type FailedRefundFact = FactOf<"refund_failed">;
type VoidFact = FactOf<"voided">;

export interface Returns {
  /** Refunds and voids together, at most the captured amount. */
  readonly returned: string;
  /** Whether the whole payment was returned. */
  readonly isReturned: boolean;
}

/**
 * The part of `captured` that refunds and voids among `facts` returned. Amounts in another currency
 * or unit are ignored.
 */
export function returnsOf(facts: readonly Fact[], captured: Money | null): Returns {
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

/**
 * Refunds in a currency or unit other than the payment's, once per id, in an order independent of
 * arrival.
 */
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
 * The voided part of the captured amount. Voids apply first to the authorised amount that is not
 * captured; only the rest was captured and returned. Null = the whole payment.
 */
function voidedOf(facts: readonly Fact[], captured: Money | null): string | null {
  const voids = facts.filter((fact) => fact.kind === "voided").filter((fact) => isComparable(fact, captured));
  if (voids.length === 0) return "0";
  const hasCaptures = facts.some(({ kind }) => kind === "capture");
  const authorised = authorisedOf(facts, captured);
  const uncaptured = captured === null ? "0" : lessOf(authorised, captured.amount);
  // A void without an amount covers the rest of the authorisation. If there is no rest, it covers
  // an automatic capture.
  const isAll = voids.some(({ money }) => money === null) && !hasCaptures && isZero(uncaptured);
  if (isAll) return null;
  // If the authorised amount is unknown, the void is assumed to cover only uncaptured money.
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

/**
 * Whether a refund has failed. It can still succeed later (WeChat's ABNORMAL): if both state a
 * time, the later one holds.
 */
const hasFailed = (failed: readonly FailedRefundFact[], refund: RefundFact): boolean =>
  refund.refundId !== null && failed.some((fact) => fact.refundId === refund.refundId && isNotOlder(fact, refund));

/** The sum of refunds reported singly, each counted once at its highest amount. */
const singleSum = (refunds: readonly RefundFact[]): string =>
  sumById(
    refunds
      .filter(({ cumulative }) => !cumulative)
      .map(({ refundId, eventId, money }) => [refundId ?? `event ${eventId}`, money?.amount]),
  );

/**
 * The highest refunded total. A failure reported after a total is subtracted from it; a total
 * reported later already excludes it. Failures without times are subtracted, so that an order does
 * not look refunded while the merchant has the money.
 */
function highestTotal(refunds: readonly RefundFact[], failed: readonly FailedRefundFact[]): string {
  const totals = refunds
    .filter(({ cumulative }) => cumulative)
    .toSorted((a, b) => (b.at ?? -Infinity) - (a.at ?? -Infinity));
  const failures = failed.toSorted((a, b) => (b.at ?? Infinity) - (a.at ?? Infinity));
  // Several events may report one failure, some without its amount.
  const amounts = new Map<string, string>();
  let subtracted = "0";
  let next = 0;
  let highest = "0";
  // Goes from the latest total to the earliest, from which all failures are subtracted.
  for (const total of totals) {
    for (let fact = failures[next]; fact !== undefined && isNotOlder(fact, total); fact = failures[++next]) {
      const id = fact.refundId ?? `event ${fact.eventId}`;
      const before = amounts.get(id) ?? "0";
      const after = greaterOf(fact.money?.amount ?? "0", before);
      amounts.set(id, after);
      subtracted = sumOf([subtracted, lessOf(after, before)]);
    }
    highest = greaterOf(lessOf(total.money?.amount ?? "0", subtracted), highest);
  }
  return highest;
}
