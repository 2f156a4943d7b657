import { expect, it } from "vitest";
import { fromBase64, fromHex, textOf, utf8 } from "../../src/callbacks/bytes.ts";
import {
  header,
  jsonObject,
  majorAmount,
  noAmount,
  orderIdAt,
  parseIsoTime,
  textAt,
  valueAt,
  type SignedAmount,
} from "../../src/callbacks/content.ts";
import { buildFacts, callbackOf, type FactKind, type ParsedEvent } from "../../src/callbacks/mapping.ts";
import { no, ok } from "../../src/core/result.ts";
import { bare, usd } from "./delivery.ts";

const json = (text: string) => jsonObject(utf8(text));

it("a path leads through objects and lists to own properties only", () => {
  const value = json('{"a":{"b":[{"c":"x"}]},"__proto__":{"d":"y"},"n":1.0,"t":true,"empty":"","null":null}');
  expect(textAt(value, "a.b.0.c")).toBe("x");
  expect(textAt(value, "__proto__.d")).toBe("y");
  expect(textAt(value, "n")).toBe("1.0");
  expect(textAt(value, "empty", "null", "a", "t")).toBe("true");
  for (const path of [
    "toString",
    "constructor",
    "constructor.name",
    "a.b.length",
    "a.b.1.c",
    "a.b.00x",
    "a.b.0x0.c",
    "a.b.00000.c",
    "n.source",
    "",
  ]) {
    expect(valueAt(value, path)).toBeUndefined();
    expect(textAt(value, path)).toBeNull();
  }
  expect(valueAt(json("{}"), "__proto__")).toBeUndefined();
});

it("a path counts a list's entries in decimal, beyond the ninth too", () => {
  expect(textAt(json('{"a":[0,1,2,3,4,5,6,7,8,9,"x"]}'), "a.10")).toBe("x");
});

it("a path of an order id continues inside a string of JSON, and inside no list of such strings", () => {
  expect(orderIdAt(json(String.raw`{"a":"{\"b\":{\"c\":\"x\"}}"}`), ["a.b.c"])).toBe("x");
  expect(orderIdAt(json(String.raw`{"a":["{\"b\":\"x\"}"]}`), ["a.b"])).toBeNull();
});

it("a header loses the blanks around it, and one of blanks only counts as missing", () => {
  const headers = new Map([
    ["padded", " x "],
    ["blank", "  "],
  ]);
  expect([header({ headers }, "padded"), header({ headers }, "blank")]).toEqual(["x", null]);
});

it("an amount in major units that is not stated is no amount, even without a currency", () => {
  expect(majorAmount(null, "USD")).toEqual(noAmount);
  expect(majorAmount("5", "usd")).toEqual(ok(usd("5")));
  expect(majorAmount("5", null).ok).toBe(false);
});

it("a body must be a JSON object in UTF-8 without a byte order mark", () => {
  for (const text of ["", "null", "1", '"{}"', "[]", "{", "\u{feff}{}", "[".repeat(100_000)])
    expect(json(text)).toBeNull();
  expect(jsonObject(new Uint8Array([0x7b, 0xff, 0x7d]))).toBeNull();
  expect(json("{}")).toEqual({});
});

it("a time must have a zone", () => {
  expect(parseIsoTime("2026-11-22T20:00:00+08:00")).toBe(Date.UTC(2026, 10, 22, 12));
  expect(parseIsoTime("2026-11-22T12:00:00.123456789Z")).toBe(Date.UTC(2026, 10, 22, 12, 0, 0, 123));
  expect(parseIsoTime("2026-11-22T20:00:00+0800")).toBe(Date.UTC(2026, 10, 22, 12));
  for (const text of [null, "", "2026-11-22", "2026-11-22T12:00:00", "2026-13-22T12:00:00Z", "now"])
    expect(parseIsoTime(text)).toBeNull();
  // A text that Date.parse accepts: the year of six digits is not in the shape.
  expect(Date.parse("+002026-11-22T12:00:00Z")).not.toBeNaN();
  expect(parseIsoTime("+002026-11-22T12:00:00Z")).toBeNull();
});

it("malformed hex and base64 are rejected", () => {
  expect(fromHex("00fF")).toEqual(new Uint8Array([0, 255]));
  for (const text of ["0", "0g", " 00", "0x00"]) expect(fromHex(text)).toBeNull();
  expect(fromBase64("AP8=")).toEqual(new Uint8Array([0, 255]));
  for (const text of ["AP8", "AP8= ", "AP 8", "AP8=, AP8=", "A===", "_-8="]) expect(fromBase64(text)).toBeNull();
  expect(textOf(utf8("é"), "no-such-charset")).toBeNull();
});

const proof = { instance: "stripe", eventId: "evt_1", at: null };
const unreadable: SignedAmount = no("not an amount");
const five: SignedAmount = ok(usd("5"));

const eventOf = (factKinds: readonly FactKind[], more: Partial<ParsedEvent> = {}): ParsedEvent => ({
  ...proof,
  type: "any",
  orderId: "ORD-1",
  paymentId: "p-1",
  factKinds,
  ...more,
});

it("an event whose order id is half a surrogate pair yields no facts and names no order", () => {
  const callback = callbackOf(eventOf(["paid"], { orderId: "A\ud800", payment: five }));
  expect(callback).toMatchObject({ orderId: null, paymentId: "p-1", facts: [], ignored: "bad_order_id" });
});

it.each<FactKind>(["split_opened", "split_closed", "split_failed", "refund", "refund_failed", "voided", "capture"])(
  "a %s of an unreadable amount yields no fact",
  (kind) => {
    const detail = { id: "d-1", amount: unreadable };
    const refund = { ...detail, cumulative: false };
    const event = eventOf([kind], { payment: unreadable, capture: detail, voided: detail, refund });
    expect(callbackOf(event)).toMatchObject({ orderId: "ORD-1", facts: [], ignored: "bad_amount" });
    expect(buildFacts([kind], proof, event)).toBeNull();
  },
);

it("the facts of a query are none where one of them has an unreadable amount", () => {
  const refund = { id: "r-1", amount: unreadable, cumulative: false };
  expect(buildFacts(["paid", "refund"], proof, { paymentId: "p-1", payment: five, refund })).toBeNull();
});

it("a refund of which the event states nothing is one without id and amount, and no total", () => {
  const refund = { kind: "refund", refundId: null, paymentId: "p-1", money: null, cumulative: false };
  expect(bare(buildFacts(["refund"], proof, { paymentId: "p-1" }) ?? [])).toEqual([refund]);
});

it("only a paid payment is marked where the sender signs no amount", () => {
  const facts = buildFacts(["pending", "paid"], proof, { paymentId: "p-1", isUnsigned: true });
  const [pending, paid] = bare(facts ?? []);
  expect(pending).toEqual({ kind: "payment", status: "pending", paymentId: "p-1", money: null });
  expect(paid).toMatchObject({ status: "paid", isUnsigned: true });
});
