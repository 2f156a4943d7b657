// Every reason for which an adapter rejects a delivery: each one is caused once, and its log text is compared.
import { sign as signWithKey } from "node:crypto";
import { expect, it } from "vitest";
import privateKeys from "../../scripts/development-keys.json" with { type: "json" };
import { callbackSetting } from "../../scripts/development.ts";
import { signed, tampered } from "../../scripts/sign.ts";
import { verificationErrorText, type Webhook } from "../../src/core/callback.ts";
import { configured, NOW, webhook } from "./delivery.ts";

type Changes = Readonly<Record<string, string | null>>;
type Rejection = readonly [provider: string, cause: string, delivery: Webhook, text: string];

const utf8 = new TextEncoder();
const order = { orderId: "ORD-1", outcome: "paid", amount: "19.99", currency: "USD" } as const;

function deliver(provider: string, { event, now = NOW }: { event?: object; now?: number } = {}, setting: object = {}) {
  const all = { ...callbackSetting(provider), ...setting };
  return signed(provider, { ...order, now, setting: all, ...(event !== undefined && { event }) });
}

/** A genuine delivery with some headers changed, or removed by null. */
function withHeaders(provider: string, changes: Changes, setting: object = {}): Webhook {
  const { headers, body } = deliver(provider, {}, setting);
  const kept = Object.entries({ ...headers, ...changes }).flatMap(([name, value]) =>
    value === null ? [] : [[name, value] as const],
  );
  return webhook(kept, body);
}

/** A genuine delivery whose body is changed after signing. */
function withBody(provider: string, body: string): Webhook {
  return webhook(deliver(provider).headers, body);
}

function signedEvent(provider: string, event: object, setting: object = {}): Webhook {
  const { headers, body } = deliver(provider, { event }, setting);
  return webhook(headers, body);
}

function sentAt(provider: string, now: number): Webhook {
  const { headers, body } = deliver(provider, { now });
  return webhook(headers, body);
}

function changedByte(provider: string): Webhook {
  const { headers, body } = tampered(deliver(provider), "ORD-1");
  return webhook(headers, body);
}

const rsa = (provider: "alipay" | "wechatpay", message: Uint8Array): string =>
  signWithKey("sha256", message, {
    key: Buffer.from(privateKeys[provider], "base64"),
    format: "der",
    type: "pkcs8",
  }).toString("base64");

const stripe = (header: string | null) => withHeaders("stripe", { "stripe-signature": header });
const stripeHeader = "Stripe-Signature must have one t in seconds and 1 to 8 v1";
const paddle = (header: string | null) => withHeaders("paddle", { "paddle-signature": header });
const paddleHeader = "Paddle-Signature must be one header with one ts in seconds and 1 to 8 h1";
const paypal = (changes: Changes) => withHeaders("paypal", changes);
const once = "must be present once, without spaces, commas or bars";

const stripeRejections: readonly Rejection[] = [
  ["stripe", "no signature", stripe(null), `header: ${stripeHeader} (received no header)`],
  ["stripe", "a signature without v1", stripe("t=1,v0=00"), `header: ${stripeHeader} (received 1 t, 0 v1)`],
  ["stripe", "two times", stripe("t=1,t=2,v1=00"), `header: ${stripeHeader} (received 2 t, 1 v1)`],
  [
    "stripe",
    "a time 412 s in the past",
    sentAt("stripe", NOW - 412_000),
    "time: Stripe-Signature t must be within 300 s of now (received 412 s ago)",
  ],
  [
    "stripe",
    "a changed byte",
    changedByte("stripe"),
    "signature: Stripe-Signature v1 must match secret, the signing secret (whsec_) of this endpoint, over the raw body (received 1 v1)",
  ],
  [
    "stripe",
    "a list as its body",
    signedEvent("stripe", []),
    "parse: body must be a JSON object (received 2 bytes, JSON but no object)",
  ],
];

const form = (fields: Readonly<Record<string, string>>) => webhook({}, new URLSearchParams(fields).toString());
const notUtf8 = Buffer.concat([Buffer.from("charset=utf-8&trade_no="), Buffer.from([0xff])]);

