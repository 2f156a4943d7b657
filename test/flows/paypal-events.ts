// Events shaped like PayPal's: data and nothing else.
import type { FlowEvent } from "./flow.ts";

/** The merchant of the development setting, and a stranger. */
export const OURS = "DEVELOPMENT";
export const THEIRS = "3SQBR4YEWZ4BA";

type Fields = Readonly<Record<string, unknown>>;

export interface Payment {
  readonly id: string;
  readonly value: string;
  readonly currency?: string;
  /** The shop's order, as `custom_id`. */
  readonly order?: string;
  /** Null = PayPal does not state the payee. */
  readonly payee?: string | null;
  readonly status?: string;
  readonly final?: boolean;
  readonly more?: Fields;
}

const time = (minute: number): string => new Date(Date.UTC(2026, 10, 22, 9, minute)).toISOString();
const money = (value: string, currency = "USD") => ({ currency_code: currency, value });
const link = (rel: string, path: string) => ({ rel, method: "GET", href: `https://api.sandbox.paypal.com${path}` });
const named = (order: string | undefined) => (order === undefined ? {} : { custom_id: order });
const paidTo = (payee: string | null = OURS) =>
  payee === null ? {} : { payee: { email_address: "shop@business.example.com", merchant_id: payee } };

/** `minute` is the time of the event, and the end of its id. */
export const event = (type: string, minute: number, resource: Fields, resourceType = "capture"): FlowEvent => ({
  id: `WH-${type}-${minute}`,
  event_version: "1.0",
  create_time: time(minute),
  resource_type: resourceType,
  resource_version: "2.0",
  event_type: type,
  resource: { create_time: time(minute), ...resource },
});

const captureOf = ({ id, value, currency, order, payee, status = "COMPLETED", final = true, more }: Payment) => ({
  id,
  amount: money(value, currency),
  final_capture: final,
  ...paidTo(payee),
  ...named(order),
  status,
  supplementary_data: { related_ids: { order_id: "5O190127TN364715T" } },
  links: [link("self", `/v2/payments/captures/${id}`), link("up", "/v2/checkout/orders/5O190127TN364715T")],
  ...more,
});

export const completed = (minute: number, payment: Payment): FlowEvent =>
  event("PAYMENT.CAPTURE.COMPLETED", minute, captureOf(payment));

export const pending = (minute: number, payment: Payment): FlowEvent =>
  event("PAYMENT.CAPTURE.PENDING", minute, captureOf({ ...payment, status: "PENDING" }));

export const denied = (minute: number, payment: Payment): FlowEvent =>
  event("PAYMENT.CAPTURE.DENIED", minute, captureOf({ ...payment, status: "DECLINED" }));

/** `type` from CREATED and VOIDED. */
export const authorization = (type: string, minute: number, { id, value, order, payee }: Payment): FlowEvent =>
  event(
    `PAYMENT.AUTHORIZATION.${type}`,
    minute,
    { id, status: type, amount: money(value), ...paidTo(payee), ...named(order) },
    "authorization",
  );

export interface Refund {
  readonly id: string;
  readonly of: string;
  readonly value: string;
  readonly currency?: string;
  readonly order?: string;
  readonly status?: string;
}

/** `type` such as CAPTURE.REFUNDED. The payer of a refund is the merchant. */
export const refund = (type: string, minute: number, { id, of, value, currency, order, status }: Refund): FlowEvent =>
  event(
    `PAYMENT.${type}`,
    minute,
    {
      id,
      amount: money(value, currency),
      ...named(order),
      payer: { email_address: "shop@business.example.com", merchant_id: OURS },
      seller_payable_breakdown: { gross_amount: money(value, currency), total_refunded_amount: money(value, currency) },
      status: status ?? "COMPLETED",
      links: [link("self", `/v2/payments/refunds/${id}`), link("up", `/v2/payments/captures/${of}`)],
    },
    "refund",
  );

/** PayPal reports a reversal of all of a capture as that capture. */
export const reversed = (minute: number, payment: Payment): FlowEvent =>
  event("PAYMENT.CAPTURE.REVERSED", minute, captureOf({ ...payment, status: "REVERSED" }));

