// An order as it follows from its facts and its registration: its status, what is held, late, contradicted, and what a browser sees of it.
import { describe, expect, it } from "vitest";
import type { Fact } from "../../src/core/fact.ts";
import { contradicts, isSettled, looksDifferent, orderOf, type OrderInput } from "../../src/core/order.ts";
import type { Registration } from "../../src/core/registration.ts";
import {
  captureFailed,
  expired,
  eur,
  inEveryOrder,
  paid,
  payment,
  recorded,
  refund,
  refundFailed,
  registered,
  registration,
  unregistered,
  usd,
  voided,
} from "../support/facts.ts";

const strict = { requireRegistered: true };
const input = (facts: readonly Fact[], more: Partial<OrderInput> = {}): OrderInput => ({
  facts: recorded(facts),
  registration: null,
  everPaid: false,
  ...more,
});

describe("the status", () => {
  it("is pending while a payment is under way, though another provider reports an unnamed end", () => {
    const closed = payment("closed", usd("20"), { instance: "wechatpay", paymentId: null });
    expect(registered([payment("pending"), closed])).toMatchObject({ status: "pending" });
    expect(registered([payment("pending"), { ...closed, instance: "backend" }])).toMatchObject({ status: "closed" });
  });

  it("was reached where a refund failed between two payments, whatever is refunded later", () => {
    const facts = [
      paid(usd("15"), { paymentId: "p-1", at: 1 }),
      refund(usd("5"), { paymentId: "p-1", refundId: "r-1", at: 2 }),
      paid(usd("5"), { paymentId: "p-2", at: 3 }),
      refundFailed("r-1", usd("5"), { paymentId: "p-1", at: 4 }),
      refund(usd("5"), { paymentId: "p-1", refundId: "r-2", at: 5 }),
    ];
    expect(registered(facts)).toMatchObject({ status: "partially_refunded", refunded: "5" });
  });

  it.each<[string, Fact[], string]>([
    ["of nothing is pending", [], "pending"],
    ["of a payment under way is pending", [payment("pending")], "pending"],
    ["of a failed attempt is failed", [payment("failed")], "failed"],
    ["of an authorisation that is voided is failed", [payment("pending"), voided()], "failed"],
    [
      "of a failed attempt beside a payment under way is pending",
      [payment("failed", null, { paymentId: "p-0" }), payment("pending")],
      "pending",
    ],
    [
      "of an attempt that the provider closed beside a payment under way is pending",
      [payment("closed", null, { paymentId: "p-0" }), payment("pending")],
      "pending",
    ],
    [
      "of a failed attempt beside a report that names no payment is failed",
      [payment("failed"), payment("pending", usd("20"), { instance: "hmac", paymentId: null })],
      "failed",
    ],
    ["of a payment that nobody can make any more is closed", [payment("closed")], "closed"],
    [
      "of an order that the merchant closed is closed, whatever is under way",
      [payment("closed", null, { instance: "backend", paymentId: null }), payment("pending")],
      "closed",
    ],
    [
      "of an attempt that the merchant says has failed is failed",
      [payment("failed", null, { instance: "backend", paymentId: null })],
      "failed",
    ],
    [
      "of an order whose refund the merchant reports is pending",
      [refund(usd("5"), { instance: "backend", paymentId: null })],
      "pending",
    ],
    ["of an expired order is closed", [expired()], "closed"],
    ["of a payment of the whole amount is paid, whatever else", [paid(), payment("failed"), payment("closed")], "paid"],
    [
      "of a payment beside attempts that ended is paid",
      [payment("failed", null, { paymentId: "p-0" }), payment("closed", null, { paymentId: "p-9" }), paid(), expired()],
      "paid",
    ],
    ["of a partial refund is partially_refunded", [paid(), refund(usd("5"))], "partially_refunded"],
    ["of a full refund is refunded", [paid(), refund(usd("20"))], "refunded"],
    ["of a refund beyond the payment is refunded", [paid(), refund(usd("30"))], "refunded"],
    ["of a refund without an amount is refunded", [paid(), refund(null)], "refunded"],
    ["of a payment that is void is refunded", [paid(), voided()], "refunded"],
    ["of a refund without a payment is pending", [refund(usd("5"))], "pending"],
    ["of a payment whose capture failed is failed", [paid(), captureFailed()], "failed"],
  ])("%s", (_name, facts, expected) => {
    expect(inEveryOrder(facts, registered).status).toBe(expected);
  });

  it("of an attempt that goes on after its end is pending, where both state their times", () => {
    const facts = [payment("failed", null, { at: 1000 }), payment("pending", usd("20"), { at: 2000 })];
    expect(inEveryOrder(facts, registered).status).toBe("pending");
    expect(registered([payment("failed", null, { at: 3000 }), ...facts]).status).toBe("failed");
  });

  it("is final for a page unless another payment may follow", () => {
    const statuses = ["pending", "failed", "closed", "paid", "partially_refunded", "refunded"] as const;
    expect(statuses.filter(isSettled)).toEqual(["closed", "paid", "partially_refunded", "refunded"]);
  });
});

