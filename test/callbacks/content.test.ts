import { expect, it } from "vitest";
import { fromBase64, fromHex, textOf, utf8 } from "../../src/callbacks/bytes.ts";
import { jsonObject, parseIsoTime, textAt, valueAt } from "../../src/callbacks/content.ts";

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
    "n.source",
    "",
  ]) {
    expect(valueAt(value, path)).toBeUndefined();
    expect(textAt(value, path)).toBeNull();
  }
  expect(valueAt(json("{}"), "__proto__")).toBeUndefined();
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
  for (const text of [null, "", "2026-11-22", "2026-11-22T12:00:00", "2026-13-22T12:00:00Z", "now"])
    expect(parseIsoTime(text)).toBeNull();
});

it("malformed hex and base64 are rejected", () => {
  expect(fromHex("00fF")).toEqual(new Uint8Array([0, 255]));
  for (const text of ["0", "0g", " 00", "0x00"]) expect(fromHex(text)).toBeNull();
  expect(fromBase64("AP8=")).toEqual(new Uint8Array([0, 255]));
  for (const text of ["AP8", "AP8= ", "AP 8", "AP8=, AP8=", "A===", "_-8="]) expect(fromBase64(text)).toBeNull();
  expect(textOf(utf8("é"), "no-such-charset")).toBeNull();
});
