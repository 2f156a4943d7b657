// Amounts that a provider collects in several payments: complete, given up, and told apart by their instance.
import { describe, expect, it } from "vitest";
import { inEveryOrder, order, paid, splitClosed, splitOpened, unregistered, usd, voided } from "../support/facts.ts";

const of = (paymentId: string) => ({ paymentId });

describe("a split", () => {
  const parts = [paid(usd("5")), paid(usd("15"), of("p-2"))];

  it("pays a registered order when the sum is there, whichever event comes last", () => {
    expect(order(splitOpened(usd("20")), ...parts, splitClosed(true))).toMatchObject({
      status: "paid",
      checked: true,
      excessPayments: [],
      mismatches: [],
    });
    expect(order(splitOpened(usd("20")), paid(usd("5")))).toMatchObject({ status: "pending", mismatches: [] });
  });

  it("that was given up pays nothing: the provider returns its parts", () => {
    const failed = [splitOpened(usd("20")), splitClosed(false)];
    expect(order(...failed, ...parts)).toMatchObject({
      status: "pending",
      mismatches: [{ reason: "split_failed" }, { reason: "split_failed" }],
    });
    expect(order(...failed, ...parts.slice(0, 1), voided()).mismatches).toEqual([]);
    expect(order(...failed, paid(usd("5")), paid(usd("20"), of("p-9")))).toMatchObject({
      status: "paid",
      payments: [{ paymentId: "p-9" }],
    });
  });

  it("that another instance gave up under the same id says nothing about it", () => {
    const other = { instance: "adyen_us" };
    expect(order(splitClosed(false, { ...other, money: usd("20") }), ...parts)).toMatchObject({ status: "paid" });
    expect(order(splitClosed(false), splitClosed(true, other), ...parts)).toMatchObject({ status: "pending" });
  });

  it("that was completed in the end was not given up", () => {
    const facts = [splitOpened(usd("20")), splitClosed(false), splitClosed(true), ...parts.slice(0, 1)];
    expect(order(...facts)).toMatchObject({ mismatches: [], underpaid: { paid: "5", missing: "15" } });
    expect(inEveryOrder(facts, (arrived) => unregistered(arrived))).toMatchObject({ status: "pending" });
  });
});
