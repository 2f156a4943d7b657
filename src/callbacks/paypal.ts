// PayPal's webhooks, verified in two steps. `verify` is a filter without I/O: PayPal signs a CRC-32
// of the body, so an attacker with one genuine delivery can forge a body with the same CRC-32.
// `confirm` sends the delivery to PayPal and decides.
import type { Callback, VerificationError, Webhook } from "../core/callback.ts";
import type { Json, JsonObject } from "../core/json.ts";
import { WEBHOOK_BYTES } from "../core/limits.ts";
import { no, ok, type Result } from "../core/result.ts";
import type { Adapter } from "./adapter.ts";
import { fromBase64, utf8 } from "./bytes.ts";
import { header, plainObject, orderIdAt, parseIsoTime, textAt } from "./content.ts";
import { crc32 } from "./crc32.ts";
import { callbackOf, documentRules, matchRule, otherAccount } from "./mapping.ts";
import { confirmWithPaypal, PaypalCache, type PaypalAccess, type Transmission } from "./paypal-confirm.ts";
import { rules, SUBSCRIPTION } from "./paypal-rules.ts";
import { statementsOf, type Statement } from "./paypal-statements.ts";
import { ageText, lengthText, nameOrLength, reject, rejectBody, timeOrLength } from "./reject.ts";
import { emptyBodies, replyWith } from "./reply.ts";
import { matchesIdentity, Setting, type Identity } from "./setting.ts";
import { isRsaSigned, type Key } from "./signature.ts";

interface Config extends PaypalAccess {
  /** The merchant: payee of a capture or order, payer of a refund, seller of a dispute. */
  readonly merchantId: Identity;
  /** Paths of the order id in a capture, refund or purchase unit. */
  readonly order: readonly string[];
  /**
   * Pinned public keys by certificate URL. Unpinned URLs skip this check; `confirm` always runs.
   */
  readonly certs: ReadonlyMap<string, Key>;
}

const AGE_MAX_MS = 3 * 24 * 3_600_000;
const AHEAD_MAX_MS = 300_000;

export const paypal: Adapter<Config> = {
  name: "paypal",
  maxBodyBytes: WEBHOOK_BYTES,

  async configure(value) {
    const setting = new Setting(value, [
      "webhookId",
      "merchantId",
      "clientId",
      "clientSecret",
      "order",
      "apiBase",
      "certs",
    ]);
    const webhookId = setting.string("webhookId", /^[^|]+$/, "the webhook's id, without bars");
    const merchantId = setting.identity("merchantId");
    const order = setting.orderPaths("custom_id", "invoice_id");
    const clientId = setting.string("clientId");
    const clientSecret = setting.string("clientSecret");
    const base = setting.baseUrl("apiBase", "https://api-m.paypal.com");
    const pinned = setting.stringMap("certs");
    const keys = await setting.publicKeys("certs", [...pinned.values()]);
    if (setting.problem !== null) return no(setting.problem);
    const certs = new Map(
      [...pinned.keys()].flatMap((url, index) => (keys[index] ? [[url, keys[index]] as const] : [])),
    );
    const cache = new PaypalCache();
    return ok({ webhookId, merchantId, order, clientId, clientSecret, base, certs, cache });
  },

  async verify(config, webhook, now) {
    const transmission = readTransmission(webhook);
    if (!transmission.ok) return transmission;
    const { transmission_id, transmission_time, transmission_sig, cert_url, auth_algo } = transmission.value;
    // A fixed algorithm: the header must agree with it.
    if (auth_algo !== ALGORITHM) {
      const received = nameOrLength(auth_algo);
      return reject({ stage: "header", field: HEADERS.auth_algo, expected: `be ${ALGORITHM}`, received });
    }
    if (!isPaypalUrl(cert_url, config.certs)) {
      const expected = "be an https URL of a PayPal API host below /v1/notifications/certs/";
      const received = URL.canParse(cert_url) ? nameOrLength(new URL(cert_url).host) : "no URL";
      return reject({ stage: "header", field: HEADERS.cert_url, expected, received });
    }
    const time = parseIsoTime(transmission_time);
    if (time === null) {
      const [field, received] = [HEADERS.transmission_time, timeOrLength(transmission_time)];
      return reject({ stage: "header", field, expected: "be an ISO 8601 time with zone", received });
    }
    if (time < now - AGE_MAX_MS || time > now + AHEAD_MAX_MS) {
      const expected = "be at most 3 days old and at most 300 s ahead";
      return reject({ stage: "time", field: HEADERS.transmission_time, expected, received: ageText(time, now) });
    }
    const key = config.certs.get(cert_url);
    const message = `${transmission_id}|${transmission_time}|${config.webhookId}|${crc32(webhook.body)}`;
    if (key !== undefined && !(await isRsaSigned([key], fromBase64(transmission_sig), utf8(message)))) {
      const expected = "match the key pinned in certs, over webhookId and the body: check both settings";
      return reject({ stage: "signature", field: HEADERS.transmission_sig, expected });
    }
    // Unconfirmed so far: the exact parser is slow, and PayPal's amounts are strings.
    const json = plainObject(webhook.body);
    if (json === null) return rejectBody(webhook);
    return ok(callbacksOf(json, config));
  },

  async confirm(config, webhook, io) {
    const transmission = readTransmission(webhook);
    // The raw body becomes part of the request's JSON: one JSON object cannot alter it.
    if (!transmission.ok || plainObject(webhook.body) === null) return "refused";
    return confirmWithPaypal(config, transmission.value, webhook.body, io);
  },

  reply: (verdict) => replyWith(emptyBodies, verdict),
  mapping: documentRules(rules),
};

