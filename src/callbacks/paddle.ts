// Paddle Billing's webhooks: HMAC over the time and the raw body, hex. Every h1 is tried with every secret, unlike Paddle's own SDK,
// which keeps the last h1 only and so fails while a secret is rotated. No I/O.
import type { Json, JsonObject } from "../core/json.ts";
import { no, ok } from "../core/result.ts";
import type { Adapter } from "./adapter.ts";
import { fromHex, utf8 } from "./bytes.ts";
import {
  at,
  header,
  isOutside,
  isoTime,
  jsonObject,
  minor,
  orderIdAt,
  seconds,
  textAt,
  unproved,
  type Amount,
} from "./content.ts";
import { isoDigits } from "./currencies.ts";
import { becomes, callbackOf, printed, type Row, type Told } from "./mapping.ts";
import { noWords, replyIn } from "./reply.ts";
import { Setting } from "./setting.ts";
import { hmacKeys, isSigned, SIGNATURES_MAX, type Key } from "./signature.ts";

interface Config {
  readonly keys: readonly Key[];
  readonly toleranceMs: number;
  /** Where the order's id stands in a transaction. */
  readonly order: readonly string[];
}

/** Paddle's SDK allows 5 s: too little for an edge that may be a minute behind. */
const TOLERANCE_SECONDS = 60;

const adjustment = (action: string, status: readonly string[], ...becomes: Row["becomes"]): Row[] =>
  ["adjustment.created", "adjustment.updated"].map((event) => ({
    event,
    where: { action: [action], status },
    becomes,
  }));

/** A checkout or a transaction of the API. Any other origin is a subscription's: a renewal carries the first order's `custom_data`. */
const FIRST = { origin: ["web", "api"] };

/** `origin`, `action` and `status` are `data`'s. Paddle may approve a refund at once (created) or later (updated). */
const events: readonly Row[] = [
  { event: "transaction.paid", where: FIRST, becomes: ["paid"] },
  { event: "transaction.completed", where: FIRST, becomes: ["paid"] },
  { event: "transaction.payment_failed", where: FIRST, becomes: ["failed"] },
  { event: "transaction.past_due", where: FIRST, becomes: ["failed"] },
  { event: "transaction.canceled", where: FIRST, becomes: ["closed"] },
  ...adjustment("refund", ["approved"], "refund"),
  ...adjustment("refund", ["rejected", "reversed"], "refund_failed"),
  ...adjustment("chargeback_warning", ["approved"], "dispute_open"),
  ...adjustment("chargeback_warning_reverse", ["approved"], "dispute_won"),
  ...adjustment("chargeback", ["approved"], "dispute_lost"),
  ...adjustment("chargeback_reverse", ["approved"], "dispute_won"),
];

export const paddle: Adapter<Config> = {
  name: "paddle",

  async configure(value) {
    const setting = new Setting(value, ["secret", "tolerance", "order"]);
    const secrets = setting.strings("secret");
    const tolerance = setting.seconds("tolerance", TOLERANCE_SECONDS);
    const order = setting.orderPaths("custom_data.order_id", "id");
    if (setting.problem !== null) return no(setting.problem);
    return ok({ keys: await hmacKeys(secrets), toleranceMs: tolerance * 1000, order });
  },

  async verify(config, webhook, now) {
    const signed = signatureOf(header(webhook, "paddle-signature") ?? "");
    if (signed === null) return unproved("header", "no Paddle-Signature with one ts and at least one h1");
    if (isOutside(signed.at * 1000, now, config.toleranceMs))
      return unproved("time", "older or newer than the tolerance");
    if (!(await isSigned(config.keys, signed.h1.map(fromHex), utf8(`${signed.ts}:`), webhook.body))) {
      return unproved("signature", "none of the h1 is right");
    }
    const json = jsonObject(webhook.body);
    if (json === null) return unproved("parse", "not a JSON object");
    return ok([callbackOf(told(json, config.order))]);
  },

  reply: (verdict) => replyIn(noWords, verdict),
  mapping: printed(events),
};

/** `ts=1671552777;h1=<hex>[;h1=<hex>]`; a repeated header comes joined by ", " and is none. */
function signatureOf(
  value: string,
): { readonly ts: string; readonly at: number; readonly h1: readonly string[] } | null {
  if (value.includes(",")) return null;
  const parts = value.split(";").map((part) => part.trim());
  const valuesOf = (name: string) =>
    parts.filter((part) => part.startsWith(name)).map((part) => part.slice(name.length));
  const [ts = "", ...more] = valuesOf("ts=");
  const time = seconds(ts);
  const h1 = valuesOf("h1=");
  return time === null || more.length > 0 || h1.length === 0 || h1.length > SIGNATURES_MAX
    ? null
    : { ts, at: time, h1 };
}

function told(json: JsonObject, order: readonly string[]): Told {
  const type = textAt(json, "event_type") ?? "";
  const data = at(json, "data");
  const isAdjustment = type.startsWith("adjustment.");
  return {
    instance: "paddle",
    // Not `notification_id`, which differs between the destinations that one event goes to.
    eventId: textAt(json, "event_id"),
    type,
    at: isoTime(textAt(json, "occurred_at")),
    // An adjustment knows nothing of `custom_data`: it is found by its transaction.
    orderId: isAdjustment ? null : orderIdAt(data, order),
    paymentId: textAt(data, isAdjustment ? "transaction_id" : "id"),
    becomes: becomes(events, type, (field) => textAt(data, field)),
    // `total`, not `grand_total`: credit that the customer used up has paid for the order as well.
    payment: minor(textAt(data, "details.totals.total"), textAt(data, "currency_code"), isoDigits),
    refund: { id: textAt(data, "id"), amount: adjusted(data), cumulative: false },
    // Each step of a chargeback is an adjustment with an id of its own: the payment's one dispute stands where the latest step left it.
    dispute: { id: null, amount: adjusted(data) },
  };
}

const adjusted = (data: Json | undefined): Amount =>
  minor(textAt(data, "totals.total"), textAt(data, "currency_code", "totals.currency_code"), isoDigits);
