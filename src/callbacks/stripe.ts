// Stripe's webhooks: HMAC over the time and the raw body (docs.stripe.com/webhooks/signature). v1 only, whatever else is offered. No I/O.
import type { Json } from "../core/json.ts";
import { no, ok } from "../core/result.ts";
import type { Adapter } from "./adapter.ts";
import { fromHex, utf8 } from "./bytes.ts";
import {
  at,
  header,
  isOutside,
  jsonObject,
  minor,
  noAmount,
  orderIdAt,
  seconds,
  textAt,
  unproved,
  type Amount,
} from "./content.ts";
import { stripeDigits } from "./currencies.ts";
import { becomes, callbackOf, otherAccount, printed, type Becomes, type Row, type Told } from "./mapping.ts";
import { noWords, replyIn } from "./reply.ts";
import { type Identity, isOf, isOfMode, type Mode, onlyOf, Setting } from "./setting.ts";
import { hmacKeys, isSigned, SIGNATURES_MAX, type Key } from "./signature.ts";
import { returnedOf } from "./stripe-charge.ts";
import { queryStripe, type StripeAccess } from "./stripe-query.ts";

interface Config {
  readonly keys: readonly Key[];
  readonly livemode: Mode;
  /** Connected accounts whose events count; null = the account of the endpoint, whose events carry no `account`. */
  readonly account: Identity | null;
  readonly order: readonly string[];
  readonly access: StripeAccess | null;
}

const TOLERANCE_MS = 300_000;

/** Where the order's id stands in `data.object`: a session's own field, metadata, and the metadata of an invoice's subscription. */
const ORDER_PATHS = [
  "client_reference_id",
  "metadata.order_id",
  "parent.subscription_details.metadata.order_id",
  "subscription_details.metadata.order_id",
] as const;

const paidInvoice = { billing_reason: ["manual", "subscription_create", "quote_accept"] };

const dispute = (event: string): Row[] => [
  // charge_refunded: closed since the charge had been refunded, so nothing more is taken.
  { event, where: { status: ["won", "warning_closed", "prevented", "charge_refunded"] }, becomes: ["dispute_won"] },
  { event, where: { status: ["lost"] }, becomes: ["dispute_lost"] },
  { event, becomes: ["dispute_open"] },
];

const refund = (event: string): Row[] => [
  { event, where: { status: ["failed", "canceled"] }, becomes: ["refund_failed"] },
  { event, becomes: ["refund"] },
];

const each = (events: readonly string[], ...becomes: readonly Becomes[]): Row[] =>
  events.map((event) => ({ event, becomes }));

/** The fields are those of `data.object`; `refunded` is whether more than nothing of what was captured went back. */
const events: readonly Row[] = [
  // Setup mode only saves a card.
  { event: "checkout.session.completed", where: { mode: ["setup"] }, becomes: [] },
  {
    event: "checkout.session.completed",
    where: { payment_status: ["paid", "no_payment_required"] },
    becomes: ["paid"],
  },
  { event: "checkout.session.completed", where: { payment_status: ["unpaid"] }, becomes: ["pending"] },
  { event: "checkout.session.async_payment_succeeded", becomes: ["paid"] },
  ...each(["checkout.session.async_payment_failed", "checkout.session.expired"], "failed"),
  { event: "payment_intent.succeeded", becomes: ["paid"] },
  // requires_capture: the money is held, not taken. partially_funded: a bank transfer that is not complete.
  ...each(
    ["payment_intent.processing", "payment_intent.amount_capturable_updated", "payment_intent.partially_funded"],
    "pending",
  ),
  ...each(["payment_intent.payment_failed", "payment_intent.canceled"], "failed"),
  { event: "charge.succeeded", where: { captured: ["false"] }, becomes: ["pending"] },
  ...each(["charge.succeeded", "charge.captured"], "paid"),
  ...each(["charge.failed", "charge.expired"], "failed"),
  // An uncaptured charge that is released is reported as refunded, though nothing was taken.
  { event: "charge.refunded", where: { captured: ["false"] }, becomes: ["failed"] },
  // A charge that has been refunded has been paid before: the event proves both, in whatever order they arrive.
  { event: "charge.refunded", where: { refunded: ["yes"] }, becomes: ["paid", "refund"] },
  { event: "charge.refunded", becomes: ["paid"] },
  // A renewal (subscription_cycle and the like) carries the metadata of the first order, which it does not pay.
  { event: "invoice.paid", where: paidInvoice, becomes: ["paid"] },
  { event: "invoice.payment_failed", where: paidInvoice, becomes: ["failed"] },
  { event: "invoice.voided", where: paidInvoice, becomes: ["failed"] },
  { event: "invoice.marked_uncollectible", where: paidInvoice, becomes: ["failed"] },
  ...["refund.created", "refund.updated", "charge.refund.updated"].flatMap(refund),
  { event: "refund.failed", becomes: ["refund_failed"] },
  ...["created", "updated", "funds_withdrawn", "funds_reinstated", "closed"].flatMap((name) =>
    dispute(`charge.dispute.${name}`),
  ),
];

