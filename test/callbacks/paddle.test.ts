// Paddle's library cannot sign: node:crypto signs, and the library must verify the result as well.
import { createHmac } from "node:crypto";
import { Paddle } from "@paddle/paddle-node-sdk";
import { describe, expect, it } from "vitest";
import { paddle } from "../../src/callbacks/paddle.ts";
import type { Webhook } from "../../src/core/callback.ts";
import {
  bare,
  configured,
  dispute,
  flip,
  NOW,
  NOW_SECONDS,
  payment,
  stage,
  usd,
  verifyOne,
  webhook,
} from "./delivery.ts";

const SECRET = "pdl_ntfset_of_this_test";
const h1 = (body: string, at: number, secret = SECRET): string =>
  createHmac("sha256", secret).update(`${at}:${body}`).digest("hex");
const sign = (body: string, { secret = SECRET, at = NOW_SECONDS } = {}): string =>
  `ts=${at};h1=${h1(body, at, secret)}`;
const deliver = (body: string, options = {}) => webhook({ "Paddle-Signature": sign(body, options) }, body);

const event = (event_type: string, data: object, more: object = {}): string =>
  JSON.stringify({
    event_id: "evt_1",
    event_type,
    occurred_at: "2026-11-22T12:00:00.123456Z",
    notification_id: "ntf_1",
    data,
    ...more,
  });

const transaction = {
  id: "txn_1",
  origin: "web",
  currency_code: "USD",
  custom_data: { order_id: "ORD-1" },
  details: { totals: { total: "1999", grand_total: "999" } },
};
const adjustment = {
  id: "adj_1",
  transaction_id: "txn_1",
  action: "refund",
  status: "approved",
  currency_code: "USD",
  totals: { total: "500" },
};
const paidBody = event("transaction.completed", transaction);

const of = (status: string) => [payment(status, "txn_1", usd("19.99"))];
const refund = [{ kind: "refund", refundId: "adj_1", paymentId: "txn_1", money: usd("5"), cumulative: false }];
const refundFailed = [{ kind: "refund_failed", refundId: "adj_1", paymentId: "txn_1", money: usd("5") }];

const adjustments = (action: string, statuses: readonly string[], facts: object[]) =>
  ["adjustment.created", "adjustment.updated"].map(
    (type) =>
      [
        `${type}, action = ${action}, status = ${statuses.join(" or ")}`,
        type,
        { ...adjustment, action, status: statuses.at(-1) },
        facts,
      ] as const,
  );

const first = ", origin = web or api";
const disputed = (status: string) => [dispute(status, "txn_1", null, usd("5"))];

const rows: readonly (readonly [row: string, type: string, data: object, facts: object[]])[] = [
  [`transaction.paid${first}`, "transaction.paid", transaction, of("paid")],
  [`transaction.completed${first}`, "transaction.completed", transaction, of("paid")],
  [`transaction.payment_failed${first}`, "transaction.payment_failed", transaction, of("failed")],
  [`transaction.past_due${first}`, "transaction.past_due", transaction, of("failed")],
  [`transaction.canceled${first}`, "transaction.canceled", transaction, of("closed")],
  ...adjustments("refund", ["approved"], refund),
  ...adjustments("refund", ["rejected", "reversed"], refundFailed),
  ...adjustments("chargeback_warning", ["approved"], disputed("open")),
  ...adjustments("chargeback_warning_reverse", ["approved"], disputed("won")),
  ...adjustments("chargeback", ["approved"], disputed("lost")),
  ...adjustments("chargeback_reverse", ["approved"], disputed("won")),
];

