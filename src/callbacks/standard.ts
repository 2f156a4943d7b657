// Standard Webhooks 1.0, symmetric `v1` signatures only. Svix is the same with other header names.
import type { VerificationError, Webhook } from "../core/callback.ts";
import { WEBHOOK_BYTES } from "../core/limits.ts";
import { no, ok, type Result } from "../core/result.ts";
import type { Adapter } from "./adapter.ts";
import { fromBase64, utf8, type Bytes } from "./bytes.ts";
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
import { hmacKey, isHmacSigned, SIGNATURES_MAX, webhookSecret, type Key } from "./signature.ts";

interface Config {
  readonly keys: readonly Key[];
  /** Prefix of the header names: `webhook-` or `svix-`. */
  readonly prefix: string;
  readonly schema: EventSchema;
  /** Whether the setting has a path of the event id. Otherwise `<prefix>id` is the event id. */
  readonly hasEventPath: boolean;
}

const TOLERANCE_MS = 300_000;

/** Exported for `npm run callback`, which signs such events. */
export const defaults: SchemaDefaults = {
  paths: {
    order: "data.order_id",
    event: "",
    type: "type",
    amount: "data.amount",
    currency: "data.currency",
    payment: "data.payment_id",
    refund: "data.refund_id",
    dispute: "data.dispute_id",
    time: "timestamp",
  },
  outcomes: {
    "payment.pending": "pending",
    "payment.failed": "failed",
    "payment.canceled": "closed",
    "payment.succeeded": "paid",
    "refund.succeeded": "refund",
    "refund.failed": "refund_failed",
  },
};

export const standard: Adapter<Config> = {
  name: "standard",
  maxBodyBytes: WEBHOOK_BYTES,

  async configure(value) {
    const setting = new Setting(value, ["secret", "headerPrefix", ...schemaFields]);
    const secrets = setting.strings("secret").map(webhookSecret);
    if (secrets.includes(null)) {
      setting.refuse("secret", "base64, with or without the prefix whsec_, or a list of such keys");
    }
    const prefix = setting.oneOf("headerPrefix", ["webhook-", "svix-"]);
    const hasEventPath = setting.stringMap("paths").has("event");
    const schema = readEventSchema(setting, defaults);
    if (setting.problem !== null) return no(setting.problem);
    const keys = await Promise.all(secrets.filter((secret) => secret !== null).map(hmacKey));
    return ok({ keys, prefix, schema, hasEventPath });
  },

  isAuthentic: async (config, webhook, now) => (await authenticate(config, webhook, now)).ok,

  async verify(config, webhook, now) {
    const authentic = await authenticate(config, webhook, now);
    if (!authentic.ok) return authentic;
    const json = jsonObject(webhook.body);
    if (json === null) return rejectBody(webhook);
    const event = parseEvent(config.schema, json);
    const eventId = config.hasEventPath ? event.eventId : authentic.value;
    return ok([callbackOf({ instance: "standard", ...event, eventId })]);
  },

  reply: (verdict) => replyWith(emptyBodies, verdict),
  mapping: documentRules(rulesOf(defaults.outcomes)),
};

/** Checks headers, time and signature; returns the delivery's id. */
async function authenticate(config: Config, webhook: Webhook, now: number): Promise<Result<string, VerificationError>> {
  const fields = {
    id: `${config.prefix}id`,
    time: `${config.prefix}timestamp`,
    signature: `${config.prefix}signature`,
  };
  const id = header(webhook, fields.id);
  // A dot in the id would make `id.timestamp.body` ambiguous; ", " joins repeated headers.
  if (id === null || !/^[^.,\s]{1,256}$/.test(id)) {
    const expected = "be one id of 1 to 256 characters without dots, commas or spaces";
    const received = id === null ? "no header" : lengthText(id);
    return reject({ stage: "header", field: fields.id, expected, received });
  }
  const timestamp = header(webhook, fields.time);
  const seconds = parseSeconds(timestamp);
  if (seconds === null) return rejectTimestamp(fields.time, timestamp);
  const signatures = header(webhook, fields.signature);
  if (signatures === null) return rejectMissing(fields.signature);
  if (isOutside(seconds * 1000, now, TOLERANCE_MS)) return rejectTime(fields.time, seconds * 1000, now, TOLERANCE_MS);
  const candidates = v1(signatures);
  if (await isHmacSigned(config.keys, candidates, utf8(`${id}.${seconds}.`), webhook.body)) return ok(id);
  const expected = "have a v1 signature that matches secret over the raw body";
  return reject({ stage: "signature", field: fields.signature, expected, received: `${candidates.length} v1` });
}

/** The `v1` signatures of `v1,<base64> v1,<base64> v1a,<base64>`. `v1a` is Ed25519. */
const v1 = (signatures: string): (Bytes | null)[] =>
  signatures
    .split(" ")
    .filter((signature) => signature.startsWith("v1,"))
    .slice(0, SIGNATURES_MAX)
    .map((signature) => fromBase64(signature.slice("v1,".length)));
