// PayPal's webhooks, in two steps. `verify` is a pre-filter without I/O: PayPal signs a CRC-32 of the body, and whoever holds one genuine
// delivery can write another body with the same CRC-32. So only `confirm`, which asks PayPal itself, makes a delivery true.
import type { Webhook } from "../core/callback.ts";
import type { Json, JsonObject } from "../core/json.ts";
import { no, ok } from "../core/result.ts";
import type { Adapter } from "./adapter.ts";
import { fromBase64, utf8 } from "./bytes.ts";
import { at, header, isoTime, jsonObject, major, textAt, unproved, type Amount } from "./content.ts";
import { crc32 } from "./crc32.ts";
import { becomes, callbackOf, printed, type Row, type Told } from "./mapping.ts";
import { confirmWithPaypal, type PaypalAccess, type Transmission } from "./paypal-confirm.ts";
import { noWords, replyIn } from "./reply.ts";
import { Setting } from "./setting.ts";
import { isRsaSigned, type Key } from "./signature.ts";

interface Config extends PaypalAccess {
  /** Certificate URL → the public key pinned for it. A URL that is not pinned skips this check; `confirm` is never skipped. */
  readonly certs: ReadonlyMap<string, Key>;
}

const AGE_MAX_MS = 3 * 24 * 3_600_000;
const AHEAD_MAX_MS = 300_000;

/** The fields are those of `resource`. */
const events: readonly Row[] = [
  { event: "PAYMENT.CAPTURE.COMPLETED", becomes: ["paid"] },
  { event: "PAYMENT.CAPTURE.PENDING", becomes: ["pending"] },
  { event: "PAYMENT.CAPTURE.DENIED", becomes: ["failed"] },
  { event: "PAYMENT.CAPTURE.DECLINED", becomes: ["failed"] },
  { event: "PAYMENT.CAPTURE.REFUNDED", becomes: ["refund"] },
  { event: "PAYMENT.CAPTURE.REVERSED", becomes: ["refund"] },
  // The buyer has agreed; nothing has been taken.
  { event: "CHECKOUT.ORDER.APPROVED", becomes: ["pending"] },
  { event: "CHECKOUT.PAYMENT-APPROVAL.REVERSED", becomes: ["failed"] },
  { event: "PAYMENT.AUTHORIZATION.CREATED", becomes: ["pending"] },
  { event: "PAYMENT.AUTHORIZATION.VOIDED", becomes: ["closed"] },
  { event: "CUSTOMER.DISPUTE.CREATED", becomes: ["dispute_open"] },
  {
    event: "CUSTOMER.DISPUTE.RESOLVED",
    where: { "dispute_outcome.outcome_code": ["RESOLVED_BUYER_FAVOUR", "ACCEPTED"] },
    becomes: ["dispute_lost"],
  },
  // RESOLVED_SELLER_FAVOUR, CANCELED_BY_BUYER, RESOLVED_WITH_PAYOUT (PayPal pays), DENIED: the merchant keeps the money.
  {
    event: "CUSTOMER.DISPUTE.RESOLVED",
    where: { "dispute_outcome.outcome_code": ["RESOLVED_SELLER_FAVOUR", "CANCELED_BY_BUYER", "DENIED"] },
    becomes: ["dispute_won"],
  },
];

export const paypal: Adapter<Config> = {
  name: "paypal",

  async configure(value) {
    const setting = new Setting(value, ["webhookId", "certs", "clientId", "clientSecret", "apiBase"]);
    const webhookId = setting.string("webhookId", /^[^|]+$/, "the webhook's id");
    const clientId = setting.string("clientId");
    const clientSecret = setting.string("clientSecret");
    const base = setting.base("apiBase", "https://api-m.paypal.com");
    const pinned = setting.stringMap("certs");
    const keys = await setting.publicKeys("certs", [...pinned.values()]);
    if (setting.problem !== null) return no(setting.problem);
    const certs = new Map(
      [...pinned.keys()].flatMap((url, index) => (keys[index] ? [[url, keys[index]] as const] : [])),
    );
    return ok({ webhookId, clientId, clientSecret, base, certs });
  },

  async verify(config, webhook, now) {
    const sent = transmissionOf(webhook);
    if (sent === null) return unproved("header", "not the five PAYPAL- headers");
    // The algorithm is fixed; the header may only agree.
    if (sent.auth_algo !== "SHA256withRSA") return unproved("header", "another algorithm");
    if (!isPaypals(sent.cert_url, config.certs)) return unproved("header", "a certificate from elsewhere");
    const time = isoTime(sent.transmission_time);
    if (time === null) return unproved("header", "no time");
    if (time < now - AGE_MAX_MS || time > now + AHEAD_MAX_MS)
      return unproved("time", "older than 3 days, or in the future");
    const key = config.certs.get(sent.cert_url);
    const message = `${sent.transmission_id}|${sent.transmission_time}|${config.webhookId}|${crc32(webhook.body)}`;
    if (key !== undefined && !(await isRsaSigned([key], fromBase64(sent.transmission_sig), utf8(message)))) {
      return unproved("signature", "wrong signature");
    }
    const json = jsonObject(webhook.body);
    if (json === null) return unproved("parse", "not a JSON object");
    const callback = callbackOf(told(json));
    return callback.ok ? ok([callback.value]) : callback;
  },

  async confirm(config, webhook, io) {
    const sent = transmissionOf(webhook);
    // The body is inserted into our question as it is: it must be one JSON object, or it could write the rest of the question itself.
    if (sent === null || jsonObject(webhook.body) === null) return "refused";
    return confirmWithPaypal(config, sent, webhook.body, io);
  },

  reply: (verdict) => replyIn(noWords, verdict),
  mapping: printed(events),
};

