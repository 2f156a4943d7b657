// The payments among an order's facts: what each captured, and how much of it went back. Compares nothing with the registration.
import { isNotOlder, type Fact } from "./fact.ts";
import { greaterOf, isSameKind, sumById, type Money } from "./money.ts";
import { returnedOf, type Returns } from "./returns.ts";

/** One payment, however many events report it. */
export interface Payment extends Returns {
  readonly instance: string;
  /** The provider's id; null where the sender names none: all of an instance's unnamed reports are one payment. */
  readonly id: string | null;
  /** `unreported`: only what follows a payment is known of it (a refund, a dispute). */
  readonly state: "unreported" | "pending" | "ended" | "closed" | "paid";
  /** The event that proved it. */
  readonly eventId: string;
  /** When it was paid by the sender's time, in ms since 1970; null where none is stated. */
  readonly at: number | null;
  /** The index of its first paid fact: the order of arrival. */
  readonly index: number;
  /** What was captured, all captures together. Null where no event states an amount. */
  readonly captured: Money | null;
  /** Whether its events state amounts in different currencies. */
  readonly isAmbiguous: boolean;
  /** Whether the merchant says that it is paid. */
  readonly isConfirmed: boolean;
  /** Whether the merchant says that it is paid, and its provider states no amount: then the word alone counts. */
  readonly isMerchantsWord: boolean;
  readonly isPart: boolean;
  readonly isUnsigned: boolean;
  /** All that is reported of it. */
  readonly facts: readonly Fact[];
}

type PaymentFact = Extract<Fact, { readonly kind: "payment" }>;
type PayingFact = (PaymentFact & { readonly status: "paid" }) | Extract<Fact, { readonly kind: "capture" }>;

/** The merchant's own word: by API key or signed, or the answer of `ORDER_STATUS_URL`. */
export const isMerchantInstance = (instance: string): boolean => instance === "backend" || instance === "status";

/**
 * Every payment that the facts name, and one for each instance that names none, by the time at which each was paid. Payments of one time,
 * and those of providers that sign none, stand by their ids: the order must not depend on which event arrived first.
 */
export function paymentsOf(facts: readonly Fact[]): readonly Payment[] {
  const groups = new Map<string, Indexed[]>();
  const keyOf = paymentKeys(facts);
  for (const [index, fact] of facts.entries()) {
    if (!isPaymentRelated(fact)) continue;
    const key = keyOf(fact);
    const group = groups.get(key) ?? [];
    group.push({ fact, index });
    groups.set(key, group);
  }
  const payments = [...groups].toSorted(([a], [b]) => (a < b ? -1 : 1)).map(([, group]) => paymentOf(group));
  return payments.toSorted((a, b) => timeOf(a) - timeOf(b));
}

type PaymentRelated = Extract<Fact, { readonly paymentId: string | null }>;

interface Indexed {
  readonly fact: PaymentRelated;
  readonly index: number;
}

/** A foreign payment is another order's. */
const isPaymentRelated = (fact: Fact): fact is PaymentRelated => "paymentId" in fact && fact.kind !== "foreign_payment";

/** Names the payment that a fact is about. The merchant's word about a provider's payment is about that payment. */
function paymentKeys(facts: readonly Fact[]): (fact: PaymentRelated) => string {
  const instanceOf = new Map<string, string>();
  for (const fact of facts) {
    if (!isPaymentRelated(fact) || fact.paymentId === null || isMerchantInstance(fact.instance)) continue;
    const known = instanceOf.get(fact.paymentId);
    // Of two providers with one id, the first by name, whichever came first.
    if (known === undefined || fact.instance < known) instanceOf.set(fact.paymentId, fact.instance);
  }
  return ({ instance, paymentId }) => {
    const merchants = paymentId === null ? "backend" : (instanceOf.get(paymentId) ?? "backend");
    return JSON.stringify([isMerchantInstance(instance) ? merchants : instance, paymentId]);
  };
}

export const isPaying = (fact: Fact): fact is PayingFact =>
  (fact.kind === "payment" && fact.status === "paid") || fact.kind === "capture";

