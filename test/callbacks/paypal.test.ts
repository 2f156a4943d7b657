// PayPal's own SDK has no verification of webhooks; node:crypto and node:zlib sign here after its recipe.
import { createSign, generateKeyPairSync } from "node:crypto";
import type { AddressInfo } from "node:net";
import { crc32 as nodeCrc32 } from "node:zlib";
import { describe, expect, it } from "vitest";
import { servePaypal } from "../../scripts/paypal-server.ts";
import { PaypalStandIn, type Trouble } from "../../scripts/paypal-stand-in.ts";
import { crc32 } from "../../src/callbacks/crc32.ts";
import { paypal } from "../../src/callbacks/paypal.ts";
import type { Webhook } from "../../src/core/callback.ts";
import { bare, dispute, flip, lost, NOW, open, payment, proveOne, stage, usd, webhook } from "./delivery.ts";

const { publicKey, privateKey } = generateKeyPairSync("rsa", { modulusLength: 2048 });
const CERT_URL = "https://api.sandbox.paypal.com/v1/notifications/certs/CERT-1";
const setting = {
  webhookId: "WEBHOOK-1",
  clientId: "client",
  clientSecret: "secret",
  apiBase: "http://127.0.0.1:12114",
  certs: { [CERT_URL]: publicKey.export({ type: "spki", format: "pem" }).toString() },
};

interface Options {
  readonly time?: string;
  readonly webhookId?: string;
  readonly more?: Readonly<Record<string, string>>;
}

function headers(
  body: string,
  { time = "2026-11-22T11:59:58Z", webhookId = "WEBHOOK-1", more = {} }: Options = {},
): Record<string, string> {
  const message = `id-1|${time}|${webhookId}|${nodeCrc32(body)}`;
  return {
    "PAYPAL-TRANSMISSION-ID": "id-1",
    "PAYPAL-TRANSMISSION-TIME": time,
    "PAYPAL-CERT-URL": CERT_URL,
    "PAYPAL-AUTH-ALGO": "SHA256withRSA",
    "PAYPAL-TRANSMISSION-SIG": createSign("RSA-SHA256").update(message).sign(privateKey, "base64"),
    ...more,
  };
}

const event = (event_type: string, resource: object, id: string | undefined = "WH-1"): string =>
  JSON.stringify({ id, create_time: "2026-11-22T11:59:57.500Z", event_type, resource });
const deliver = (body: string, options?: Options): Webhook => webhook(headers(body, options), body);

const amount = { currency_code: "USD", value: "19.99" };
const capture = { id: "CAP1", custom_id: "ORD-1", amount };
const back = {
  id: "REF1",
  custom_id: "ORD-1",
  amount: { ...amount, value: "5.00" },
  links: [
    { rel: "self", href: "x" },
    { rel: "up", href: "https://api.paypal.com/v2/payments/captures/CAP1" },
  ],
};
const order = { id: "O1", purchase_units: [{ custom_id: "ORD-1", amount }] };
const disputed = { dispute_id: "D1", disputed_transactions: [{ seller_transaction_id: "CAP1", custom: "ORD-1" }] };
const paidBody = event("PAYMENT.CAPTURE.COMPLETED", capture);

const of = (status: string, id: string | null = "CAP1") => [payment(status, id, usd("19.99"))];
const refund = [{ kind: "refund", refundId: "REF1", paymentId: "CAP1", money: usd("5"), cumulative: false }];

const rows: readonly (readonly [row: string, type: string, resource: object, facts: object[]])[] = [
  ["PAYMENT.CAPTURE.COMPLETED", "PAYMENT.CAPTURE.COMPLETED", capture, of("paid")],
  ["PAYMENT.CAPTURE.PENDING", "PAYMENT.CAPTURE.PENDING", capture, of("pending")],
  ["PAYMENT.CAPTURE.DENIED", "PAYMENT.CAPTURE.DENIED", capture, of("failed")],
  ["PAYMENT.CAPTURE.DECLINED", "PAYMENT.CAPTURE.DECLINED", capture, of("failed")],
  ["PAYMENT.CAPTURE.REFUNDED", "PAYMENT.CAPTURE.REFUNDED", back, refund],
  ["PAYMENT.CAPTURE.REVERSED", "PAYMENT.CAPTURE.REVERSED", back, refund],
  ["CHECKOUT.ORDER.APPROVED", "CHECKOUT.ORDER.APPROVED", order, of("pending", null)],
  ["CHECKOUT.PAYMENT-APPROVAL.REVERSED", "CHECKOUT.PAYMENT-APPROVAL.REVERSED", order, of("failed", null)],
  ["PAYMENT.AUTHORIZATION.CREATED", "PAYMENT.AUTHORIZATION.CREATED", { ...capture, id: "AUTH1" }, of("pending", null)],
  ["PAYMENT.AUTHORIZATION.VOIDED", "PAYMENT.AUTHORIZATION.VOIDED", { ...capture, id: "AUTH1" }, of("closed", null)],
  ["CUSTOMER.DISPUTE.CREATED", "CUSTOMER.DISPUTE.CREATED", disputed, [dispute("open", "CAP1")]],
  [
    "CUSTOMER.DISPUTE.RESOLVED, dispute_outcome.outcome_code = RESOLVED_BUYER_FAVOUR or ACCEPTED",
    "CUSTOMER.DISPUTE.RESOLVED",
    { ...disputed, dispute_outcome: { outcome_code: "RESOLVED_BUYER_FAVOUR" } },
    [dispute("lost", "CAP1")],
  ],
  [
    "CUSTOMER.DISPUTE.RESOLVED, dispute_outcome.outcome_code = RESOLVED_SELLER_FAVOUR or CANCELED_BY_BUYER or DENIED",
    "CUSTOMER.DISPUTE.RESOLVED",
    { ...disputed, dispute_outcome: { outcome_code: "CANCELED_BY_BUYER" } },
    [dispute("won", "CAP1")],
  ],
];

