// Every error of a provider's setting: each one is caused once, and its text is compared.
import { expect, it } from "vitest";
import { callbackSetting } from "../../scripts/development.ts";
import { providers } from "../../src/callbacks/providers.ts";

type SettingError = readonly [provider: string, change: Readonly<Record<string, unknown>>, text: string];

const strings = "secret must be a non-empty string, or a list of them";
const livemode = 'livemode must be true for live events, false for test events, a list of both, or "any"';
const url = "apiBase must be an https URL, or http on localhost";
const publicKey =
  "alipayPublicKey must be an RSA public key (BEGIN PUBLIC KEY): openssl x509 -pubkey extracts it from a certificate";
const pem = (label: string): string => `-----BEGIN ${label}-----\nMIIB\n-----END ${label}-----`;

const errors: readonly SettingError[] = [
  ["stripe", { secret: undefined }, `${strings} (received no value)`],
  ["stripe", { secret: "" }, `${strings} (received an empty string)`],
  ["stripe", { secret: 7 }, `${strings} (received a number)`],
  ["stripe", { secret: ["a", ""] }, `${strings} (received a list of 2)`],
  ["stripe", { secret: {} }, `${strings} (received an object)`],
  ["stripe", { livemode: "live" }, `${livemode} (received 4 characters)`],
  ["stripe", { apiKey: true }, "apiKey must be a non-empty string (received a boolean)"],
  ["stripe", { apiBase: "api.stripe.com" }, `${url} (received 14 characters)`],
  [
    "stripe",
    { live: true, mode: "live" },
    "must have only the fields secret, livemode, account, order, apiKey, apiBase (received 2 more)",
  ],
  ["alipay", { alipayPublicKey: pem("CERTIFICATE") }, `${publicKey} (received a PEM block CERTIFICATE)`],
  [
    "alipay",
    { appPrivateKey: pem("RSA PRIVATE KEY") },
    "appPrivateKey must be an RSA private key (BEGIN PRIVATE KEY): openssl pkcs8 -topk8 -nocrypt converts other formats (received a PEM block RSA PRIVATE KEY)",
  ],
  [
    "alipay",
    { sellerId: null },
    'sellerId must be the sellerId whose events count, a list of them, or "any" (received no value)',
  ],
  ["wechatpay", { keys: {} }, "keys must be an object from serial or PUB_KEY_ID_… to public key (received an object)"],
  ["wechatpay", { keys: ["a"] }, "keys must be an object of non-empty strings (received a list of 1)"],
  ["wechatpay", { apiV3Key: "x".repeat(31) }, "apiV3Key must be 32 bytes long (received 31 characters)"],
  ["paypal", { webhookId: "a|b" }, "webhookId must be the webhook's id, without bars (received 3 characters)"],
  [
    "adyen",
    { hmacKey: "0".repeat(31) },
    "hmacKey must be hex with two digits per byte, or a list of such keys (received 31 characters)",
  ],
  [
    "adyen",
    { order: "additionalData.order" },
    "order must be merchantReference or a path inside it, the merchant's only signed field (received 20 characters)",
  ],
  ["adyen", { capture: "later" }, "capture must be one of automatic, manual (received 5 characters)"],
  [
    "square",
    { notificationUrl: "/callbacks/square" },
    "notificationUrl must be the http(s) URL exactly as subscribed (received 17 characters)",
  ],
  ["paddle", { tolerance: 0 }, "tolerance must be a number of seconds above 0, at most 3600 (received a number)"],
  [
    "standard",
    { secret: "whsec_?" },
    "secret must be base64, with or without the prefix whsec_, or a list of such keys (received 7 characters)",
  ],
  ["hmac", { header: "x signature" }, "header must be a header name (received 11 characters)"],
  [
    "hmac",
    { paths: { id: "id" } },
    "paths must be an object with only the fields order, event, type, amount, currency, payment, refund, dispute, time (received an object)",
  ],
  [
    "hmac",
    { paths: {} },
    'paths must be an object that names amount and currency, since an outcome is paid; or set "amount": "unsigned" (received an object)',
  ],
  [
    "hmac",
    { outcomes: { ok: "done" } },
    "outcomes must be an object whose values are pending, failed, closed, paid, refund, refunded, partially_refunded, refund_failed, voided, dispute_open, dispute_won, dispute_lost, ignored (received an object)",
  ],
];

it.each(errors)("a %s setting with %j is an error that states what was expected", async (provider, change, text) => {
  const configured = await providers.get(provider)?.configure({ ...callbackSetting(provider), ...change });
  expect(configured).toEqual({ ok: false, reason: text });
});
