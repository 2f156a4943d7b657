// Stripe's webhooks: HMAC over the time and the raw body (docs.stripe.com/webhooks/signature).
// Signature scheme v1 only. No I/O.
import type { Json } from "../core/json.ts";
import { WEBHOOK_BYTES } from "../core/limits.ts";
import { no, ok, type Result } from "../core/result.ts";
import type { Adapter } from "./adapter.ts";
import { fromHex, utf8 } from "./bytes.ts";
import {
  header,
  isOutside,
  jsonObject,
  minorAmount,
  noAmount,
  orderIdAt,
  parseSeconds,
  textAt,
  valueAt,
  type SignedAmount,
} from "./content.ts";
import { stripeDigits } from "./currencies.ts";
import {
  callbackOf,
  documentRules,
  matchRule,
  otherAccount,
  type EventRule,
  type FactKind,
  type ParsedEvent,
} from "./mapping.ts";
import { reject, rejectBody, rejectTime } from "./reject.ts";
import { emptyBodies, replyWith } from "./reply.ts";
import { matchesIdentity, matchesMode, onlyId, Setting, type Identity, type Mode } from "./setting.ts";
import { hmacKeys, isHmacSigned, SIGNATURES_MAX, type Key } from "./signature.ts";
import { refundedAmount } from "./stripe-charge.ts";
import { queryStripe, type StripeAccess } from "./stripe-query.ts";

interface Config {
  readonly keys: readonly Key[];
  readonly livemode: Mode;
  /**
   * Connected accounts whose events count. Null: the endpoint's account; its events lack `account`.
   */
  readonly account: Identity | null;
  readonly order: readonly string[];
  readonly access: StripeAccess | null;
}

const TOLERANCE_MS = 300_000;

/**
 * Paths of the order id in `data.object`: a session's field, metadata, an invoice's subscription.
 */
const ORDER_PATHS = [
  "client_reference_id",
  "metadata.order_id",
  "parent.subscription_details.metadata.order_id",
  "subscription_details.metadata.order_id",
] as const;

const paidInvoice = { billing_reason: ["manual", "subscription_create", "quote_accept"] };

const disputeRules = (event: string): EventRule[] => [
  // charge_refunded: closed because the charge was refunded, so the merchant loses no more money.
  { event, where: { status: ["won", "warning_closed", "prevented", "charge_refunded"] }, factKinds: ["dispute_won"] },
  { event, where: { status: ["lost"] }, factKinds: ["dispute_lost"] },
  { event, factKinds: ["dispute_open"] },
];

const refundRules = (event: string): EventRule[] => [
  { event, where: { status: ["failed", "canceled"] }, factKinds: ["refund_failed"] },
  { event, factKinds: ["refund"] },
];

const rulesFor = (events: readonly string[], ...factKinds: readonly FactKind[]): EventRule[] =>
  events.map((event) => ({ event, factKinds }));

/** Fields of `data.object`. `refunded`: a captured amount above zero was refunded. */
const rules: readonly EventRule[] = [
  // Setup mode only saves a card.
  { event: "checkout.session.completed", where: { mode: ["setup"] }, factKinds: [] },
  {
    event: "checkout.session.completed",
    where: { payment_status: ["paid", "no_payment_required"] },
    factKinds: ["paid"],
  },
  { event: "checkout.session.completed", where: { payment_status: ["unpaid"] }, factKinds: ["pending"] },
  { event: "checkout.session.async_payment_succeeded", factKinds: ["paid"] },
  ...rulesFor(["checkout.session.async_payment_failed", "checkout.session.expired"], "failed"),
  { event: "payment_intent.succeeded", factKinds: ["paid"] },
  // amount_capturable_updated: the money is held. partially_funded: an incomplete bank transfer.
  ...rulesFor(
    ["payment_intent.processing", "payment_intent.amount_capturable_updated", "payment_intent.partially_funded"],
    "pending",
  ),
  ...rulesFor(["payment_intent.payment_failed", "payment_intent.canceled"], "failed"),
  { event: "charge.succeeded", where: { captured: ["false"] }, factKinds: ["pending"] },
  ...rulesFor(["charge.succeeded", "charge.captured"], "paid"),
  ...rulesFor(["charge.failed", "charge.expired"], "failed"),
  // Stripe reports a released uncaptured charge as refunded.
  { event: "charge.refunded", where: { captured: ["false"] }, factKinds: ["failed"] },
  // A refunded charge was paid before, so the event yields both facts in any order of arrival.
  { event: "charge.refunded", where: { refunded: ["yes"] }, factKinds: ["paid", "refund"] },
  { event: "charge.refunded", factKinds: ["paid"] },
  // Renewals (subscription_cycle and similar) are excluded: they repeat the first order's metadata.
  { event: "invoice.paid", where: paidInvoice, factKinds: ["paid"] },
  { event: "invoice.payment_failed", where: paidInvoice, factKinds: ["failed"] },
  { event: "invoice.voided", where: paidInvoice, factKinds: ["failed"] },
  { event: "invoice.marked_uncollectible", where: paidInvoice, factKinds: ["failed"] },
  ...["refund.created", "refund.updated", "charge.refund.updated"].flatMap(refundRules),
  { event: "refund.failed", factKinds: ["refund_failed"] },
  ...["created", "updated", "funds_withdrawn", "funds_reinstated", "closed"].flatMap((name) =>
    disputeRules(`charge.dispute.${name}`),
  ),
];