export const stripe: Adapter<Config> = {
  name: "stripe",

  async configure(value) {
    const setting = new Setting(value, ["secret", "livemode", "account", "order", "apiKey", "apiBase"]);
    const secrets = setting.strings("secret");
    const livemode = setting.mode("livemode");
    const account = setting.has("account") ? setting.identity("account") : null;
    const order = setting.orderPaths(...ORDER_PATHS);
    const apiKey = setting.optionalString("apiKey");
    const base = setting.base("apiBase", "https://api.stripe.com");
    if (setting.problem !== null) return no(setting.problem);
    // Stripe is asked for one account: its own, or the only connected one.
    const connected = account === null ? null : onlyOf(account);
    const isOneAccount = account === null || connected !== null;
    const metadataKey = metadataKeyOf(order);
    const access =
      apiKey === null || metadataKey === null || !isOneAccount
        ? null
        : { apiKey, base, livemode, account: connected, metadataKey };
    return ok({ keys: await hmacKeys(secrets), livemode, account, order, access });
  },

  async verify(config, webhook, now) {
    const signed = signatureOf(header(webhook, "stripe-signature") ?? "");
    if (signed === null) return unproved("header", "no Stripe-Signature with one t and at least one v1");
    if (isOutside(signed.at * 1000, now, TOLERANCE_MS)) return unproved("time", "older or newer than 300 s");
    if (!(await isSigned(config.keys, signed.v1.map(fromHex), utf8(`${signed.t}.`), webhook.body))) {
      return unproved("signature", "none of the v1 is right");
    }
    const json = jsonObject(webhook.body);
    if (json === null) return unproved("parse", "not a JSON object");
    const event = told(json, config.order);
    if (!isOurs(config, json)) return ok([otherAccount(event)]);
    return ok([callbackOf(event)]);
  },

  canQuery: ({ access }) => access !== null,
  query: async (config, orderId, io) =>
    config.access === null ? no("not_configured") : queryStripe(config.access, orderId, io),
  reply: (verdict) => replyIn(noWords, verdict),
  mapping: printed(events),
};

/** Events of connected accounts carry `account` (docs.stripe.com/connect/webhooks). */
function isOurs({ livemode, account }: Config, json: Json): boolean {
  const connected = textAt(json, "account");
  return (
    isOfMode(livemode, textAt(json, "livemode")) && (account === null ? connected === null : isOf(account, connected))
  );
}

/** The metadata key that may name the order: Stripe searches payment intents by their metadata alone. */
function metadataKeyOf(order: readonly string[]): string | null {
  const keys = order.flatMap((path) => /^metadata\.([\w-]+)$/.exec(path)?.[1] ?? []);
  return keys[0] ?? null;
}

/** `t=<seconds>,v1=<hex>[,v1=<hex>][,v0=…]`. Repeated headers come joined: taken as one only if their times agree. */
function signatureOf(
  value: string,
): { readonly t: string; readonly at: number; readonly v1: readonly string[] } | null {
  const parts = value.split(",").map((part) => part.trim());
  const valuesOf = (name: string) =>
    parts.filter((part) => part.startsWith(name)).map((part) => part.slice(name.length));
  const [t = "", ...more] = new Set(valuesOf("t="));
  const at = seconds(t);
  const v1 = valuesOf("v1=");
  return at === null || more.length > 0 || v1.length === 0 || v1.length > SIGNATURES_MAX ? null : { t, at, v1 };
}

/** A thin event (`v2.core.event`) names an object and holds no data, so no row fits it: it is handed on. */
function told(json: Json, order: readonly string[]): Told {
  const type = textAt(json, "type") ?? "";
  const object = at(json, "data.object");
  const created = seconds(textAt(json, "created"));
  const amount = (field: string): Amount => minor(textAt(object, field), textAt(object, "currency"), stripeDigits);
  const returned = returnedOf(object);
  const orderId = orderIdAt(object, order);
  return {
    instance: "stripe",
    eventId: textAt(json, "id"),
    type,
    at: created === null ? null : created * 1000,
    orderId,
    paymentId: paymentIdOf(object, orderId !== null),
    becomes: becomes(events, type, (field) =>
      kindOf(object) === "charge" && field === "refunded" ? (returned === "0" ? "no" : "yes") : textAt(object, field),
    ),
    payment: paymentOf(type, object, amount),
    refund:
      kindOf(object) === "refund"
        ? { id: textAt(object, "id"), amount: amount("amount"), cumulative: false }
        : { id: null, amount: returned === null ? noAmount : minorOf(returned, object), cumulative: true },
    dispute: { id: textAt(object, "id"), amount: amount("amount") },
  };
}

const kindOf = (object: Json | undefined): string => textAt(object, "object") ?? "";

const minorOf = (amount: string, object: Json | undefined): Amount =>
  minor(amount, textAt(object, "currency"), stripeDigits);

/** Of a session its total, of an intent what was received, of a charge what was captured, of an invoice what was paid of it. */
function paymentOf(type: string, object: Json | undefined, amount: (field: string) => Amount): Amount {
  const fields = (...names: readonly string[]): Amount =>
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
 * The payment intent wherever there is one, so that a session, its charge, its refund and its dispute name the same payment. The session of
 * a subscription has none: there the invoice names it. Before API version 2025-03-31 intents and charges name their invoice, and invoices
 * their intent. An intent that names an order itself is a one-off session's, whose invoice only documents it
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
