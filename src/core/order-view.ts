// An order as JSON for its readers: the view of a browser and the view of the backend.
import type { Dispute } from "./dispute.ts";
import type { Mismatch } from "./acceptance.ts";
import { isPaid, type ListedPayment, type Order, type OrderStatus } from "./order.ts";
import type { Registration } from "./registration.ts";
import { formatIsoTime } from "./time.ts";

/** The stored data of an order, together with the state computed from its facts. */
export interface OrderRecord {
  readonly order: Order;
  readonly version: number;
  readonly registration: Registration | null;
  /** The merchant's order id, if it differs from the biz. */
  readonly orderId: string | null;
  /** Whether the order has reached `FACTS_MAX` and left events out. */
  readonly isFull: boolean;
  /** Time of erasure, in ms since 1970; null = not erased. */
  readonly erasedAt: number | null;
  readonly forwards: { readonly pending: number; readonly failed: number };
}

export interface BrowserOrder {
  readonly biz: string;
  readonly status: OrderStatus;
  readonly paid: boolean;
  readonly version: number;
  readonly expires_at: string | null;
}

export const browserOrder = (biz: string, { order, version, registration }: OrderRecord): BrowserOrder => ({
  biz,
  status: order.status,
  paid: isPaid(order.status),
  version,
  expires_at: formatTime(registration?.expiresAt ?? null),
});

export function backendOrder(biz: string, record: OrderRecord) {
  const { order, registration, forwards } = record;
  const registered = registration?.money ?? null;
  return {
    ...browserOrder(biz, record),
    order_id: record.orderId,
    registered: registered === null ? null : { amount: registered.amount, currency: registered.currency },
    amount: order.money?.unit === "major" ? order.money.amount : null,
    currency: order.money?.currency ?? null,
    refunded: order.refunded,
    checked: order.checked,
    late: order.late,
    held: order.held ? ("not_registered" as const) : null,
    overpaid: order.overpaid,
    underpaid: order.underpaid,
    payments: order.payments.map(payment),
    excess_payments: order.excessPayments.map(payment),
    mismatches: order.mismatches.map((entry) => ({ reason: entry.reason, ...payment(entry) })),
    disputed: order.disputed,
    disputes: order.disputes.map(dispute),
    full: record.isFull,
    erased_at: formatTime(record.erasedAt),
    forwards: { owed: forwards.pending, given_up: forwards.failed },
  };
}

export type BackendOrder = ReturnType<typeof backendOrder>;

const payment = ({ instance, eventId, paymentId, money }: ListedPayment | Mismatch) => ({
  provider: instance,
  event_id: eventId,
  payment_id: paymentId,
  amount: money?.amount ?? null,
  currency: money?.currency ?? null,
});

const dispute = ({ instance, disputeId, paymentId, status, money }: Dispute) => ({
  provider: instance,
  dispute_id: disputeId,
  payment_id: paymentId,
  status,
  amount: money?.amount ?? null,
  currency: money?.currency ?? null,
});

const formatTime = (at: number | null): string | null => (at === null ? null : formatIsoTime(at));
