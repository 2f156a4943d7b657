// Parser of PayPal events in both API versions: payment, amount and account of each statement.
import type { Json, JsonObject } from "../core/json.ts";
import { majorAmount, textAt, valueAt, type SignedAmount } from "./content.ts";

/** A capture, authorization, refund, purchase unit or disputed transaction; several per event. */
export interface Statement {
  /** The object with the fields of the rules. */
  readonly subject: Json | undefined;
  /** Objects that may contain the order id, by priority. */
  readonly orderSources: readonly (Json | undefined)[];
  /** The merchant's account; null if PayPal does not state it. */
  readonly account: string | null;
  readonly paymentId: string | null;
  readonly refundId: string | null;
  readonly amount: SignedAmount;
}

/** At least one statement, since events of other kinds are forwarded too. */
export function statementsOf(type: string, event: JsonObject): readonly Statement[] {
  const resource = valueAt(event, "resource");
  if (isRefund(type)) return [refundStatement(resource, textAt(event, "resource_type"))];
  if (type.startsWith("PAYMENT.")) return [paymentStatement(resource)];
  const statements = type.includes(".DISPUTE.")
    ? listAt(resource, "disputed_transactions").map((transaction) => disputeStatement(transaction, resource))
    : listAt(resource, "purchase_units").flatMap(unitStatements);
  return statements.length > 0 ? statements : [orderStatement(resource)];
}

const isRefund = (type: string): boolean => /^PAYMENT\.([A-Z]+\.(REFUNDED|REVERSED)$|REFUND\.)/.test(type);

/** A capture, authorization or sale. In a PayPal order, the purchase unit adds missing fields. */
const paymentStatement = (payment: Json | undefined, unit?: Json): Statement => ({
  subject: payment,
  orderSources: unit === undefined ? [payment] : [payment, unit],
  account: textAt(payment, "payee.merchant_id") ?? textAt(unit, "payee.merchant_id"),
  paymentId: textAt(payment, "id"),
  refundId: null,
  amount: amountOf(valueAt(payment, "amount")),
});

/** The approval of a purchase unit, or another event. Its `id` is not that of a payment. */
const orderStatement = (json: Json | undefined): Statement => ({ ...paymentStatement(json), paymentId: null });

const disputeStatement = (transaction: Json, dispute: Json | undefined): Statement => ({
  subject: dispute,
  orderSources: [transaction],
  account: textAt(transaction, "seller.merchant_id"),
  paymentId: textAt(transaction, "seller_transaction_id"),
  refundId: null,
  amount: amountOf(valueAt(dispute, "dispute_amount")),
});

/** A refund or a reversal. The payer of a refund is the merchant. */
const refundStatement = (resource: Json | undefined, resourceType: string | null): Statement => ({
  subject: resource,
  orderSources: [resource],
  account: textAt(resource, "payer.merchant_id", "payee.merchant_id"),
  paymentId: refundedPayment(resource, resourceType),
  // A reversed sale has its refund's id only in the link `self`.
  refundId: linkedId(resource, "self", /\/refunds?\/([A-Za-z0-9]{1,64})$/) ?? textAt(resource, "id"),
  amount: refundAmount(valueAt(resource, "amount")),
});

/** The payments of a purchase unit, or its approval if there is no payment yet. */
function unitStatements(unit: Json): readonly Statement[] {
  const payments = [...listAt(unit, "payments.captures"), ...listAt(unit, "payments.authorizations")];
  return payments.length === 0 ? [orderStatement(unit)] : payments.map((payment) => paymentStatement(payment, unit));
}

function listAt(json: Json | undefined, path: string): readonly Json[] {
  const list = valueAt(json, path);
  return Array.isArray(list) ? list : [];
}

/** `total` and `currency` are the names of API version 1. */
const amountOf = (amount: Json | undefined): SignedAmount =>
  majorAmount(textAt(amount, "value", "total"), textAt(amount, "currency_code", "currency"));

/** API version 1 states refunds as negative amounts. */
const refundAmount = (amount: Json | undefined): SignedAmount =>
  majorAmount(textAt(amount, "value", "total")?.replace(/^-/, "") ?? null, textAt(amount, "currency_code", "currency"));

function linkedId(json: Json | undefined, relation: string, shape: RegExp): string | null {
  const link = listAt(json, "links").find((entry) => textAt(entry, "rel") === relation);
  return shape.exec(textAt(link, "href") ?? "")?.[1] ?? null;
}

const PAYMENT_LINK = /\/(?:captures?|sales?)\/([A-Za-z0-9]{1,64})$/;

/**
 * The payment of a refund, from the link `rel: up`. API version 1 names it in a link or field
 * called `capture` or `sale`. A reversal may be the capture or sale itself.
 */
function refundedPayment(resource: Json | undefined, resourceType: string | null): string | null {
  for (const relation of ["up", "capture", "sale"]) {
    const id = linkedId(resource, relation, PAYMENT_LINK);
    if (id !== null) return id;
  }
  return textAt(resource, "capture_id", "sale_id") ?? (resourceType === "refund" ? null : textAt(resource, "id"));
}
