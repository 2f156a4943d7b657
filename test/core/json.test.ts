// Frames keep what they carry: numbers as written, and a relayed text as the articles' server quoted it.
import { describe, expect, it } from "vitest";
import { encode, orderFrame } from "../../src/core/frames.ts";
import { isObject, parseExact } from "../../src/core/json.ts";

const roundTrip = (text: string) => {
  const parsed = parseExact(text);
  return parsed.ok ? encode(parsed.value) : parsed.reason;
};

describe("a number comes out as it went in", () => {
  it.each(["12345678901234567890", "2.0", "1e5", "-0", "0.10", "1E400", '[1.50,{"a":-2.0}]'])("%s", (text) =>
    expect(roundTrip(text)).toBe(text),
  );
});

it.each(["", "NaN", "{", "'a'", "01", "undefined", "[".repeat(200_000)])("%s is not JSON", (text) =>
  expect(roundTrip(text)).toBe("not JSON"),
);

it("only an object is an object", () => {
  const is = (text: string) => {
    const parsed = parseExact(text);
    return parsed.ok && isObject(parsed.value);
  };
  expect(is('{"a":1}')).toBe(true);
  for (const text of ["null", "[]", "1", '"a"', "true"]) expect(is(text)).toBe(false);
});

describe("a relayed text is quoted as Python's json.dumps(text, ensure_ascii=False) quotes it", () => {
  it.each<[string, string]>([
    ["hello", '"hello"'],
    ['{"a":1}', '"{\\"a\\":1}"'],
    ["支付成功 😀", '"支付成功 😀"'],
    ["\u2028\u00a0\u007f", '"\u2028\u00a0\u007f"'],
    ["a/b", '"a/b"'],
    ['\n\t\r\f\b"\\', '"\\n\\t\\r\\f\\b\\"\\\\"'],
    ["\u0000\u001f", '"\\u0000\\u001f"'],
    ["", '""'],
  ])("%j", (text, frame) => expect(encode(text)).toBe(frame));

  it("and a binary message is null", () => expect(encode(null)).toBe("null"));
});

it("an order's frame has the articles' two keys first", () => {
  expect(encode(orderFrame("b", "paid"))).toBe('{"biz":"b","paid":true,"status":"paid"}');
  expect(encode(orderFrame("b", "failed"))).toBe('{"biz":"b","paid":false,"status":"failed"}');
});

it.each([undefined, () => 1, 1n, Symbol("s")])("%s is no frame", (value) =>
  expect(() => encode(value as never)).toThrow(TypeError),
);
