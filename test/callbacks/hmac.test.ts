// @octokit/webhooks-methods signs bodies as GitHub does. node:crypto signs those with time or base64.
import { createHmac } from "node:crypto";
import { sign as octokitSign } from "@octokit/webhooks-methods";
import { describe, expect, it } from "vitest";
import { hmac } from "../../src/callbacks/hmac.ts";
import type { Webhook } from "../../src/core/callback.ts";
import { bare, configured, flip, NOW, NOW_SECONDS, payment, stage, usd, verifyOne, webhook } from "./delivery.ts";

const SECRET = "a secret of this test";
const paths = { amount: "amount", currency: "currency" };
const github = { paths, secret: SECRET, header: "X-Hub-Signature-256", prefix: "sha256=" };
const stamped = { paths, secret: SECRET, header: "x-signature", timestampHeader: "X-Timestamp", encoding: "base64" };

const event = (status: string, more: object = {}): string =>
  JSON.stringify({
    event_id: "e-1",
    order_id: "ORD-1",
    status,
    amount: 1999,
    currency: "USD",
    payment_id: "P1",
    refund_id: "R1",
    time: "2026-11-22T12:00:00Z",
    ...more,
  });
const paidBody = event("paid");

const deliver = async (body: string, secret = SECRET) =>
  webhook({ "x-hub-signature-256": await octokitSign(secret, body) }, body);

const digest = (text: string) => createHmac("sha256", SECRET).update(text).digest("base64");
const deliverStamped = (body: string, at = NOW_SECONDS) =>
  webhook({ "x-signature": digest(`${at}.${body}`), "x-timestamp": String(at) }, body);

const of = (status: string) => [payment(status, "P1", usd("19.99"))];
const refund = [{ kind: "refund", refundId: "R1", paymentId: "P1", money: usd("19.99"), cumulative: false }];

const rows: readonly (readonly [row: string, facts: object[]])[] = [
  ["pending", of("pending")],
  ["failed", of("failed")],
  ["closed", of("closed")],
  ["paid", of("paid")],
  ["refunded", refund],
  ["partially_refunded", refund],
  ["refund_failed", [{ kind: "refund_failed", refundId: "R1", paymentId: "P1", money: usd("19.99") }]],
  ["voided", [{ kind: "voided", voidId: null, paymentId: "P1", money: usd("19.99") }]],
];

