// Frames keep what they carry: numbers as written, and a relayed text as the articles' server quoted it.
import fc from "fast-check";
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

it("any JSON text comes out as it went in, as far as spaces, keys and escapes allow", () => {
  const number = fc.oneof(
    fc.integer().map(String),
    fc.bigInt().map(String),
    fc.double({ noNaN: true, noDefaultInfinity: true }).map(String),
    fc.constantFrom("-0", "0.0", "1e5", "1E-7", "-0.0", "9007199254740993", "0", "-1"),
  );
  const text = fc.string().map((value) => JSON.stringify(value));
  const space = fc.constantFrom("", " ", "\n", "\t ");
  const value = fc.letrec<{ value: string }>((tie) => ({
    value: fc.oneof(
      { maxDepth: 4 },
      number,
      text,
      fc.constantFrom("true", "false", "null"),
      fc.array(tie("value"), { maxLength: 4 }).map((items) => `[${items.join(",")}]`),
      fc
        .array(tie("value"), { maxLength: 4 })
        .map((items) => `{${items.map((item, n) => `"k${n}":${item}`).join(",")}}`),
    ),
  })).value;
  fc.assert(
    fc.property(value, space, (json, around) => {
      expect(roundTrip(around + json + around)).toBe(json);
    }),
    { numRuns: 2000 },
  );
});

it("nesting that is too deep for whatever reads it is not JSON, whatever it consists of", () => {
  const depth = 100_000;
  expect(roundTrip("[".repeat(depth) + "]".repeat(depth))).toBe("not JSON");
  expect(roundTrip(`${'{"a":'.repeat(depth)}1${"}".repeat(depth)}`)).toBe("not JSON");
  expect(roundTrip("[".repeat(900) + "]".repeat(900))).toBe("[".repeat(900) + "]".repeat(900));
});

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
