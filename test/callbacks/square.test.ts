// Square's library cannot sign: node:crypto signs, and the official helper must verify the result.
import { createHmac } from "node:crypto";
import { WebhooksHelper } from "square";
import { describe, expect, it } from "vitest";
import { square } from "../../src/callbacks/square.ts";
import type { Webhook } from "../../src/core/callback.ts";
import { bare, configured, dispute, flip, NOW, payment, stage, usd, verifyOne, webhook } from "./delivery.ts";

const setting = {
  secret: "a-signature-key",
  notificationUrl: "https://shop.example/callbacks/square?x=1",
  merchantId: "M1",
};

const sign = (body: string, { secret = setting.secret, url = setting.notificationUrl } = {}): string =>
  createHmac("sha256", secret)
    .update(url + body)
    .digest("base64");
const deliver = (body: string, options = {}) => webhook({ "X-Square-HmacSha256-Signature": sign(body, options) }, body);

const event = (type: string, object: object, more: object = {}): string =>
  JSON.stringify({
    merchant_id: "M1",
    type,
    event_id: "E1",
    created_at: "2026-11-22T12:00:00.123456789Z",
    data: { object },
    ...more,
  });

const money = (amount: number) => ({ amount, currency: "USD" });
const paymentObject = {
  id: "P1",
  status: "COMPLETED",
  order_id: "sq-order",
  reference_id: "ORD-1",
  total_money: money(1999),
};
const refundObject = {
  id: "R1",
  payment_id: "P1",
  order_id: "sq-refund-order",
  status: "COMPLETED",
  amount_money: money(500),
};
const disputeObject = {
  id: "D1",
  disputed_payment: { payment_id: "P1" },
  amount_money: money(1999),
  state: "EVIDENCE_REQUIRED",
};
const paidBody = event("payment.updated", { payment: paymentObject });

const of = (status: string) => payment(status, "P1", usd("19.99"));
const refunded = { kind: "refund", refundId: null, paymentId: "P1", money: usd("5"), cumulative: true };
const refund = { kind: "refund", refundId: "R1", paymentId: "P1", money: usd("5"), cumulative: false };
const refundFailed = { kind: "refund_failed", refundId: "R1", paymentId: "P1", money: usd("5") };

const disputeIn = (state: string) => ({ dispute: { ...disputeObject, state } });
const disputed = (status: string) => dispute(status, "P1", disputeObject.id, usd("19.99"));

const rows: readonly (readonly [row: string, type: string, object: object, facts: readonly object[]])[] = [
  ...["payment.created", "payment.updated"].flatMap((type) => [
    [
      `${type}, status = COMPLETED, refunded = yes`,
      type,
      { payment: { ...paymentObject, refunded_money: money(500) } },
      [of("paid"), refunded],
    ] as const,
    [
      `${type}, status = COMPLETED`,
      type,
      { payment: { ...paymentObject, refunded_money: money(0) } },
      [of("paid")],
    ] as const,
    [
      `${type}, status = APPROVED or PENDING`,
      type,
      { payment: { ...paymentObject, status: "APPROVED" } },
      [of("pending")],
    ] as const,
    [
      `${type}, status = CANCELED or FAILED`,
      type,
      { payment: { ...paymentObject, status: "CANCELED" } },
      [of("failed")],
    ] as const,
  ]),
  ...["refund.created", "refund.updated"].flatMap((type) => [
    [`${type}, status = COMPLETED`, type, { refund: refundObject }, [refund]] as const,
    [
      `${type}, status = REJECTED or FAILED`,
      type,
      { refund: { ...refundObject, status: "FAILED" } },
      [refundFailed],
    ] as const,
  ]),
  ...["dispute.created", "dispute.state.updated", "dispute.state.changed"].flatMap((type) => [
    [`${type}, state = WON or INQUIRY_CLOSED`, type, disputeIn("WON"), [disputed("won")]] as const,
    [`${type}, state = LOST or ACCEPTED`, type, disputeIn("LOST"), [disputed("lost")]] as const,
    [type, type, disputeIn("EVIDENCE_REQUIRED"), [disputed("open")]] as const,
  ]),
];

