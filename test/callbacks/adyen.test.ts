import { randomBytes } from "node:crypto";
import HmacValidator from "@adyen/api-library/lib/src/utils/hmacValidator.js";
import { describe, expect, it } from "vitest";
import { adyen } from "../../src/callbacks/adyen.ts";
import { providers } from "../../src/callbacks/providers.ts";
import type { Webhook } from "../../src/core/callback.ts";
import { bare, configured, dispute, eur, flip, payment, stage, verify, verifyOne, webhook } from "./delivery.ts";

const KEY = randomBytes(32).toString("hex").toUpperCase();
const setting = { hmacKey: KEY, merchantAccount: "Shop", live: false };
// The deep import is CommonJS and nests the class under `default` twice.
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
const captured = [{ kind: "capture", captureId: "MOD1", paymentId: "PSP1", money: eur("19.99") }];
const captureFailed = (captureId: string | null) => [{ kind: "capture_failed", captureId, paymentId: "PSP1" }];
const refundOf = (money: object | null) => ({
  kind: "refund",
  refundId: "MOD1",
  paymentId: "PSP1",
  money,
  cumulative: false,
});
const refund = [refundOf(eur("19.99"))];
const refundFailed = [{ kind: "refund_failed", refundId: "MOD1", paymentId: "PSP1", money: eur("19.99") }];
const voidOf = (money: object | null) => ({ kind: "voided", voidId: "MOD1", paymentId: "PSP1", money });
const disputed = (status: string) => [dispute(status, "PSP1", "MOD1", eur("19.99"))];
const splitId = "MOD1";
const split = { pspReference: "MOD1" };
const closed = { kind: "split_closed", splitId, money: eur("19.99") };

const byHand = "success = true, capture = manual";
const done = "success = true";
const undone = "success = false";

type TestedRow = readonly [event: string, where: string, facts: object[], fields?: object];

/** Rows of one outcome, for a modification of the payment PSP1. */
const each = (events: readonly string[], where: string, facts: object[]): TestedRow[] =>
  events.map((event) => [event, where, facts]);

const rows: readonly TestedRow[] = [
  ["AUTHORISATION", byHand, [payment("pending", "PSP1", eur("19.99"))], { pspReference: "PSP1" }],
  ["AUTHORISATION", done, paid, { pspReference: "PSP1" }],
  ["AUTHORISATION", undone, [payment("failed", "PSP1", eur("19.99"))], { pspReference: "PSP1" }],
  ["PENDING", done, [payment("pending", "PSP1", eur("19.99"))], { pspReference: "PSP1" }],
  ["CAPTURE", done, captured],
  ["CAPTURE", undone, captureFailed("MOD1")],
  ["CAPTURE_FAILED", done, captureFailed(null)],
  ["OFFER_CLOSED", done, [payment("failed", "PSP1", eur("19.99"))], { pspReference: "PSP1" }],
  ...each(["CANCELLATION", "TECHNICAL_CANCEL"], done, [voidOf(eur("19.99"))]),
  ["EXPIRE", done, [voidOf(null)]],
  ["MANUAL_REVIEW_REJECT", done, [voidOf(eur("19.99"))]],
  ["CANCEL_OR_REFUND", byHand, [...refund, voidOf(null)]],
  ["CANCEL_OR_REFUND", done, refund],
  ...each(["REFUND", "REFUND_WITH_DATA"], done, refund),
  ...each(["REFUND", "REFUND_WITH_DATA"], undone, refundFailed),
  ...each(["REFUND_FAILED", "REFUNDED_REVERSED"], done, refundFailed),
  ...each(["REQUEST_FOR_INFORMATION", "NOTIFICATION_OF_CHARGEBACK", "CHARGEBACK"], done, disputed("open")),
  ...each(["CHARGEBACK_REVERSED", "PREARBITRATION_WON", "ISSUER_RESPONSE_TIMEFRAME_EXPIRED"], done, disputed("won")),
  ...each(["SECOND_CHARGEBACK", "PREARBITRATION_LOST", "DISPUTE_DEFENSE_PERIOD_ENDED"], done, disputed("lost")),
  ["ORDER_OPENED", done, [{ kind: "split_opened", splitId, money: eur("19.99") }], split],
  ["ORDER_CLOSED", done, [{ ...closed, succeeded: true }], { pspReference: "MOD2", originalReference: "MOD1" }],
  ["ORDER_CLOSED", undone, [{ ...closed, succeeded: false }], { pspReference: "MOD2", originalReference: "MOD1" }],
];