/** The headers by the names that the postback gives them; null where one is missing or repeated (joined by ", "). */
function transmissionOf(webhook: Webhook): Transmission | null {
  const value = (name: string) => {
    const text = header(webhook, `paypal-${name}`);
    return text !== null && /^[^\s,|]{1,2048}$/.test(text) ? text : null;
  };
  const [id, time, url, algo, sig] = [
    "transmission-id",
    "transmission-time",
    "cert-url",
    "auth-algo",
    "transmission-sig",
  ].map(value);
  if (id == null || time == null || url == null || algo == null || sig == null) return null;
  return { transmission_id: id, transmission_time: time, cert_url: url, auth_algo: algo, transmission_sig: sig };
}

const CERT_HOSTS = new Set([
  "api.paypal.com",
  "api-m.paypal.com",
  "api.sandbox.paypal.com",
  "api-m.sandbox.paypal.com",
]);

/** Nobody fetches the certificate here; but a URL from elsewhere says that the delivery is not PayPal's. */
function isPaypals(certUrl: string, certs: ReadonlyMap<string, Key>): boolean {
  const url = URL.canParse(certUrl) ? new URL(certUrl) : null;
  if (url === null || url.protocol !== "https:" || !CERT_HOSTS.has(url.host)) return false;
  if (url.username !== "" || url.password !== "") return false;
  return url.pathname.startsWith("/v1/notifications/certs/") || certs.has(certUrl);
}

function told(json: JsonObject): Told {
  const type = textAt(json, "event_type") ?? "";
  const resource = at(json, "resource");
  const unit = at(resource, "purchase_units.0");
  const disputed = at(resource, "disputed_transactions.0");
  const isRefund = type === "PAYMENT.CAPTURE.REFUNDED" || type === "PAYMENT.CAPTURE.REVERSED";
  const amount = amountOf(at(resource, "amount") ?? at(unit, "amount"));
  return {
    provider: "paypal",
    eventId: textAt(json, "id"),
    type,
    at: isoTime(textAt(json, "create_time")),
    orderId:
      textAt(resource, "custom_id", "invoice_id") ??
      textAt(unit, "custom_id", "invoice_id") ??
      textAt(disputed, "custom", "invoice_number"),
    paymentId: isRefund ? capturedBy(resource) : paymentIdOf(type, resource, disputed),
    becomes: becomes(events, type, (field) => textAt(resource, field)),
    payment: amount,
    refund: { id: textAt(resource, "id"), amount, cumulative: false },
  };
}

const amountOf = (amount: Json | undefined): Amount => major(textAt(amount, "value"), textAt(amount, "currency_code"));

/** Only a capture's id is a payment's: an order's and an authorisation's are other numbers, and would look like a second payment. */
function paymentIdOf(type: string, resource: Json | undefined, disputed: Json | undefined): string | null {
  if (type.startsWith("PAYMENT.CAPTURE.")) return textAt(resource, "id");
  return textAt(disputed, "seller_transaction_id");
}

/** A refund names its capture in a link, `rel: up`, whose last step is the id. A reversal may be the capture itself. */
function capturedBy(refund: Json | undefined): string | null {
  const links = at(refund, "links");
  const list: readonly Json[] = Array.isArray(links) ? links : [];
  const up = textAt(
    list.find((link) => textAt(link, "rel") === "up"),
    "href",
  );
  return /\/captures\/([A-Za-z0-9]{1,64})$/.exec(up ?? "")?.[1] ?? textAt(refund, "id");
}
