// Amounts of money: exact, canonical, and never compared across currencies or units.
import fc from "fast-check";
import { describe, expect, it } from "vitest";
import {
  fromMajor,
  fromMinor,
  greaterOf,
  isAtLeast,
  isSameKind,
  isZero,
  lesserOf,
  lessOf,
  sumById,
  sumOf,
} from "../../src/core/money.ts";
import { eur, unknownMoney, usd } from "../support/facts.ts";

describe("an amount", () => {
  it.each([
    ["19.90", "19.9"],
    ["0019", "19"],
    ["0.000000001", "0.000000001"],
    ["00.50", "0.5"],
    ["0.000", "0"],
    ["999999999999999.999999999", "999999999999999.999999999"],
  ])("in major units, %s, is %s", (text, amount) => {
    expect(fromMajor(text, "USD")).toEqual({ ok: true, value: usd(amount) });
  });

  it.each(["", "-1", "+1", "1.", ".5", "1e3", "1,5", " 1", "١", "1.0000000001", "1000000000000000", "NaN"])(
    "in major units is not %j",
    (text) => expect(fromMajor(text, "USD")).toEqual({ ok: false, reason: "not an amount" }),
  );

  it.each([
    ["1999", 2, "19.99"],
    ["5", 2, "0.05"],
    ["0", 3, "0"],
    ["1999", 0, "1999"],
    ["999999999999999999", 0, "999999999999999999"],
    ["999999999999999999", 2, "9999999999999999.99"],
  ])("in minor units, %s of %i digits, is %s", (minor, digits, amount) => {
    expect(fromMinor(minor, "USD", digits)).toEqual({ ok: true, value: usd(amount) });
  });

  it.each(["", "-1", "1.5", "1e21", "1000000000000000000", "NaN"])("in minor units is not %j", (minor) => {
    expect(fromMinor(minor, "USD", 2)).toEqual({ ok: false, reason: "not an amount" });
  });

  it("of a number beyond what floats hold exactly is refused, not rounded", () => {
    expect(fromMinor(1e21, "USD", 2).ok).toBe(false);
    expect(fromMinor(0.1, "USD", 2).ok).toBe(false);
  });

  it("in minor units of unknown digits stays unknown", () => {
    expect(fromMinor("1999", "XXX", undefined)).toEqual({ ok: true, value: unknownMoney("1999") });
  });

  it.each(["usd", "u\u017fd", "US", "USDT", ""])("has no currency %j", (currency) => {
    expect(fromMajor("1", currency).ok).toBe(false);
    expect(fromMinor("1", currency, 2).ok).toBe(false);
  });

  it("is of one kind with its own currency and unit only", () => {
    expect(isSameKind(usd("1"), usd("2"))).toBe(true);
    expect(isSameKind(usd("1"), eur("1"))).toBe(false);
    expect(isSameKind(unknownMoney("1"), { unit: "major", amount: "1", currency: "XXX" })).toBe(false);
  });
});

describe("sums", () => {
  it("are exact", () => {
    expect(sumOf(["0.1", "0.2"])).toBe("0.3");
    expect(sumOf(["999999999999999999", "0.000000001"])).toBe("999999999999999999.000000001");
    expect(sumOf([])).toBe("0");
  });

  it("by id take the highest report of each", () => {
    expect(
      sumById([
        ["a", "5"],
        ["b", "1"],
        ["a", "7"],
        ["a", "6"],
        ["c", undefined],
      ]),
    ).toBe("8");
  });

  it("and differences agree with each other", () => {
    const amounts = fc
      .tuple(fc.bigInt({ min: 0n, max: 10n ** 18n }), fc.integer({ min: 0, max: 9 }))
      .map(([minor, digits]) => {
        const money = fromMinor(String(minor).slice(0, 18), "USD", digits);
        return money.ok ? money.value.amount : "0";
      });
    fc.assert(
      fc.property(amounts, amounts, (one, other) => {
        expect(lessOf(sumOf([one, other]), other)).toBe(one);
        expect(isAtLeast(greaterOf(one, other), lesserOf(one, other))).toBe(true);
        expect(isZero(lessOf(lesserOf(one, other), greaterOf(one, other)))).toBe(true);
      }),
    );
  });
});
