// PayPal's SDK cannot sign or verify webhooks: node:crypto and node:zlib sign as documented.
import { createSign, generateKeyPairSync } from "node:crypto";
import type { AddressInfo } from "node:net";
import { crc32 as nodeCrc32 } from "node:zlib";
import { describe, expect, it } from "vitest";
import { servePaypal } from "../../scripts/paypal-server.ts";
import { PaypalStandIn, type Trouble } from "../../scripts/paypal-stand-in.ts";
import { crc32 } from "../../src/callbacks/crc32.ts";
import { paypal } from "../../src/callbacks/paypal.ts";
import type { Webhook } from "../../src/core/callback.ts";
import type { Fact } from "../../src/core/fact.ts";
import { configured, flip, lost, NOW, payment, stage, usd, verify, verifyOne, webhook } from "./delivery.ts";

const { publicKey, privateKey } = generateKeyPairSync("rsa", { modulusLength: 2048 });
const CERT_URL = "https://api.sandbox.paypal.com/v1/notifications/certs/CERT-1";
const setting = {
  webhookId: "WEBHOOK-1",
  merchantId: "SHOP",
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

const payee = { merchant_id: "SHOP" };
const amount = { currency_code: "USD", value: "19.99" };
const capture = { id: "CAP1", custom_id: "ORD-1", amount, payee };
const part = { ...capture, final_capture: false };
const authorization = { ...capture, id: "AUTH1" };
const back = {
  id: "REF1",
  custom_id: "ORD-1",
  amount: { ...amount, value: "5.00" },
  payer: payee,
  links: [
    { rel: "self", href: "https://api.paypal.com/v2/payments/refunds/REF1" },
    { rel: "up", href: "https://api.paypal.com/v2/payments/captures/CAP1" },
  ],
};
const unit = { custom_id: "ORD-1", amount, payee };
const order = { id: "O1", purchase_units: [unit] };
const orderWith = (captured: object) => ({
  id: "O1",
  purchase_units: [{ ...unit, payments: { captures: [{ id: "CAP1", amount, ...captured }] } }],
});
/** A sale of API version 1, plus the payee, which PayPal does not state there. */
const sale = { id: "SALE1", custom: "ORD-1", amount: { total: "19.99", currency: "USD" }, payee };
const cycle = { ...sale, billing_agreement_id: "I-CP18AJLYDWR2" };
const saleBack = {
  id: "REF1",
  custom: "ORD-1",
  amount: { total: "-5.00", currency: "USD" },
  payer: payee,
  links: [{ rel: "sale", href: "https://api.paypal.com/v1/payments/sale/SALE1" }],
};
const saleReversed = {
  ...sale,
  amount: { total: "-19.99", currency: "USD" },
  links: [{ rel: "self", href: "https://api.paypal.com/v1/payments/refund/REV1" }],
};
const transaction = { seller_transaction_id: "CAP1", custom: "ORD-1", seller: payee };
const disputed = { dispute_id: "D1", dispute_amount: amount, disputed_transactions: [transaction] };
const resolved = (outcome_code: string) => ({ ...disputed, status: "RESOLVED", dispute_outcome: { outcome_code } });
const paidBody = event("PAYMENT.CAPTURE.COMPLETED", capture);

/** Facts without sender, event id and time. */
const statements = (facts: readonly Fact[]) => facts.map(({ instance: _i, eventId: _e, at: _a, ...rest }) => rest);
const of = (status: string, id: string | null = "CAP1") => [payment(status, id, usd("19.99"))];
const aPart = [{ ...payment("paid", "CAP1", usd("19.99")), isPart: true }];
const refund = (paymentId = "CAP1", refundId = "REF1", value = "5") => [
  { kind: "refund", refundId, paymentId, money: usd(value), cumulative: false },
];
const failedRefund = [{ kind: "refund_failed", refundId: "REF1", paymentId: "CAP1", money: usd("5") }];
const dispute = (status: string) => [
  { kind: "dispute", status, disputeId: "D1", paymentId: "CAP1", money: usd("19.99") },
];
const LOST = "dispute_outcome.outcome_code = RESOLVED_BUYER_FAVOUR or RESOLVED_WITH_PAYOUT or ACCEPTED";
const KEPT = "dispute_outcome.outcome_code = RESOLVED_SELLER_FAVOUR or CANCELED_BY_BUYER or DENIED or NONE";
const CAPTURED = "status = COMPLETED or PARTIALLY_REFUNDED or REFUNDED";

/** One case per rule; the event type precedes the first comma. */
const rows: readonly (readonly [row: string, resource: object, facts: object[]])[] = [
  ["PAYMENT.CAPTURE.COMPLETED, final_capture = false", part, aPart],
  ["PAYMENT.CAPTURE.COMPLETED", capture, of("paid")],
  ["PAYMENT.CAPTURE.PENDING", capture, of("pending")],
  ["PAYMENT.CAPTURE.DENIED", capture, of("failed")],
  ["PAYMENT.CAPTURE.DECLINED", capture, of("failed")],
  ["PAYMENT.CAPTURE.REFUNDED, status = FAILED or CANCELLED", { ...back, status: "CANCELLED" }, failedRefund],
  ["PAYMENT.CAPTURE.REFUNDED", back, refund()],
  ["PAYMENT.CAPTURE.REVERSED", back, refund()],
  ["PAYMENT.REFUND.PENDING", { ...back, status: "PENDING" }, refund()],
  ["PAYMENT.REFUND.FAILED", { ...back, status: "FAILED" }, failedRefund],
  ["PAYMENT.AUTHORIZATION.CREATED", authorization, of("pending", "AUTH1")],
  ["PAYMENT.AUTHORIZATION.VOIDED", authorization, of("failed", "AUTH1")],
  ["CHECKOUT.ORDER.APPROVED", order, of("pending", null)],
  [
    `CHECKOUT.ORDER.COMPLETED, ${CAPTURED}, final_capture = false`,
    orderWith({ status: "COMPLETED", final_capture: false }),
    aPart,
  ],
  [`CHECKOUT.ORDER.COMPLETED, ${CAPTURED}`, orderWith({ status: "REFUNDED" }), of("paid")],
  ["CHECKOUT.ORDER.COMPLETED, status = PENDING or CREATED", orderWith({ status: "PENDING" }), of("pending")],
  ["CHECKOUT.ORDER.COMPLETED, status = DECLINED or FAILED", orderWith({ status: "DECLINED" }), of("failed")],
  ["CHECKOUT.PAYMENT-APPROVAL.REVERSED", order, of("failed", null)],
  ["PAYMENT.SALE.COMPLETED, billing_agreement_id = I-…", cycle, []],
  ["PAYMENT.SALE.PENDING, billing_agreement_id = I-…", cycle, []],
  ["PAYMENT.SALE.DENIED, billing_agreement_id = I-…", cycle, []],
  ["PAYMENT.SALE.COMPLETED", { ...sale, billing_agreement_id: "B-7FB31251F28061234" }, of("paid", "SALE1")],
  ["PAYMENT.SALE.PENDING", sale, of("pending", "SALE1")],
  ["PAYMENT.SALE.DENIED", sale, of("failed", "SALE1")],
  ["PAYMENT.SALE.REFUNDED", saleBack, refund("SALE1")],
  ["PAYMENT.SALE.REVERSED", saleReversed, refund("SALE1", "REV1", "19.99")],
  ["CUSTOMER.DISPUTE.CREATED", disputed, dispute("open")],
  ["RISK.DISPUTE.CREATED", disputed, dispute("open")],
  [`CUSTOMER.DISPUTE.RESOLVED, ${LOST}`, resolved("RESOLVED_WITH_PAYOUT"), dispute("lost")],
  [`CUSTOMER.DISPUTE.RESOLVED, ${KEPT}`, resolved("NONE"), dispute("won")],
  [`CUSTOMER.DISPUTE.UPDATED, status = RESOLVED, ${LOST}`, resolved("ACCEPTED"), dispute("lost")],
  [`CUSTOMER.DISPUTE.UPDATED, status = RESOLVED, ${KEPT}`, resolved("DENIED"), dispute("won")],
  ["CUSTOMER.DISPUTE.UPDATED, status = RESOLVED", resolved(""), []],
  ["CUSTOMER.DISPUTE.UPDATED", { ...resolved("ACCEPTED"), status: "UNDER_REVIEW" }, dispute("open")],
];

describe("a PayPal webhook", async () => {
  const provider = await configured("paypal", setting);

  it("is verified with its pinned key", async () => {
    const callback = await verifyOne(provider, deliver(paidBody));
    expect(callback).toMatchObject({ eventId: "WH-1", orderId: "ORD-1", paymentId: "CAP1", at: NOW - 2500 });
  });

  it.each(rows)("%s", async (row, resource, facts) => {
    const callback = await verifyOne(provider, deliver(event(row.split(",")[0] ?? "", resource)));
    expect(callback.orderId).toBe("ORD-1");
    expect(statements(callback.facts)).toEqual(facts);
  });

  it("has a test for every rule", () => {
    expect(rows.map(([row]) => row)).toEqual(paypal.mapping.map(([row]) => row));
  });

  const { payee: _payee, ...withoutPayee } = capture;
  const { payer: _payer, ...withoutPayer } = back;

  it.each([
    ["capture", "PAYMENT.CAPTURE.COMPLETED", { ...capture, payee: { merchant_id: "STRANGER" } }],
    ["refund", "PAYMENT.CAPTURE.REFUNDED", { ...back, payer: { merchant_id: "STRANGER" } }],
    [
      "dispute",
      "CUSTOMER.DISPUTE.CREATED",
      { ...disputed, disputed_transactions: [{ ...transaction, seller: { merchant_id: "STRANGER" } }] },
    ],
  ])("of another account's %s yields no facts", async (_kind, type, resource) => {
    const callback = await verifyOne(provider, deliver(event(type, resource)));
    expect(callback).toMatchObject({ facts: [], orderId: null, paymentId: null, ignored: "other_account" });
  });

  it.each([
    ["capture", "PAYMENT.CAPTURE.COMPLETED", withoutPayee],
    ["refund", "PAYMENT.CAPTURE.REFUNDED", withoutPayer],
  ])("of a %s without its account counts for the payment but not for an order", async (_kind, type, resource) => {
    const callback = await verifyOne(provider, deliver(event(type, resource)));
    expect(callback).toMatchObject({ orderId: null, paymentId: "CAP1", ignored: null, facts: [{ paymentId: "CAP1" }] });
    const any = await configured("paypal", { ...setting, merchantId: "any" });
    expect((await verifyOne(any, deliver(event(type, resource)))).orderId).toBe("ORD-1");
  });

  it("with only an e-mail address for its payee has no account", async () => {
    const resource = { ...capture, payee: { email_address: "shop@business.example.com" } };
    expect((await verifyOne(provider, deliver(event("PAYMENT.CAPTURE.COMPLETED", resource)))).orderId).toBeNull();
  });

  it("with several statements has one callback for each, with separate event ids", async () => {
    const payments = { captures: [{ id: "CAP1", status: "COMPLETED", amount }], authorizations: [{ id: "AUTH1" }] };
    const stranger = { ...unit, payee: { merchant_id: "STRANGER" } };
    const units = { purchase_units: [{ ...unit, payments }, stranger, { ...unit, custom_id: "ORD-2" }] };
    const callbacks = await verify(provider, deliver(event("CHECKOUT.ORDER.COMPLETED", units)));
    expect(callbacks.map(({ eventId, orderId, paymentId }) => [eventId, orderId, paymentId])).toEqual([
      ["WH-1#1", "ORD-1", "CAP1"],
      ["WH-1#2", "ORD-1", "AUTH1"],
      ["WH-1", null, null],
      ["WH-1#4", "ORD-2", null],
    ]);
  });

  it.each([
    ["CHECKOUT.ORDER.APPROVED", { id: "O1", purchase_units: [] }],
    ["CUSTOMER.DISPUTE.CREATED", { dispute_id: "D1" }],
    ["PAYMENT.PAYOUTSBATCH.SUCCESS", { batch_header: {} }],
  ])("%s without a payment is one event", async (type, resource) => {
    expect((await verify(provider, deliver(event(type, resource)))).map(({ facts }) => facts)).toEqual([[]]);
  });

  it.each([
    ["the link up before all others", { ...back, links: [...saleBack.links, ...back.links] }, "refund", "CAP1"],
    [
      "a link to a capture",
      { ...back, links: [{ rel: "capture", href: "/v1/payments/capture/CAP2" }] },
      "refund",
      "CAP2",
    ],
    ["a field", { ...back, links: [], sale_id: "SALE2" }, "sale", "SALE2"],
    ["its own id, where it is the capture", { ...capture, payer: payee }, "capture", "CAP1"],
    ["nothing, where it is a refund without a link", { ...back, links: [] }, "refund", null],
  ])("about a refund or reversal has its payment id from %s", async (_what, resource, resource_type, paymentId) => {
    const body = JSON.parse(event("PAYMENT.CAPTURE.REVERSED", resource)) as object;
    expect((await verifyOne(provider, deliver(JSON.stringify({ ...body, resource_type })))).paymentId).toBe(paymentId);
  });

  it.each([
    [
      "inside a custom id that is JSON",
      "custom_id.order_id",
      { ...capture, custom_id: '{"order_id":"ORD-9"}' },
      "ORD-9",
    ],
    ["at the second of its paths", ["note", "invoice_id"], { ...capture, invoice_id: "ORD-8" }, "ORD-8"],
    ["nowhere else than at its paths", "invoice_id", capture, null],
    ["by the first version's name", "invoice_id", { ...sale, invoice_number: "ORD-7" }, "ORD-7"],
  ])("has its order id %s", async (_what, paths, resource, orderId) => {
    const described = await configured("paypal", { ...setting, order: paths });
    const callback = await verifyOne(described, deliver(event("PAYMENT.CAPTURE.COMPLETED", resource)));
    expect(callback.orderId).toBe(orderId);
  });

  it("without a pinned key is left to confirm", async () => {
    const unpinned = await configured("paypal", { ...setting, certs: undefined });
    expect(await stage(unpinned, deliver(paidBody, { more: { "PAYPAL-TRANSMISSION-SIG": "AAAA" } }))).toBe("verified");
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
    ["a body that is not JSON", () => deliver("{ something"), "parse"],
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
  ])("with %s is rejected", async (_what, delivery, at) => {
    expect(await stage(provider, delivery())).toBe(at);
  });

  it.each<[string, () => Webhook | Promise<Webhook>, "no_event_id" | "unpriced"]>([
    [
      "an unreadable amount",
      () => deliver(event("PAYMENT.CAPTURE.COMPLETED", { ...capture, amount: { ...amount, value: "1,99" } })),
      "unpriced",
    ],
  ])("with %s is accepted without an amount or without facts", async (_what, delivery, what) => {
    const { facts, ignored } = await verifyOne(provider, await delivery());
    if (what === "unpriced") expect(facts).toMatchObject([{ kind: "payment", money: null }]);
    else expect([facts, ignored]).toEqual([[], what]);
  });
});

describe("the confirmation of a PayPal webhook", async () => {
  // A body that changes if it is parsed and serialised again.
  const body = paidBody.replace("{", '{ "n" : 1.0,"e":1e5,"u":"\\u00e9", ');
  const delivery = deliver(body);

  async function confirm(sent: Webhook, trouble: Trouble = {}, issued: Webhook = delivery) {
    const standIn = new PaypalStandIn(trouble);
    standIn.issue(issued.headers, issued.body);
    // A provider with an empty cache.
    const provider = await configured("paypal", setting);
    const answer = await provider.confirm?.(sent, { fetch: standIn.fetch, now: NOW, nonce: "" });
    return { answer, asked: standIn.asked };
  }

  it("sends the original bytes of the body to PayPal", async () => {
    const { answer, asked } = await confirm(delivery);
    expect(answer).toBe("confirmed");
    expect(asked.map(({ url }) => new URL(url).pathname)).toEqual([
      "/v1/oauth2/token",
      "/v1/notifications/verify-webhook-signature",
    ]);
    expect(asked[0]?.init.headers).toMatchObject({ authorization: `Basic ${btoa("client:secret")}` });
    // A followed redirect would send the credentials to another host.
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

  it("works over a real connection to the development server", async () => {
    const standIn = new PaypalStandIn();
    const server = await servePaypal(standIn, 0);
    const { port } = server.address() as AddressInfo; // not a pipe: it was given a port
    const near = await configured("paypal", { ...setting, apiBase: `http://127.0.0.1:${port}` });
    const io = { fetch, now: NOW, nonce: "" };
    expect(await near.confirm?.(delivery, io)).toBe("refused");
    standIn.issue(delivery.headers, delivery.body);
    expect(await near.confirm?.(delivery, { ...io, now: NOW + 5 * 60_000 })).toBe("confirmed");
    server.close();
    server.closeAllConnections();
    const next = deliver(body, { more: { "PAYPAL-TRANSMISSION-ID": "id-2" } });
    expect(await near.confirm?.(next, io)).toBe("try_again");
  });

  it("rejects a body that PayPal did not send, even with the same checksum", async () => {
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
    ["it responds with an unknown status", { verify: async () => Response.json({ verification_status: "PENDING" }) }],
    ["it responds with HTML", { verify: async () => new Response("<html>") }],
    ["its answer never ends", { verify: async () => endless('{"verification_status":"SUCCESS","free":"') }],
    ["its token never ends", { token: async () => endless('{"access_token":"A21AA","free":"') }],
  ])("is to be retried if %s", async (_what, trouble) => {
    expect((await confirm(delivery, trouble)).answer).toBe("try_again");
  });
});

describe("the cache of PayPal's responses", () => {
  const HOUR = 3_600_000;
  const TOKEN = "/v1/oauth2/token";
  const VERIFY = "/v1/notifications/verify-webhook-signature";
  const sent = (id: string, body = paidBody) => deliver(body, { more: { "PAYPAL-TRANSMISSION-ID": id } });

  /** One configured provider and one PayPal server, called several times. */
  async function isolate(trouble: Trouble = {}) {
    const provider = await configured("paypal", setting);
    const standIn = new PaypalStandIn(trouble);
    const ask = async (delivery: Webhook, later = 0) => {
      standIn.issue(delivery.headers, delivery.body);
      const answer = await provider.confirm?.(delivery, { fetch: standIn.fetch, now: NOW + later, nonce: "" });
      return [answer, ...standIn.asked.splice(0).map(({ url }) => new URL(url).pathname)];
    };
    return { ask, provider, standIn };
  }

  it("confirms a repeated transmission without a request", async () => {
    const { ask } = await isolate();
    expect(await ask(sent("id-1"))).toEqual(["confirmed", TOKEN, VERIFY]);
    expect(await ask(sent("id-1"), HOUR)).toEqual(["confirmed"]);
  });

  it("does not confirm another body of the same transmission", async () => {
    const { ask, provider, standIn } = await isolate();
    await ask(sent("id-1"));
    const forged = sent("id-1", paidBody.replace("ORD-1", "ORD-2"));
    expect(await provider.confirm?.(forged, { fetch: standIn.fetch, now: NOW, nonce: "" })).toBe("refused");
  });

  it("holds the last 100 transmissions", async () => {
    const { ask } = await isolate();
    for (let i = 0; i <= 100; i++) await ask(sent(`id-${i}`), i * 1000);
    expect(await ask(sent("id-1"), 200_000)).toEqual(["confirmed"]);
    expect(await ask(sent("id-0"), 200_000)).toEqual(["confirmed", VERIFY]);
  });

  it("holds a rejected transmission for five minutes, whatever its body", async () => {
    const { provider, standIn } = await isolate();
    const confirm = (body: string, later: number) =>
      provider.confirm?.(sent("id-1", body), { fetch: standIn.fetch, now: NOW + later, nonce: "" });
    expect(await confirm(paidBody, 0)).toBe("refused");
    standIn.issue(sent("id-1").headers, sent("id-1").body);
    standIn.asked.length = 0;
    expect(await confirm(paidBody.replace("ORD-1", "ORD-2"), 1000)).toBe("refused");
    expect(await confirm(paidBody, 299_999)).toBe("refused");
    expect(standIn.asked).toHaveLength(0);
    expect(await confirm(paidBody, 300_000)).toBe("confirmed");
  });

  it("asks at most 60 times at once and once a second, and leaves the rest to PayPal's next delivery", async () => {
    const { provider, standIn } = await isolate();
    const confirm = (id: number, later = 0) =>
      provider.confirm?.(sent(`id-${id}`), { fetch: standIn.fetch, now: NOW + later, nonce: "" });
    for (let i = 0; i < 60; i++) expect(await confirm(i)).toBe("refused");
    standIn.asked.length = 0;
    expect(await confirm(60)).toBe("try_again");
    expect(standIn.asked).toHaveLength(0);
    expect(await confirm(60, 1000)).toBe("refused");
  });

  it("holds a token until a minute before its expiry", async () => {
    const { ask } = await isolate();
    await ask(sent("id-1"));
    expect(await ask(sent("id-2"), 9 * HOUR - 61_000)).toEqual(["confirmed", VERIFY]);
    expect(await ask(sent("id-3"), 9 * HOUR - 60_000)).toEqual(["confirmed", TOKEN, VERIFY]);
  });

  it.each([{ access_token: "A21AA" }, { access_token: "A21AA", expires_in: "soon" }])(
    "has a token that is used once where it states no lifetime: %j",
    async (token) => {
      const { ask } = await isolate({ token: async () => Response.json(token) });
      await ask(sent("id-1"));
      expect(await ask(sent("id-2"))).toEqual(["confirmed", TOKEN, VERIFY]);
    },
  );

  it("replaces a revoked token once", async () => {
    const statuses = [200, 401, 200, 401, 401];
    const verify = async () =>
      Response.json({ verification_status: "SUCCESS" }, { status: statuses.shift() ?? expect.fail("asked too often") });
    const { ask } = await isolate({ verify });
    expect(await ask(sent("id-1"))).toEqual(["confirmed", TOKEN, VERIFY]);
    expect(await ask(sent("id-2"))).toEqual(["confirmed", VERIFY, TOKEN, VERIFY]);
    expect(await ask(sent("id-3"))).toEqual(["try_again", VERIFY, TOKEN, VERIFY]);
  });

  it("is not shared by concurrent requests, which both call PayPal", async () => {
    const { provider, standIn } = await isolate();
    standIn.issue(sent("id-1").headers, sent("id-1").body);
    const silent = { fetch: () => new Promise<Response>(() => {}), now: NOW, nonce: "" };
    void provider.confirm?.(sent("id-1"), silent);
    expect(await provider.confirm?.(sent("id-1"), { fetch: standIn.fetch, now: NOW, nonce: "" })).toBe("confirmed");
  });
});

/** A body of `start` and endless blanks. */
function endless(start: string): Response {
  const blanks = new Uint8Array(16_384).fill(32);
  const body = new ReadableStream<Uint8Array>({
    start: (controller) => controller.enqueue(new TextEncoder().encode(start)),
    pull: (controller) => controller.enqueue(blanks),
  });
  return new Response(body);
}

it("a setting without merchantId is an error that names the field", async () => {
  const { merchantId: _merchantId, ...rest } = setting;
  expect(await paypal.configure(rest)).toEqual({ ok: false, reason: expect.stringMatching(/^merchantId must be /) });
});

it("CRC-32 equals that of zlib", () => {
  for (const text of ["", "a", "123456789", "订单🧧".repeat(999)])
    expect(crc32(new Uint8Array(Buffer.from(text)))).toBe(nodeCrc32(text));
});