function paymentOf(all: readonly Indexed[]): Payment {
  const own = all.filter(({ fact }) => !isMerchantInstance(fact.instance));
  const isConfirmed = all.some(({ fact }) => isMerchantInstance(fact.instance) && isPaying(fact));
  const ownPaying = own.map(({ fact }) => fact).filter(isPaying);
  const isPriced = ownPaying.some(({ money }) => money !== null);
  // The merchant's word adds nothing to a payment whose provider reports how much was paid.
  const reports = isPriced || (ownPaying.length > 0 && !isConfirmed) ? own : all;
  const facts = reports.map(({ fact }) => fact);
  const paying = reports.filter(({ fact }) => isPaying(fact));
  const [proof] = paying.map(({ fact }) => fact).toSorted(byTime);
  const { money, isAmbiguous, hasMoney } = capturedOf(facts);
  const subject = proof ?? facts.toSorted(byTime)[0];
  const allFacts = all.map(({ fact }) => fact);
  return {
    instance: own[0]?.fact.instance ?? "backend",
    id: subject?.paymentId ?? null,
    state: hasMoney ? "paid" : attemptState(facts),
    eventId: subject?.eventId ?? "",
    at: proof?.at ?? null,
    index: Math.min(...paying.map(({ index }) => index)),
    captured: money,
    isAmbiguous,
    isConfirmed,
    isMerchantsWord: isConfirmed && !isPriced,
    isPart: facts.some((fact) => fact.kind === "payment" && fact.isPart === true),
    isUnsigned: facts.some((fact) => fact.kind === "payment" && fact.isUnsigned === true),
    facts: allFacts,
    ...returnedOf(allFacts, money),
  };
}

const byTime = (a: Fact, b: Fact): number => timeOf(a) - timeOf(b) || (a.eventId < b.eventId ? -1 : 1);

/** What has no time stands behind what has one. */
const timeOf = ({ at }: { readonly at: number | null }): number => at ?? Number.MAX_SAFE_INTEGER;

/** An attempt that brought no money: pending until an end is reported that is not older than the latest sign of life. */
function attemptState(facts: readonly Fact[]): Payment["state"] {
  const signs = facts.filter((fact) => fact.kind === "payment" && fact.status === "pending");
  const isClosing = (fact: Fact) => fact.kind === "payment" && fact.status === "closed";
  const isEnding = (fact: Fact) =>
    isClosing(fact) ||
    (fact.kind === "payment" && fact.status === "failed") ||
    fact.kind === "voided" ||
    fact.kind === "capture_failed";
  const isCurrent = (end: Fact) => signs.every((sign) => isNotOlder(end, sign));
  const ends = facts.filter((fact) => isEnding(fact) && isCurrent(fact));
  if (ends.some(isClosing)) return "closed";
  if (ends.length > 0) return "ended";
  return signs.length > 0 ? "pending" : "unreported";
}

interface Captured {
  readonly money: Money | null;
  readonly isAmbiguous: boolean;
  /** False where a failed capture or nothing at all is left of the payment. */
  readonly hasMoney: boolean;
}

/**
 * What a payment captured. A paid fact states the total so far, so the highest counts; captures add up by id. A failed capture un-counts
 * the capture of its id, and what was taken for captured without one (Adyen captures automatically, and reports only that it failed).
 * A capture or total that states a later time than the failure counts again.
 */
function capturedOf(facts: readonly Fact[]): Captured {
  const failed = facts.filter((fact) => fact.kind === "capture_failed");
  const totals = facts
    .filter((fact): fact is PaymentFact => fact.kind === "payment" && fact.status === "paid")
    .filter((paid) => !failed.some((failure) => isNotOlder(failure, paid)));
  const parts = facts
    .filter((fact) => fact.kind === "capture")
    .filter((part) => !failed.some((fact) => fact.captureId === part.captureId && isNotOlder(fact, part)));
  const stated = [...totals, ...parts];
  const monies = stated.flatMap(({ money }) => (money === null ? [] : [money]));
  const hasMoney = stated.length > 0;
  const [first] = monies;
  if (first === undefined) return { money: null, isAmbiguous: false, hasMoney };
  if (!monies.every((money) => isSameKind(money, first))) {
    return { money: monies.toSorted(byCurrency)[0] ?? null, isAmbiguous: true, hasMoney };
  }
  const total = totals.reduce((highest, { money }) => greaterOf(money?.amount ?? "0", highest), "0");
  const sum = sumById(parts.map(({ captureId, money }) => [captureId, money?.amount]));
  return { money: { ...first, amount: greaterOf(total, sum) }, isAmbiguous: false, hasMoney };
}

const byCurrency = (a: Money, b: Money): number =>
  `${a.currency} ${a.unit} ${a.amount}` < `${b.currency} ${b.unit} ${b.amount}` ? -1 : 1;
