// The parser of Alipay's form bodies.
import { describe, expect, it } from "vitest";
import { utf8 } from "../../src/callbacks/bytes.ts";
import { parseForm } from "../../src/callbacks/form.ts";

const fields = (count: number): string => Array.from({ length: count }, (_, n) => `f${n}=1`).join("&");

describe("a form", () => {
  it("has at most 64 fields", () => {
    expect(parseForm(utf8(fields(64)))?.size).toBe(64);
    expect(parseForm(utf8(fields(65)))).toBeNull();
  });

  it("of 16 KiB without a value in any of its fields is rejected before they are decoded", () => {
    expect(parseForm(utf8("&".repeat(16_384)))).toBeNull();
  });

  it("has each name once", () => expect(parseForm(utf8("a=1&a=2"))).toBeNull());
});
