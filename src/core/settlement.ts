// Compares the accepted payments of an order with its amount: counted, missing, excess and refunded
// money. Pure.
import type { Fact } from "./fact.ts";
import { greaterOf, isAtLeast, isSameKind, isZero, lesserOf, lessOf, sumOf, type Money } from "./money.ts";
import type { Registration } from "./registration.ts";
import type { Payment } from "./payment.ts";
import { wasReached } from "./reached.ts";
import { returnsOf, type Returns } from "./returns.ts";
import { splitTotal } from "./split.ts";

export interface Settlement {
  /** Whether the payments reached the amount at any time, even if refunded since. */
  readonly isCovered: boolean;
  /** Whether verified amounts alone reached it. */
  readonly isProved: boolean;
  readonly counted: readonly Payment[];
  /** The sum captured by the counted payments; null where one states no amount. */
  readonly money: Money | null;
  /** The refunded extent of the money that covers the order. */
  readonly extent: "none" | "part" | "all";
  readonly refunded: string;
  readonly overpaid: string;
  readonly underpaid: { readonly paid: string; readonly missing: string } | null;
  readonly excess: readonly Payment[];
}

const notCovered: Settlement = {
  isCovered: false,
  isProved: false,
  counted: [],
  money: null,
  extent: "none",
  refunded: "0",
  overpaid: "0",
  underpaid: null,
  excess: [],
};

/**
 * `accepted` are payments of one currency, sorted by time. `all` are all payments of the order,
 * including those known only by their refunds. Named payments add up. An unnamed report may repeat
 * one of them, so it counts alone, and only if they are below the amount. The same applies to a
 * merchant's report without an amount.
 */
export function settle(
  accepted: readonly Payment[],
  all: readonly Payment[],
  facts: readonly Fact[],
  registration: Registration | null,
): Settlement {
  const priced = accepted.filter(({ captured }) => captured !== null);
  const named = withOrderReturns(
    priced.filter(({ id }) => id !== null),
    facts,
  );
  const unnamed = priced
    .filter(({ id }) => id === null)
    .map((payment) => withReturns(payment, unassignedReturns(all, facts, payment.captured)));
  const amount = amountDue(named, unnamed, facts, registration);
  if (amount !== null) {
    for (const payments of [named, ...unnamed.map((payment) => [payment])]) {
      if (payments.length === 0) continue;
      if (isAtLeast(netOf(payments), amount) || wasReached(payments, amount)) return covered(payments, amount);
    }
  }
  const report = accepted.find(({ captured }) => captured === null);
  if (report !== undefined) return coveredByReport(report, all, facts, registration, amount);
  if (registration === null || amount === null) return notCovered;
  return { ...notCovered, underpaid: underpaidBy(named, unnamed, amount) };
}

/**
 * The amount due. Without a registration it is the total of a split, if the provider announced one,
 * else the sum of the partial payments and the first full one. Null while unknown.
 */
function amountDue(
  named: readonly Payment[],
  unnamed: readonly Payment[],
  facts: readonly Fact[],
  registration: Registration | null,
): string | null {
  if (registration !== null) return registration.money.amount;
  const kind = [...named, ...unnamed][0]?.captured ?? null;
  const split = kind === null ? null : splitTotal(facts, kind);
  if (split !== null) return split.amount;
  const parts = named.filter(({ isPart }) => isPart);
  const last = named.find(({ isPart }) => !isPart) ?? (parts.length === 0 ? unnamed[0] : undefined);
  return last === undefined ? null : sumOf([...parts, last].map(gross));
}

const gross = ({ captured }: Payment): string => captured?.amount ?? "0";
const net = (payment: Payment): string => lessOf(gross(payment), payment.returned);
const grossOf = (payments: readonly Payment[]): string => sumOf(payments.map(gross));
const netOf = (payments: readonly Payment[]): string => sumOf(payments.map(net));

/**
 * Settles an order that is covered. While the remaining money reaches the amount, the first
 * payments whose remaining money suffices are counted. After refunds, the first payments that
 * sufficed when they were paid are counted.
 */
function covered(payments: readonly Payment[], amount: string): Settlement {
  const isKept = isAtLeast(netOf(payments), amount);
  const value = isKept ? net : gross;
  const counted = firstReaching(payments, amount, value);
  const isCounted = new Set(counted);
  const excess = payments.filter((payment) => !isCounted.has(payment) && !isZero(net(payment)));
  const kept = netOf(counted);
  return {
    ...notCovered,
    isCovered: true,
    isProved: true,
    counted,
    money: moneyOf(counted),
    extent: isKept ? "none" : isZero(kept) ? "all" : "part",
    refunded: isKept ? "0" : lessOf(amount, kept),
    overpaid: isKept ? lessOf(kept, amount) : "0",
    excess,
  };
}

/**
 * The shortest prefix of `payments` whose values reach `amount`, with at least one payment.
 * Payments without a value are skipped.
 */