describe("a Paddle webhook", async () => {
  const provider = await configured("paddle", { secret: SECRET });

  it("that Paddle's own library verifies is verified", async () => {
    // The library reads the clock itself, so this delivery is signed with the current time.
    const at = Math.floor(Date.now() / 1000);
    expect(await new Paddle("key").webhooks.isSignatureValid(paidBody, SECRET, sign(paidBody, { at }))).toBe(true);
    expect(await stage(provider, deliver(paidBody, { at }), at * 1000)).toBe("verified");
    expect(await verifyOne(provider, deliver(paidBody))).toMatchObject({
      eventId: "evt_1",
      orderId: "ORD-1",
      paymentId: "txn_1",
      at: NOW + 123,
    });
  });

  it.each(rows)("%s", async (_row, type, data, facts) => {
    expect(bare((await verifyOne(provider, deliver(event(type, data)))).facts)).toEqual(facts);
  });

  it("has a test for every rule", () => {
    expect(rows.map(([row]) => row)).toEqual(paddle.mapping.map(([row]) => row));
  });

  it.each(["subscription_recurring", "subscription_charge", "subscription_update", undefined])(
    "of a transaction with the origin %s yields no facts, since it repeats the first order's custom data",
    async (origin) => {
      const renewal = deliver(event("transaction.completed", { ...transaction, origin }));
      expect((await verifyOne(provider, renewal)).facts).toEqual([]);
    },
  );

  it("of a refund that waits for approval yields no facts", async () => {
    expect(
      (await verifyOne(provider, deliver(event("adjustment.created", { ...adjustment, status: "pending_approval" }))))
        .facts,
    ).toEqual([]);
  });

  it("without custom data has the transaction's id as its order; a refund has only the transaction", async () => {
    expect(
      (await verifyOne(provider, deliver(event("transaction.paid", { ...transaction, custom_data: null })))).orderId,
    ).toBe("txn_1");
    expect((await verifyOne(provider, deliver(event("adjustment.updated", adjustment)))).orderId).toBeNull();
  });

  it("is accepted during a rotation of the secret by any matching h1", async () => {
    const rotating = await configured("paddle", { secret: ["new", SECRET] });
    const good = sign(paidBody);
    const other = h1(paidBody, NOW_SECONDS, "gone");
    for (const value of [good, `${good};h1=${other}`, `ts=${NOW_SECONDS};h1=${other};${good.split(";")[1] ?? ""}`]) {
      expect(await stage(rotating, webhook({ "paddle-signature": value }, paidBody))).toBe("verified");
    }
  });

  it("is accepted within the setting's tolerance, in the past and in the future", async () => {
    const strict = await configured("paddle", { secret: SECRET, tolerance: 5 });
    expect(await stage(strict, deliver(paidBody, { at: NOW_SECONDS - 5 }))).toBe("verified");
    expect(await stage(strict, deliver(paidBody, { at: NOW_SECONDS - 6 }))).toBe("time");
  });

  it.each([
    ["a byte of the body changed", () => webhook({ "paddle-signature": sign(paidBody) }, flip(paidBody)), "signature"],
    [
      "a byte of the signature changed",
      () => webhook({ "paddle-signature": flip(sign(paidBody), 40) }, paidBody),
      "signature",
    ],
    [
      "a byte order mark before the body",
      () => webhook({ "paddle-signature": sign(paidBody) }, `\u{feff}${paidBody}`),
      "signature",
    ],
    ["a signature with a wrong secret", () => deliver(paidBody, { secret: "other" }), "signature"],
    ["61 s too old", () => deliver(paidBody, { at: NOW_SECONDS - 61 }), "time"],
    ["61 s too new", () => deliver(paidBody, { at: NOW_SECONDS + 61 }), "time"],
    ["no header", () => webhook({}, paidBody), "header"],
    [
      "two headers",
      () =>
        webhook(
          [
            ["paddle-signature", sign(paidBody)],
            ["paddle-signature", sign(paidBody)],
          ],
          paidBody,
        ),
      "header",
    ],
    ["no ts", () => webhook({ "paddle-signature": `h1=${h1(paidBody, NOW_SECONDS)}` }, paidBody), "header"],
    ["no h1", () => webhook({ "paddle-signature": `ts=${NOW_SECONDS};h2=00` }, paidBody), "header"],
    ["two ts", () => webhook({ "paddle-signature": `ts=1;${sign(paidBody)}` }, paidBody), "header"],
    ["a body that is not JSON", () => deliver("hello"), "parse"],
  ])("with %s is rejected", async (_what, delivery, at) => {
    expect(await stage(provider, delivery())).toBe(at);
  });

  it.each<[string, () => Webhook | Promise<Webhook>, "no_event_id" | "unpriced"]>([
    ["no event id", () => deliver(event("transaction.paid", transaction, { event_id: "" })), "no_event_id"],
    [
      "an unreadable amount",
      () => deliver(event("transaction.paid", { ...transaction, details: { totals: { total: "19.99" } } })),
      "unpriced",
    ],
  ])("with %s is accepted without an amount or without facts", async (_what, delivery, what) => {
    const { facts, ignored } = await verifyOne(provider, await delivery());
    if (what === "unpriced") expect(facts).toMatchObject([{ kind: "payment", money: null }]);
    else expect([facts, ignored]).toEqual([[], what]);
  });
});