const alipayRejections: readonly Rejection[] = [
  [
    "alipay",
    "JSON as its body",
    webhook({}, "{}"),
    "parse: body must be an application/x-www-form-urlencoded form without repeated fields (received 2 bytes)",
  ],
  ["alipay", "no sign", form({ sign_type: "RSA2" }), "header: sign must be present"],
  [
    "alipay",
    "the algorithm of RSA",
    form({ sign: "x", sign_type: "RSA" }),
    "header: sign_type must be RSA2 (received RSA)",
  ],
  ["alipay", "no algorithm", form({ sign: "x" }), "header: sign_type must be RSA2 (received no value)"],
  [
    "alipay",
    "a changed byte",
    changedByte("alipay"),
    "signature: sign must match alipayPublicKey: Alipay's public key, not the app's own",
  ],
  [
    "alipay",
    "the charset UTF-7",
    signedEvent("alipay", { charset: "utf-7" }),
    "parse: charset must be one of utf-8, utf8, gbk, gb2312, gb18030 (received utf-7)",
  ],
  [
    "alipay",
    "a field that is not UTF-8",
    webhook({}, `charset=utf-8&trade_no=%FF&sign_type=RSA2&sign=${encodeURIComponent(rsa("alipay", notUtf8))}`),
    "parse: trade_no must be text in utf-8",
  ],
];

const wechat = (changes: Changes) => withHeaders("wechatpay", changes);

/** A WeChat Pay delivery whose signature covers any body. */
function wechatBody(body: string): Webhook {
  const { headers } = deliver("wechatpay");
  const message = `${headers["wechatpay-timestamp"]}\n${headers["wechatpay-nonce"]}\n${body}\n`;
  return webhook({ ...headers, "wechatpay-signature": rsa("wechatpay", utf8.encode(message)) }, body);
}

const wechatResource = (resource: object) => wechatBody(JSON.stringify({ id: "EV-1", resource }));
const sealed = { algorithm: "AEAD_AES_256_GCM", ciphertext: "AAAA", nonce: "n" };

const wechatpayRejections: readonly Rejection[] = [
  ...["Timestamp", "Nonce", "Serial", "Signature"].map((name): Rejection => [
    "wechatpay",
    `no ${name}`,
    wechat({ [`wechatpay-${name.toLowerCase()}`]: null }),
    `header: Wechatpay-${name} must be present`,
  ]),
  [
    "wechatpay",
    "the algorithm SM2",
    wechat({ "wechatpay-signature-type": "WECHATPAY2-SM2-WITH-SM3" }),
    "header: Wechatpay-Signature-Type must be WECHATPAY2-SHA256-RSA2048 (received WECHATPAY2-SM2-WITH-SM3)",
  ],
  [
    "wechatpay",
    "a time in words",
    wechat({ "wechatpay-timestamp": "now" }),
    "header: Wechatpay-Timestamp must be one time in seconds since 1970 (received 3 characters)",
  ],
  [
    "wechatpay",
    "a time 301 s ahead",
    sentAt("wechatpay", NOW + 301_000),
    "time: Wechatpay-Timestamp must be within 300 s of now (received 301 s ahead)",
  ],
  [
    "wechatpay",
    "an unknown serial",
    wechat({ "wechatpay-serial": "5157F09E" }),
    "signature: Wechatpay-Serial must be a serial or key id of keys: add WeChat Pay's new public key to the setting (received a serial)",
  ],
  [
    "wechatpay",
    "an unknown key id",
    wechat({ "wechatpay-serial": "PUB_KEY_ID_1" }),
    "signature: Wechatpay-Serial must be a serial or key id of keys: add WeChat Pay's new public key to the setting (received a key id)",
  ],
  [
    "wechatpay",
    "a changed byte",
    changedByte("wechatpay"),
    "signature: Wechatpay-Signature must match the key of Wechatpay-Serial: WeChat Pay's public key, not the merchant's",
  ],
  ["wechatpay", "an empty body", wechatBody(""), "parse: body must be a JSON object (received an empty body)"],
  [
    "wechatpay",
    "no resource",
    wechatResource({}),
    "decrypt: resource.algorithm must be AEAD_AES_256_GCM (received no value)",
  ],
  [
    "wechatpay",
    "a ciphertext that is not base64",
    wechatResource({ ...sealed, ciphertext: "?" }),
    "decrypt: resource.ciphertext must be base64",
  ],
  ["wechatpay", "no nonce", wechatResource({ ...sealed, nonce: "" }), "decrypt: resource.nonce must be present"],
  [
    "wechatpay",
    "a wrong tag",
    wechatResource(sealed),
    "decrypt: resource.ciphertext must decrypt with apiV3Key: check that it is the merchant's current APIv3 key",
  ],
  [
    "wechatpay",
    "a list as its resource",
    signedEvent("wechatpay", { id: "EV-1", resource: [] }),
    "parse: resource.ciphertext must contain a JSON object (received 2 bytes)",
  ],
];

