// Stripe's webhooks: HMAC over the time and the raw body (docs.stripe.com/webhooks/signature). v1 only, whatever else is offered. No I/O.
import type { Json } from "../core/json.ts";
import { no, ok } from "../core/result.ts";
import type { Adapter } from "./adapter.ts";
import { fromHex, utf8 } from "./bytes.ts";
import { at, header, isOutside, jsonObject, minor, seconds, textAt, unproved, type Amount } from "./content.ts";
import { stripeDigits } from "./currencies.ts";
import { becomes, callbackOf, printed, type Row, type Told } from "./mapping.ts";
import { noWords, replyIn } from "./reply.ts";
import { Setting } from "./setting.ts";
import { hmacKeys, isSigned, SIGNATURES_MAX, type Key } from "./signature.ts";
import { queryStripe, type StripeAccess } from "./stripe-query.ts";

interface Config {
  readonly keys: readonly Key[];
  /** Null: test and live events are taken alike. */
  readonly livemode: boolean | null;
  /** The connected account, where the endpoint listens to one. */
  readonly account: string | null;
  readonly access: StripeAccess | null;
}

const TOLERANCE_MS = 300_000;

/** The fields are those of `data.object`. */
const events: readonly Row[] = [
  {
    event: "checkout.session.completed",
    where: { payment_status: ["paid", "no_payment_required"] },
    becomes: ["paid"],
  },
  { event: "checkout.session.completed", where: { payment_status: ["unpaid"] }, becomes: ["pending"] },
  { event: "checkout.session.async_payment_succeeded", becomes: ["paid"] },
  { event: "checkout.session.async_payment_failed", becomes: ["failed"] },
  { event: "checkout.session.expired", becomes: ["closed"] },
  { event: "payment_intent.succeeded", becomes: ["paid"] },
  { event: "payment_intent.processing", becomes: ["pending"] },
  // requires_capture: the money is held, not taken.
  { event: "payment_intent.amount_capturable_updated", becomes: ["pending"] },
  { event: "payment_intent.payment_failed", becomes: ["failed"] },
  { event: "payment_intent.canceled", becomes: ["closed"] },
  // An uncaptured charge that is released is reported as refunded, though nothing was ever paid.
  { event: "charge.refunded", where: { captured: ["false"] }, becomes: ["closed"] },
  // A charge that has been refunded has been paid before: the event proves both, in whatever order they arrive.
  { event: "charge.refunded", becomes: ["paid", "refund"] },
  { event: "refund.failed", becomes: ["refund_failed"] },
  { event: "refund.updated", where: { status: ["failed", "canceled"] }, becomes: ["refund_failed"] },
  { event: "charge.refund.updated", where: { status: ["failed", "canceled"] }, becomes: ["refund_failed"] },
  { event: "charge.dispute.created", becomes: ["dispute_open"] },
  { event: "charge.dispute.closed", where: { status: ["won", "warning_closed"] }, becomes: ["dispute_won"] },
  { event: "charge.dispute.closed", where: { status: ["lost"] }, becomes: ["dispute_lost"] },
];

export const stripe: Adapter<Config> = {
  name: "stripe",

  async configure(value) {
    const setting = new Setting(value, ["secret", "livemode", "account", "apiKey", "apiBase"]);
    const secrets = setting.strings("secret");
    const livemode = setting.optionalBoolean("livemode");
    const account = setting.optionalString("account");
    const apiKey = setting.optionalString("apiKey");
    const base = setting.base("apiBase", "https://api.stripe.com");
    if (setting.problem !== null) return no(setting.problem);
    const access = apiKey === null ? null : { apiKey, base, livemode, account };
    return ok({ keys: await hmacKeys(secrets), livemode, account, access });
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
    // A thin event names an object and holds no data; acknowledged, it would be lost without a word.
    if (textAt(json, "object") === "v2.core.event")
      return unproved("parse", "a thin event: subscribe to snapshot events");
    if (config.livemode !== null && textAt(json, "livemode") !== String(config.livemode)) {
      return unproved("identity", "the other livemode");
    }
    if (config.account !== null && textAt(json, "account") !== config.account)
      return unproved("identity", "another account");
    const callback = callbackOf(told(json));
    return callback.ok ? ok([callback.value]) : callback;
  },

  canQuery: ({ access }) => access !== null,
  query: async (config, orderId, io) =>
    config.access === null ? no("not_configured") : queryStripe(config.access, orderId, io),
  reply: (verdict) => replyIn(noWords, verdict),
  mapping: printed(events),
};

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

function told(json: Json): Told {
  const type = textAt(json, "type") ?? "";
  const object = at(json, "data.object");
  const created = seconds(textAt(json, "created"));
  const amount = (field: string): Amount => minor(textAt(object, field), textAt(object, "currency"), stripeDigits);
  return {
    provider: "stripe",
    eventId: textAt(json, "id"),
    type,
    at: created === null ? null : created * 1000,
    orderId: textAt(object, "client_reference_id", "metadata.order_id"),
    paymentId: paymentIdOf(object),
    becomes: becomes(events, type, (field) => textAt(object, field)),
    payment: paymentOf(type, object, amount),
    refund: isRefund(object)
      ? { id: textAt(object, "id"), amount: amount("amount"), cumulative: false }
      : { id: null, amount: amount("amount_refunded"), cumulative: true },
  };
}

const isRefund = (object: Json | undefined): boolean => textAt(object, "object") === "refund";

function paymentOf(type: string, object: Json | undefined, amount: (field: string) => Amount): Amount {
  if (textAt(object, "object") === "checkout.session") return amount("amount_total");
  const hasReceived = type === "payment_intent.succeeded" && textAt(object, "amount_received") !== null;
  // Of a charge, what was taken: after a partial capture `amount` is what was held.
  const hasCaptured = textAt(object, "object") === "charge" && textAt(object, "amount_captured") !== null;
  return amount(hasReceived ? "amount_received" : hasCaptured ? "amount_captured" : "amount");
}

/** The payment intent wherever there is one, so that a session, its charge, its refund and its dispute name the same payment. */
function paymentIdOf(object: Json | undefined): string | null {
  const followsACharge = isRefund(object) || textAt(object, "object") === "dispute";
  return textAt(object, "payment_intent", followsACharge ? "charge" : "id");
}
