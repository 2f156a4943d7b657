// An order: the set of facts that its callbacks proved, and what it comes to as a pure function of that set. Stores and sends nothing.
import type { Fact, PaymentStatus } from "./fact.ts";
import { equal, greaterOf, sumOf, type MajorMoney, type Money } from "./money.ts";
import { paymentsOf, refundedOf, type Payment, type Refunded } from "./payment.ts";

/** What an order's id has to look like: it stands in paths and group names, and is its secret. */
export const BIZ = /^[a-z0-9]{32}$/;

export type OrderStatus = PaymentStatus | "partially_refunded" | "refunded";

/** What the merchant's backend expects to be paid. */
export interface Registration {
  readonly money: MajorMoney;
  /** ms since 1970; null = the order never expires. */
  readonly expiresAt: number | null;
  /** The id its providers know the order by, where that is not the biz itself. */
  readonly orderId: string | null;
}

/** Everything an order follows from. */
export interface Known {
  /** In the order of arrival, which matters for `late` and for nothing else. */
  readonly facts: readonly Fact[];
  readonly registration: Registration | null;
  /** What was left of the order when its facts were given up; null as long as it has them all. */
  readonly past: Past | null;
  /** Whether it has been told to be paid, or refunded: then no rule that is changed later takes that back. */
  readonly believed: boolean;
}

export interface Past {
  readonly status: OrderStatus;
  readonly refunded: string;
  /** The payments that counted: what comes later is theirs, or another's. */
  readonly payments: readonly Counted[];
}

/** A payment that counts. */
export type Counted = Pick<Payment, "id" | "money">;

export const nothingKnown: Known = { facts: [], registration: null, past: null, believed: false };

/** Held: a payment that nothing was registered for is not believed until something is (`REQUIRE_REGISTERED`). */
export interface Rules {
  readonly requireRegistered: boolean;
}

/** A payment that was proved, and is not the one that was asked for. */
export interface Mismatch {
  readonly provider: string;
  readonly eventId: string;
  readonly paymentId: string | null;
  readonly money: Money | null;
}

/** What an order comes to. A browser sees `status` and what follows from it; the rest is for the merchant. */
export interface Order {
  readonly status: OrderStatus;
  /** What was paid, by the first payment that counts; null where none does or none says. */
  readonly money: Money | null;
  readonly payments: readonly Counted[];
  /** What of it was refunded, in major units; "0" where nothing was. */
  readonly refunded: string;
  /** Whether every payment that counts was compared with what was registered. */
  readonly checked: boolean;
  /** Paid after it had been closed or had expired. */
  readonly late: boolean;
  readonly disputed: boolean;
  readonly mismatches: readonly Mismatch[];
  /** The ids of payments beyond the first: the merchant owes them back. */
  readonly duplicatePayments: readonly string[];
}

/** Whether the money has come and has not all gone back: `paid` in a frame. */
export const isPaid = (status: OrderStatus): boolean => status === "paid" || status === "partially_refunded";

/** Whether whoever waits has its answer. A failed attempt is none: another may follow. */
export const isSettled = (status: OrderStatus): boolean => status !== "pending" && status !== "failed";

/** Makes an order of what is known of it: the same whatever the order of the facts and however often each came (`late` aside). */
export function orderOf({ facts: kept, registration, past, believed }: Known, rules: Rules): Order {
  const facts = past === null ? kept : [...factsOf(past), ...kept];
  const payments = paymentsOf(facts);
  const right: Payment[] = [];
  const wrong: Payment[] = [];
  for (const payment of payments) (isRight(payment, registration) ? right : wrong).push(payment);
  const held = registration === null && rules.requireRegistered && !believed;
  const counted = held ? [] : countedOf(right);
  const refunds = counted.map((payment) => refundedOf(payment, counted, wrong, facts));
  const status = statusOf(facts, refunds, past);
  return {
    status,
    money: counted[0]?.money ?? null,
    payments: counted.map(({ id, money }) => ({ id, money })),
    refunded: greaterOf(sumOf(refunds.map(({ amount }) => amount)), past?.refunded ?? "0"),
    checked: counted.length > 0 && counted.every(({ money }) => registration !== null && money !== null),
    late: counted.length > 0 && isLate(facts, counted),
    disputed: isDisputed(facts),
    mismatches: wrong.map(({ provider, eventId, id, money }) => ({ provider, eventId, paymentId: id, money })),
    duplicatePayments: counted.slice(1).flatMap(({ id }) => (id === null ? [] : [id])),
  };
}

/** An amount that nobody signed cannot be wrong, one in a currency of unknown digits cannot be right. */
const isRight = ({ money }: Payment, registration: Registration | null): boolean =>
  money === null || (money.unit === "major" && (registration === null || equal(money, registration.money)));