function firstReaching(
  payments: readonly Payment[],
  amount: string,
  value: (payment: Payment) => string,
): readonly Payment[] {
  const counted: Payment[] = [];
  let sum = "0";
  for (const payment of payments) {
    if (counted.length > 0 && isAtLeast(sum, amount)) break;
    const added = value(payment);
    if (isZero(added) && !isZero(amount)) continue;
    counted.push(payment);
    sum = sumOf([sum, added]);
  }
  return counted;
}

function moneyOf(counted: readonly Payment[]): Money | null {
  const [first] = counted;
  return first?.captured == null ? null : { ...first.captured, amount: grossOf(counted) };
}

/**
 * Settles an order by the merchant's report without an amount, which covers any amount. Refunds are
 * compared with the registered amount.
 */
function coveredByReport(
  report: Payment,
  all: readonly Payment[],
  facts: readonly Fact[],
  registration: Registration | null,
  amount: string | null,
): Settlement {
  const kind = registration?.money ?? firstRefund(facts);
  const own: Payment = { ...report, ...returnsOf(ofKind(report.facts, kind), null) };
  const returns = report.id === null ? unassignedReturns(all, facts, kind) : orderReturns(ofKind(facts, kind), null);
  const { returned: sum, isReturned } = withReturns(own, returns);
  const returned = amount === null ? sum : lesserOf(sum, amount);
  const isAll = isReturned || (amount !== null && !isZero(amount) && isAtLeast(returned, amount));
  return {
    ...notCovered,
    isCovered: true,
    counted: [report],
    extent: isAll ? "all" : isZero(returned) ? "none" : "part",
    refunded: isAll ? (amount ?? returned) : returned,
  };
}

/** The currency of the refunds, for an order without any other amount. */
function firstRefund(facts: readonly Fact[]): Money | null {
  const monies = facts.flatMap((fact) => (fact.kind === "refund" && fact.money?.unit === "major" ? [fact.money] : []));
  return monies.toSorted((a, b) => (a.currency < b.currency ? -1 : 1))[0] ?? null;
}

/**
 * The shortfall of an order: named payments count together, an unnamed report alone, and the
 * largest sum is used.
 */
function underpaidBy(named: readonly Payment[], unnamed: readonly Payment[], amount: string): Settlement["underpaid"] {
  const sums = [netOf(named), ...unnamed.map(net)];
  const paid = sums.reduce((highest, sum) => (isAtLeast(sum, highest) ? sum : highest), "0");
  return isZero(paid) ? null : { paid, missing: lessOf(amount, paid) };
}

/** Leaves out facts in a currency or unit other than that of `money`. */
const ofKind = (facts: readonly Fact[], money: Money | null): readonly Fact[] =>
  facts.filter(
    (fact) =>
      !("money" in fact) ||
      fact.money === null ||
      (money === null ? fact.money.unit === "major" : isSameKind(fact.money, money)),
  );

/**
 * Refunds and voids that name no payment. They apply to the order and may repeat refunds of its
 * payments.
 */
function orderReturns(facts: readonly Fact[], money: Money | null): Returns {
  return returnsOf(
    facts.filter((fact) => "paymentId" in fact && fact.paymentId === null),
    money,
  );
}

/** Distributes over the payments, in order, the excess of the order's own refunds over theirs. */
function withOrderReturns(payments: readonly Payment[], facts: readonly Fact[]): readonly Payment[] {
  const { returned } = orderReturns(facts, moneyOf(payments));
  let rest = lessOf(returned, sumOf(payments.map((payment) => payment.returned)));
  return payments.map((payment) => {
    const taken = lesserOf(rest, net(payment));
    rest = lessOf(rest, taken);
    return { ...payment, returned: sumOf([payment.returned, taken]) };
  });
}

/**
 * Returns that belong to no accepted payment: the order's own refunds, and refunds of payments that
 * are otherwise unreported.
 */
function unassignedReturns(all: readonly Payment[], facts: readonly Fact[], money: Money | null): Returns {
  const own = orderReturns(ofKind(facts, money), null);
  const others = all
    .filter(({ id, state }) => id !== null && state === "unreported")
    .map((payment) => returnsOf(ofKind(payment.facts, money), null));
  return {
    returned: sumOf([own.returned, ...others.map(({ returned }) => returned)]),
    isReturned: own.isReturned || others.some(({ isReturned }) => isReturned),
  };
}

/**
 * Merges further returns into a payment. Both may report the same refund: the greater amount
 * counts.
 */
function withReturns(payment: Payment, returns: Returns): Payment {
  const isReturned = payment.isReturned || returns.isReturned;
  if (payment.captured === null)
    return { ...payment, isReturned, returned: greaterOf(returns.returned, payment.returned) };
  if (isReturned) return { ...payment, isReturned, returned: gross(payment) };
  return { ...payment, returned: lesserOf(greaterOf(returns.returned, payment.returned), gross(payment)) };
}