describe("a payment of an unregistered order", () => {
  it("is held where a registration is required, and counts once there is one", () => {
    const facts = [paid()];
    expect(unregistered(facts, strict)).toMatchObject({ status: "pending", held: true, payments: [] });
    expect(registered(facts)).toMatchObject({ status: "paid", held: false, checked: true });
  });

  it("counts unchecked where none is required", () => {
    expect(unregistered([paid()])).toMatchObject({ status: "paid", held: false, checked: false });
  });

  it("counts if the merchant's own word reports it", () => {
    const word = paid(null, { instance: "backend", paymentId: null });
    expect(unregistered([word], strict)).toMatchObject({ status: "paid", held: false, checked: false });
  });

  it("is no longer held once the merchant says that it is paid, whichever comes first", () => {
    const facts = [paid(), paid(null, { instance: "backend" })];
    const order = inEveryOrder(facts, (arrived) => unregistered(arrived, strict));
    expect(order).toMatchObject({ status: "paid", held: false, money: usd("20") });
  });

  it("is not held in an order that the merchant says is paid, by whatever payment", () => {
    const facts = [paid(), paid(null, { instance: "backend", paymentId: null })];
    const order = inEveryOrder(facts, (arrived) => unregistered(arrived, strict));
    expect(order).toMatchObject({ status: "paid", held: false, payments: [{ paymentId: "p-1" }] });
  });

  it("counts on where a registration becomes required after it was reported as paid", () => {
    expect(orderOf(input([paid()], { everPaid: true }), strict).status).toBe("paid");
  });

  it("stays a mismatch where it states no amount, and is not held", () => {
    expect(unregistered([paid(null)], strict)).toMatchObject({ held: false, mismatches: [{ reason: "no_amount" }] });
  });
});

describe("late", () => {
  const late = (...facts: Fact[]) => registered(facts).late;

  it("is a payment that arrives after the order was closed or expired, and no other", () => {
    expect(late(expired(), paid())).toBe(true);
    expect(late(payment("closed", null, { paymentId: "p-0" }), paid())).toBe(true);
    expect(late(paid(), expired())).toBe(false);
    expect(late(payment("failed", null, { paymentId: "p-0" }), paid())).toBe(false);
  });

  it("is no payment beside an attempt that was closed while it was under way", () => {
    expect(late(payment("pending"), payment("closed", null, { paymentId: "p-0" }), paid())).toBe(false);
  });

  it("is an order that its last part completed after it had expired", () => {
    const parts = [paid(usd("10")), paid(usd("10"), { paymentId: "p-2" })] as const;
    expect(late(parts[0], expired(), parts[1])).toBe(true);
    expect(late(parts[0], parts[1], expired())).toBe(false);
  });
});

describe("an expired order", () => {
  const renewed = (expiresAt: number | null, ...facts: Fact[]) =>
    orderOf(input(facts, { registration: registration(usd("20"), expiresAt) }), strict);

  it("is open again once it is registered for a later time, or for ever", () => {
    expect(renewed(1000, expired(1000)).status).toBe("closed");
    expect(renewed(2000, expired(1000)).status).toBe("pending");
    expect(renewed(null, expired(1000)).status).toBe("pending");
    expect(renewed(2000, expired(1000), paid())).toMatchObject({ status: "paid", late: false });
  });

  it("that nothing is registered for any more stays closed", () => {
    expect(unregistered([expired(1000)]).status).toBe("closed");
  });

  it("expires once more when the later time has come", () => {
    expect(renewed(2000, expired(1000), expired(2000)).status).toBe("closed");
    expect(renewed(2000, expired(1000), expired(2000), paid())).toMatchObject({ status: "paid", late: true });
  });
});

describe("a registration", () => {
  const contradictsAfter = (money: Registration["money"], facts: readonly Fact[], everPaid = true) =>
    contradicts(registration(money), input(facts, { everPaid }), strict);

  it("contradicts an order that was reported as paid with less, or in another currency", () => {
    expect(contradictsAfter(usd("20.01"), [paid()])).toBe(true);
    expect(contradictsAfter(eur("20"), [paid()])).toBe(true);
  });

  it("contradicts no order that was paid with as much or more", () => {
    expect(contradictsAfter(usd("20"), [paid()])).toBe(false);
    expect(contradictsAfter(usd("5"), [paid()])).toBe(false);
  });

  it("contradicts no order that was never reported as paid: it shows the mismatch", () => {
    expect(contradictsAfter(usd("30"), [paid()], false)).toBe(false);
    expect(contradictsAfter(usd("30"), [payment("failed")])).toBe(false);
    expect(registered([paid()], eur("20"))).toMatchObject({ status: "pending", mismatches: [{ reason: "currency" }] });
  });

  it("contradicts an order that was refunded in full, by another amount", () => {
    expect(contradictsAfter(usd("30"), [paid(), refund(null)])).toBe(true);
  });
});

describe("a browser", () => {
  it("sees a change of the status and a refund that grows, and nothing else", () => {
    const states = [
      [],
      [paid()],
      [paid(), refund(usd("5"))],
      [paid(), refund(usd("5")), refund(usd("6"))],
      [paid(), refund(null)],
    ].map((facts) => registered(facts));
    for (const [i, state] of states.entries()) {
      for (const [j, other] of states.entries()) expect(looksDifferent(state, other)).toBe(i !== j);
    }
    expect(looksDifferent(registered([paid()]), registered([paid(), paid(usd("20"), { paymentId: "p-2" })]))).toBe(
      false,
    );
  });
});

it("an order of 4,000 facts is evaluated, though an order holds 1,000 at most", { timeout: 30_000 }, () => {
  const parts = Array.from({ length: 2000 }, (_, i) => paid(usd("1"), { paymentId: `p-${i}`, at: i }));
  const refunds = Array.from({ length: 2000 }, (_, i) => refund(usd("0.5"), { paymentId: `p-${i}`, at: 4000 + i }));
  // A step that compares each payment with each other would take minutes.
  expect(registered([...parts, ...refunds], usd("2000"))).toMatchObject({ status: "partially_refunded" });
});
