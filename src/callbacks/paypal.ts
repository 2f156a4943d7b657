// PayPal's webhooks, in two steps. `verify` is a pre-filter without I/O: PayPal signs a CRC-32 of the body, and whoever holds one genuine
// delivery can write another body with the same CRC-32. So only `confirm`, which asks PayPal itself, makes a delivery true.
import type { Callback, Webhook } from "../core/callback.ts";
import type { Json, JsonObject } from "../core/json.ts";
import { no, ok } from "../core/result.ts";
import type { Adapter } from "./adapter.ts";
import { fromBase64, utf8 } from "./bytes.ts";
import { header, isoTime, jsonObject, orderIdAt, textAt, unproved } from "./content.ts";
import { crc32 } from "./crc32.ts";
import { becomes, callbackOf, otherAccount, printed, type Row } from "./mapping.ts";
import { confirmWithPaypal, PaypalMemory, type PaypalAccess, type Transmission } from "./paypal-confirm.ts";
import { statementsOf, type Statement } from "./paypal-statements.ts";
import { noWords, replyIn } from "./reply.ts";
import { isOf, Setting, type Identity } from "./setting.ts";
import { isRsaSigned, type Key } from "./signature.ts";

interface Config extends PaypalAccess {
  /** The account that is paid: the payee of a capture or order, the payer of a refund, the seller of a dispute. */
  readonly merchantId: Identity;
  /** Where the order's id stands in a capture, refund or purchase unit. */
  readonly order: readonly string[];
  /** Certificate URL → the public key pinned for it. A URL that is not pinned skips this check; `confirm` is never skipped. */
  readonly certs: ReadonlyMap<string, Key>;
}

const AGE_MAX_MS = 3 * 24 * 3_600_000;
const AHEAD_MAX_MS = 300_000;

/** Stands for the id of a subscription, which begins so; an agreement to be charged on demand begins with B-. */
const CYCLE = "I-…";

const LOST = ["RESOLVED_BUYER_FAVOUR", "RESOLVED_WITH_PAYOUT", "ACCEPTED"];
const KEPT = ["RESOLVED_SELLER_FAVOUR", "CANCELED_BY_BUYER", "DENIED", "NONE"];

/** The fields are those of `resource`; of CHECKOUT.ORDER.COMPLETED those of each capture or authorization in it. */
const events: readonly Row[] = [
  { event: "PAYMENT.CAPTURE.COMPLETED", where: { final_capture: ["false"] }, becomes: ["part"] },
  { event: "PAYMENT.CAPTURE.COMPLETED", becomes: ["paid"] },
  { event: "PAYMENT.CAPTURE.PENDING", becomes: ["pending"] },
  { event: "PAYMENT.CAPTURE.DENIED", becomes: ["failed"] },
  { event: "PAYMENT.CAPTURE.DECLINED", becomes: ["failed"] },
  { event: "PAYMENT.CAPTURE.REFUNDED", where: { status: ["FAILED", "CANCELLED"] }, becomes: ["refund_failed"] },
  { event: "PAYMENT.CAPTURE.REFUNDED", becomes: ["refund"] },
  { event: "PAYMENT.CAPTURE.REVERSED", becomes: ["refund"] },
  // On its way to the buyer; FAILED takes it back.
  { event: "PAYMENT.REFUND.PENDING", becomes: ["refund"] },
  { event: "PAYMENT.REFUND.FAILED", becomes: ["refund_failed"] },
  { event: "PAYMENT.AUTHORIZATION.CREATED", becomes: ["pending"] },
  // Nothing more is captured of it. Its captures are payments of their own, which it takes nothing from.
  { event: "PAYMENT.AUTHORIZATION.VOIDED", becomes: ["failed"] },
  // The buyer has agreed; nothing has been taken.
  { event: "CHECKOUT.ORDER.APPROVED", becomes: ["pending"] },
  {
    event: "CHECKOUT.ORDER.COMPLETED",
    where: { status: ["COMPLETED", "PARTIALLY_REFUNDED", "REFUNDED"], final_capture: ["false"] },
    becomes: ["part"],
  },
  {
    event: "CHECKOUT.ORDER.COMPLETED",
    where: { status: ["COMPLETED", "PARTIALLY_REFUNDED", "REFUNDED"] },
    becomes: ["paid"],
  },
  { event: "CHECKOUT.ORDER.COMPLETED", where: { status: ["PENDING", "CREATED"] }, becomes: ["pending"] },
  { event: "CHECKOUT.ORDER.COMPLETED", where: { status: ["DECLINED", "FAILED"] }, becomes: ["failed"] },
  { event: "CHECKOUT.PAYMENT-APPROVAL.REVERSED", becomes: ["failed"] },
  // A cycle of a subscription carries the custom id of the subscription, so each would pay the first order again.
  { event: "PAYMENT.SALE.COMPLETED", where: { billing_agreement_id: [CYCLE] }, becomes: [] },
  { event: "PAYMENT.SALE.PENDING", where: { billing_agreement_id: [CYCLE] }, becomes: [] },
  { event: "PAYMENT.SALE.DENIED", where: { billing_agreement_id: [CYCLE] }, becomes: [] },
  { event: "PAYMENT.SALE.COMPLETED", becomes: ["paid"] },
  { event: "PAYMENT.SALE.PENDING", becomes: ["pending"] },
  { event: "PAYMENT.SALE.DENIED", becomes: ["failed"] },
  { event: "PAYMENT.SALE.REFUNDED", becomes: ["refund"] },
  { event: "PAYMENT.SALE.REVERSED", becomes: ["refund"] },
  { event: "CUSTOMER.DISPUTE.CREATED", becomes: ["dispute_open"] },
  { event: "RISK.DISPUTE.CREATED", becomes: ["dispute_open"] },
  // RESOLVED_WITH_PAYOUT may protect either side (developer.paypal.com/api/customer-disputes/v1/definitions/dispute_outcome), and does not
  // state whose money was paid out. "won" must not stand where the money may be gone.
  {
    event: "CUSTOMER.DISPUTE.RESOLVED",
    where: { "dispute_outcome.outcome_code": LOST },
    becomes: ["dispute_lost"],
  },
  // NONE: closed without a decision, because another dispute of the same payment was opened, which has an id of its own.
  {
    event: "CUSTOMER.DISPUTE.RESOLVED",
    where: { "dispute_outcome.outcome_code": KEPT },
    becomes: ["dispute_won"],
  },
  {
    event: "CUSTOMER.DISPUTE.UPDATED",
    where: { status: ["RESOLVED"], "dispute_outcome.outcome_code": LOST },
    becomes: ["dispute_lost"],
  },
  {
    event: "CUSTOMER.DISPUTE.UPDATED",
    where: { status: ["RESOLVED"], "dispute_outcome.outcome_code": KEPT },
    becomes: ["dispute_won"],
  },
  // Resolved without an outcome: CUSTOMER.DISPUTE.RESOLVED states it.
  { event: "CUSTOMER.DISPUTE.UPDATED", where: { status: ["RESOLVED"] }, becomes: [] },
  // An appeal opens a dispute again.
  { event: "CUSTOMER.DISPUTE.UPDATED", becomes: ["dispute_open"] },
];

