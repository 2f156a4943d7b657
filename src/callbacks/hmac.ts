// HMAC-SHA256 of the raw body in a header of the sender's choice, as GitHub and many others do it. Never another algorithm or prefix.
import { no, ok } from "../core/result.ts";
import type { Adapter } from "./adapter.ts";
import { fromBase64, fromHex, utf8 } from "./bytes.ts";
import { header, isOutside, jsonObject, seconds, unproved } from "./content.ts";
import { describe, descriptionFields, rowsOf, toldBy, type Description, type Defaults } from "./described.ts";
import { callbackOf, printed } from "./mapping.ts";
import { noWords, replyIn } from "./reply.ts";
import { Setting } from "./setting.ts";
import { hmacKeys, isSigned, type Key } from "./signature.ts";

interface Config {
  readonly keys: readonly Key[];
  /** In lower case. */
  readonly header: string;
  readonly prefix: string;
  readonly encoding: "hex" | "base64";
  /** Signed as `<timestamp>.<body>` where there is one; null where the sender signs no time: then only event ids stop a repeat. */
  readonly timestampHeader: string | null;
  readonly description: Description;
}

const TOLERANCE_MS = 300_000;
const HEADER_NAME = /^[A-Za-z0-9!#$%&'*+.^_`|~-]+$/;

/** Exported for `npm run callback`, which signs such events. */
export const defaults: Defaults = {
  paths: {
    order: "order_id",
    event: "event_id",
    type: "status",
    amount: "amount",
    currency: "currency",
    payment: "payment_id",
    refund: "refund_id",
    dispute: "dispute_id",
    time: "time",
  },
  words: {
    pending: "pending",
    failed: "failed",
    closed: "closed",
    paid: "paid",
    refunded: "refunded",
    partially_refunded: "partially_refunded",
    refund_failed: "refund_failed",
    voided: "voided",
  },
};

export const hmac: Adapter<Config> = {
  name: "hmac",

  async configure(value) {
    const setting = new Setting(value, [
      "secret",
      "header",
      "prefix",
      "encoding",
      "timestampHeader",
      ...descriptionFields,
    ]);
    const secrets = setting.strings("secret");
    const name = setting.string("header", HEADER_NAME, "the name of a header");
    const timestampHeader = setting.has("timestampHeader")
      ? setting.string("timestampHeader", HEADER_NAME, "the name of a header").toLowerCase()
      : null;
    const prefix = setting.optionalString("prefix") ?? "";
    const encoding = setting.oneOf("encoding", ["hex", "base64"]);
    const description = describe(setting, defaults);
    if (setting.problem !== null) return no(setting.problem);
    const keys = await hmacKeys(secrets);
    return ok({ keys, header: name.toLowerCase(), prefix, encoding, timestampHeader, description });
  },

  async verify(config, webhook, now) {
    const value = header(webhook, config.header);
    if (value === null) return unproved("header", "no signature");
    // Only the prefix of the setting: `sha1=` is a downgrade that the sender must not be able to choose.
    if (!value.startsWith(config.prefix)) return unproved("header", "another prefix");
    const message = [webhook.body];
    if (config.timestampHeader !== null) {
      const stated = seconds(header(webhook, config.timestampHeader));
      if (stated === null) return unproved("header", "no timestamp");
      if (isOutside(stated * 1000, now, TOLERANCE_MS)) return unproved("time", "older or newer than 300 s");
      message.unshift(utf8(`${stated}.`));
    }
    const text = value.slice(config.prefix.length);
    const signature = config.encoding === "hex" ? fromHex(text) : fromBase64(text);
    if (!(await isSigned(config.keys, [signature], ...message))) return unproved("signature", "wrong signature");
    const json = jsonObject(webhook.body);
    if (json === null) return unproved("parse", "not a JSON object");
    return ok([callbackOf({ instance: "hmac", ...toldBy(config.description, json) })]);
  },

  reply: (verdict) => replyIn(noWords, verdict),
  mapping: printed(rowsOf(defaults.words)),
};
