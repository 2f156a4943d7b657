// Adyen's payment webhooks: every item carries an HMAC over eight of its fields, joined by colons and unescaped; nothing else in it is
// signed, no time either, so nothing else is believed. One bad item refuses all of a batch. No I/O.
import type { Callback, Unproved } from "../core/callback.ts";
import { isObject, type Json, type JsonObject } from "../core/json.ts";
import { no, ok, type Result } from "../core/result.ts";
import type { Adapter } from "./adapter.ts";
import { fromBase64, fromHex, utf8 } from "./bytes.ts";
import { at, jsonObject, minor, noAmount, orderIdAt, textAt, unproved, type Amount } from "./content.ts";
import { adyenDigits } from "./currencies.ts";
import { becomes, callbackOf, otherAccount, printed, type Becomes, type Row, type Told } from "./mapping.ts";
import { replyIn } from "./reply.ts";
import { isOf, isOfMode, Setting, type Identity, type Mode } from "./setting.ts";
import { hmacKey, isSigned, type Key } from "./signature.ts";

interface Config {
  readonly keys: readonly Key[];
  readonly merchantAccount: Identity;
  readonly live: Mode;
  readonly order: readonly string[];
  /** Whether Adyen captures what it has authorised by itself, or waits for a capture request. */
  readonly capture: "automatic" | "manual";
}

/** Adyen sends one item in JSON; its SOAP ancestor sent batches of up to six. */
const ITEMS_MAX = 100;

const on = (events: readonly string[], success: "true" | "false", ...becomes: readonly Becomes[]): Row[] =>
  events.map((event) => ({ event, where: { success: [success] }, becomes }));

const manual = { success: ["true"], capture: ["manual"] };

const events: readonly Row[] = [
  // An authorisation is not a capture: where captures are requested, the money has come with CAPTURE.
  { event: "AUTHORISATION", where: manual, becomes: ["pending"] },
  // With automatic capture, Adyen's default, an authorised payment is paid unless CAPTURE_FAILED follows.
  ...on(["AUTHORISATION"], "true", "paid"),
  ...on(["AUTHORISATION"], "false", "failed"),
  ...on(["PENDING"], "true", "pending"),
  // In automatic mode Adyen sends CAPTURE for one reason only: after CAPTURE_FAILED it has captured again, and that capture counts
  // (docs.adyen.com/online-payments/capture/failure-reasons).
  ...on(["CAPTURE"], "true", "capture"),
  ...on(["CAPTURE"], "false", "capture_failed"),
  ...on(["CAPTURE_FAILED"], "true", "capture_failed"),
  // The end of an attempt, and of an order that was never authorised.
  ...on(["OFFER_CLOSED"], "true", "failed"),
  ...on(["CANCELLATION", "TECHNICAL_CANCEL", "EXPIRE", "MANUAL_REVIEW_REJECT"], "true", "voided"),
  // One request for whichever is possible: what was captured is refunded, what was not is cancelled.
  { event: "CANCEL_OR_REFUND", where: manual, becomes: ["refund", "voided"] },
  ...on(["CANCEL_OR_REFUND"], "true", "refund"),
  ...on(["REFUND", "REFUND_WITH_DATA"], "true", "refund"),
  ...on(["REFUND", "REFUND_WITH_DATA"], "false", "refund_failed"),
  ...on(["REFUND_FAILED", "REFUNDED_REVERSED"], "true", "refund_failed"),
  ...on(["REQUEST_FOR_INFORMATION", "NOTIFICATION_OF_CHARGEBACK", "CHARGEBACK"], "true", "dispute_open"),
  // INFORMATION_SUPPLIED decides nothing: the defense was sent. A request for information ends with the issuer's time to answer it
  // (docs.adyen.com/api-explorer/Webhooks/1/post/ISSUER_RESPONSE_TIMEFRAME_EXPIRED).
  ...on(["CHARGEBACK_REVERSED", "PREARBITRATION_WON", "ISSUER_RESPONSE_TIMEFRAME_EXPIRED"], "true", "dispute_won"),
  ...on(["SECOND_CHARGEBACK", "PREARBITRATION_LOST", "DISPUTE_DEFENSE_PERIOD_ENDED"], "true", "dispute_lost"),
  // Partial payments of one order (docs.adyen.com/online-payments/partial-payments): a gift card and a card.
  ...on(["ORDER_OPENED"], "true", "split_opened"),
  ...on(["ORDER_CLOSED"], "true", "split_closed"),
  ...on(["ORDER_CLOSED"], "false", "split_failed"),
];

/**
 * The signed fields, in their order, and the shape of each. A colon can be moved between neighbours without a change of the HMAC, and
 * Adyen's own library takes that; with no colon possible in any but the reference, the joined text reads in one way only.
 */
const signedFields: readonly (readonly [path: string, shape: RegExp])[] = [
  ["pspReference", /^[^:]{1,128}$/],
  ["originalReference", /^[^:]{0,128}$/],
  ["merchantAccountCode", /^.{1,256}$/],
  ["merchantReference", /^.{0,512}$/s],
  ["amount.value", /^(-?\d{1,18})?$/],
  ["amount.currency", /^([A-Z]{3})?$/],
  ["eventCode", /^[A-Z0-9_]{1,64}$/],
  ["success", /^(true|false)$/],
];