export const stripe: Adapter<Config> = {
  name: "stripe",
  maxBodyBytes: WEBHOOK_BYTES,

  async configure(value) {
    const setting = new Setting(value, ["secret", "livemode", "account", "order", "apiKey", "apiBase"]);
    const secrets = setting.strings("secret");
    const livemode = setting.mode("livemode");
    const account = setting.has("account") ? setting.identity("account") : null;
    const order = setting.orderPaths(...ORDER_PATHS);
    const apiKey = setting.optionalString("apiKey");
    const base = setting.baseUrl("apiBase", "https://api.stripe.com");
    if (setting.problem !== null) return no(setting.problem);
    // A query is for one account: the key's own, or the only connected one.
    const connected = account === null ? null : onlyId(account);
    const isOneAccount = account === null || connected !== null;
    const metadataKey = metadataKeyOf(order);
    const access =
      apiKey === null || metadataKey === null || !isOneAccount
        ? null
        : { apiKey, base, livemode, account: connected, metadataKey };
    return ok({ keys: await hmacKeys(secrets), livemode, account, order, access });
  },

  async verify(config, webhook, now) {
    const value = header(webhook, "stripe-signature");
    const signed = parseSignature(value ?? "");
    if (!signed.ok) {
      const expected = `have one t in seconds and 1 to ${SIGNATURES_MAX} v1`;
      const received = value === null ? "no header" : signed.reason;
      return reject({ stage: "header", field: SIGNATURE, expected, received });
    }
    const { t, at, v1 } = signed.value;
    if (isOutside(at, now, TOLERANCE_MS)) return rejectTime(`${SIGNATURE} t`, at, now, TOLERANCE_MS);
    if (!(await isHmacSigned(config.keys, v1.map(fromHex), utf8(`${t}.`), webhook.body))) {
      const expected = "match secret, the signing secret (whsec_) of this endpoint, over the raw body";
      return reject({ stage: "signature", field: `${SIGNATURE} v1`, expected, received: `${v1.length} v1` });
    }
    const json = jsonObject(webhook.body);
    if (json === null) return rejectBody(webhook);
    const event = parseEvent(json, config.order);
    if (!isOurs(config, json)) return ok([otherAccount(event)]);
    return ok([callbackOf(event)]);
  },

  canQuery: ({ access }) => access !== null,
  query: async (config, orderId, io) =>
    config.access === null ? no("not_configured") : queryStripe(config.access, orderId, io),
  reply: (verdict) => replyWith(emptyBodies, verdict),
  mapping: documentRules(rules),
};

/** Events of connected accounts carry `account` (docs.stripe.com/connect/webhooks). */
function isOurs({ livemode, account }: Config, json: Json): boolean {
  const connected = textAt(json, "account");
  return (
    matchesMode(livemode, textAt(json, "livemode")) &&
    (account === null ? connected === null : matchesIdentity(account, connected))
  );
}

/** The metadata key of the order id, the only searchable place in a payment intent. */
function metadataKeyOf(order: readonly string[]): string | null {
  const keys = order.flatMap((path) => /^metadata\.([\w-]+)$/.exec(path)?.[1] ?? []);
  return keys[0] ?? null;
}

