// An order: its status as a pure function of its facts and its registration. Stores and sends nothing.
import { acceptanceOf, type Mismatch } from "./acceptance.ts";
import { disputesOf, worstOf, type Dispute, type DisputeState } from "./dispute.ts";
import type { PaymentStatus, RecordedFact } from "./fact.ts";
import type { MajorMoney, Money } from "./money.ts";
import { isMerchantInstance, paymentsOf, type Payment } from "./payment.ts";
import { settle, type Settlement } from "./settlement.ts";

/** The shape of an order's id: it stands in paths and group names, and is its secret. */
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

/** Everything that an order follows from. */
export interface OrderInput {
  /** In the order of arrival, which `late` depends on, and nothing else. */
  readonly facts: readonly RecordedFact[];
  readonly registration: Registration | null;
  /** Whether the order was ever reported as paid or refunded: enabling `REQUIRE_REGISTERED` later does not take that back. */
  readonly everPaid: boolean;
}

export interface OrderRules {
  /** A provider's payment of an unregistered order is held until the order is registered. */
  readonly requireRegistered: boolean;
}

/** A payment as the merchant's backend sees it. */
export interface ListedPayment {
  readonly instance: string;
  readonly eventId: string;
  readonly paymentId: string | null;
  readonly money: Money | null;
}

/** What a browser sees follows from `status`; everything else is for the merchant. */
export interface Order {
  readonly status: OrderStatus;
  /** What was captured by the payments that count; null where nothing counts or no amount is stated. */
  readonly money: Money | null;
  /** The payments that count. */
  readonly payments: readonly ListedPayment[];
  /** How much of the order's amount went back, in major units; "0" where nothing did. */
  readonly refunded: string;
  /** Whether the payments that count reach the registered amount, each by an amount that is proved. */
  readonly checked: boolean;
  /** Paid after it had been closed. */
  readonly late: boolean;
  /** What the payments that count exceed the amount by, in major units; "0" where they do not. */
  readonly overpaid: string;
  /** What was paid so far, and what is missing, while the sum is below the registered amount. */
  readonly underpaid: { readonly paid: string; readonly missing: string } | null;
  /** Whether a payment waits for the registration. */
  readonly held: boolean;
  /** Payments beyond the amount: the merchant owes them back. */
  readonly excessPayments: readonly ListedPayment[];
  readonly mismatches: readonly Mismatch[];
  readonly disputes: readonly Dispute[];
  readonly disputed: DisputeState;
}

/** Whether the money has come and has not all gone back: `paid` in a frame. */
export const isPaid = (status: OrderStatus): boolean => status === "paid" || status === "partially_refunded";

/** Whether the order was paid, whatever became of the money. */
export const hasPayment = (status: OrderStatus): boolean => isPaid(status) || status === "refunded";

/** Whether a waiting page has its answer. A failed attempt is none: another may follow. */
export const isSettled = (status: OrderStatus): boolean => status !== "pending" && status !== "failed";

/** The order that follows from its facts: the same whatever their order of arrival and however often each came (`late` aside). */
export function orderOf({ facts, registration, everPaid }: OrderInput, rules: OrderRules): Order {
  const payments = paymentsOf(facts);
  // The merchant's word that something is paid makes the order a known one, as a registration does.
  const isConfirmed = payments.some((payment) => payment.isConfirmed);
  const isOpen = registration !== null || everPaid || isConfirmed || !rules.requireRegistered;
  const { accepted, held, mismatches } = acceptanceOf(payments, facts, registration, isOpen);
  const settlement = settle(accepted, payments, facts, registration);
  const disputes = disputesOf(facts);
  return {
    status: statusOf(settlement, payments, facts, registration),
    money: settlement.money,
    payments: settlement.counted.map(listed),
    refunded: settlement.refunded,
    checked: registration !== null && settlement.isCovered && settlement.isProved,
    late: isLate(settlement.counted, facts, registration),
    overpaid: settlement.overpaid,
    underpaid: settlement.underpaid,
    held: held.length > 0,
    excessPayments: settlement.excess.map(listed),
    mismatches,
    disputes,
    disputed: worstOf(disputes),
  };
}

const listed = ({ instance, eventId, id, captured }: Payment): ListedPayment => ({
  instance,
  eventId,
  paymentId: id,
  money: captured,
});

function statusOf(
  settlement: Settlement,
  payments: readonly Payment[],
  facts: readonly RecordedFact[],
  registration: Registration | null,
): OrderStatus {
  if (settlement.isCovered) {
    if (settlement.extent === "none") return "paid";
    return settlement.extent === "part" ? "partially_refunded" : "refunded";
  }
  if (isClosed(payments, facts, registration)) return "closed";
  // An attempt's end is no order's end while another payment is under way.
  return payments.some(({ state }) => state === "ended") && !isUnderWay(payments) ? "failed" : "pending";
}

/** A report without a payment's id does not say which payment is under way, so no end of it would ever be reported. */
const isUnderWay = (payments: readonly Payment[]): boolean =>
  payments.some(({ id, state }) => id !== null && state === "pending");

/** Closed by its registration's end or by the merchant; or by a provider, unless another payment is under way. */
function isClosed(
  payments: readonly Payment[],
  facts: readonly RecordedFact[],
  registration: Registration | null,
): boolean {
  if (facts.some((fact) => isFinal(fact, registration))) return true;
  return payments.some(({ state }) => state === "closed") && !isUnderWay(payments);
}

const isFinal = (fact: RecordedFact, registration: Registration | null): boolean =>
  (fact.kind === "payment" &&
    fact.status === "closed" &&
    fact.paymentId === null &&
    isMerchantInstance(fact.instance)) ||
  (fact.kind === "expired" && isStillExpired(fact, registration));

/** A registration renewed for a later time, or for ever, opens the order again. */
const isStillExpired = ({ at }: RecordedFact, registration: Registration | null): boolean =>
  registration === null || at === null || (registration.expiresAt !== null && registration.expiresAt <= at);

const isClosing = (fact: RecordedFact): boolean =>
  fact.kind === "expired" || (fact.kind === "payment" && fact.status === "closed");

/** `late` compares arrivals: the payment that completed the order came after an event that had closed it. */
function isLate(
  counted: readonly Payment[],
  facts: readonly RecordedFact[],
  registration: Registration | null,
): boolean {
  if (counted.length === 0 || !facts.some(isClosing)) return false;
  const completed = Math.max(...counted.map(({ index }) => index));
  const before = facts.slice(0, completed);
  return isClosed(paymentsOf(before), before, registration);
}

/** What a browser can tell two states of an order apart by: a refund that grows is visible, a flag for the merchant is not. */
export type VisibleState = Pick<Order, "status" | "refunded">;

export const looksDifferent = (before: VisibleState, after: VisibleState): boolean =>
  before.status !== after.status || before.refunded !== after.refunded;

/** Whether a registration contradicts an order that was reported as paid. Any other order takes a new registration. */
export function contradicts(registration: Registration, input: OrderInput, rules: OrderRules): boolean {
  if (!input.everPaid || !hasPayment(orderOf(input, rules).status)) return false;
  return !hasPayment(orderOf({ ...input, registration }, rules).status);
}
