import { Webhook as StandardWebhook } from "standardwebhooks";
import { Webhook as SvixWebhook } from "svix";
import { describe, expect, it } from "vitest";
import { standard } from "../../src/callbacks/standard.ts";
import { bare, configured, flip, NOW, NOW_SECONDS, payment, stage, usd, verifyOne, webhook } from "./delivery.ts";

const SECRET = `whsec_${btoa("a key of this test, 24 b")}`;

interface Options {
  readonly secret?: string;
  readonly at?: number;
  readonly id?: string;
  readonly prefix?: string;
}

const paths = { amount: "data.amount", currency: "data.currency" };
const setting = { secret: SECRET, paths };

const sign = (body: string, { secret = SECRET, at = NOW_SECONDS, id = "msg_1" }: Options = {}): string =>
  new StandardWebhook(secret).sign(id, new Date(at * 1000), body);

function headers(body: string, options: Options = {}): Record<string, string> {
  const { at = NOW_SECONDS, id = "msg_1", prefix = "webhook-" } = options;
  return { [`${prefix}id`]: id, [`${prefix}timestamp`]: String(at), [`${prefix}signature`]: sign(body, options) };
}
const deliver = (body: string, options: Options = {}) => webhook(headers(body, options), body);

const event = (type: string, data: object = {}, more: object = {}): string =>
  JSON.stringify({
    type,
    timestamp: "2026-11-22T12:00:00Z",
    data: { order_id: "ORD-1", amount: 1999, currency: "USD", payment_id: "P1", ...data },
    ...more,
  });
const paidBody = event("payment.succeeded");

const of = (status: string, money = usd("19.99")) => [payment(status, "P1", money)];
const refund = { kind: "refund", refundId: "R1", paymentId: "P1", money: usd("19.99"), cumulative: false };

const rows: readonly (readonly [row: string, facts: object[]])[] = [
  ["payment.pending", of("pending")],
  ["payment.failed", of("failed")],
  ["payment.canceled", of("closed")],
  ["payment.succeeded", of("paid")],
  ["refund.succeeded", [refund]],
  ["refund.failed", [{ kind: "refund_failed", refundId: "R1", paymentId: "P1", money: usd("19.99") }]],
];