export const paypal: Adapter<Config> = {
  name: "paypal",

  async configure(value) {
    const setting = new Setting(value, [
      "webhookId",
      "merchantId",
      "clientId",
      "clientSecret",
      "order",
      "apiBase",
      "certs",
    ]);
    const webhookId = setting.string("webhookId", /^[^|]+$/, "the webhook's id");
    const merchantId = setting.identity("merchantId");
    const order = setting.orderPaths("custom_id", "invoice_id");
    const clientId = setting.string("clientId");
    const clientSecret = setting.string("clientSecret");
    const base = setting.base("apiBase", "https://api-m.paypal.com");
    const pinned = setting.stringMap("certs");
    const keys = await setting.publicKeys("certs", [...pinned.values()]);
    if (setting.problem !== null) return no(setting.problem);
    const certs = new Map(
      [...pinned.keys()].flatMap((url, index) => (keys[index] ? [[url, keys[index]] as const] : [])),
    );
    const memory = new PaypalMemory();
    return ok({ webhookId, merchantId, order, clientId, clientSecret, base, certs, memory });
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
    return ok(callbacksOf(json, config));
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

/** The certificate is not fetched; but a delivery that names one from elsewhere is not PayPal's. */
function isPaypals(certUrl: string, certs: ReadonlyMap<string, Key>): boolean {
  const url = URL.canParse(certUrl) ? new URL(certUrl) : null;
  if (url === null || url.protocol !== "https:" || !CERT_HOSTS.has(url.host)) return false;
  if (url.username !== "" || url.password !== "") return false;
  return url.pathname.startsWith("/v1/notifications/certs/") || certs.has(certUrl);
}

/** A callback for each statement of an event: the purchase units of one PayPal order may be orders of their own. */
function callbacksOf(json: JsonObject, config: Config): readonly Callback[] {
  const type = textAt(json, "event_type") ?? "";
  const proof = { instance: "paypal", eventId: textAt(json, "id"), type, at: isoTime(textAt(json, "create_time")) };
  const statements = statementsOf(type, json);
  const callbacks: Callback[] = [];
  for (const [index, statement] of statements.entries()) {
    const { account } = statement;
    const isOwn = isOf(config.merchantId, account);
    if (account !== null && !isOwn) {
      callbacks.push(otherAccount(proof));
      continue;
    }
    // Facts of one event are told apart by its id.
    const eventId = statements.length === 1 || proof.eventId === null ? proof.eventId : `${proof.eventId}#${index + 1}`;
    callbacks.push(callbackOf({ ...proof, eventId, ...told(type, statement, isOwn ? config.order : null) }));
  }
  return callbacks;
}

/**
 * `order` is null where the event does not state the account: then no order's id counts, and the event is about its payment, once another
 * event has proved that one to be the merchant's.
 */
function told(type: string, { subject, naming, ...stated }: Statement, order: readonly string[] | null) {
  const field = (name: string) => (name === "billing_agreement_id" ? cycleOf(subject) : textAt(subject, name));
  return {
    orderId: order === null ? null : namedOrder(naming, order),
    paymentId: stated.paymentId,
    becomes: becomes(events, type, field),
    payment: stated.amount,
    refund: { id: stated.refundId, amount: stated.amount, cumulative: false },
    dispute: { id: textAt(subject, "dispute_id"), amount: stated.amount },
  };
}

const cycleOf = (sale: Json | undefined): string | null =>
  textAt(sale, "billing_agreement_id")?.startsWith("I-") === true ? CYCLE : null;

function namedOrder(naming: readonly (Json | undefined)[], paths: readonly string[]): string | null {
  for (const path of paths) {
    for (const json of naming) {
      const id = orderIdAt(json, [path, oldName(path)]);
      if (id !== null) return id;
    }
  }
  return null;
}

/** Sales and disputed transactions have the same two fields by the names of PayPal's first version. */
const oldName = (path: string): string =>
  path.replace(/^custom_id(?![^.])/, "custom").replace(/^invoice_id(?![^.])/, "invoice_number");
