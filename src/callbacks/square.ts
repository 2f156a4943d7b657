// Square's webhooks: HMAC over the subscribed URL and the raw body. The URL is the setting's, never rebuilt from the request.
// No time is signed (developer.squareup.com/docs/webhooks/step3validate): a repeat is known by its event id alone.
import type { Json, JsonObject } from "../core/json.ts";
import { no, ok } from "../core/result.ts";
import type { Adapter } from "./adapter.ts";
import { fromBase64, utf8, type Bytes } from "./bytes.ts";
import { at, header, isoTime, jsonObject, minor, textAt, unproved, type Amount } from "./content.ts";
import { isoDigits } from "./currencies.ts";
import { becomes, callbackOf, printed, type Row, type Told } from "./mapping.ts";
import { noWords, replyIn } from "./reply.ts";
import { Setting } from "./setting.ts";
import { hmacKeys, isSigned, type Key } from "./signature.ts";

interface Config {
  readonly keys: readonly Key[];
  readonly notificationUrl: Bytes;
  readonly merchantId: string | null;
}

/** `payment`, `refund` and `dispute` are `data.object`'s; `refunded` is whether the payment's `refunded_money` is more than nothing. */
const events: readonly Row[] = ["payment.created", "payment.updated"]
  .flatMap((event): Row[] => [
    { event, where: { status: ["COMPLETED"], refunded: ["yes"] }, becomes: ["paid", "refund"] },
    { event, where: { status: ["COMPLETED"] }, becomes: ["paid"] },
    // APPROVED is an authorisation; the capture is still due.
    { event, where: { status: ["APPROVED", "PENDING"] }, becomes: ["pending"] },
    { event, where: { status: ["CANCELED"] }, becomes: ["closed"] },
    { event, where: { status: ["FAILED"] }, becomes: ["failed"] },
  ])
  .concat(
    ["refund.created", "refund.updated"].flatMap((event): Row[] => [
      { event, where: { status: ["COMPLETED"] }, becomes: ["refund"] },
      { event, where: { status: ["REJECTED", "FAILED"] }, becomes: ["refund_failed"] },
    ]),
    { event: "dispute.created", becomes: ["dispute_open"] },
    { event: "dispute.state.updated", where: { state: ["WON", "INQUIRY_CLOSED"] }, becomes: ["dispute_won"] },
    { event: "dispute.state.updated", where: { state: ["LOST", "ACCEPTED"] }, becomes: ["dispute_lost"] },
  );

export const square: Adapter<Config> = {
  name: "square",

  async configure(value) {
    const setting = new Setting(value, ["secret", "notificationUrl", "merchantId"]);
    const secrets = setting.strings("secret");
    const notificationUrl = setting.string("notificationUrl", /^https?:\/\//, "the URL exactly as subscribed");
    const merchantId = setting.optionalString("merchantId");
    if (setting.problem !== null) return no(setting.problem);
    return ok({ keys: await hmacKeys(secrets), notificationUrl: utf8(notificationUrl), merchantId });
  },

  async verify(config, webhook) {
    const signature = header(webhook, "x-square-hmacsha256-signature");
    if (signature === null) return unproved("header", "no signature");
    if (!(await isSigned(config.keys, [fromBase64(signature)], config.notificationUrl, webhook.body))) {
      return unproved("signature", "wrong signature, or not the URL that is subscribed");
    }
    const json = jsonObject(webhook.body);
    if (json === null) return unproved("parse", "not a JSON object");
    if (config.merchantId !== null && textAt(json, "merchant_id") !== config.merchantId) {
      return unproved("identity", "another merchant_id");
    }
    const callback = callbackOf(told(json));
    return callback.ok ? ok([callback.value]) : callback;
  },

  reply: (verdict) => replyIn(noWords, verdict),
  mapping: printed(events),
};

function told(json: JsonObject): Told {
  const type = textAt(json, "type") ?? "";
  const object = at(json, "data.object");
  const payment = at(object, "payment");
  const refund = at(object, "refund");
  const subject = payment ?? refund ?? at(object, "dispute");
  const refunded = money(payment, "refunded_money");
  const isRefunded = !refunded.ok || (refunded.value !== null && refunded.value.amount !== "0");
  return {
    provider: "square",
    eventId: textAt(json, "event_id"),
    type,
    at: isoTime(textAt(json, "created_at")),
    // A refund and a dispute name Square's own order at most, which is not the merchant's: they are found by the payment.
    orderId: textAt(payment, "reference_id", "order_id"),
    paymentId:
      payment === undefined ? textAt(subject, "payment_id", "disputed_payment.payment_id") : textAt(payment, "id"),
    becomes: becomes(events, type, (field) =>
      field === "refunded" ? (isRefunded ? "yes" : "no") : textAt(subject, field),
    ),
    payment: at(payment, "total_money") === undefined ? money(payment, "amount_money") : money(payment, "total_money"),
    refund:
      refund === undefined
        ? { id: null, amount: refunded, cumulative: true }
        : { id: textAt(refund, "id"), amount: money(refund, "amount_money"), cumulative: false },
  };
}

const money = (json: Json | undefined, field: string): Amount =>
  minor(textAt(json, `${field}.amount`), textAt(json, `${field}.currency`), isoDigits);
