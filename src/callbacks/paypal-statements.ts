// What a PayPal event states, in either version of its API: which payment, how much, whose money it is. Decides nothing and proves nothing.
import type { Json, JsonObject } from "../core/json.ts";
import { at, major, textAt, type Amount } from "./content.ts";

/** A capture, an authorization, a refund, a purchase unit or a disputed transaction. An event may state several. */
export interface Statement {
  /** The object that the table's fields are of. */
  readonly subject: Json | undefined;
  /** The objects that may name the order, the nearest first. */
  readonly naming: readonly (Json | undefined)[];
  /** Null where PayPal does not state whose money it is. */
  readonly account: string | null;
  readonly paymentId: string | null;
  readonly refundId: string | null;
  readonly amount: Amount;
}

/** One at least: an event that states none of these is still to be handed on. */
export function statementsOf(type: string, event: JsonObject): readonly Statement[] {
  const resource = at(event, "resource");
  if (isReturn(type)) return [returned(resource, textAt(event, "resource_type"))];
  if (type.startsWith("PAYMENT.")) return [paymentIn(resource)];
  const statements = type.includes(".DISPUTE.")
    ? listAt(resource, "disputed_transactions").map((transaction) => disputed(transaction, resource))
    : listAt(resource, "purchase_units").flatMap(ofUnit);
  return statements.length > 0 ? statements : [notAPayment(resource)];
}

const isReturn = (type: string): boolean => /^PAYMENT\.([A-Z]+\.(REFUNDED|REVERSED)$|REFUND\.)/.test(type);

/** A capture, an authorization or a sale; inside a PayPal order, its purchase unit states what it does not state itself. */
const paymentIn = (payment: Json | undefined, unit?: Json): Statement => ({
  subject: payment,
  naming: unit === undefined ? [payment] : [payment, unit],
  account: textAt(payment, "payee.merchant_id") ?? textAt(unit, "payee.merchant_id"),
  paymentId: textAt(payment, "id"),
  refundId: null,
  amount: amountOf(at(payment, "amount")),
});

/** The approval of a purchase unit, or an event of another kind: what has an id here has not that of a payment. */
const notAPayment = (json: Json | undefined): Statement => ({ ...paymentIn(json), paymentId: null });

const disputed = (transaction: Json, dispute: Json | undefined): Statement => ({
  subject: dispute,
  naming: [transaction],
  account: textAt(transaction, "seller.merchant_id"),
  paymentId: textAt(transaction, "seller_transaction_id"),
  refundId: null,
  amount: amountOf(at(dispute, "dispute_amount")),
});

/** A refund or a reversal. The payer of a refund is the merchant. */
const returned = (resource: Json | undefined, resourceType: string | null): Statement => ({
  subject: resource,
  naming: [resource],
  account: textAt(resource, "payer.merchant_id", "payee.merchant_id"),
  paymentId: refundedPayment(resource, resourceType),
  // Of a sale that was reversed, the id of the refund stands in the link `self` alone.
  refundId: linkedId(resource, "self", /\/refunds?\/([A-Za-z0-9]{1,64})$/) ?? textAt(resource, "id"),
  amount: returnedAmount(at(resource, "amount")),
});

/** The payments of a purchase unit; of one that has none, its approval. */
function ofUnit(unit: Json): readonly Statement[] {
  const payments = [...listAt(unit, "payments.captures"), ...listAt(unit, "payments.authorizations")];
  return payments.length === 0 ? [notAPayment(unit)] : payments.map((payment) => paymentIn(payment, unit));
}

function listAt(json: Json | undefined, path: string): readonly Json[] {
  const list = at(json, path);
  return Array.isArray(list) ? list : [];
}

/** `total` and `currency` are the first version's names. */
const amountOf = (amount: Json | undefined): Amount =>
  major(textAt(amount, "value", "total"), textAt(amount, "currency_code", "currency"));

/** The first version states what goes back as a negative amount. */
const returnedAmount = (amount: Json | undefined): Amount =>
  major(textAt(amount, "value", "total")?.replace(/^-/, "") ?? null, textAt(amount, "currency_code", "currency"));

function linkedId(json: Json | undefined, relation: string, shape: RegExp): string | null {
  const link = listAt(json, "links").find((entry) => textAt(entry, "rel") === relation);
  return shape.exec(textAt(link, "href") ?? "")?.[1] ?? null;
}

const PAYMENT_LINK = /\/(?:captures?|sales?)\/([A-Za-z0-9]{1,64})$/;

/**
 * A refund names its payment in a link, `rel: up`; the first version in a link or field named after what was refunded. A reversal may be
 * the capture or sale itself.
 */
function refundedPayment(resource: Json | undefined, resourceType: string | null): string | null {
  for (const relation of ["up", "capture", "sale"]) {
    const id = linkedId(resource, relation, PAYMENT_LINK);
    if (id !== null) return id;
  }
  return textAt(resource, "capture_id", "sale_id") ?? (resourceType === "refund" ? null : textAt(resource, "id"));
}