export const adyen: Adapter<Config> = {
  name: "adyen",

  async configure(value) {
    const setting = new Setting(value, ["hmacKey", "merchantAccount", "live", "order", "capture"]);
    const keys = setting.strings("hmacKey").map(fromHex);
    if (keys.some((key) => key === null || key.length === 0)) setting.refuse("hmacKey", "hex, or a list of such");
    const merchantAccount = setting.identity("merchantAccount");
    const live = setting.mode("live");
    const order = setting.orderPaths("merchantReference");
    if (order.some((path) => path.split(".")[0] !== "merchantReference")) {
      setting.refuse("order", "merchantReference or a path inside it: Adyen signs no other field of the merchant's");
    }
    const capture = setting.oneOf("capture", ["automatic", "manual"]);
    if (setting.problem !== null) return no(setting.problem);
    return ok({
      keys: await Promise.all(keys.filter((key) => key !== null).map(hmacKey)),
      merchantAccount,
      live,
      order,
      capture,
    });
  },

  async verify(config, webhook) {
    const json = jsonObject(webhook.body);
    const items = json === null ? undefined : at(json, "notificationItems");
    if (json === null || !Array.isArray(items)) return unproved("parse", "not a JSON object with notificationItems");
    const list: readonly Json[] = items;
    // No item, no signature: an empty batch is unsigned.
    if (list.length === 0 || list.length > ITEMS_MAX) return unproved("header", "no items, or too many");
    const callbacks: Callback[] = [];
    // Unsigned, but test and live have keys of their own: this only keeps a mixed-up endpoint's events out.
    const isOurMode = isOfMode(config.live, textAt(json, "live"));
    for (const entry of list) {
      const callback = await verifyItem(config, at(entry, "NotificationRequestItem"), isOurMode);
      if (!callback.ok) return callback;
      callbacks.push(callback.value);
    }
    return ok(callbacks);
  },

  // 2xx is enough now; endpoints set up long ago still wait for the word (docs.adyen.com/development-resources/webhooks).
  reply: (verdict) => replyIn({ success: "[accepted]", failure: "", type: "text/plain" }, verdict),
  mapping: printed(events),
};

async function verifyItem(
  config: Config,
  item: Json | undefined,
  isOurMode: boolean,
): Promise<Result<Callback, Unproved>> {
  if (!isObject(item)) return unproved("parse", "an entry without NotificationRequestItem");
  const signature = textAt(item, "additionalData.hmacSignature");
  if (signature === null) return unproved("header", "an item without hmacSignature");
  const values = signedFields.map(([path]) => textAt(item, path) ?? "");
  if (!signedFields.every(([, shape], index) => shape.test(values[index] ?? ""))) {
    return unproved("parse", "a signed field of the wrong shape");
  }
  if (!(await isSigned(config.keys, [fromBase64(signature)], utf8(values.join(":"))))) {
    return unproved("signature", "wrong hmacSignature");
  }
  const event = told(item, config);
  // One company key serves several accounts.
  const isOurs = isOurMode && isOf(config.merchantAccount, textAt(item, "merchantAccountCode"));
  return ok(isOurs ? callbackOf(event) : otherAccount(event));
}

function told(item: JsonObject, { order, capture }: Config): Told {
  const type = textAt(item, "eventCode") ?? "";
  const pspReference = textAt(item, "pspReference");
  const success = textAt(item, "success");
  const amount = minor(textAt(item, "amount.value"), textAt(item, "amount.currency"), adyenDigits);
  const isSplit = type === "ORDER_OPENED" || type === "ORDER_CLOSED";
  return {
    instance: "adyen",
    // Adyen gives events no id; over retries these three stay the same.
    eventId: `${pspReference ?? ""}:${type}:${success ?? ""}`,
    type,
    at: null,
    orderId: orderIdAt(item, order),
    // A modification has a reference of its own, and names the payment's as the original; a split is no payment.
    paymentId: isSplit ? null : textAt(item, "originalReference", "pspReference"),
    becomes: becomes(events, type, (field) => (field === "capture" ? capture : textAt(item, field))),
    payment: amount,
    // An automatic capture has no reference before it fails, so its failure names none: a re-capture may have the same.
    capture: { id: type === "CAPTURE_FAILED" && capture === "automatic" ? null : pspReference, amount },
    // These state what was authorised, though they end only what is not captured.
    voided: { id: pspReference, amount: type === "EXPIRE" || capture === "manual" ? noAmount : coveredBy(amount) },
    refund: { id: pspReference, amount: type === "CANCEL_OR_REFUND" ? coveredBy(amount) : amount, cumulative: false },
    // All events of a dispute have its reference (docs.adyen.com/risk-management/disputes-api/dispute-notifications).
    dispute: { id: pspReference, amount },
    // ORDER_CLOSED names the order that ORDER_OPENED had as its own reference.
    splitId: textAt(item, "originalReference", "pspReference"),
  };
}

/** A cancellation or reversal may state no amount, or 0: it covers all of the payment. */
const coveredBy = (amount: Amount): Amount =>
  amount.ok && amount.value !== null && amount.value.amount === "0" ? noAmount : amount;
