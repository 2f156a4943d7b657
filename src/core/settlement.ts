// Adds up the accepted payments of an order against its amount: what counts, what is missing, what is too much, what went back. Pure.
import type { Fact } from "./fact.ts";
import { greaterOf, isAtLeast, isSameKind, isZero, lesserOf, lessOf, sumOf, type Money } from "./money.ts";
import type { Registration } from "./order.ts";
import type { Payment } from "./payment.ts";
import { wasReached } from "./reached.ts";
import { returnedOf, type Returns } from "./returns.ts";
import { splitTotal } from "./split.ts";

export interface Settlement {
  /** Whether the payments reached the amount, whatever went back since. */
  readonly isCovered: boolean;
  /** Whether proved amounts alone reached it. */
  readonly isProved: boolean;
  readonly counted: readonly Payment[];
  /** What the payments that count captured together; null where one states no amount. */
  readonly money: Money | null;
  /** How much of what covers the order went back. */
  readonly extent: "none" | "part" | "all";
  readonly refunded: string;
  readonly overpaid: string;
  readonly underpaid: { readonly paid: string; readonly missing: string } | null;
  readonly excess: readonly Payment[];
}

const nothing: Settlement = {
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
 * `accepted` are payments of one currency, by time; `all` are the order's payments, for refunds of payments that nothing else is known of.
 * Named payments add up. A report that names no payment may be of one of these, so it counts by itself, and only where they do not reach
 * the amount; so does the merchant's word without an amount.
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
    .map((payment) => withReturns(payment, looseReturns(all, facts, payment.captured)));
  const amount = amountDue(named, unnamed, facts, registration);
  if (amount !== null) {
    for (const payments of [named, ...unnamed.map((payment) => [payment])]) {
      if (payments.length === 0) continue;
      if (isAtLeast(netOf(payments), amount) || wasReached(payments, amount)) return covered(payments, amount);
    }
  }
  const word = accepted.find(({ captured }) => captured === null);
  if (word !== undefined) return coveredByWord(word, all, facts, registration, amount);
  if (registration === null || amount === null) return nothing;
  return { ...nothing, underpaid: underpaidBy(named, unnamed, amount) };
}

/**
 * The amount that the order is paid with. Without a registration: what the provider collects in parts, if it says that it does; else its
 * first payment. Null while that is not known.
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
 * Covered while the money is there: the payments that count are the first whose remaining money reaches the amount. Once it does not
 * reach it any more, they are the first that reached it when they were paid.
 */
function covered(payments: readonly Payment[], amount: string): Settlement {
  const isKept = isAtLeast(netOf(payments), amount);
  const value = isKept ? net : gross;
  const counted = firstReaching(payments, amount, value);
  const isCounted = new Set(counted);
  const excess = payments.filter((payment) => !isCounted.has(payment) && !isZero(net(payment)));
  const kept = netOf(counted);
  return {
    ...nothing,
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

/** The shortest beginning of `payments` whose values reach `amount`, without those that have none; one at least. */
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

/** A word without an amount pays the order, whatever its amount is. What goes back is compared with what was registered. */
function coveredByWord(
  word: Payment,
  all: readonly Payment[],
  facts: readonly Fact[],
  registration: Registration | null,
  amount: string | null,
): Settlement {
  const kind = registration?.money ?? firstRefund(facts);
  const own: Payment = { ...word, ...returnedOf(ofKind(word.facts, kind), null) };
  const returns = word.id === null ? looseReturns(all, facts, kind) : orderReturns(ofKind(facts, kind), null);
  const { returned: sum, isReturned } = withReturns(own, returns);
  const returned = amount === null ? sum : lesserOf(sum, amount);
  const isAll = isReturned || (amount !== null && !isZero(amount) && isAtLeast(returned, amount));
  return {
    ...nothing,
    isCovered: true,
    counted: [word],
    extent: isAll ? "all" : isZero(returned) ? "none" : "part",
    refunded: isAll ? (amount ?? returned) : returned,
  };
}

/** The currency of what went back, where nothing else states one. */
function firstRefund(facts: readonly Fact[]): Money | null {
  const monies = facts.flatMap((fact) => (fact.kind === "refund" && fact.money !== null ? [fact.money] : []));
  return monies.toSorted((a, b) => (a.currency < b.currency ? -1 : 1))[0] ?? null;
}

/** What an order that is not covered has: its named payments together, or the largest report without a name. */
function underpaidBy(named: readonly Payment[], unnamed: readonly Payment[], amount: string): Settlement["underpaid"] {
  const sums = [netOf(named), ...unnamed.map(net)];
  const paid = sums.reduce((highest, sum) => (isAtLeast(sum, highest) ? sum : highest), "0");
  return isZero(paid) ? null : { paid, missing: lessOf(amount, paid) };
}

/** Without what states another currency or unit than `money`. */
const ofKind = (facts: readonly Fact[], money: Money | null): readonly Fact[] =>
  facts.filter((fact) => !("money" in fact) || fact.money === null || money === null || isSameKind(fact.money, money));

/** Refunds and voids that name no payment are of the order: they may report again what its payments' own refunds report. */
function orderReturns(facts: readonly Fact[], money: Money | null): Returns {
  return returnedOf(
    facts.filter((fact) => "paymentId" in fact && fact.paymentId === null),
    money,
  );
}

/** Takes from the payments, in their order, what the order's own refunds exceed theirs by. */
function withOrderReturns(payments: readonly Payment[], facts: readonly Fact[]): readonly Payment[] {
  const { returned } = orderReturns(facts, moneyOf(payments));
  let rest = lessOf(returned, sumOf(payments.map((payment) => payment.returned)));
  return payments.map((payment) => {
    const taken = lesserOf(rest, net(payment));
    rest = lessOf(rest, taken);
    return { ...payment, returned: sumOf([payment.returned, taken]) };
  });
}

/** What went back without a payment to go with it: the order's own refunds, and those of payments that only refunds are known of. */
function looseReturns(all: readonly Payment[], facts: readonly Fact[], money: Money | null): Returns {
  const own = orderReturns(ofKind(facts, money), null);
  const others = all
    .filter(({ id, state }) => id !== null && state === "unreported")
    .map((payment) => returnedOf(ofKind(payment.facts, money), null));
  return {
    returned: sumOf([own.returned, ...others.map(({ returned }) => returned)]),
    isReturned: own.isReturned || others.some(({ isReturned }) => isReturned),
  };
}

/** A payment with what else went back of it: its own refunds may report the same. */
function withReturns(payment: Payment, returns: Returns): Payment {
  const isReturned = payment.isReturned || returns.isReturned;
  if (payment.captured === null)
    return { ...payment, isReturned, returned: greaterOf(returns.returned, payment.returned) };
  if (isReturned) return { ...payment, isReturned, returned: gross(payment) };
  return { ...payment, returned: lesserOf(greaterOf(returns.returned, payment.returned), gross(payment)) };
}