/** What an order had come to, as facts that come to it again: what happens later, a refund after a year, goes on from there. */
function factsOf({ status, refunded, payments }: Past): readonly Fact[] {
  const proof = { provider: "belfry", eventId: "past", at: null };
  const paid = payments.map(({ id, money }): Fact => ({
    ...proof,
    kind: "payment",
    status: "paid",
    paymentId: id,
    money,
  }));
  const refund = ({ id }: Counted, money: MajorMoney | null): Fact => {
    return { ...proof, kind: "refund", refundId: "past", paymentId: id, money, cumulative: false };
  };
  switch (status) {
    case "pending":
    case "failed":
      return [{ ...proof, kind: "payment", status, paymentId: null, money: null }];
    case "closed":
      return [{ ...proof, kind: "expired" }];
    case "paid":
      return paid;
    case "partially_refunded": {
      const part = ({ money }: Counted): MajorMoney => ({
        unit: "major",
        amount: refunded,
        currency: money?.currency ?? "",
      });
      return [...paid, ...payments.slice(0, 1).map((payment) => refund(payment, part(payment)))];
    }
    case "refunded":
      return [...paid, ...payments.map((payment) => refund(payment, null))];
  }
}

/** A sender that names no payment says that there was one, not that there was another; nor are two amounts of one payment two. */
function countedOf(right: readonly Payment[]): readonly Payment[] {
  const named = right.filter(({ id }, i) => id !== null && right.findIndex((other) => other.id === id) === i);
  return named.length > 0 ? named : right.slice(0, 1);
}

function statusOf(facts: readonly Fact[], refunds: readonly Refunded[], past: Past | null): OrderStatus {
  const now = statusNow(facts, refunds);
  // A delivery repeated after the facts were given up must not undo what they had come to.
  return past !== null && RANK[past.status] > RANK[now] ? past.status : now;
}

/** Merged by rank, never by arrival. */
const RANK: Readonly<Record<OrderStatus, number>> = {
  pending: 0,
  failed: 1,
  closed: 2,
  paid: 3,
  partially_refunded: 4,
  refunded: 5,
};

function statusNow(facts: readonly Fact[], refunds: readonly Refunded[]): OrderStatus {
  if (refunds.some(({ extent }) => extent === "none")) return "paid";
  if (refunds.some(({ extent }) => extent === "part")) return "partially_refunded";
  if (refunds.length > 0) return "refunded";
  if (facts.some(isClosing)) return "closed";
  return facts.some((fact) => fact.kind === "payment" && fact.status === "failed") ? "failed" : "pending";
}

const isClosing = (fact: Fact): boolean =>
  fact.kind === "expired" || (fact.kind === "payment" && fact.status === "closed");

function isLate(facts: readonly Fact[], counted: readonly Payment[]): boolean {
  const closed = facts.findIndex(isClosing);
  return closed >= 0 && closed < Math.min(...counted.map(({ firstAt }) => firstAt));
}

function isDisputed(facts: readonly Fact[]): boolean {
  const disputes = facts.filter((fact) => fact.kind === "dispute");
  const won = new Set(disputes.filter(({ status }) => status === "won").map(({ paymentId }) => paymentId));
  return disputes.some(({ status, paymentId }) => status !== "won" && !won.has(paymentId));
}

/** What makes a fact the same fact: an id alone is not enough, providers reuse one for everything they report of a payment. */
export function factKey(fact: Fact): string {
  const { provider, eventId, kind } = fact;
  const status = fact.kind === "payment" || fact.kind === "dispute" ? fact.status : null;
  const isRefund = fact.kind === "refund" || fact.kind === "refund_failed";
  return JSON.stringify([provider, eventId, kind, status, ...(isRefund ? [fact.refundId, fact.money?.amount] : [])]);
}

/** The facts that are new, each once. */
export function freshOf(known: readonly Fact[], arrived: readonly Fact[]): readonly Fact[] {
  const keys = new Set(known.map(factKey));
  return arrived.filter((fact) => {
    const key = factKey(fact);
    if (keys.has(key)) return false;
    keys.add(key);
    return true;
  });
}

/** What a browser can tell two states of an order apart by: a refund that grows is seen, a flag for the merchant is not. */
export type Looks = Pick<Order, "status" | "refunded">;

export const looksDifferent = (before: Looks, after: Looks): boolean =>
  before.status !== after.status || before.refunded !== after.refunded;

/** Whether a registration contradicts what was paid already: then the order stays as it is. */
export function contradicts(registration: Registration, known: Known, rules: Rules): boolean {
  if (orderOf(known, rules).payments.length === 0) return false;
  return orderOf({ ...known, registration }, rules).payments.length === 0;
}

/** Whether it was paid, whatever became of the money. */
export const hasPayment = (status: OrderStatus): boolean => isPaid(status) || status === "refunded";
