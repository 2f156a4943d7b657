import { randomBytes } from "node:crypto";
import HmacValidator from "@adyen/api-library/lib/src/utils/hmacValidator.js";
import { describe, expect, it } from "vitest";
import { adyen } from "../../src/callbacks/adyen.ts";
import type { Webhook } from "../../src/core/callback.ts";
import { bare, dispute, eur, flip, open, payment, prove, proveOne, stage, webhook } from "./delivery.ts";

const KEY = randomBytes(32).toString("hex").toUpperCase();
const setting = { hmacKey: KEY, merchantAccount: "Shop", live: false };
// The deep import is CommonJS, whose class stands under `default` twice.
const Validator = (HmacValidator as unknown as { default: typeof HmacValidator }).default ?? HmacValidator;

const item = {
  pspReference: "PSP1",
  originalReference: "",
  merchantAccountCode: "Shop",
  merchantReference: "ORD-1",
  amount: { value: 1999, currency: "EUR" },
  eventCode: "AUTHORISATION",
  success: "true",
};
type Item = typeof item;

function signed(fields: object, key = KEY): object {
  const all = { ...item, ...fields };
  const hmacSignature = new Validator().calculateHmac(all as never, key); // the library's own item type asks for far more than is signed
  return { ...all, eventDate: "2026-11-22T13:00:00+01:00", additionalData: { hmacSignature } };
}

const deliverAll = (items: readonly object[], live = "false"): Webhook =>
  webhook(
    {},
    JSON.stringify({ live, notificationItems: items.map((NotificationRequestItem) => ({ NotificationRequestItem })) }),
  );
const deliver = (fields: Partial<Record<keyof Item, unknown>> = {}) => deliverAll([signed(fields)]);

const paid = [payment("paid", "PSP1", eur("19.99"))];
const follows = { pspReference: "MOD1", originalReference: "PSP1" };
const refund = [{ kind: "refund", refundId: "MOD1", paymentId: "PSP1", money: eur("19.99"), cumulative: false }];
const refundFailed = [{ kind: "refund_failed", refundId: "MOD1", paymentId: "PSP1", money: eur("19.99") }];
const voided = { kind: "voided", paymentId: "PSP1" };
const cancelled = [payment("closed", "PSP1", eur("19.99")), voided];

const rows: readonly (readonly [event: string, success: string, fields: object, facts: object[]])[] = [
  ["AUTHORISATION", "true", {}, paid],
  ["AUTHORISATION", "false", {}, [payment("failed", "PSP1", eur("19.99"))]],
  ["PENDING", "true", {}, [payment("pending", "PSP1", eur("19.99"))]],
  ["OFFER_CLOSED", "true", {}, [payment("closed", "PSP1", eur("19.99"))]],
  ["CANCELLATION", "true", follows, cancelled],
  ["TECHNICAL_CANCEL", "true", follows, cancelled],
  ["CANCEL_OR_REFUND", "true", follows, cancelled],
  ["EXPIRE", "true", follows, cancelled],
  ["CAPTURE_FAILED", "true", follows, [voided]],
  ["REFUND", "true", follows, refund],
  ["REFUND_WITH_DATA", "true", follows, refund],
  ["REFUND", "false", follows, refundFailed],
  ["REFUND_WITH_DATA", "false", follows, refundFailed],
  ["REFUND_FAILED", "true", follows, refundFailed],
  ["REFUNDED_REVERSED", "true", follows, refundFailed],
  ["REQUEST_FOR_INFORMATION", "true", follows, [dispute("open", "PSP1")]],
  ["NOTIFICATION_OF_CHARGEBACK", "true", follows, [dispute("open", "PSP1")]],
  ["CHARGEBACK", "true", follows, [dispute("open", "PSP1")]],
  ["CHARGEBACK_REVERSED", "true", follows, [dispute("won", "PSP1")]],
  ["PREARBITRATION_WON", "true", follows, [dispute("won", "PSP1")]],
  ["SECOND_CHARGEBACK", "true", follows, [dispute("lost", "PSP1")]],
  ["PREARBITRATION_LOST", "true", follows, [dispute("lost", "PSP1")]],
];

/** The rows for captures made by hand, tested apart. */
const byHand = ["AUTHORISATION", "CAPTURE"].map((event) => `${event}, success = true, capture = manual`);