describe("an Adyen webhook", async () => {
  const provider = await configured("adyen", setting);

  it("signed by Adyen's own library is verified, without the unsigned time", async () => {
    const callback = await verifyOne(provider, deliver());
    expect(callback).toMatchObject({
      eventId: "PSP1:AUTHORISATION:true",
      orderId: "ORD-1",
      paymentId: "PSP1",
      at: null,
    });
  });

  const tested = rows.map(([event, where, facts, fields = follows]) => [event, where, facts, fields] as const);

  it.each(tested)("%s, %s", async (eventCode, where, facts, fields) => {
    const opened = where === byHand ? await configured("adyen", { ...setting, capture: "manual" }) : provider;
    const success = where === undone ? "false" : "true";
    expect(bare((await verifyOne(opened, deliver({ eventCode, success, ...fields }))).facts)).toEqual(facts);
  });

  it("has a test for every rule", () => {
    expect(rows.map(([event, where]) => `${event}, ${where}`)).toEqual(adyen.mapping.map(([row]) => row));
  });

  it("with manual capture names the failed capture", async () => {
    const manual = await configured("adyen", { ...setting, capture: "manual" });
    const failed = await verifyOne(manual, deliver({ eventCode: "CAPTURE_FAILED", ...follows }));
    expect(bare(failed.facts)).toEqual(captureFailed("MOD1"));
  });

  it.each([0, ""])("of a cancellation that states the amount %j covers all of the payment", async (value) => {
    const all = { amount: { value, currency: value === "" ? "" : "EUR" }, ...follows };
    const cancelled = await verifyOne(provider, deliver({ eventCode: "CANCELLATION", ...all }));
    expect(bare(cancelled.facts)).toEqual([voidOf(null)]);
    const reversed = await verifyOne(provider, deliver({ eventCode: "CANCEL_OR_REFUND", ...all }));
    expect(bare(reversed.facts)).toEqual([refundOf(null)]);
  });

  it.each([
    ["a report", { eventCode: "REPORT_AVAILABLE", merchantReference: "" }],
    ["a failed cancellation", { eventCode: "CANCELLATION", success: "false" }],
    ["a defense that was sent", { eventCode: "INFORMATION_SUPPLIED" }],
  ])("of %s is accepted without facts", async (_what, fields) => {
    expect(await verifyOne(provider, deliver({ ...follows, ...fields }))).toMatchObject({ facts: [], ignored: null });
  });

  it.each([
    ["CLP", "19.99"],
    ["ISK", "19.99"],
    ["IDR", "1999"],
    ["CVE", "1999"],
    ["JPY", "1999"],
    ["KWD", "1.999"],
  ])("with an amount in %s uses Adyen's number of digits", async (currency, major) => {
    const callback = await verifyOne(provider, deliver({ amount: { value: 1999, currency } }));
    expect(callback.facts).toMatchObject([{ money: { unit: "major", amount: major, currency } }]);
  });

  it("of a currency that Adyen does not support has an unknown unit", async () => {
    const callback = await verifyOne(provider, deliver({ amount: { value: 1999, currency: "XYZ" } }));
    expect(callback.facts).toMatchObject([{ money: { unit: "unknown", amount: "1999", currency: "XYZ" } }]);
  });

  it("accepts a reference with colons, slashes and emoji", async () => {
    const merchantReference = "订单:🧧\\:/1";
    expect((await verifyOne(provider, deliver({ merchantReference }))).orderId).toBe(merchantReference);
  });

  it("with several items yields the facts of each item", async () => {
    const batch = deliverAll([signed({}), signed({ merchantReference: "ORD-2", pspReference: "PSP2" })]);
    expect((await verify(provider, batch)).map(({ orderId }) => orderId)).toEqual(["ORD-1", "ORD-2"]);
  });

  it("with one unsigned item is rejected as a whole", async () => {
    expect(await stage(provider, deliverAll([signed({}), { ...signed({}), success: "false" }]))).toBe("signature");
    expect(await stage(provider, deliverAll([signed({}), item]))).toBe("header");
  });

  it("with a part that is nested too deeply is rejected, not read as an empty batch", async () => {
    const text = Buffer.from(deliver().body).toString();
    const deep = text.replace("{", `{"unsigned":${"[".repeat(30_000)}${"]".repeat(30_000)},`);
    expect(await stage(provider, webhook({}, deep))).toBe("parse");
  });

  it("is accepted with the old and the new key during a rotation", async () => {
    const rotating = await configured("adyen", { ...setting, hmacKey: ["00".repeat(32), KEY] });
    expect(await stage(rotating, deliver())).toBe("verified");
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
    ["a signature with a wrong key", () => deliverAll([signed({}, "11".repeat(32))]), "signature"],
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
    ["a success other than true or false", () => deliver({ success: "maybe" }), "parse"],
    ["no items", () => deliverAll([]), "header"],
    ["a number as an item", () => webhook({}, '{"live":"false","notificationItems":[1]}'), "parse"],
    ["a body that is not JSON", () => webhook({}, "[accepted]"), "parse"],
    ["a byte order mark", () => webhook({}, `\u{feff}${Buffer.from(deliver().body).toString()}`), "parse"],
  ])("with %s is rejected", async (_what, delivery, at) => {
    expect(await stage(provider, delivery())).toBe(at);
  });

  it.each<[string, () => Webhook | Promise<Webhook>, "no_event_id" | "unpriced"]>([
    ["a negative amount", () => deliver({ amount: { value: -1, currency: "EUR" } }), "unpriced"],
  ])("with %s is accepted without an amount or without facts", async (_what, delivery, what) => {
    const { facts, ignored } = await verifyOne(provider, await delivery());
    if (what === "unpriced") expect(facts).toMatchObject([{ kind: "payment", money: null }]);
    else expect([facts, ignored]).toEqual([[], what]);
  });

  it.each([
    ["another account", setting, () => deliver({ merchantAccountCode: "OtherShop" })],
    ["the mode that the setting excludes", setting, () => deliverAll([signed({})], "true")],
    ["an account outside the setting's list", { ...setting, merchantAccount: ["A", "B"] }, () => deliver()],
    [
      "an account that a colon was moved into",
      setting,
      () => deliver({ merchantAccountCode: "Shop:ORD", merchantReference: "1" }),
    ],
  ])("of %s is accepted without facts", async (_what, opened, delivery) => {
    expect(await verifyOne(await configured("adyen", opened), delivery())).toMatchObject({
      eventId: "PSP1:AUTHORISATION:true",
      orderId: null,
      paymentId: null,
      facts: [],
      ignored: "other_account",
    });
  });

  it("of another account with a wrong signature is rejected", async () => {
    expect(await stage(provider, deliverAll([signed({ merchantAccountCode: "X" }, "11".repeat(32))]))).toBe(
      "signature",
    );
  });

  it("with items of two accounts yields facts for the configured account only", async () => {
    const batch = deliverAll([signed({ merchantAccountCode: "OtherShop", pspReference: "PSP2" }), signed({})]);
    expect((await verify(provider, batch)).map(({ ignored }) => ignored)).toEqual(["other_account", null]);
  });

  it.each([
    ["one of several accounts", { merchantAccount: ["A", "Shop"] }, "false"],
    ["any account", { merchantAccount: "any" }, "false"],
    ["any mode", { live: "any" }, "true"],
  ])("of %s yields facts", async (_what, more, live) => {
    const opened = await configured("adyen", { ...setting, ...more });
    expect(bare((await verifyOne(opened, deliverAll([signed({})], live))).facts)).toEqual(paid);
  });

  it("has its order id at a path inside the reference", async () => {
    const opened = await configured("adyen", { ...setting, order: "merchantReference.order" });
    expect((await verifyOne(opened, deliver({ merchantReference: '{"order":"ORD-2"}' }))).orderId).toBe("ORD-2");
  });

  it.each([
    ["merchantAccount", { merchantAccount: undefined }],
    ["live", { live: undefined }],
    ["order", { order: "additionalData.order" }],
  ])("with a wrong or missing %s in the setting is an error that names the field", async (field, more) => {
    const opened = await providers.get("adyen")?.configure({ ...setting, ...more });
    expect(opened).toMatchObject({ ok: false, reason: expect.stringMatching(new RegExp(`^${field} must be`)) });
  });
});