const SIGNATURE = "Stripe-Signature";

interface Signature {
  readonly t: string;
  /** `t` in ms. */
  readonly at: number;
  readonly v1: readonly string[];
}

/**
 * Parses `t=<seconds>,v1=<hex>[,v1=<hex>][,v0=…]`. Fetch joins repeated headers; they count as one
 * if their times agree.
 */
function parseSignature(value: string): Result<Signature, string> {
  const parts = value.split(",").map((part) => part.trim());
  const valuesOf = (name: string) =>
    parts.filter((part) => part.startsWith(name)).map((part) => part.slice(name.length));
  const times = new Set(valuesOf("t="));
  const [t = "", ...more] = times;
  const seconds = parseSeconds(t);
  const v1 = valuesOf("v1=");
  return seconds === null || more.length > 0 || v1.length === 0 || v1.length > SIGNATURES_MAX
    ? no(`${times.size} t, ${v1.length} v1`)
    : ok({ t, at: seconds * 1000, v1 });
}

/**
 * A thin event (`v2.core.event`) lacks the object's data, so it matches no rule and is forwarded.
 */
function parseEvent(json: Json, order: readonly string[]): ParsedEvent {
  const type = textAt(json, "type") ?? "";
  const object = valueAt(json, "data.object");
  const created = parseSeconds(textAt(json, "created"));
  const amount = (field: string): SignedAmount =>
    minorAmount(textAt(object, field), textAt(object, "currency"), stripeDigits);
  const refunded = refundedAmount(object);
  const orderId = orderIdAt(object, order);
  return {
    instance: "stripe",
    eventId: textAt(json, "id"),
    type,
    at: created === null ? null : created * 1000,
    orderId,
    paymentId: paymentIdOf(object, orderId !== null),
    factKinds: matchRule(rules, type, (field) =>
      kindOf(object) === "charge" && field === "refunded" ? (refunded === "0" ? "no" : "yes") : textAt(object, field),
    ),
    payment: paymentOf(type, object, amount),
    refund:
      kindOf(object) === "refund"
        ? { id: textAt(object, "id"), amount: amount("amount"), cumulative: false }
        : { id: null, amount: refunded === null ? noAmount : minorOf(refunded, object), cumulative: true },
    dispute: { id: textAt(object, "id"), amount: amount("amount") },
  };
}

const kindOf = (object: Json | undefined): string => textAt(object, "object") ?? "";

const minorOf = (amount: string, object: Json | undefined): SignedAmount =>
  minorAmount(amount, textAt(object, "currency"), stripeDigits);

/** A session's total, an intent's received, a charge's captured or an invoice's paid amount. */
function paymentOf(type: string, object: Json | undefined, amount: (field: string) => SignedAmount): SignedAmount {
  const fields = (...names: readonly string[]): SignedAmount =>
    amount(names.find((name) => textAt(object, name) !== null) ?? "amount");
  switch (kindOf(object)) {
    case "checkout.session":
      return amount("amount_total");
    case "invoice":
      return type === "invoice.paid" ? amount("amount_paid") : fields("amount_due");
    case "charge":
      return type === "charge.succeeded" && textAt(object, "captured") === "false"
        ? amount("amount")
        : fields("amount_captured");
    default:
      return type === "payment_intent.succeeded" ? fields("amount_received") : amount("amount");
  }
}

/**
 * The payment intent if there is one: a session, its charge, refund and dispute then share one id.
 * A subscription's session has an invoice instead. Before API version 2025-03-31 intents and
 * charges name their invoice, and invoices their intent. An intent that names an order is from a
 * one-off session, and its invoice is only a receipt
 * (docs.stripe.com/payments/checkout/post-payment-invoices).
 */
function paymentIdOf(object: Json | undefined, namesOrder: boolean): string | null {
  switch (kindOf(object)) {
    case "refund":
    case "dispute":
      return textAt(object, "payment_intent", "charge");
    case "checkout.session":
      return textAt(object, "payment_intent", "invoice", "id");
    case "invoice":
      return textAt(object, textAt(object, "billing_reason") === "subscription_create" ? "id" : "payment_intent", "id");
    default:
      return textAt(object, ...(namesOrder ? [] : ["invoice"]), "payment_intent", "id");
  }
}
