// Square's webhooks: HMAC over the subscribed URL and the raw body. The URL comes from the setting,
// since the request's may differ behind a proxy. Square signs no time
// (developer.squareup.com/docs/webhooks/step3validate), so repetitions are found by event id.
import type { Json, JsonObject } from "../core/json.ts";
import { isMinor, lessOf } from "../core/money.ts";
import { WEBHOOK_BYTES } from "../core/limits.ts";
import { no, ok } from "../core/result.ts";
import type { Adapter } from "./adapter.ts";
import { fromBase64, utf8, type Bytes } from "./bytes.ts";
import {
  header,
  jsonObject,
  minorAmount,
  orderIdAt,
  parseIsoTime,
  textAt,
  valueAt,
  type SignedAmount,
} from "./content.ts";
import { isoDigits } from "./currencies.ts";
import { callbackOf, documentRules, matchRule, otherAccount, type EventRule, type ParsedEvent } from "./mapping.ts";
import { reject, rejectBody, rejectMissing } from "./reject.ts";
import { emptyBodies, replyWith } from "./reply.ts";
import { matchesIdentity, Setting, type Identity } from "./setting.ts";
import { hmacKeys, isHmacSigned, type Key } from "./signature.ts";

interface Config {
  readonly keys: readonly Key[];
  readonly notificationUrl: Bytes;
  readonly merchantId: Identity;
  /** Paths of the order id in a payment. */
  readonly order: readonly string[];
}

const SIGNATURE = "x-square-hmacsha256-signature";

/** Fields of the object in `data.object`. `refunded`: `refunded_money` is above zero. */
const rules: readonly EventRule[] = ["payment.created", "payment.updated"]
  .flatMap((event): EventRule[] => [
    { event, where: { status: ["COMPLETED"], refunded: ["yes"] }, factKinds: ["paid", "refund"] },
    { event, where: { status: ["COMPLETED"] }, factKinds: ["paid"] },
    // APPROVED is an authorisation that is not captured yet.
    { event, where: { status: ["APPROVED", "PENDING"] }, factKinds: ["pending"] },
    { event, where: { status: ["CANCELED", "FAILED"] }, factKinds: ["failed"] },
  ])
  .concat(
    ["refund.created", "refund.updated"].flatMap((event): EventRule[] => [
      { event, where: { status: ["COMPLETED"] }, factKinds: ["refund"] },
      { event, where: { status: ["REJECTED", "FAILED"] }, factKinds: ["refund_failed"] },
    ]),
    ["dispute.created", "dispute.state.updated", "dispute.state.changed"].flatMap((event): EventRule[] => [
      { event, where: { state: ["WON", "INQUIRY_CLOSED"] }, factKinds: ["dispute_won"] },
      { event, where: { state: ["LOST", "ACCEPTED"] }, factKinds: ["dispute_lost"] },
      { event, factKinds: ["dispute_open"] },
    ]),
  );

export const square: Adapter<Config> = {
  name: "square",
  maxBodyBytes: WEBHOOK_BYTES,

  async configure(value) {
    const setting = new Setting(value, ["secret", "notificationUrl", "merchantId", "order"]);
    const secrets = setting.strings("secret");
    const notificationUrl = setting.string("notificationUrl", /^https?:\/\//, "the http(s) URL exactly as subscribed");
    const merchantId = setting.identity("merchantId");
    const order = setting.orderPaths("reference_id", "order_id");
    if (setting.problem !== null) return no(setting.problem);
    return ok({ keys: await hmacKeys(secrets), notificationUrl: utf8(notificationUrl), merchantId, order });
  },

  async verify(config, webhook) {
    const signature = header(webhook, SIGNATURE);
    if (signature === null) return rejectMissing(SIGNATURE);
    if (!(await isHmacSigned(config.keys, [fromBase64(signature)], config.notificationUrl, webhook.body))) {
      const expected = "match secret over notificationUrl and the body: check that the URL is exactly as subscribed";
      return reject({ stage: "signature", field: SIGNATURE, expected });
    }
    const json = jsonObject(webhook.body);
    if (json === null) return rejectBody(webhook);
    const event = parseEvent(json, config.order);
    // An application's webhook receives the events of every seller that authorised it.
    if (!matchesIdentity(config.merchantId, textAt(json, "merchant_id"))) return ok([otherAccount(event)]);
    return ok([callbackOf(event)]);
  },

  reply: (verdict) => replyWith(emptyBodies, verdict),
  mapping: documentRules(rules),
};

function parseEvent(json: JsonObject, order: readonly string[]): ParsedEvent {
  const type = textAt(json, "type") ?? "";
  const object = valueAt(json, "data.object");
  const payment = valueAt(object, "payment");
  const refund = valueAt(object, "refund");
  const subject = payment ?? refund ?? valueAt(object, "dispute");
  const refunded = money(payment, "refunded_money");
  const isRefunded = !refunded.ok || (refunded.value !== null && refunded.value.amount !== "0");
  return {
    instance: "square",
    eventId: textAt(json, "event_id"),
    type,
    at: parseIsoTime(textAt(json, "created_at")),
    // Refunds and disputes name Square's order at most. The payment leads to the merchant's order.
    orderId: orderIdAt(payment, order),
    paymentId:
      payment === undefined ? textAt(subject, "payment_id", "disputed_payment.payment_id") : textAt(payment, "id"),
    factKinds: matchRule(rules, type, (field) =>
      field === "refunded" ? (isRefunded ? "yes" : "no") : textAt(subject, field),
    ),
    payment: withoutTip(payment),
    refund:
      refund === undefined
        ? { id: null, amount: refunded, cumulative: true }
        : { id: textAt(refund, "id"), amount: money(refund, "amount_money"), cumulative: false },
    dispute: { id: textAt(subject, "id", "dispute_id"), amount: money(subject, "amount_money") },
  };
}

/** `total_money` less the staff's tip, or else `amount_money`, which excludes the tip. */
function withoutTip(payment: Json | undefined): SignedAmount {
  if (valueAt(payment, "total_money") === undefined) return money(payment, "amount_money");
  const [total, tip] = [textAt(payment, "total_money.amount"), textAt(payment, "tip_money.amount")];
  const isTipped = total !== null && tip !== null && isMinor(total) && isMinor(tip);
  const currency = textAt(payment, "total_money.currency");
  return isTipped ? minorAmount(lessOf(total, tip), currency, isoDigits) : money(payment, "total_money");
}

const money = (json: Json | undefined, field: string): SignedAmount =>
  minorAmount(textAt(json, `${field}.amount`), textAt(json, `${field}.currency`), isoDigits);
