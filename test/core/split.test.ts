// Amounts that a provider collects in several payments: complete, given up, and told apart by their instance.
import { describe, expect, it } from "vitest";
import { splitsOf } from "../../src/core/split.ts";
import {
  dispute,
  eur,
  expired,
  order,
  paid,
  splitClosed,
  splitOpened,
  unregisteredOrder,
  usd,
  voided,
} from "../support/facts.ts";

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
    expect(unregisteredOrder(...facts)).toMatchObject({ status: "pending" });
  });

  it("whose amount is not stated was given up with every payment of its instance", () => {
    const facts = [splitOpened(null), splitClosed(false), paid(usd("20"))];
    expect(order(...facts)).toMatchObject({ status: "pending", mismatches: [{ reason: "split_failed" }] });
  });

  it("that was given up may have any payment of its instance as a part whose amount is not stated", () => {
    const facts = [splitOpened(usd("20")), splitClosed(false)];
    const unsigned = paid(null, { isUnsigned: true });
    expect(unregisteredOrder(...facts, unsigned)).toMatchObject({ mismatches: [{ reason: "split_failed" }] });
    expect(order(...facts, paid(null))).toMatchObject({ mismatches: [{ reason: "no_amount" }] });
  });

  it("that was given up says nothing where the provider completed another one", () => {
    const second = { splitId: "s-2" };
    const completed = [splitOpened(usd("20"), second), splitClosed(true, second)];
    expect(order(splitOpened(usd("20")), splitClosed(false), ...completed, paid(usd("5")))).toMatchObject({
      mismatches: [],
      underpaid: { paid: "5" },
    });
  });

  it("that is under way beside one that was given up does not take its parts back", () => {
    const under = [splitOpened(usd("30"), { splitId: "s-2" }), splitOpened(usd("20")), splitClosed(false)];
    expect(order(...under, paid(usd("5")))).toMatchObject({ mismatches: [{ reason: "split_failed" }] });
    expect(unregisteredOrder(...under, paid(usd("25")))).toMatchObject({ status: "pending", mismatches: [] });
  });

  it("collects the largest amount that its events state", () => {
    const reports = [splitOpened(usd("9")), splitClosed(true, { money: usd("20") })];
    expect(unregisteredOrder(...reports, paid(usd("9")))).toMatchObject({ status: "pending" });
    expect(unregisteredOrder(...reports, paid(usd("9")), paid(usd("11"), of("p-2")))).toMatchObject({
      status: "paid",
      money: usd("20"),
    });
  });

  it("collects the largest of several splits of the payment's currency", () => {
    const splits = [splitOpened(usd("9")), splitOpened(usd("20"), { splitId: "s-2" })];
    const inEuros = splitOpened(eur("90"), { splitId: "s-3" });
    const parts = [paid(usd("9")), paid(usd("11"), of("p-2"))];
    expect(unregisteredOrder(...splits, inEuros, ...parts.slice(0, 1))).toMatchObject({ status: "pending" });
    expect(unregisteredOrder(...splits, ...parts)).toMatchObject({ status: "paid", excessPayments: [] });
  });

  it("that states two currencies of one amount collects the first by name", () => {
    const reports = [splitOpened(usd("20")), splitOpened(eur("20"))];
    expect(unregisteredOrder(...reports, paid(eur("5")))).toMatchObject({ status: "pending" });
    expect(unregisteredOrder(...reports, paid(usd("5")))).toMatchObject({ status: "paid" });
  });

  it("without an amount collects whatever is paid", () => {
    expect(unregisteredOrder(splitOpened(null), paid(usd("5")))).toMatchObject({ status: "paid" });
  });

  it("is found by its instance and id only", () => {
    const facts = [splitOpened(usd("20")), splitClosed(true, { splitId: "s-2" }), dispute("open"), expired(1000)];
    expect(splitsOf(facts)).toEqual([
      { instance: "stripe", money: usd("20"), hasFailed: false, hasSucceeded: false },
      { instance: "stripe", money: null, hasFailed: false, hasSucceeded: true },
    ]);
  });
});