const paypalRejections: readonly Rejection[] = [
  ...["TRANSMISSION-ID", "TRANSMISSION-TIME", "CERT-URL", "AUTH-ALGO", "TRANSMISSION-SIG"].map((name): Rejection => [
    "paypal",
    `no ${name}`,
    paypal({ [`paypal-${name.toLowerCase()}`]: null }),
    `header: PAYPAL-${name} ${once} (received no header)`,
  ]),
  [
    "paypal",
    "two ids",
    paypal({ "paypal-transmission-id": "1, 2" }),
    `header: PAYPAL-TRANSMISSION-ID ${once} (received 4 characters)`,
  ],
  [
    "paypal",
    "the algorithm of SHA-1",
    paypal({ "paypal-auth-algo": "SHA1withRSA" }),
    "header: PAYPAL-AUTH-ALGO must be SHA256withRSA (received SHA1withRSA)",
  ],
  [
    "paypal",
    "a certificate of another host",
    paypal({ "paypal-cert-url": "https://evil.example/v1/notifications/certs/1" }),
    "header: PAYPAL-CERT-URL must be an https URL of a PayPal API host below /v1/notifications/certs/ (received evil.example)",
  ],
  [
    "paypal",
    "a time without zone",
    paypal({ "paypal-transmission-time": "2026-11-22T12:00:00" }),
    "header: PAYPAL-TRANSMISSION-TIME must be an ISO 8601 time with zone (received 2026-11-22T12:00:00)",
  ],
  [
    "paypal",
    "a time 4 days ago",
    sentAt("paypal", NOW - 4 * 86_400_000),
    "time: PAYPAL-TRANSMISSION-TIME must be at most 3 days old and at most 300 s ahead (received 345600 s ago)",
  ],
  [
    "paypal",
    "a changed byte",
    changedByte("paypal"),
    "signature: PAYPAL-TRANSMISSION-SIG must match the key pinned in certs, over webhookId and the body: check both settings",
  ],
  [
    "paypal",
    "a list as its body",
    signedEvent("paypal", []),
    "parse: body must be a JSON object (received 2 bytes, JSON but no object)",
  ],
];

const adyen = (items: unknown) => withBody("adyen", JSON.stringify({ live: "false", notificationItems: items }));
const adyenItem = (item: object) => adyen([{ NotificationRequestItem: item }]);
const hmacSignature = { additionalData: { hmacSignature: "AAAA" } };
const item = {
  pspReference: "P1",
  merchantAccountCode: "DevelopmentOnly",
  amount: { value: 1999, currency: "EUR" },
  eventCode: "AUTHORISATION",
  success: "true",
  ...hmacSignature,
};
const adyenList = "parse: body must be a JSON object with the list notificationItems";
const adyenField = (field: string, value: string, text: string): Rejection => [
  "adyen",
  `a ${field} of a wrong shape`,
  adyenItem({ ...item, [field]: value }),
  `parse: ${field} must ${text} (received ${value.length} characters)`,
];

