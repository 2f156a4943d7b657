// HMAC-SHA-256 of the raw body in a configured header, as GitHub and many others sign it. Algorithm
// and prefix are fixed by the setting.
import { WEBHOOK_BYTES } from "../core/limits.ts";
import { no, ok } from "../core/result.ts";
import type { Adapter } from "./adapter.ts";
import { fromBase64, fromHex, utf8 } from "./bytes.ts";
import { header, isOutside, jsonObject, parseSeconds } from "./content.ts";
import {
  parseEvent,
  readEventSchema,
  rulesOf,
  schemaFields,
  type EventSchema,
  type SchemaDefaults,
} from "./custom-event.ts";
import { callbackOf, documentRules } from "./mapping.ts";
import { lengthText, reject, rejectBody, rejectMissing, rejectTime, rejectTimestamp } from "./reject.ts";
import { emptyBodies, replyWith } from "./reply.ts";
import { Setting } from "./setting.ts";
import { hmacKeys, isHmacSigned, type Key } from "./signature.ts";

interface Config {
  readonly keys: readonly Key[];
  /** Lower-case name of the signature's header. */
  readonly header: string;
  readonly prefix: string;
  readonly encoding: "hex" | "base64";
  /**
   * The signature covers `<timestamp>.<body>`. Null: `<body>` only, with replays found by event id.
   */
  readonly timestampHeader: string | null;
  readonly schema: EventSchema;
}

const TOLERANCE_MS = 300_000;
const HEADER_NAME = /^[A-Za-z0-9!#$%&'*+.^_`|~-]+$/;

/** Exported for `npm run callback`, which signs such events. */
export const defaults: SchemaDefaults = {
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
  outcomes: {
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
  maxBodyBytes: WEBHOOK_BYTES,

  async configure(value) {
    const setting = new Setting(value, ["secret", "header", "prefix", "encoding", "timestampHeader", ...schemaFields]);
    const secrets = setting.strings("secret");
    const name = setting.string("header", HEADER_NAME, "a header name");
    const timestampHeader = setting.has("timestampHeader")
      ? setting.string("timestampHeader", HEADER_NAME, "a header name").toLowerCase()
      : null;
    const prefix = setting.optionalString("prefix") ?? "";
    const encoding = setting.oneOf("encoding", ["hex", "base64"]);
    const schema = readEventSchema(setting, defaults);
    if (setting.problem !== null) return no(setting.problem);
    const keys = await hmacKeys(secrets);
    return ok({ keys, header: name.toLowerCase(), prefix, encoding, timestampHeader, schema });
  },

  async verify(config, webhook, now) {
    const value = header(webhook, config.header);
    if (value === null) return rejectMissing(config.header);
    // Another prefix, such as `sha1=`, would be a downgrade.
    if (!value.startsWith(config.prefix)) {
      const expected = `start with ${config.prefix}`;
      return reject({ stage: "header", field: config.header, expected, received: prefixText(value) });
    }
    const message = [webhook.body];
    if (config.timestampHeader !== null) {
      const field = config.timestampHeader;
      const timestamp = header(webhook, field);
      const seconds = parseSeconds(timestamp);
      if (seconds === null) return rejectTimestamp(field, timestamp);
      if (isOutside(seconds * 1000, now, TOLERANCE_MS)) return rejectTime(field, seconds * 1000, now, TOLERANCE_MS);
      message.unshift(utf8(`${seconds}.`));
    }
    const text = value.slice(config.prefix.length);
    const signature = config.encoding === "hex" ? fromHex(text) : fromBase64(text);
    if (!(await isHmacSigned(config.keys, [signature], ...message))) {
      const signed = config.timestampHeader === null ? "the body" : `"<${config.timestampHeader}>.<body>"`;
      const expected = `be the HMAC-SHA-256 of ${signed} with secret, in ${config.encoding}`;
      return reject({ stage: "signature", field: config.header, expected, received: lengthText(text) });
    }
    const json = jsonObject(webhook.body);
    if (json === null) return rejectBody(webhook);
    return ok([callbackOf({ instance: "hmac", ...parseEvent(config.schema, json) })]);
  },

  reply: (verdict) => replyWith(emptyBodies, verdict),
  mapping: documentRules(rulesOf(defaults.outcomes)),
};

/** The received prefix, such as `sha1=`; the length of a header that may be a bare signature. */
const prefixText = (value: string): string => /^[\w-]{1,10}=(?=.)/.exec(value)?.[0] ?? lengthText(value);