describe("a webhook with an HMAC", async () => {
  const provider = await configured("hmac", github);
  const withTime = await configured("hmac", stamped);

  it("of a partial refund without an amount yields no facts, since it would count as a full refund", async () => {
    const unstated = event("partially_refunded", { amount: undefined });
    expect((await verifyOne(provider, await deliver(unstated))).facts).toEqual([]);
  });

  it("signed by another library is verified", async () => {
    const callback = await verifyOne(provider, await deliver(paidBody));
    expect(callback).toMatchObject({ eventId: "e-1", type: "paid", orderId: "ORD-1", paymentId: "P1", at: NOW });
  });

  it.each(rows)("%s", async (status, facts) => {
    expect(bare((await verifyOne(provider, await deliver(event(status)))).facts)).toEqual(facts);
  });

  it("has a test for every rule", () => {
    expect(rows.map(([row]) => row)).toEqual(hmac.mapping.map(([row]) => row));
  });

  it("is read by every outcome of the setting", async () => {
    const words = {
      a: "refund",
      b: "dispute_open",
      c: "dispute_won",
      d: "dispute_lost",
      e: "ignored",
      __proto__x: "paid",
    };
    const described = await configured("hmac", { ...github, outcomes: words });
    const kinds = async (status: string) =>
      (await verifyOne(described, await deliver(event(status)))).facts.map(({ kind }) => kind);
    expect(await kinds("a")).toEqual(["refund"]);
    for (const status of ["b", "c", "d"]) expect(await kinds(status)).toEqual(["dispute"]);
    for (const status of ["e", "paid", "__proto__", "constructor"]) expect(await kinds(status)).toEqual([]);
  });

  it("with a time and base64 is verified", async () => {
    expect(await stage(withTime, deliverStamped(paidBody))).toBe("verified");
    expect(await stage(withTime, deliverStamped(event("paid", { order_id: "订单🧧" })))).toBe("verified");
  });

  it("is accepted with the old and the new secret during a rotation", async () => {
    expect(await stage(await configured("hmac", { ...github, secret: ["new", SECRET] }), await deliver(paidBody))).toBe(
      "verified",
    );
  });

  it("without an event id yields no facts, since a repetition could not be recognised", async () => {
    expect(await verifyOne(provider, await deliver('{"foo":"bar"}'))).toMatchObject({ facts: [], ignored: null });
    const paid = event("paid", { event_id: undefined });
    expect(await verifyOne(provider, await deliver(paid))).toMatchObject({ facts: [], ignored: "no_event_id" });
    expect(await verifyOne(withTime, deliverStamped(paid))).toMatchObject({ facts: [], ignored: "no_event_id" });
  });

  it.each([
    [
      "a byte of the body changed",
      async () => webhook({ "x-hub-signature-256": await octokitSign(SECRET, paidBody) }, flip(paidBody)),
      "signature",
    ],
    [
      "a byte of the signature changed",
      async () => webhook({ "x-hub-signature-256": flip(await octokitSign(SECRET, paidBody), 20) }, paidBody),
      "signature",
    ],
    [
      "a byte order mark before the body",
      async () => webhook({ "x-hub-signature-256": await octokitSign(SECRET, paidBody) }, `\u{feff}${paidBody}`),
      "signature",
    ],
    ["a signature with a wrong secret", () => deliver(paidBody, "another"), "signature"],
    [
      "two signatures",
      async () => {
        const signature = await octokitSign(SECRET, paidBody);
        return webhook(
          [
            ["x-hub-signature-256", signature],
            ["x-hub-signature-256", signature],
          ],
          paidBody,
        );
      },
      "signature",
    ],
    [
      "a SHA-1 signature",
      async () =>
        webhook(
          { "x-hub-signature-256": `sha1=${createHmac("sha1", SECRET).update(paidBody).digest("hex")}` },
          paidBody,
        ),
      "header",
    ],
    [
      "no prefix",
      async () => webhook({ "x-hub-signature-256": (await octokitSign(SECRET, paidBody)).slice(7) }, paidBody),
      "header",
    ],
    ["no signature", async () => webhook({}, paidBody), "header"],
    ["a body that is not JSON", () => deliver("Hello, World!"), "parse"],
  ])("with %s is rejected", async (_what, delivery, at) => {
    expect(await stage(provider, await delivery())).toBe(at);
  });

  it.each<[string, () => Webhook | Promise<Webhook>, "no_event_id" | "unpriced"]>([
    ["an unreadable amount", () => deliver(event("paid", { amount: "lots" })), "unpriced"],
  ])("with %s is accepted without an amount or without facts", async (_what, delivery, what) => {
    const { facts, ignored } = await verifyOne(provider, await delivery());
    if (what === "unpriced") expect(facts).toMatchObject([{ kind: "payment", money: null }]);
    else expect([facts, ignored]).toEqual([[], what]);
  });

  it.each([
    ["301 s too old", () => deliverStamped(paidBody, NOW_SECONDS - 301), "time"],
    ["301 s too new", () => deliverStamped(paidBody, NOW_SECONDS + 301), "time"],
    ["no timestamp where it is required", () => webhook({ "x-signature": digest(paidBody) }, paidBody), "header"],
    [
      "two timestamps",
      () =>
        webhook(
          [
            ["x-signature", digest(`${NOW_SECONDS}.${paidBody}`)],
            ["x-timestamp", String(NOW_SECONDS)],
            ["x-timestamp", "1"],
          ],
          paidBody,
        ),
      "header",
    ],
    [
      "another timestamp",
      () =>
        webhook(
          { "x-signature": digest(`${NOW_SECONDS}.${paidBody}`), "x-timestamp": String(NOW_SECONDS + 1) },
          paidBody,
        ),
      "signature",
    ],
  ])("with a time and %s is rejected", async (_what, delivery, at) => {
    expect(await stage(withTime, delivery())).toBe(at);
  });
});
