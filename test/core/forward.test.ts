// Forwards to the merchant's backend: their bodies and their retry schedule.
import { describe, expect, it } from "vitest";
import type { Fact } from "../../src/core/fact.ts";
import { afterTry, forwardOf, forwardOfDelivery, retryAfterOf, waitBeforeTry } from "../../src/core/forward.ts";
import { dispute, eur, expired, paid, refund, registered, unknownMoney, usd } from "../support/facts.ts";

const NOW = 1_000_000;
const AT = "2026-11-22T12:00:00.000Z";

describe("a forward", () => {
  const forward = (fact: Fact, facts: readonly Fact[] = [fact]) =>
    forwardOf("b".repeat(32), "order-1", registered(facts), fact, "{}", AT) as { type: string; data: object };

  it("contains the order's status after the fact and the fact's own amount", () => {
    const five = refund(usd("5"), { eventId: "e-5" });
    expect(forward(five, [paid(), five])).toEqual({
      type: "order.partially_refunded",
      timestamp: AT,
      data: {
        biz: "b".repeat(32),
        order_id: "order-1",
        status: "partially_refunded",
        paid: true,
        amount: "5",
        currency: "USD",
        fact: "refund",
        provider: "stripe",
        event_id: "e-5",
        flags: {
          checked: true,
          late: false,
          disputed: "none",
          held: false,
          mismatch: false,
          underpaid: false,
          overpaid: false,
          excess_payment: false,
        },
        raw: "{}",
      },
    });
  });

  it("names a payment and a dispute by status, and omits an amount with unknown digits", () => {
    expect(forward(paid(unknownMoney("5"))).data).toMatchObject({ fact: "payment.paid", amount: null });
    expect(forward(dispute("lost")).data).toMatchObject({ fact: "dispute.lost", flags: { disputed: "lost" } });
    expect(forward(expired()).data).toMatchObject({ fact: "expired", status: "closed" });
  });

  it("sets the flags for the merchant's attention", () => {
    const flags = (...facts: Fact[]) => forward(facts[0] ?? paid(), facts).data;
    expect(flags(paid(eur("20")))).toMatchObject({ flags: { mismatch: true, checked: false } });
    expect(flags(paid(usd("5")))).toMatchObject({ flags: { underpaid: true } });
    expect(flags(paid(usd("25")))).toMatchObject({ flags: { overpaid: true } });
    expect(flags(paid(), paid(usd("20"), { paymentId: "p-2" }))).toMatchObject({ flags: { excess_payment: true } });
    expect(flags(expired(), paid())).toMatchObject({ flags: { late: true } });
  });

  it("contains the biz as order_id of an order without its own id", () => {
    const fact = paid();
    expect(forwardOf("biz", null, registered([fact]), fact, null, AT)).toMatchObject({
      data: { order_id: "biz", raw: null },
    });
  });

  it("names the instance of an event that concerns no order", () => {
    expect(forwardOfDelivery("stripe_eu", "payout.paid", "e-1", "{}", AT)).toEqual({
      type: "callback.stripe_eu",
      timestamp: AT,
      data: { provider: "stripe_eu", type: "payout.paid", event_id: "e-1", raw: "{}" },
    });
  });
});

describe("an attempt", () => {
  it.each<[string, number, number | null, object]>([
    ["that succeeds is delivered", 1, 204, { do: "delivered" }],
    ["that is redirected fails", 1, 308, { do: "try_again", at: NOW + 5000 }],
    ["without a response is retried", 1, null, { do: "try_again", at: NOW + 5000 }],
    ["with response 410 is the last", 1, 410, { do: "give_up" }],
    ["is the last if it is the tenth", 10, 500, { do: "give_up" }],
  ])("%s", (_what, tries, status, step) => expect(afterTry(tries, status, null, NOW, 0)).toEqual(step));

  it("is delayed by Retry-After, for at most a day", () => {
    expect(afterTry(1, 503, 60_000, NOW, 0)).toEqual({ do: "try_again", at: NOW + 60_000 });
    expect(afterTry(1, 503, 10 * 86_400_000, NOW, 0)).toEqual({ do: "try_again", at: NOW + 86_400_000 });
  });

  it("waits up to a tenth longer than scheduled", () => {
    expect([waitBeforeTry(2, 0), waitBeforeTry(2, 1), waitBeforeTry(10, 0)]).toEqual([300_000, 330_000, null]);
  });

  it.each([
    [null, null],
    ["120", 120_000],
    ["Thu, 01 Jan 1970 00:20:00 GMT", 200_000],
    ["Thu, 01 Jan 1970 00:00:00 GMT", 0],
    ["soon", null],
  ])("reads Retry-After: %s as %s ms", (value, ms) => expect(retryAfterOf(value, NOW, Date.parse)).toBe(ms));
});