const ALGORITHM = "SHA256withRSA";

/** Header names by the field names of the confirmation request. */
const HEADERS = {
  transmission_id: "PAYPAL-TRANSMISSION-ID",
  transmission_time: "PAYPAL-TRANSMISSION-TIME",
  cert_url: "PAYPAL-CERT-URL",
  auth_algo: "PAYPAL-AUTH-ALGO",
  transmission_sig: "PAYPAL-TRANSMISSION-SIG",
} as const satisfies Record<keyof Transmission, string>;

/** Reads the five headers. Rejects missing and repeated ones, which are joined by ", ". */
function readTransmission(webhook: Webhook): Result<Transmission, VerificationError> {
  const transmission = {
    transmission_id: "",
    transmission_time: "",
    cert_url: "",
    auth_algo: "",
    transmission_sig: "",
  };
  for (const [name, field] of Object.entries(HEADERS)) {
    const text = header(webhook, field.toLowerCase());
    if (text === null || !/^[^\s,|]{1,2048}$/.test(text)) {
      const expected = "be present once, without spaces, commas or bars";
      return reject({ stage: "header", field, expected, received: text === null ? "no header" : lengthText(text) });
    }
    transmission[name as keyof Transmission] = text; // a key of HEADERS
  }
  return ok(transmission);
}

const CERT_HOSTS = new Set([
  "api.paypal.com",
  "api-m.paypal.com",
  "api.sandbox.paypal.com",
  "api-m.sandbox.paypal.com",
]);

/** Checks the host and path of the certificate URL. The certificate itself is not fetched. */
function isPaypalUrl(certUrl: string, certs: ReadonlyMap<string, Key>): boolean {
  const url = URL.canParse(certUrl) ? new URL(certUrl) : null;
  if (url === null || url.protocol !== "https:" || !CERT_HOSTS.has(url.host)) return false;
  if (url.username !== "" || url.password !== "") return false;
  return url.pathname.startsWith("/v1/notifications/certs/") || certs.has(certUrl);
}

/**
 * One callback per statement, since each purchase unit of a PayPal order may be a separate order.
 */
function callbacksOf(json: JsonObject, config: Config): readonly Callback[] {
  const type = textAt(json, "event_type") ?? "";
  const proof = {
    instance: "paypal",
    eventId: textAt(json, "id"),
    type,
    at: parseIsoTime(textAt(json, "create_time")),
  };
  const statements = statementsOf(type, json);
  const callbacks: Callback[] = [];
  for (const [index, statement] of statements.entries()) {
    const { account } = statement;
    const isOwn = matchesIdentity(config.merchantId, account);
    if (account !== null && !isOwn) {
      callbacks.push(otherAccount(proof));
      continue;
    }
    // Facts are distinguished by event id, so each statement gets its own.
    const eventId = statements.length === 1 || proof.eventId === null ? proof.eventId : `${proof.eventId}#${index + 1}`;
    callbacks.push(callbackOf({ ...proof, eventId, ...parseStatement(type, statement, isOwn ? config.order : null) }));
  }
  return callbacks;
}

/**
 * `order` is null if the event lacks the account. Its order id is then ignored. It counts for its
 * payment once another event has shown that payment to be the merchant's.
 */
function parseStatement(
  type: string,
  { subject, orderSources, ...statement }: Statement,
  order: readonly string[] | null,
) {
  const field = (name: string) => (name === "billing_agreement_id" ? subscriptionOf(subject) : textAt(subject, name));
  return {
    orderId: order === null ? null : orderIdIn(orderSources, order),
    paymentId: statement.paymentId,
    factKinds: matchRule(rules, type, field),
    payment: statement.amount,
    refund: { id: statement.refundId, amount: statement.amount, cumulative: false },
    dispute: { id: textAt(subject, "dispute_id"), amount: statement.amount },
  };
}

const subscriptionOf = (sale: Json | undefined): string | null =>
  textAt(sale, "billing_agreement_id")?.startsWith("I-") === true ? SUBSCRIPTION : null;

function orderIdIn(orderSources: readonly (Json | undefined)[], paths: readonly string[]): string | null {
  for (const path of paths) {
    for (const json of orderSources) {
      const id = orderIdAt(json, [path, legacyPath(path)]);
      if (id !== null) return id;
    }
  }
  return null;
}

/** The field's name in API version 1, for sales and disputed transactions. */
const legacyPath = (path: string): string =>
  path.replace(/^custom_id(?![^.])/, "custom").replace(/^invoice_id(?![^.])/, "invoice_number");
