// Adyen's payment webhooks. Each item has an HMAC over eight fields, joined by colons, unescaped.
// Other fields and times are unsigned and therefore unused. One bad item rejects the batch. No I/O.
import type { Callback } from "../core/callback.ts";
import { isObject, type Json, type JsonObject } from "../core/json.ts";
import { no, ok } from "../core/result.ts";
import type { Adapter } from "./adapter.ts";
import { fromBase64, fromHex, utf8 } from "./bytes.ts";
import {
  jsonObject,
  minorAmount,
  noAmount,
  orderIdAt,
  plainObject,
  textAt,
  valueAt,
  type SignedAmount,
} from "./content.ts";
import { adyenDigits } from "./currencies.ts";
import {
  callbackOf,
  documentRules,
  matchRule,
  otherAccount,
  type EventRule,
  type FactKind,
  type ParsedEvent,
} from "./mapping.ts";
import { lengthText, reject, rejectBody, type Rejection } from "./reject.ts";
import { replyWith } from "./reply.ts";
import { matchesIdentity, matchesMode, Setting, type Identity, type Mode } from "./setting.ts";
import { hmacKey, isHmacSigned, type Key } from "./signature.ts";

interface Config {
  readonly keys: readonly Key[];
  readonly merchantAccount: Identity;
  readonly live: Mode;
  readonly order: readonly string[];
  /** Whether Adyen captures an authorised payment itself or waits for a capture request. */
  readonly capture: "automatic" | "manual";
}

const SIGNATURE = "additionalData.hmacSignature";

/** Adyen sends one item in JSON; its former SOAP format had batches of up to six. */
const ITEMS_MAX = 100;

const rulesFor = (
  events: readonly string[],
  success: "true" | "false",
  ...factKinds: readonly FactKind[]
): EventRule[] => events.map((event) => ({ event, where: { success: [success] }, factKinds }));

const manual = { success: ["true"], capture: ["manual"] };

const rules: readonly EventRule[] = [
  // With manual capture, an authorisation is pending until CAPTURE.
  { event: "AUTHORISATION", where: manual, factKinds: ["pending"] },
  // With automatic capture (default), an authorised payment is paid unless CAPTURE_FAILED follows.
  ...rulesFor(["AUTHORISATION"], "true", "paid"),
  ...rulesFor(["AUTHORISATION"], "false", "failed"),
  ...rulesFor(["PENDING"], "true", "pending"),
  // With automatic capture, CAPTURE reports a repeated capture after CAPTURE_FAILED
  // (docs.adyen.com/online-payments/capture/failure-reasons).
  ...rulesFor(["CAPTURE"], "true", "capture"),
  ...rulesFor(["CAPTURE"], "false", "capture_failed"),
  ...rulesFor(["CAPTURE_FAILED"], "true", "capture_failed"),
  // The attempt ended before an authorisation.
  ...rulesFor(["OFFER_CLOSED"], "true", "failed"),
  ...rulesFor(["CANCELLATION", "TECHNICAL_CANCEL", "EXPIRE", "MANUAL_REVIEW_REJECT"], "true", "voided"),
  // Adyen refunds a captured payment and cancels an uncaptured one.
  { event: "CANCEL_OR_REFUND", where: manual, factKinds: ["refund", "voided"] },
  ...rulesFor(["CANCEL_OR_REFUND"], "true", "refund"),
  ...rulesFor(["REFUND", "REFUND_WITH_DATA"], "true", "refund"),
  ...rulesFor(["REFUND", "REFUND_WITH_DATA"], "false", "refund_failed"),
  ...rulesFor(["REFUND_FAILED", "REFUNDED_REVERSED"], "true", "refund_failed"),
  ...rulesFor(["REQUEST_FOR_INFORMATION", "NOTIFICATION_OF_CHARGEBACK", "CHARGEBACK"], "true", "dispute_open"),
  // INFORMATION_SUPPLIED has no rule: the defense was sent, and the dispute is still open. A
  // request for information ends when the issuer's time to respond is over
  // (docs.adyen.com/api-explorer/Webhooks/1/post/ISSUER_RESPONSE_TIMEFRAME_EXPIRED).
  ...rulesFor(
    ["CHARGEBACK_REVERSED", "PREARBITRATION_WON", "ISSUER_RESPONSE_TIMEFRAME_EXPIRED"],
    "true",
    "dispute_won",
  ),
  ...rulesFor(["SECOND_CHARGEBACK", "PREARBITRATION_LOST", "DISPUTE_DEFENSE_PERIOD_ENDED"], "true", "dispute_lost"),
  // Partial payments of one order, for example a gift card and a card
  // (docs.adyen.com/online-payments/partial-payments).
  ...rulesFor(["ORDER_OPENED"], "true", "split_opened"),
  ...rulesFor(["ORDER_CLOSED"], "true", "split_closed"),
  ...rulesFor(["ORDER_CLOSED"], "false", "split_failed"),
];

