// An order's row: which stored values this version reads, and the order of a row.
import { describe, expect, it } from "vitest";
import { orderOf } from "../../src/core/order.ts";
import { emptyRow, erasedRow, inputOf, isErased, parseOrderRow } from "../../src/core/order-row.ts";
import { paid, recorded, registration } from "../support/facts.ts";

describe("a stored row", () => {
  it("that is not there is none", () => expect(parseOrderRow(undefined)).toBeNull());

  it("comes back as it was stored", () => {
    const row = { ...emptyRow, facts: recorded([paid()]), registration: registration() };
    expect(parseOrderRow(JSON.parse(JSON.stringify(row)))).toEqual(row);
    expect(parseOrderRow(erasedRow(1000))).toEqual(erasedRow(1000));
  });

  it.each([[{ v: 2, facts: [] }], [{ facts: [] }], [null], ["row"], [{ v: "1" }], [[]]])(
    "of another version is not read: %j",
    (value) => expect(() => parseOrderRow(value)).toThrow("version"),
  );
});

it("an erased row keeps nothing but the time", () => {
  expect(isErased(erasedRow(1000))).toBe(true);
  expect(isErased(emptyRow)).toBe(false);
  expect(Object.keys(erasedRow(1000)).toSorted()).toEqual(["erasedAt", "v"]);
});

it("an order follows from its row: its facts, its registration, and whether it was ever reported as paid", () => {
  const rules = { requireRegistered: true };
  const order = (row: typeof emptyRow) => orderOf(inputOf(row), rules).status;
  const facts = recorded([paid()]);
  expect(order(emptyRow)).toBe("pending");
  expect(order({ ...emptyRow, facts })).toBe("pending");
  expect(order({ ...emptyRow, facts, everPaid: true })).toBe("paid");
  expect(order({ ...emptyRow, facts, registration: registration() })).toBe("paid");
});
