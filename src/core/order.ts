// An order. Its status is a pure function of its facts and its registration.
import { acceptanceOf, type Mismatch } from "./acceptance.ts";
import { disputesOf, worstOf, type Dispute, type DisputeState } from "./dispute.ts";
import type { PaymentStatus, RecordedFact } from "./fact.ts";
import type { Money } from "./money.ts";
import { isMerchantInstance, paymentsOf, type Payment } from "./payment.ts";
import type { Registration } from "./registration.ts";
import { settle, type Settlement } from "./settlement.ts";

/**
 * The format of a biz. It appears in paths and group names; knowing it grants access to the order.
 */
export const BIZ = /^[a-z0-9]{32}$/;

export type OrderStatus = PaymentStatus | "partially_refunded" | "refunded";

/** The inputs that determine an order. */
export interface OrderInput {
  /** Facts in order of arrival, on which only `late` depends. */
  readonly facts: readonly RecordedFact[];
  readonly registration: Registration | null;
  /**
   * Whether the order was ever reported as paid or refunded. If so, enabling `REQUIRE_REGISTERED`
   * later does not revert it.
   */
  readonly everPaid: boolean;
}

export interface OrderRules {
  /** A provider's payment of an unregistered order is held until the order is registered. */
  readonly requireRegistered: boolean;
}

/** A payment as shown to the merchant's backend. */
export interface ListedPayment {
  readonly instance: string;
  readonly eventId: string;
  readonly paymentId: string | null;
  readonly money: Money | null;
}

/**
 * The state of an order. Browsers see what `status` implies; the other fields are for the merchant.
 */
export interface Order {
  readonly status: OrderStatus;
  /**
   * The sum captured by the counted payments; null where there are none or the amount is unknown.
   */
  readonly money: Money | null;
  /** The payments that count. */
  readonly payments: readonly ListedPayment[];
  /** The refunded part of the order's amount, in major units; "0" by default. */
  readonly refunded: string;
  /** Whether the counted payments reach the registered amount, each by a verified amount. */
  readonly checked: boolean;
  /** The order was paid after it had been closed. */
  readonly late: boolean;
  /** Excess of the counted payments over the amount, in major units; "0" by default. */
  readonly overpaid: string;
  /** The sum paid and the sum missing, while the payments are below the registered amount. */
  readonly underpaid: { readonly paid: string; readonly missing: string } | null;
  /** Whether a payment is held until the registration. */
  readonly held: boolean;
  /** Payments beyond the amount, to be returned by the merchant. */
  readonly excessPayments: readonly ListedPayment[];
  readonly mismatches: readonly Mismatch[];
  readonly disputes: readonly Dispute[];
  readonly disputed: DisputeState;
}

/** Whether the order is paid and not fully refunded: `paid` in a frame. */
export const isPaid = (status: OrderStatus): boolean => status === "paid" || status === "partially_refunded";

/** Whether the order was paid, including orders that were refunded later. */
export const hasPayment = (status: OrderStatus): boolean => isPaid(status) || status === "refunded";

/** Whether the status is final for a waiting page. A failed attempt is not: another may follow. */
export const isSettled = (status: OrderStatus): boolean => status !== "pending" && status !== "failed";

/**
 * Computes an order from its facts. The result does not depend on their order of arrival or on
 * repetitions, except for `late`.
 */
export function orderOf({ facts, registration, everPaid }: OrderInput, rules: OrderRules): Order {
  const payments = paymentsOf(facts);
  // A paid report of the merchant admits payments as a registration does.
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
  // A failed attempt does not fail the order while another payment is pending.
  return payments.some(({ state }) => state === "ended") && !hasPendingPayment(payments) ? "failed" : "pending";
}

/**
 * Whether a payment is pending. Reports without a payment id are left out: their end could not be
 * attributed to them.
 */
const hasPendingPayment = (payments: readonly Payment[]): boolean =>
  payments.some(({ id, state }) => id !== null && state === "pending");

/**
 * Closed by expiry of the registration or by the merchant; or by a provider, unless another
 * payment is pending.
 */
function isClosed(
  payments: readonly Payment[],
  facts: readonly RecordedFact[],
  registration: Registration | null,
): boolean {
  if (facts.some((fact) => isFinal(fact, registration))) return true;
  return payments.some(({ state }) => state === "closed") && !hasPendingPayment(payments);
}

const isFinal = (fact: RecordedFact, registration: Registration | null): boolean =>
  (fact.kind === "payment" &&
    fact.status === "closed" &&
    fact.paymentId === null &&
    isMerchantInstance(fact.instance)) ||
  (fact.kind === "expired" && isStillExpired(fact, registration));

/** A registration renewed for a later time, or without a limit, reopens the order. */
const isStillExpired = ({ at }: RecordedFact, registration: Registration | null): boolean =>
  registration === null || at === null || (registration.expiresAt !== null && registration.expiresAt <= at);

const isClosing = (fact: RecordedFact): boolean =>
  fact.kind === "expired" || (fact.kind === "payment" && fact.status === "closed");

/** Whether the payment that completed the order arrived after an event that had closed it. */
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

/** The state visible to browsers. A growing refund is visible; flags for the merchant are not. */
export type VisibleState = Pick<Order, "status" | "refunded">;

export const looksDifferent = (before: VisibleState, after: VisibleState): boolean =>
  before.status !== after.status || before.refunded !== after.refunded;

/**
 * Whether a registration contradicts an order that was reported as paid. Any other order accepts a
 * new registration.
 */
export function contradicts(registration: Registration, input: OrderInput, rules: OrderRules): boolean {
  if (!input.everPaid || !hasPayment(orderOf(input, rules).status)) return false;
  return !hasPayment(orderOf({ ...input, registration }, rules).status);
}