export interface Unit {
  readonly order: string;
  readonly value: string;
  readonly payee?: string;
  readonly captures?: readonly Payment[];
}

/** `type` such as ORDER.APPROVED. */
export const checkout = (type: string, minute: number, ...units: readonly Unit[]): FlowEvent =>
  event(
    `CHECKOUT.${type}`,
    minute,
    {
      id: "5O190127TN364715T",
      intent: "CAPTURE",
      status: type.replace("ORDER.", ""),
      payer: { payer_id: "YTENGYR8PAF9A" },
      purchase_units: units.map(purchaseUnit),
    },
    "checkout-order",
  );

const purchaseUnit = ({ order, value, payee, captures = [] }: Unit) => ({
  reference_id: "default",
  custom_id: order,
  amount: money(value),
  ...paidTo(payee),
  ...(captures.length === 0 ? {} : { payments: { captures: captures.map(unitCapture) } }),
});

/** A capture inside an order states neither payee nor custom id: its unit does. */
const unitCapture = ({ id, value, currency, status = "COMPLETED", final = true }: Payment) => ({
  id,
  status,
  amount: money(value, currency),
  final_capture: final,
});

export interface Disputed {
  readonly id: string;
  readonly of: string;
  readonly value?: string;
  readonly order?: string;
  readonly seller?: string;
  readonly status?: string;
  readonly outcome?: string;
}

/** `type` from CREATED, UPDATED and RESOLVED. */
export const dispute = (type: string, minute: number, told: Disputed): FlowEvent =>
  event(
    `CUSTOMER.DISPUTE.${type}`,
    minute,
    {
      dispute_id: told.id,
      update_time: time(minute),
      disputed_transactions: [
        {
          seller_transaction_id: told.of,
          seller: { email: "shop@business.example.com", merchant_id: told.seller ?? OURS, name: "Shop" },
          ...(told.order === undefined ? {} : { custom: told.order }),
        },
      ],
      reason: "MERCHANDISE_OR_SERVICE_NOT_RECEIVED",
      status: told.status ?? (type === "RESOLVED" ? "RESOLVED" : "OPEN"),
      dispute_amount: money(told.value ?? "20.00"),
      ...(told.outcome === undefined ? {} : { dispute_outcome: { outcome_code: told.outcome } }),
      dispute_life_cycle_stage: "INQUIRY",
    },
    "dispute",
  );

export interface Sale {
  readonly id: string;
  readonly total: string;
  readonly order: string;
  readonly agreement?: string;
}

/** The first version's: no payee, other names, and what went back with a minus. */
export const sale = (type: string, minute: number, { id, total, order, agreement }: Sale): FlowEvent =>
  event(
    `PAYMENT.SALE.${type}`,
    minute,
    {
      id,
      state: type.toLowerCase(),
      amount: { total, currency: "USD", details: { subtotal: total } },
      payment_mode: "INSTANT_TRANSFER",
      parent_payment: "PAY-5437236047802405NKRJ22UA",
      custom: order,
      ...(agreement === undefined ? {} : { billing_agreement_id: agreement }),
      links: [link("self", `/v1/payments/sale/${id}`)],
    },
    "sale",
  );

export const saleRefund = (minute: number, { id, of, total }: { id: string; of: string; total: string }): FlowEvent =>
  event(
    "PAYMENT.SALE.REFUNDED",
    minute,
    {
      id,
      sale_id: of,
      parent_payment: "PAY-5437236047802405NKRJ22UA",
      amount: { total, currency: "USD" },
      links: [link("self", `/v1/payments/refund/${id}`), link("sale", `/v1/payments/sale/${of}`)],
    },
    "sale",
  );

/** The sale itself, with the refund's id in a link alone. */
export const saleReversal = (minute: number, { id, of, total }: { id: string; of: string; total: string }): FlowEvent =>
  event(
    "PAYMENT.SALE.REVERSED",
    minute,
    {
      id: of,
      state: "completed",
      amount: { total, currency: "USD" },
      links: [link("self", `/v1/payments/refund/${id}`)],
    },
    "sale",
  );