const adyenRejections: readonly Rejection[] = [
  ["adyen", "text as its body", withBody("adyen", "[accepted]"), `${adyenList} (received 10 bytes, not JSON)`],
  ["adyen", "another object as its body", withBody("adyen", "{}"), `${adyenList} (received an object of 2 bytes)`],
  ["adyen", "no items", adyen([]), "header: notificationItems must have 1 to 100 items (received 0)"],
  [
    "adyen",
    "101 items",
    adyen(Array.from({ length: 101 })),
    "header: notificationItems must have 1 to 100 items (received 101)",
  ],
  [
    "adyen",
    "a number as its item",
    adyen([1]),
    "parse: notificationItems must have a NotificationRequestItem in each item",
  ],
  [
    "adyen",
    "no signature",
    adyenItem({}),
    "header: additionalData.hmacSignature must be present: set up HMAC for the webhook in the Customer Area",
  ],
  adyenField("pspReference", "a:b", "have 1 to 128 characters without a colon"),
  adyenField("originalReference", "a:b", "have at most 128 characters without a colon"),
  adyenField("merchantAccountCode", "", "have 1 to 256 characters in one line"),
  adyenField("merchantReference", "x".repeat(513), "have at most 512 characters"),
  adyenField("eventCode", "refund", "have 1 to 64 characters of A-Z 0-9 _"),
  adyenField("success", "maybe", "be true or false"),
  [
    "adyen",
    "an amount with decimals",
    adyenItem({ ...item, amount: { value: "19.99", currency: "EUR" } }),
    "parse: amount.value must be an integer of at most 18 digits (received 5 characters)",
  ],
  [
    "adyen",
    "a currency in small letters",
    adyenItem({ ...item, amount: { value: 1999, currency: "eur" } }),
    "parse: amount.currency must be three capital letters (received 3 characters)",
  ],
  [
    "adyen",
    "a wrong signature",
    adyenItem(item),
    "signature: additionalData.hmacSignature must match hmacKey: each webhook has its own key, and test and live keys differ",
  ],
];

const squareRejections: readonly Rejection[] = [
  [
    "square",
    "no signature",
    withHeaders("square", { "x-square-hmacsha256-signature": null }),
    "header: x-square-hmacsha256-signature must be present",
  ],
  [
    "square",
    "a changed byte",
    changedByte("square"),
    "signature: x-square-hmacsha256-signature must match secret over notificationUrl and the body: check that the URL is exactly as subscribed",
  ],
  [
    "square",
    "a list as its body",
    signedEvent("square", []),
    "parse: body must be a JSON object (received 2 bytes, JSON but no object)",
  ],
];

const paddleRejections: readonly Rejection[] = [
  ["paddle", "no signature", paddle(null), `header: ${paddleHeader} (received no header)`],
  ["paddle", "two headers", paddle("ts=1;h1=00, ts=1;h1=00"), `header: ${paddleHeader} (received several headers)`],
  ["paddle", "a signature without h1", paddle("ts=1"), `header: ${paddleHeader} (received 1 ts, 0 h1)`],
  [
    "paddle",
    "a time 61 s in the past",
    sentAt("paddle", NOW - 61_000),
    "time: Paddle-Signature ts must be within 60 s of now (received 61 s ago)",
  ],
  [
    "paddle",
    "a changed byte",
    changedByte("paddle"),
    "signature: Paddle-Signature h1 must match secret, the key of this notification destination, over the raw body (received 1 h1)",
  ],
  [
    "paddle",
    "a list as its body",
    signedEvent("paddle", []),
    "parse: body must be a JSON object (received 2 bytes, JSON but no object)",
  ],
];

const standard = (changes: Changes) => withHeaders("standard", changes);
const standardId = "header: webhook-id must be one id of 1 to 256 characters without dots, commas or spaces";