describe("a PayPal webhook", async () => {
  const provider = await open("paypal", setting);

  it("passes the pre-filter with its pinned key", async () => {
    const callback = await proveOne(provider, deliver(paidBody));
    expect(callback).toMatchObject({ eventId: "WH-1", orderId: "ORD-1", paymentId: "CAP1", at: NOW - 2500 });
  });

  it.each(rows)("%s", async (_row, type, resource, facts) => {
    const callback = await proveOne(provider, deliver(event(type, resource)));
    expect(callback.orderId).toBe("ORD-1");
    expect(bare(callback.facts)).toEqual(facts);
  });

  it("has a test for each row of its table", () => {
    expect(rows.map(([row]) => row)).toEqual(paypal.mapping.map(([row]) => row));
  });

  it("without a pinned key passes the pre-filter unchecked: it is confirm that proves it", async () => {
    const unpinned = await open("paypal", { ...setting, certs: undefined });
    expect(await stage(unpinned, deliver(paidBody, { more: { "PAYPAL-TRANSMISSION-SIG": "AAAA" } }))).toBe("proved");
  });

  it.each<readonly [what: string, delivery: () => Webhook, stage: string]>([
    ["a byte of the body changed", () => webhook(headers(paidBody), flip(paidBody)), "signature"],
    [
      "a byte of the signature changed",
      () =>
        deliver(paidBody, {
          more: { "PAYPAL-TRANSMISSION-SIG": flip(headers(paidBody)["PAYPAL-TRANSMISSION-SIG"] ?? "") },
        }),
      "signature",
    ],
    ["another webhook's id", () => deliver(paidBody, { webhookId: "WEBHOOK-2" }), "signature"],
    ["a byte order mark before the body", () => deliver(`\u{feff}${paidBody}`), "parse"],
    ["no JSON", () => deliver("{ something"), "parse"],
    [
      "an amount that is none",
      () => deliver(event("PAYMENT.CAPTURE.COMPLETED", { ...capture, amount: { ...amount, value: "1,99" } })),
      "parse",
    ],
    ["a time more than 3 days ago", () => deliver(paidBody, { time: "2026-11-19T11:59:59Z" }), "time"],
    ["a time more than 5 minutes ahead", () => deliver(paidBody, { time: "2026-11-22T12:05:01Z" }), "time"],
    ["no time", () => deliver(paidBody, { time: "yesterday" }), "header"],
    ["another algorithm", () => deliver(paidBody, { more: { "PAYPAL-AUTH-ALGO": "SHA1withRSA" } }), "header"],
    [
      "two signatures",
      () => webhook([...Object.entries(headers(paidBody)), ["paypal-transmission-sig", "AAAA"]], paidBody),
      "header",
    ],
    ...[
      "https://evil.example/v1/notifications/certs/CERT-1",
      "https://api.paypal.com.evil.example/v1/notifications/certs/CERT-1",
      "https://api.paypal.com@evil.example/v1/notifications/certs/CERT-1",
      "https://user@api.paypal.com/v1/notifications/certs/CERT-1",
      "http://api.paypal.com/v1/notifications/certs/CERT-1",
      "https://api.paypal.com:8443/v1/notifications/certs/CERT-1",
      "https://api.paypal.com/v1/notifications/certs/../../../evil",
      "api.paypal.com",
    ].map(
      (url) =>
        [`a certificate from ${url}`, () => deliver(paidBody, { more: { "PAYPAL-CERT-URL": url } }), "header"] as const,
    ),
    ...["ID", "TIME", "SIG"].map(
      (name) =>
        [
          `no transmission ${name}`,
          () => deliver(paidBody, { more: { [`PAYPAL-TRANSMISSION-${name}`]: "" } }),
          "header",
        ] as const,
    ),
  ])("with %s is refused", async (_what, delivery, at) => {
    expect(await stage(provider, delivery())).toBe(at);
  });
});