describe("an Adyen webhook", async () => {
  const provider = await open("adyen", setting);

  it("proves what Adyen's own library signed, and no time, which is not signed", async () => {
    const callback = await proveOne(provider, deliver());
    expect(callback).toMatchObject({
      eventId: "PSP1:AUTHORISATION:true",
      orderId: "ORD-1",
      paymentId: "PSP1",
      at: null,
    });
  });

  it.each(rows)("%s, success = %s", async (eventCode, success, fields, facts) => {
    expect(bare((await proveOne(provider, deliver({ eventCode, success, ...fields }))).facts)).toEqual(facts);
  });

  it("has a test for each row of its table", () => {
    const tested = [...byHand, ...rows.map(([event, success]) => `${event}, success = ${success}`)];
    expect(tested).toEqual(adyen.mapping.map(([row]) => row));
  });

  it("with captures made by hand proves a payment by its capture, not by its authorisation", async () => {
    const manual = await open("adyen", { ...setting, capture: "manual" });
    const pending = [payment("pending", "PSP1", eur("19.99"))];
    expect(bare((await proveOne(manual, deliver())).facts)).toEqual(pending);
    expect(bare((await proveOne(manual, deliver({ eventCode: "CAPTURE", ...follows }))).facts)).toEqual(paid);
  });

  it("of a capture or a report is acknowledged and proves nothing", async () => {
    for (const eventCode of ["CAPTURE", "REPORT_AVAILABLE"]) {
      expect((await proveOne(provider, deliver({ eventCode, ...follows }))).facts).toEqual([]);
    }
    expect(
      (await proveOne(provider, deliver({ eventCode: "CANCELLATION", success: "false", ...follows }))).facts,
    ).toEqual([]);
  });

  it.each([
    ["CLP", "19.99"],
    ["ISK", "19.99"],
    ["IDR", "1999"],
    ["CVE", "1999"],
    ["JPY", "1999"],
    ["KWD", "1.999"],
  ])("counts %s by Adyen's own digits", async (currency, major) => {
    const callback = await proveOne(provider, deliver({ amount: { value: 1999, currency } }));
    expect(callback.facts).toMatchObject([{ money: { unit: "major", amount: major, currency } }]);
  });

  it("of a currency Adyen has not got is not guessed at", async () => {
    const callback = await proveOne(provider, deliver({ amount: { value: 1999, currency: "XYZ" } }));
    expect(callback.facts).toMatchObject([{ money: { unit: "unknown", amount: "1999", currency: "XYZ" } }]);
  });

  it("takes a reference with colons, slashes and emoji", async () => {
    const merchantReference = "订单:🧧\\:/1";
    expect((await proveOne(provider, deliver({ merchantReference }))).orderId).toBe(merchantReference);
  });

  it("in a batch proves each item", async () => {
    const batch = deliverAll([signed({}), signed({ merchantReference: "ORD-2", pspReference: "PSP2" })]);
    expect((await prove(provider, batch)).map(({ orderId }) => orderId)).toEqual(["ORD-1", "ORD-2"]);
  });

  it("in a batch is refused with all the others if one is not signed", async () => {
    expect(await stage(provider, deliverAll([signed({}), { ...signed({}), success: "false" }]))).toBe("signature");
    expect(await stage(provider, deliverAll([signed({}), item]))).toBe("header");
  });

  it("is taken with either key while it is being rotated", async () => {
    const rotating = await open("adyen", { ...setting, hmacKey: ["00".repeat(32), KEY] });
    expect(await stage(rotating, deliver())).toBe("proved");
  });

  it.each([
    [
      "a signed field changed",
      () => deliverAll([{ ...signed({}), amount: { value: 1, currency: "EUR" } }]),
      "signature",
    ],
    [
      "a byte of the signature changed",
      () =>
        webhook(
          {},
          Buffer.from(deliver().body)
            .toString()
            .replace(/"hmacSignature":"(.+?)"/, (_, text: string) => `"hmacSignature":"${flip(text, 5)}"`),
        ),
      "signature",
    ],
    ["another key", () => deliverAll([signed({}, "11".repeat(32))]), "signature"],
    ["another account", () => deliver({ merchantAccountCode: "OtherShop" }), "identity"],
    [
      "a colon moved into the account",
      () => deliver({ merchantAccountCode: "Shop:ORD", merchantReference: "1" }),
      "identity",
    ],
    [
      "a colon moved into the amount",
      () => deliver({ merchantReference: "ORD", amount: { value: "1:1999", currency: "EUR" } }),
      "parse",
    ],
    [
      "a colon moved into the amount of a mere report",
      () => deliver({ eventCode: "REPORT_AVAILABLE", amount: { value: "1:1", currency: "EUR" } }),
      "parse",
    ],
    [
      "a colon moved into the reference of the payment",
      () => deliver({ pspReference: "PSP1:", originalReference: "" }),
      "parse",
    ],
    ["a success that is neither", () => deliver({ success: "maybe" }), "parse"],
    ["an amount below nothing", () => deliver({ amount: { value: -1, currency: "EUR" } }), "parse"],
    ["no items", () => deliverAll([]), "header"],
    ["an item that is none", () => webhook({}, '{"live":"false","notificationItems":[1]}'), "parse"],
    ["no JSON", () => webhook({}, "[accepted]"), "parse"],
    ["a byte order mark", () => webhook({}, `\u{feff}${Buffer.from(deliver().body).toString()}`), "parse"],
    ["the other live", () => deliverAll([signed({})], "true"), "identity"],
  ])("with %s is refused", async (_what, delivery, at) => {
    expect(await stage(provider, delivery())).toBe(at);
  });
});
