// Square's webhooks: HMAC over the subscribed URL and the raw body. The URL is the setting's, never rebuilt from the request.
// No time is signed (developer.squareup.com/docs/webhooks/step3validate): a repeat is known by its event id alone.
import type { Json, JsonObject } from "../core/json.ts";
import { isMinor, lessOf } from "../core/money.ts";
import { no, ok } from "../core/result.ts";
import type { Adapter } from "./adapter.ts";
import { fromBase64, utf8, type Bytes } from "./bytes.ts";
import { at, header, isoTime, jsonObject, minor, orderIdAt, textAt, unproved, type Amount } from "./content.ts";
import { isoDigits } from "./currencies.ts";
import { becomes, callbackOf, otherAccount, printed, type Row, type Told } from "./mapping.ts";
import { noWords, replyIn } from "./reply.ts";
import { isOf, Setting, type Identity } from "./setting.ts";
import { hmacKeys, isSigned, type Key } from "./signature.ts";

interface Config {
  readonly keys: readonly Key[];
  readonly notificationUrl: Bytes;
  readonly merchantId: Identity;
  /** Where the order's id stands in a payment. */
  readonly order: readonly string[];
}

/** `payment`, `refund` and `dispute` are `data.object`'s; `refunded` is whether the payment's `refunded_money` is more than nothing. */
const events: readonly Row[] = ["payment.created", "payment.updated"]
  .flatMap((event): Row[] => [
    { event, where: { status: ["COMPLETED"], refunded: ["yes"] }, becomes: ["paid", "refund"] },
    { event, where: { status: ["COMPLETED"] }, becomes: ["paid"] },
    // APPROVED is an authorisation; the capture is still due.
    { event, where: { status: ["APPROVED", "PENDING"] }, becomes: ["pending"] },
    { event, where: { status: ["CANCELED", "FAILED"] }, becomes: ["failed"] },
  ])
  .concat(
    ["refund.created", "refund.updated"].flatMap((event): Row[] => [
      { event, where: { status: ["COMPLETED"] }, becomes: ["refund"] },
      { event, where: { status: ["REJECTED", "FAILED"] }, becomes: ["refund_failed"] },
    ]),
    ["dispute.created", "dispute.state.updated", "dispute.state.changed"].flatMap((event): Row[] => [
      { event, where: { state: ["WON", "INQUIRY_CLOSED"] }, becomes: ["dispute_won"] },
      { event, where: { state: ["LOST", "ACCEPTED"] }, becomes: ["dispute_lost"] },
      { event, becomes: ["dispute_open"] },
    ]),
  );

export const square: Adapter<Config> = {
  name: "square",

  async configure(value) {
    const setting = new Setting(value, ["secret", "notificationUrl", "merchantId", "order"]);
    const secrets = setting.strings("secret");
    const notificationUrl = setting.string("notificationUrl", /^https?:\/\//, "the URL exactly as subscribed");
    const merchantId = setting.identity("merchantId");
    const order = setting.orderPaths("reference_id", "order_id");
    if (setting.problem !== null) return no(setting.problem);
    return ok({ keys: await hmacKeys(secrets), notificationUrl: utf8(notificationUrl), merchantId, order });
  },

  async verify(config, webhook) {
    const signature = header(webhook, "x-square-hmacsha256-signature");
    if (signature === null) return unproved("header", "no signature");
    if (!(await isSigned(config.keys, [fromBase64(signature)], config.notificationUrl, webhook.body))) {
      return unproved("signature", "wrong signature, or not the URL that is subscribed");
    }
    const json = jsonObject(webhook.body);
    if (json === null) return unproved("parse", "not a JSON object");
    const event = told(json, config.order);
    // An application's webhook has the events of every seller that has authorised it.
    if (!isOf(config.merchantId, textAt(json, "merchant_id"))) return ok([otherAccount(event)]);
    return ok([callbackOf(event)]);
  },

  reply: (verdict) => replyIn(noWords, verdict),
  mapping: printed(events),
};

function told(json: JsonObject, order: readonly string[]): Told {
  const type = textAt(json, "type") ?? "";
  const object = at(json, "data.object");
  const payment = at(object, "payment");
  const refund = at(object, "refund");
  const subject = payment ?? refund ?? at(object, "dispute");
  const refunded = money(payment, "refunded_money");
  const isRefunded = !refunded.ok || (refunded.value !== null && refunded.value.amount !== "0");
  return {
    instance: "square",
    eventId: textAt(json, "event_id"),
    type,
    at: isoTime(textAt(json, "created_at")),
    // A refund and a dispute name Square's own order at most, which is not the merchant's: they are found by the payment.
    orderId: orderIdAt(payment, order),
    paymentId:
      payment === undefined ? textAt(subject, "payment_id", "disputed_payment.payment_id") : textAt(payment, "id"),
    becomes: becomes(events, type, (field) =>
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

/** A tip is the staff's, not the order's: `total_money` contains it. Without a total, `amount_money` is the payment without its tip. */
function withoutTip(payment: Json | undefined): Amount {
  if (at(payment, "total_money") === undefined) return money(payment, "amount_money");
  const [total, tip] = [textAt(payment, "total_money.amount"), textAt(payment, "tip_money.amount")];
  const isTipped = total !== null && tip !== null && isMinor(total) && isMinor(tip);
  const currency = textAt(payment, "total_money.currency");
  return isTipped ? minor(lessOf(total, tip), currency, isoDigits) : money(payment, "total_money");
}

const money = (json: Json | undefined, field: string): Amount =>
  minor(textAt(json, `${field}.amount`), textAt(json, `${field}.currency`), isoDigits);
