// Derives the payments from an order's facts: the amount captured and the amount returned of each.
// Independent of the registration.
import { isNotOlder, type Fact } from "./fact.ts";
import { greaterOf, isSameKind, sumById, type Money } from "./money.ts";
import { returnsOf, type Returns } from "./returns.ts";

/** One payment, merged from all events that report it. */
export interface Payment extends Returns {
  readonly instance: string;
  /**
   * The provider's payment id. Null where the sender names none: all unnamed reports of an instance
   * form one payment.
   */
  readonly id: string | null;
  /** `unreported`: the facts contain only events that follow a payment (a refund, a dispute). */
  readonly state: "unreported" | "pending" | "ended" | "closed" | "paid";
  /** The event that proved the payment. */
  readonly eventId: string;
  /** Time of payment by the sender's clock, in ms since 1970; null where none is stated. */
  readonly at: number | null;
  /** Index of the payment's first paid fact, in order of arrival. */
  readonly index: number;
  /** The total captured. Null where no event states an amount. */
  readonly captured: Money | null;
  /** Whether its events state amounts in different currencies. */
  readonly isAmbiguous: boolean;
  /** Whether the merchant reports the payment as paid. */
  readonly isConfirmed: boolean;
  /**
   * Whether the merchant reports the payment as paid and its provider states no amount. Then the
   * merchant's report alone counts.
   */
  readonly isMerchantReport: boolean;
  readonly isPart: boolean;
  readonly isUnsigned: boolean;
  /** All facts of the payment. */
  readonly facts: readonly Fact[];
}

type PaymentFact = Extract<Fact, { readonly kind: "payment" }>;
type PayingFact = (PaymentFact & { readonly status: "paid" }) | Extract<Fact, { readonly kind: "capture" }>;

/**
 * Instances of the merchant's own reports: a callback by API key or signature, and the reply of
 * `ORDER_STATUS_URL`.
 */
export const isMerchantInstance = (instance: string): boolean => instance === "backend" || instance === "status";

/**
 * The payments named in the facts and one unnamed payment per instance, sorted by time of payment.
 * Equal and unknown times are sorted by id, so that the order of arrival has no influence.
 */
export function paymentsOf(facts: readonly Fact[]): readonly Payment[] {
  const groups = new Map<string, Indexed[]>();
  const keyOf = paymentKeyReader(facts);
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

/** A foreign payment belongs to another order. */
const isPaymentRelated = (fact: Fact): fact is PaymentRelated => "paymentId" in fact && fact.kind !== "foreign_payment";

/**
 * Returns a function that maps a fact to the key of its payment. A merchant's report of a
 * provider's payment maps to that payment.
 */
function paymentKeyReader(facts: readonly Fact[]): (fact: PaymentRelated) => string {
  const instanceOf = new Map<string, string>();
  for (const fact of facts) {
    if (!isPaymentRelated(fact) || fact.paymentId === null || isMerchantInstance(fact.instance)) continue;
    const known = instanceOf.get(fact.paymentId);
    // If two providers share a payment id, the first by name is used, not the first to arrive.
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
  const isPriced = own.some(({ fact }) => isPaying(fact) && fact.money !== null);
  // A merchant's report is ignored where the provider states the amount paid.
  const reports = isPriced ? own : all;
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
    isMerchantReport: isConfirmed && !isPriced,
    isPart: facts.some((fact) => fact.kind === "payment" && fact.isPart === true),
    isUnsigned: facts.some((fact) => fact.kind === "payment" && fact.isUnsigned === true),
    facts: allFacts,
    ...returnsOf(allFacts, money),
  };
}

const byTime = (a: Fact, b: Fact): number => timeOf(a) - timeOf(b) || (a.eventId < b.eventId ? -1 : 1);

/** Facts without a time sort last. */
const timeOf = ({ at }: { readonly at: number | null }): number => at ?? Number.MAX_SAFE_INTEGER;

/**
 * State of an unpaid attempt. It ends with a report at least as late as its latest pending report.
 */
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
  /** False if the captures failed or none was reported. */
  readonly hasMoney: boolean;
}

/**
 * The captured amount. A paid fact states the total so far, so the highest counts; captures add up
 * by id. A failed capture cancels the capture of its id and all totals that are not later. Such
 * totals were only assumed to be captured: Adyen captures automatically and reports only failures.
 * A capture or total with a later time than the failure counts again.
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
