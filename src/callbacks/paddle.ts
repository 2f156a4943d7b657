// Paddle Billing's webhooks: HMAC over the time and the raw body, in hex. Every h1 is checked with
// every secret. Paddle's own SDK checks the last h1 only and fails while a secret is rotated.
import type { Json, JsonObject } from "../core/json.ts";
import { WEBHOOK_BYTES } from "../core/limits.ts";
import { no, ok, type Result } from "../core/result.ts";
import type { Adapter } from "./adapter.ts";
import { fromHex, utf8 } from "./bytes.ts";
import {
  header,
  isOutside,
  jsonObject,
  minorAmount,
  orderIdAt,
  parseIsoTime,
  parseSeconds,
  textAt,
  valueAt,
  type SignedAmount,
} from "./content.ts";
import { isoDigits } from "./currencies.ts";
import { callbackOf, documentRules, matchRule, type EventRule, type ParsedEvent } from "./mapping.ts";
import { reject, rejectBody, rejectTime } from "./reject.ts";
import { emptyBodies, replyWith } from "./reply.ts";
import { Setting } from "./setting.ts";
import { hmacKeys, isHmacSigned, SIGNATURES_MAX, type Key } from "./signature.ts";

interface Config {
  readonly keys: readonly Key[];
  readonly toleranceMs: number;
  /** Paths of the order id in a transaction. */
  readonly order: readonly string[];
}

/** Paddle's SDK allows 5 s, too little for an edge whose clock may be a minute behind. */
const TOLERANCE_SECONDS = 60;

const adjustment = (action: string, status: readonly string[], ...factKinds: EventRule["factKinds"]): EventRule[] =>
  ["adjustment.created", "adjustment.updated"].map((event) => ({
    event,
    where: { action: [action], status },
    factKinds,
  }));

/** A checkout or API transaction. Subscription renewals repeat the first order's `custom_data`. */
const FIRST_ORDER = { origin: ["web", "api"] };

/** Fields of `data`. Paddle may approve a refund at once (created) or later (updated). */
const rules: readonly EventRule[] = [
  { event: "transaction.paid", where: FIRST_ORDER, factKinds: ["paid"] },
  { event: "transaction.completed", where: FIRST_ORDER, factKinds: ["paid"] },
  { event: "transaction.payment_failed", where: FIRST_ORDER, factKinds: ["failed"] },
  { event: "transaction.past_due", where: FIRST_ORDER, factKinds: ["failed"] },
  { event: "transaction.canceled", where: FIRST_ORDER, factKinds: ["closed"] },
  ...adjustment("refund", ["approved"], "refund"),
  ...adjustment("refund", ["rejected", "reversed"], "refund_failed"),
  ...adjustment("chargeback_warning", ["approved"], "dispute_open"),
  ...adjustment("chargeback_warning_reverse", ["approved"], "dispute_won"),
  ...adjustment("chargeback", ["approved"], "dispute_lost"),
  ...adjustment("chargeback_reverse", ["approved"], "dispute_won"),
];

export const paddle: Adapter<Config> = {
  name: "paddle",
  maxBodyBytes: WEBHOOK_BYTES,

  async configure(value) {
    const setting = new Setting(value, ["secret", "tolerance", "order"]);
    const secrets = setting.strings("secret");
    const tolerance = setting.seconds("tolerance", TOLERANCE_SECONDS);
    const order = setting.orderPaths("custom_data.order_id", "id");
    if (setting.problem !== null) return no(setting.problem);
    return ok({ keys: await hmacKeys(secrets), toleranceMs: tolerance * 1000, order });
  },

  async verify(config, webhook, now) {
    const value = header(webhook, "paddle-signature");
    const signed = parseSignature(value ?? "");
    if (!signed.ok) {
      const expected = `be one header with one ts in seconds and 1 to ${SIGNATURES_MAX} h1`;
      const received = value === null ? "no header" : signed.reason;
      return reject({ stage: "header", field: SIGNATURE, expected, received });
    }
    const { ts, at, h1 } = signed.value;
    if (isOutside(at, now, config.toleranceMs)) return rejectTime(`${SIGNATURE} ts`, at, now, config.toleranceMs);
    if (!(await isHmacSigned(config.keys, h1.map(fromHex), utf8(`${ts}:`), webhook.body))) {
      const expected = "match secret, the key of this notification destination, over the raw body";
      return reject({ stage: "signature", field: `${SIGNATURE} h1`, expected, received: `${h1.length} h1` });
    }
    const json = jsonObject(webhook.body);
    if (json === null) return rejectBody(webhook);
    return ok([callbackOf(parseEvent(json, config.order))]);
  },

  reply: (verdict) => replyWith(emptyBodies, verdict),
  mapping: documentRules(rules),
};

const SIGNATURE = "Paddle-Signature";

interface Signature {
  readonly ts: string;
  /** `ts` in ms. */
  readonly at: number;
  readonly h1: readonly string[];
}

/**
 * Parses `ts=1671552777;h1=<hex>[;h1=<hex>]`. Rejects repeated headers, which are joined by ", ".
 */
function parseSignature(value: string): Result<Signature, string> {
  if (value.includes(",")) return no("several headers");
  const parts = value.split(";").map((part) => part.trim());
  const valuesOf = (name: string) =>
    parts.filter((part) => part.startsWith(name)).map((part) => part.slice(name.length));
  const [ts = "", ...more] = valuesOf("ts=");
  const seconds = parseSeconds(ts);
  const h1 = valuesOf("h1=");
  return seconds === null || more.length > 0 || h1.length === 0 || h1.length > SIGNATURES_MAX
    ? no(`${valuesOf("ts=").length} ts, ${h1.length} h1`)
    : ok({ ts, at: seconds * 1000, h1 });
}

function parseEvent(json: JsonObject, order: readonly string[]): ParsedEvent {
  const type = textAt(json, "event_type") ?? "";
  const data = valueAt(json, "data");
  const isAdjustment = type.startsWith("adjustment.");
  return {
    instance: "paddle",
    // The same for every destination of the event, unlike `notification_id`.
    eventId: textAt(json, "event_id"),
    type,
    at: parseIsoTime(textAt(json, "occurred_at")),
    // An adjustment lacks `custom_data`; its transaction leads to the order.
    orderId: isAdjustment ? null : orderIdAt(data, order),
    paymentId: textAt(data, isAdjustment ? "transaction_id" : "id"),
    factKinds: matchRule(rules, type, (field) => textAt(data, field)),
    // `total` includes the customer's credit, which also pays for the order, unlike `grand_total`.
    payment: minorAmount(textAt(data, "details.totals.total"), textAt(data, "currency_code"), isoDigits),
    refund: { id: textAt(data, "id"), amount: adjusted(data), cumulative: false },
    // Each step of a chargeback is a separate adjustment and updates the payment's one dispute.
    dispute: { id: null, amount: adjusted(data) },
  };
}

const adjusted = (data: Json | undefined): SignedAmount =>
  minorAmount(textAt(data, "totals.total"), textAt(data, "currency_code", "totals.currency_code"), isoDigits);