const standardRejections: readonly Rejection[] = [
  ["standard", "no id", standard({ "webhook-id": null }), `${standardId} (received no header)`],
  ["standard", "two ids", standard({ "webhook-id": "a, b" }), `${standardId} (received 4 characters)`],
  [
    "standard",
    "no time",
    standard({ "webhook-timestamp": null }),
    "header: webhook-timestamp must be one time in seconds since 1970 (received no value)",
  ],
  ["standard", "no signature", standard({ "webhook-signature": null }), "header: webhook-signature must be present"],
  [
    "standard",
    "a time 301 s in the past",
    sentAt("standard", NOW - 301_000),
    "time: webhook-timestamp must be within 300 s of now (received 301 s ago)",
  ],
  [
    "standard",
    "a signature of another version",
    standard({ "webhook-signature": "v1a,AAAA" }),
    "signature: webhook-signature must have a v1 signature that matches secret over the raw body (received 0 v1)",
  ],
  [
    "standard",
    "a list as its body",
    signedEvent("standard", []),
    "parse: body must be a JSON object (received 2 bytes, JSON but no object)",
  ],
];

const hmac = (changes: Changes) => withHeaders("hmac", changes);

const hmacRejections: readonly Rejection[] = [
  ["hmac", "no signature", hmac({ "x-signature": null }), "header: x-signature must be present"],
  [
    "hmac",
    "no time",
    hmac({ "x-timestamp": null }),
    "header: x-timestamp must be one time in seconds since 1970 (received no value)",
  ],
  [
    "hmac",
    "a time 301 s in the past",
    sentAt("hmac", NOW - 301_000),
    "time: x-timestamp must be within 300 s of now (received 301 s ago)",
  ],
  [
    "hmac",
    "a signature in base64",
    hmac({ "x-signature": "AAAA" }),
    'signature: x-signature must be the HMAC-SHA-256 of "<x-timestamp>.<body>" with secret, in hex (received 4 characters)',
  ],
  [
    "hmac",
    "a list as its body",
    signedEvent("hmac", []),
    "parse: body must be a JSON object (received 2 bytes, JSON but no object)",
  ],
];

const rejections: readonly Rejection[] = [
  ...stripeRejections,
  ...alipayRejections,
  ...wechatpayRejections,
  ...paypalRejections,
  ...adyenRejections,
  ...squareRejections,
  ...paddleRejections,
  ...standardRejections,
  ...hmacRejections,
];

const rejectionText = async (provider: string, delivery: Webhook, setting: object = {}): Promise<string> => {
  const verified = await (
    await configured(provider, { ...callbackSetting(provider), ...setting })
  ).verify(delivery, NOW);
  return verified.ok ? "verified" : verificationErrorText(verified.reason);
};

it.each(rejections)("a %s delivery with %s is rejected with a text that states what was expected", async (...row) => {
  const [provider, , delivery, text] = row;
  expect(await rejectionText(provider, delivery)).toBe(text);
});

it.each([
  ["sha1=00", "received sha1="],
  ["c2lnbmF0dXJl=", "received 13 characters"],
  ["v1.sha256=00", "received 12 characters"],
])("an hmac signature %s with another prefix than the setting's is rejected: %s", async (signature, received) => {
  const setting = { prefix: "sha256=", timestampHeader: null };
  const delivery = withHeaders("hmac", { "x-signature": signature }, setting);
  expect(await rejectionText("hmac", delivery, setting)).toBe(
    `header: x-signature must start with sha256= (${received})`,
  );
});

it("an hmac signature without a time is over the body alone", async () => {
  const setting = { timestampHeader: null, encoding: "base64" };
  expect(await rejectionText("hmac", withHeaders("hmac", { "x-signature": "AAAA" }, setting), setting)).toBe(
    "signature: x-signature must be the HMAC-SHA-256 of the body with secret, in base64 (received 4 characters)",
  );
});

it("a body that is not UTF-8 is rejected with its length", async () => {
  const delivery = { ...withBody("adyen", ""), body: new Uint8Array([0x7b, 0xff, 0x7d]) };
  expect(await rejectionText("adyen", delivery)).toBe(`${adyenList} (received 3 bytes, not UTF-8)`);
});

it("a long or unusual name is replaced by its length", async () => {
  for (const sign_type of ["RSA 2", "R".repeat(33), "<script>"]) {
    expect(await rejectionText("alipay", form({ sign: "x", sign_type }))).toBe(
      `header: sign_type must be RSA2 (received ${sign_type.length} characters)`,
    );
  }
});