describe("a Square webhook", async () => {
  const provider = await configured("square", setting);

  it("that Square's own helper verifies is verified", async () => {
    const check = {
      requestBody: paidBody,
      signatureHeader: sign(paidBody),
      signatureKey: setting.secret,
      notificationUrl: setting.notificationUrl,
    };
    expect(await WebhooksHelper.verifySignature(check)).toBe(true);
    const callback = await verifyOne(provider, deliver(paidBody));
    expect(callback).toMatchObject({ eventId: "E1", orderId: "ORD-1", paymentId: "P1", at: NOW + 123 });
  });

  it.each(rows)("%s", async (_row, type, object, facts) => {
    expect(bare((await verifyOne(provider, deliver(event(type, object)))).facts)).toEqual(facts);
  });

  it("has a test for every rule", () => {
    expect(rows.map(([row]) => row)).toEqual(square.mapping.map(([row]) => row));
  });

  it("of a refund has a payment id but no order id, since Square's order is not the merchant's", async () => {
    expect(await verifyOne(provider, deliver(event("refund.updated", { refund: refundObject })))).toMatchObject({
      orderId: null,
      paymentId: "P1",
    });
  });

  it("of a payment without a reference has Square's order id", async () => {
    const body = event("payment.updated", { payment: { ...paymentObject, reference_id: undefined } });
    expect((await verifyOne(provider, deliver(body))).orderId).toBe("sq-order");
  });

  it("of another merchant is authentic but yields no facts", async () => {
    const delivery = deliver(event("payment.updated", { payment: paymentObject }, { merchant_id: "M2" }));
    expect(await verifyOne(provider, delivery)).toMatchObject({ facts: [], ignored: "other_account" });
  });

  it("of a tipped payment has the amount without the tip", async () => {
    const tipped = { ...paymentObject, total_money: money(2299), tip_money: money(300) };
    const callback = await verifyOne(provider, deliver(event("payment.updated", { payment: tipped })));
    expect(bare(callback.facts)).toEqual([of("paid")]);
  });

  it("is accepted with the old and the new key during a rotation", async () => {
    expect(
      await stage(await configured("square", { ...setting, secret: ["new", setting.secret] }), deliver(paidBody)),
    ).toBe("verified");
  });

  it("with an emoji is verified", async () => {
    const body = event("payment.updated", { payment: { ...paymentObject, reference_id: "订单-🧧" } });
    expect((await verifyOne(provider, deliver(body))).orderId).toBe("订单-🧧");
  });

  it.each([
    [
      "a byte of the body changed",
      () => webhook({ "x-square-hmacsha256-signature": sign(paidBody) }, flip(paidBody)),
      "signature",
    ],
    [
      "a byte of the signature changed",
      () => webhook({ "x-square-hmacsha256-signature": flip(sign(paidBody)) }, paidBody),
      "signature",
    ],
    [
      "a byte order mark before the body",
      () => webhook({ "x-square-hmacsha256-signature": sign(paidBody) }, `\u{feff}${paidBody}`),
      "signature",
    ],
    ["a signature with a wrong key", () => deliver(paidBody, { secret: "another" }), "signature"],
    [
      "a signature over another URL",
      () => deliver(paidBody, { url: "https://10.0.0.1/callbacks/square?x=1" }),
      "signature",
    ],
    [
      "two signatures",
      () =>
        webhook(
          [
            ["x-square-hmacsha256-signature", sign(paidBody)],
            ["x-square-hmacsha256-signature", sign(paidBody)],
          ],
          paidBody,
        ),
      "signature",
    ],
    ["no signature", () => webhook({}, paidBody), "header"],
    ["a body that is not JSON", () => deliver("hello"), "parse"],
  ])("with %s is rejected", async (_what, delivery, at) => {
    expect(await stage(provider, delivery())).toBe(at);
  });

  it.each<[string, () => Webhook | Promise<Webhook>, "no_event_id" | "unpriced"]>([
    [
      "no event id",
      () => deliver(event("payment.updated", { payment: paymentObject }, { event_id: null })),
      "no_event_id",
    ],
    [
      "an unreadable amount",
      () => deliver(event("payment.updated", { payment: { ...paymentObject, total_money: money(19.99) } })),
      "unpriced",
    ],
  ])("with %s is accepted without an amount or without facts", async (_what, delivery, what) => {
    const { facts, ignored } = await verifyOne(provider, await delivery());
    if (what === "unpriced") expect(facts).toMatchObject([{ kind: "payment", money: null }]);
    else expect([facts, ignored]).toEqual([[], what]);
  });
});
