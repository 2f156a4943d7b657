// Adyen's payment webhooks: every item carries an HMAC over eight of its fields, joined by colons and unescaped; nothing else in it is
// signed, no time either, so nothing else is believed. One bad item refuses all of a batch. No I/O.
import type { Callback, Unproved } from "../core/callback.ts";
import { isObject, type Json, type JsonObject } from "../core/json.ts";
import { no, ok, type Result } from "../core/result.ts";
import type { Adapter } from "./adapter.ts";
import { fromBase64, fromHex, utf8 } from "./bytes.ts";
import { at, jsonObject, minor, textAt, unproved } from "./content.ts";
import { adyenDigits } from "./currencies.ts";
import { becomes, callbackOf, printed, type Becomes, type Row, type Told } from "./mapping.ts";
import { replyIn } from "./reply.ts";
import { Setting } from "./setting.ts";
import { hmacKey, isSigned, type Key } from "./signature.ts";

interface Config {
  readonly keys: readonly Key[];
  readonly merchantAccount: string;
  readonly live: boolean | null;
  /** Whether Adyen captures what it has authorised by itself, or waits to be told. */
  readonly capture: "automatic" | "manual";
}

/** Adyen sends one item in JSON; its SOAP ancestor sent batches of up to six. */
const ITEMS_MAX = 100;

const on = (events: readonly string[], success: "true" | "false", ...becomes: readonly Becomes[]): Row[] =>
  events.map((event) => ({ event, where: { success: [success] }, becomes }));

const byHand = { success: ["true"], capture: ["manual"] };

const events: readonly Row[] = [
  // An authorisation is not a capture: where captures are made by hand, the money has come with CAPTURE.
  { event: "AUTHORISATION", where: byHand, becomes: ["pending"] },
  { event: "CAPTURE", where: byHand, becomes: ["paid"] },
  // With automatic capture, Adyen's default, an authorised payment is paid unless CAPTURE_FAILED follows.
  ...on(["AUTHORISATION"], "true", "paid"),
  ...on(["AUTHORISATION"], "false", "failed"),
  ...on(["PENDING"], "true", "pending"),
  ...on(["OFFER_CLOSED"], "true", "closed"),
  // Two facts, and the order needs both: `voided` takes back a payment that was counted (AUTHORISATION came as well) and says nothing
  // about an order without one; `closed` ends the order that has none and is outranked by a payment that comes from elsewhere.
  ...on(["CANCELLATION", "TECHNICAL_CANCEL", "CANCEL_OR_REFUND", "EXPIRE"], "true", "closed", "voided"),
  ...on(["CAPTURE_FAILED"], "true", "voided"),
  ...on(["REFUND", "REFUND_WITH_DATA"], "true", "refund"),
  ...on(["REFUND", "REFUND_WITH_DATA"], "false", "refund_failed"),
  ...on(["REFUND_FAILED", "REFUNDED_REVERSED"], "true", "refund_failed"),
  ...on(["REQUEST_FOR_INFORMATION", "NOTIFICATION_OF_CHARGEBACK", "CHARGEBACK"], "true", "dispute_open"),
  ...on(["CHARGEBACK_REVERSED", "PREARBITRATION_WON"], "true", "dispute_won"),
  ...on(["SECOND_CHARGEBACK", "PREARBITRATION_LOST"], "true", "dispute_lost"),
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
    const setting = new Setting(value, ["hmacKey", "merchantAccount", "live", "capture"]);
    const keys = setting.strings("hmacKey").map(fromHex);
    if (keys.some((key) => key === null || key.length === 0)) setting.refuse("hmacKey", "hex, or a list of such");
    const merchantAccount = setting.string("merchantAccount", /^[^:]+$/, "the account's code, without a colon");
    const live = setting.optionalBoolean("live");
    const capture = setting.oneOf("capture", ["automatic", "manual"]);
    if (setting.problem !== null) return no(setting.problem);
    return ok({
      keys: await Promise.all(keys.filter((key) => key !== null).map(hmacKey)),
      merchantAccount,
      live,
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
    for (const entry of list) {
      const callback = await provedBy(config, at(entry, "NotificationRequestItem"));
      if (!callback.ok) return callback;
      callbacks.push(callback.value);
    }
    // Unsigned, but test and live have keys of their own: this only tells a mixed-up endpoint from an attack.
    if (config.live !== null && textAt(json, "live") !== String(config.live))
      return unproved("identity", "the other live");
    return ok(callbacks);
  },

  // 2xx is enough now; endpoints set up long ago still wait for the word (docs.adyen.com/development-resources/webhooks).
  reply: (verdict) => replyIn({ success: "[accepted]", failure: "", type: "text/plain" }, verdict),
  mapping: printed(events),
};

async function provedBy(config: Config, item: Json | undefined): Promise<Result<Callback, Unproved>> {
  if (!isObject(item)) return unproved("parse", "an item that is none");
  const signature = textAt(item, "additionalData.hmacSignature");
  if (signature === null) return unproved("header", "an item without hmacSignature");
  const values = signedFields.map(([path]) => textAt(item, path) ?? "");
  if (!signedFields.every(([, shape], index) => shape.test(values[index] ?? ""))) {
    return unproved("parse", "a signed field of the wrong shape");
  }
  if (!(await isSigned(config.keys, [fromBase64(signature)], utf8(values.join(":"))))) {
    return unproved("signature", "wrong hmacSignature");
  }
  // One company key serves several accounts.
  if (textAt(item, "merchantAccountCode") !== config.merchantAccount)
    return unproved("identity", "another merchantAccountCode");
  return callbackOf(told(item, config.capture));
}

function told(item: JsonObject, capture: Config["capture"]): Told {
  const type = textAt(item, "eventCode") ?? "";
  const pspReference = textAt(item, "pspReference");
  const success = textAt(item, "success");
  const amount = minor(textAt(item, "amount.value"), textAt(item, "amount.currency"), adyenDigits);
  return {
    provider: "adyen",
    // Adyen gives events no id; over retries these three stay the same.
    eventId: `${pspReference ?? ""}:${type}:${success ?? ""}`,
    type,
    at: null,
    orderId: textAt(item, "merchantReference"),
    // A modification has a reference of its own, and names the payment's as the original.
    paymentId: textAt(item, "originalReference", "pspReference"),
    becomes: becomes(events, type, (field) => (field === "capture" ? capture : textAt(item, field))),
    payment: amount,
    refund: { id: pspReference, amount, cumulative: false },
  };
}
