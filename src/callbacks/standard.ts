// Standard Webhooks, and Svix, which is the same under other header names (standard-webhooks spec 1.0). Symmetric `v1` only.
import type { Unproved, Webhook } from "../core/callback.ts";
import { no, ok, type Result } from "../core/result.ts";
import type { Adapter } from "./adapter.ts";
import { fromBase64, utf8, type Bytes } from "./bytes.ts";
import { header, isOutside, jsonObject, seconds, unproved } from "./content.ts";
import { describe, descriptionFields, rowsOf, toldBy, type Description, type Defaults } from "./described.ts";
import { callbackOf, printed } from "./mapping.ts";
import { noWords, replyIn } from "./reply.ts";
import { Setting } from "./setting.ts";
import { hmacKey, isSigned, SIGNATURES_MAX, webhookSecret, type Key } from "./signature.ts";

interface Config {
  readonly keys: readonly Key[];
  /** `webhook-`, or `svix-`. */
  readonly prefix: string;
  readonly description: Description;
  /** Whether the setting names a path of the event's id; else it is `<prefix>id`, which stays the same over retries. */
  readonly hasEventPath: boolean;
}

const TOLERANCE_MS = 300_000;

/** Exported for `npm run callback`, which signs such events. */
export const defaults: Defaults = {
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
  words: {
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

  async configure(value) {
    const setting = new Setting(value, ["secret", "headerPrefix", ...descriptionFields]);
    const secrets = setting.strings("secret").map(webhookSecret);
    if (secrets.includes(null)) setting.refuse("secret", "base64, with or without whsec_ before it, or a list of such");
    const prefix = setting.oneOf("headerPrefix", ["webhook-", "svix-"]);
    const hasEventPath = setting.stringMap("paths").has("event");
    const description = describe(setting, defaults);
    if (setting.problem !== null) return no(setting.problem);
    const keys = await Promise.all(secrets.filter((secret) => secret !== null).map(hmacKey));
    return ok({ keys, prefix, description, hasEventPath });
  },

  isAuthentic: async (config, webhook, now) => (await authenticate(config, webhook, now)).ok,

  async verify(config, webhook, now) {
    const authentic = await authenticate(config, webhook, now);
    if (!authentic.ok) return authentic;
    const json = jsonObject(webhook.body);
    if (json === null) return unproved("parse", "not a JSON object");
    const told = toldBy(config.description, json);
    const eventId = config.hasEventPath ? told.eventId : authentic.value;
    return ok([callbackOf({ instance: "standard", ...told, eventId })]);
  },

  reply: (verdict) => replyIn(noWords, verdict),
  mapping: printed(rowsOf(defaults.words)),
};

/** The id of a delivery whose signature and time are right. */
async function authenticate(config: Config, webhook: Webhook, now: number): Promise<Result<string, Unproved>> {
  const id = header(webhook, `${config.prefix}id`);
  // A dot in the id would let the borders of `id.timestamp.body` move; ", " is two ids joined by Fetch.
  if (id === null || !/^[^.,\s]{1,256}$/.test(id)) return unproved("header", "no id, or not one");
  const stated = seconds(header(webhook, `${config.prefix}timestamp`));
  if (stated === null) return unproved("header", "no timestamp");
  const signatures = header(webhook, `${config.prefix}signature`);
  if (signatures === null) return unproved("header", "no signature");
  if (isOutside(stated * 1000, now, TOLERANCE_MS)) return unproved("time", "older or newer than 300 s");
  const signed = await isSigned(config.keys, v1(signatures), utf8(`${id}.${stated}.`), webhook.body);
  return signed ? ok(id) : unproved("signature", "none of the v1 signatures is right");
}

/** `v1,<base64> v1,<base64> v1a,<base64>`: `v1a` is Ed25519 and no HMAC, whatever its bytes. */
const v1 = (signatures: string): (Bytes | null)[] =>
  signatures
    .split(" ")
    .filter((signature) => signature.startsWith("v1,"))
    .slice(0, SIGNATURES_MAX)
    .map((signature) => fromBase64(signature.slice("v1,".length)));