describe("the confirmation of a PayPal webhook", async () => {
  const provider = await open("paypal", setting);
  // A body that would change if it were parsed and written anew.
  const body = paidBody.replace("{", '{ "n" : 1.0,"e":1e5,"u":"\\u00e9", ');
  const delivery = deliver(body);

  async function confirm(sent: Webhook, trouble: Trouble = {}, issued: Webhook = delivery) {
    const standIn = new PaypalStandIn(trouble);
    standIn.issue(issued.headers, issued.body);
    const answer = await provider.confirm?.(sent, { fetch: standIn.fetch, now: NOW, nonce: "" });
    return { answer, asked: standIn.asked };
  }

  it("comes from PayPal, asked with the body byte for byte", async () => {
    const { answer, asked } = await confirm(delivery);
    expect(answer).toBe("confirmed");
    expect(asked.map(({ url }) => new URL(url).pathname)).toEqual([
      "/v1/oauth2/token",
      "/v1/notifications/verify-webhook-signature",
    ]);
    expect(asked[0]?.init.headers).toMatchObject({ authorization: `Basic ${btoa("client:secret")}` });
    // Followed, a redirect would carry the credentials elsewhere.
    expect(asked.map(({ init }) => init.redirect)).toEqual(["manual", "manual"]);
    expect(asked[0]?.body).toBe("grant_type=client_credentials");
    expect(asked[1]?.init.headers).toMatchObject({ authorization: "Bearer A21AA" });
    expect(asked[1]?.body).toContain(`"webhook_event":${body}}`);
    expect(JSON.parse(asked[1]?.body ?? "")).toMatchObject({
      webhook_id: "WEBHOOK-1",
      auth_algo: "SHA256withRSA",
      cert_url: CERT_URL,
      transmission_id: "id-1",
    });
  });

  it("works over a real connection to the stand-in that development uses", async () => {
    const standIn = new PaypalStandIn();
    const server = await servePaypal(standIn, 0);
    const { port } = server.address() as AddressInfo; // not a pipe: it was given a port
    const near = await open("paypal", { ...setting, apiBase: `http://127.0.0.1:${port}` });
    const io = { fetch, now: NOW, nonce: "" };
    expect(await near.confirm?.(delivery, io)).toBe("refused");
    standIn.issue(delivery.headers, delivery.body);
    expect(await near.confirm?.(delivery, io)).toBe("confirmed");
    server.close();
    server.closeAllConnections();
    expect(await near.confirm?.(delivery, io)).toBe("try_again");
  });

  it("is refused for a body that PayPal did not send, whatever its checksum", async () => {
    expect((await confirm(deliver(paidBody))).answer).toBe("refused");
  });

  it.each([`{},"webhook_id":"EVIL"`, `{}}`, `[]`, ""])("is not even asked for about %j", async (injected) => {
    const sent = deliver(injected);
    expect(await confirm(sent, {}, sent)).toEqual({ answer: "refused", asked: [] });
  });

  it.each<[string, Trouble]>([
    ["its token service fails", { token: async () => new Response("", { status: 500 }) }],
    ["its token service is out of reach", { token: lost }],
    [
      "it does not know our credentials",
      { token: async () => Response.json({ error: "invalid_client" }, { status: 401 }) },
    ],
    ["it gives no token", { token: async () => Response.json({}) }],
    ["it times out", { verify: () => Promise.reject(new DOMException("timed out", "TimeoutError")) }],
    ["it answers 503", { verify: async () => new Response("", { status: 503 }) }],
    ["it answers 429", { verify: async () => Response.json({ verification_status: "SUCCESS" }, { status: 429 }) }],
    [
      "it sends us elsewhere",
      { verify: async () => new Response(null, { status: 302, headers: { location: "https://evil.example" } }) },
    ],
    ["it answers with another word", { verify: async () => Response.json({ verification_status: "PENDING" }) }],
    ["it answers with nonsense", { verify: async () => new Response("<html>") }],
  ])("is to be tried again when %s", async (_what, trouble) => {
    expect((await confirm(delivery, trouble)).answer).toBe("try_again");
  });
});

it("CRC-32 agrees with zlib's", () => {
  for (const text of ["", "a", "123456789", "订单🧧".repeat(999)])
    expect(crc32(new Uint8Array(Buffer.from(text)))).toBe(nodeCrc32(text));
});