/**
 * The signed fields in their order, each with its shape. A colon moved to a neighbouring field
 * keeps the HMAC valid, and Adyen's own library accepts that. These shapes make the split unique.
 */
const signedFields: readonly (readonly [path: string, shape: RegExp, expected: string])[] = [
  ["pspReference", /^[^:]{1,128}$/, "have 1 to 128 characters without a colon"],
  ["originalReference", /^[^:]{0,128}$/, "have at most 128 characters without a colon"],
  ["merchantAccountCode", /^.{1,256}$/, "have 1 to 256 characters in one line"],
  ["merchantReference", /^.{0,512}$/s, "have at most 512 characters"],
  ["amount.value", /^(-?\d{1,18})?$/, "be an integer of at most 18 digits"],
  ["amount.currency", /^([A-Z]{3})?$/, "be three capital letters"],
  ["eventCode", /^[A-Z0-9_]{1,64}$/, "have 1 to 64 characters of A-Z 0-9 _"],
  ["success", /^(true|false)$/, "be true or false"],
];

export const adyen: Adapter<Config> = {
  name: "adyen",
  maxBodyBytes: 65_536,

  async configure(value) {
    const setting = new Setting(value, ["hmacKey", "merchantAccount", "live", "order", "capture"]);
    const keys = setting.strings("hmacKey").map(fromHex);
    if (keys.some((key) => key === null || key.length === 0)) {
      setting.refuse("hmacKey", "hex with two digits per byte, or a list of such keys");
    }
    const merchantAccount = setting.identity("merchantAccount");
    const live = setting.mode("live");
    const order = setting.orderPaths("merchantReference");
    if (order.some((path) => path.split(".")[0] !== "merchantReference")) {
      setting.refuse("order", "merchantReference or a path inside it, the merchant's only signed field");
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
    const unverified = plainObject(webhook.body);
    const list = itemsOf(unverified);
    if (list === null) return rejectBody(webhook, "be a JSON object with the list notificationItems");
    // An empty batch has no signature.
    if (list.length === 0 || list.length > ITEMS_MAX) {
      const expected = `have 1 to ${ITEMS_MAX} items`;
      return reject({ stage: "header", field: "notificationItems", expected, received: String(list.length) });
    }
    for (const item of list) {
      const rejection = await rejectionOf(config, item);
      if (rejection !== null) return rejection;
    }
    const json = jsonObject(webhook.body);
    const items = itemsOf(json);
    if (items === null) return rejectBody(webhook, "be nested a thousand levels deep at most");
    // `live` is unsigned, which is enough: test and live have different keys.
    const isOurMode = matchesMode(config.live, textAt(json ?? undefined, "live"));
    return ok(items.map((item) => callbackOfItem(config, item, isOurMode)));
  },

  // Any 2xx is enough, except for old endpoints, which need `[accepted]`
  // (docs.adyen.com/development-resources/webhooks).
  reply: (verdict) => replyWith({ success: "[accepted]", failure: "", type: "text/plain" }, verdict),
  mapping: documentRules(rules),
};

/** The `NotificationRequestItem` of each item; null for another format. */
function itemsOf(json: JsonObject | null): readonly (Json | undefined)[] | null {
  const items = json === null ? undefined : valueAt(json, "notificationItems");
  if (!Array.isArray(items)) return null;
  const list: readonly Json[] = items;
  return list.map((item) => valueAt(item, "NotificationRequestItem"));
}

/** The rejection of an item that is malformed or falsely signed; null for an authentic one. */
async function rejectionOf(config: Config, item: Json | undefined): Promise<Rejection | null> {
  if (!isObject(item)) {
    const expected = "have a NotificationRequestItem in each item";
    return reject({ stage: "parse", field: "notificationItems", expected });
  }
  const signature = textAt(item, SIGNATURE);
  if (signature === null) {
    const expected = "be present: set up HMAC for the webhook in the Customer Area";
    return reject({ stage: "header", field: SIGNATURE, expected });
  }
  const values = signedFields.map(([path]) => textAt(item, path) ?? "");
  for (const [index, [field, shape, expected]] of signedFields.entries()) {
    const value = values[index] ?? "";
    if (!shape.test(value)) return reject({ stage: "parse", field, expected, received: lengthText(value) });
  }
  if (!(await isHmacSigned(config.keys, [fromBase64(signature)], utf8(values.join(":"))))) {
    const expected = "match hmacKey: each webhook has its own key, and test and live keys differ";
    return reject({ stage: "signature", field: SIGNATURE, expected });
  }
  return null;
}

function callbackOfItem(config: Config, item: Json | undefined, isOurMode: boolean): Callback {
  const event = parseEvent(item, config);
  // A company-level webhook has one key for several accounts.
  const isOurs = isOurMode && matchesIdentity(config.merchantAccount, textAt(item, "merchantAccountCode"));
  return isOurs ? callbackOf(event) : otherAccount(event);
}

function parseEvent(item: Json | undefined, { order, capture }: Config): ParsedEvent {
  const type = textAt(item, "eventCode") ?? "";
  const pspReference = textAt(item, "pspReference");
  const success = textAt(item, "success");
  const amount = minorAmount(textAt(item, "amount.value"), textAt(item, "amount.currency"), adyenDigits);
  const isSplit = type === "ORDER_OPENED" || type === "ORDER_CLOSED";
  return {
    instance: "adyen",
    // Adyen events have no id. These three values are the same in every retry.
    eventId: `${pspReference ?? ""}:${type}:${success ?? ""}`,
    type,
    at: null,
    orderId: orderIdAt(item, order),
    // A modification names its payment as the original reference. A split is not a payment.
    paymentId: isSplit ? null : textAt(item, "originalReference", "pspReference"),
    factKinds: matchRule(rules, type, (field) => (field === "capture" ? capture : textAt(item, field))),
    payment: amount,
    // Null: an automatic capture gets a reference only on failure, and a re-capture may share it.
    capture: { id: type === "CAPTURE_FAILED" && capture === "automatic" ? null : pspReference, amount },
    // These events state the authorised amount but end only the uncaptured part.
    voided: { id: pspReference, amount: type === "EXPIRE" || capture === "manual" ? noAmount : coveredBy(amount) },
    refund: { id: pspReference, amount: type === "CANCEL_OR_REFUND" ? coveredBy(amount) : amount, cumulative: false },
    // The dispute's own reference
    // (docs.adyen.com/risk-management/disputes-api/dispute-notifications).
    dispute: { id: pspReference, amount },
    // ORDER_CLOSED names the reference of ORDER_OPENED as its original.
    splitId: textAt(item, "originalReference", "pspReference"),
  };
}

/** A cancellation or reversal without an amount, or with 0, covers the whole payment. */
const coveredBy = (amount: SignedAmount): SignedAmount =>
  amount.ok && amount.value !== null && amount.value.amount === "0" ? noAmount : amount;