describe("a Standard Webhook", async () => {
  const provider = await configured("standard", setting);

  it("signed by the reference library is verified", async () => {
    const callback = await verifyOne(provider, deliver(paidBody));
    expect(callback).toMatchObject({
      eventId: "msg_1",
      type: "payment.succeeded",
      orderId: "ORD-1",
      paymentId: "P1",
      at: NOW,
    });
  });

  it.each(rows)("%s", async (type, facts) => {
    expect(bare((await verifyOne(provider, deliver(event(type, { refund_id: "R1" })))).facts)).toEqual(facts);
  });

  it("has a test for every rule", () => {
    expect(rows.map(([row]) => row)).toEqual(standard.mapping.map(([row]) => row));
  });

  it("with Svix header names is verified only if the setting has that prefix", async () => {
    const signature = new SvixWebhook(SECRET).sign("msg_1", new Date(NOW), paidBody);
    const delivery = webhook(
      { "svix-id": "msg_1", "svix-timestamp": String(NOW_SECONDS), "svix-signature": signature },
      paidBody,
    );
    expect(await stage(await configured("standard", { ...setting, headerPrefix: "svix-" }), delivery)).toBe("verified");
    expect(await stage(provider, delivery)).toBe("header");
  });

  it("is read by the paths, outcomes and unit of the setting", async () => {
    const described = await configured("standard", {
      secret: SECRET,
      paths: {
        order: "payload.items.0.ref",
        event: "uuid",
        type: "kind",
        amount: "payload.total",
        currency: "payload.currency",
      },
      outcomes: { done: "paid", reversed: "voided" },
      unit: "major",
    });
    const body = '{"kind":"done","uuid":"U1","payload":{"items":[{"ref":1001}],"total":19.90,"currency":"usd"}}';
    const callback = await verifyOne(described, deliver(body));
    expect(callback).toMatchObject({ eventId: "U1", orderId: "1001", at: null });
    expect(bare(callback.facts)).toEqual([payment("paid", null, usd("19.9"))]);
    expect((await verifyOne(described, deliver(body.replace("done", "payment.succeeded")))).facts).toEqual([]);
  });

  it("with an amount beyond the precision of floats is exact", async () => {
    const described = await configured("standard", { ...setting, unit: "major" });
    const body = paidBody.replace("1999", "90071992547409.93");
    expect(bare((await verifyOne(described, deliver(body))).facts)).toEqual(of("paid", usd("90071992547409.93")));
  });

  it("is accepted during a rotation of the secret by either side", async () => {
    const rotating = await configured("standard", {
      paths,
      secret: [`whsec_${btoa("a new key of 24 bytes...")}`, SECRET],
    });
    expect(await stage(rotating, deliver(paidBody))).toBe("verified");
    const both = {
      ...headers(paidBody),
      "webhook-signature": `${sign(paidBody, { secret: btoa("gone") })} ${sign(paidBody)}`,
    };
    expect(await stage(provider, webhook(both, paidBody))).toBe("verified");
  });

  it("with an emoji in the order id is verified", async () => {
    expect((await verifyOne(provider, deliver(event("payment.succeeded", { order_id: "订单🧧" })))).orderId).toBe(
      "订单🧧",
    );
  });

  it.each([
    ["a byte of the body changed", () => webhook(headers(paidBody), flip(paidBody)), "signature"],
    [
      "a byte of the signature changed",
      () => webhook({ ...headers(paidBody), "webhook-signature": flip(sign(paidBody), 20) }, paidBody),
      "signature",
    ],
    ["a byte order mark before the body", () => webhook(headers(paidBody), `\u{feff}${paidBody}`), "signature"],
    ["a signature with a wrong secret", () => deliver(paidBody, { secret: btoa("another") }), "signature"],
    ["another id", () => webhook({ ...headers(paidBody), "webhook-id": "msg_2" }, paidBody), "signature"],
    [
      "an HMAC labelled v1a",
      () => webhook({ ...headers(paidBody), "webhook-signature": sign(paidBody).replace("v1,", "v1a,") }, paidBody),
      "signature",
    ],
    [
      "an empty v1 signature",
      () => webhook({ ...headers(paidBody), "webhook-signature": "v1," }, paidBody),
      "signature",
    ],
    ["301 s too old", () => deliver(paidBody, { at: NOW_SECONDS - 301 }), "time"],
    ["301 s too new", () => deliver(paidBody, { at: NOW_SECONDS + 301 }), "time"],
    ["a dot in its id", () => deliver(paidBody, { id: "msg.1" }), "header"],
    ["two ids", () => webhook([...Object.entries(headers(paidBody)), ["webhook-id", "msg_1"]], paidBody), "header"],
    ["no id", () => webhook({ ...headers(paidBody), "webhook-id": "" }, paidBody), "header"],
    ["no timestamp", () => webhook({ ...headers(paidBody), "webhook-timestamp": "" }, paidBody), "header"],
    ["no signature", () => webhook({ ...headers(paidBody), "webhook-signature": "" }, paidBody), "header"],
    ["a body that is not JSON", () => deliver("hello"), "parse"],
  ])("with %s is rejected", async (_what, delivery, at) => {
    expect(await stage(provider, delivery())).toBe(at);
  });

  it.each<[string, () => ReturnType<typeof deliver>, "no_event_id" | "unpriced"]>([
    ["an unreadable amount", () => deliver(event("payment.succeeded", { amount: 19.99 })), "unpriced"],
    ["an amount without a currency", () => deliver(event("payment.succeeded", { currency: null })), "unpriced"],
  ])("with %s is accepted without an amount or without facts", async (_what, delivery, what) => {
    const { facts, ignored } = await verifyOne(provider, delivery());
    if (what === "unpriced") expect(facts).toMatchObject([{ kind: "payment", money: null }]);
    else expect([facts, ignored]).toEqual([[], what]);
  });
});
