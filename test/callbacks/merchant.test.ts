// What the merchant's backend says: every word of it has a meaning of its own, and none is guessed.
import { describe, expect, it } from "vitest";
import { merchantFacts } from "../../src/callbacks/merchant.ts";
import { freshOf, orderOf, type Known, type Registration } from "../../src/core/order.ts";
import type { Fact } from "../../src/core/fact.ts";
import type { JsonObject } from "../../src/core/json.ts";

const factsOf = (provider: "backend" | "status", said: JsonObject) => {
  const facts = merchantFacts(provider, said);
  return facts.ok ? facts.value : expect.fail(facts.reason);
};
const registration: Registration = {
  money: { unit: "major", amount: "19.99", currency: "USD" },
  expiresAt: null,
  orderId: null,
};

function orderAfter(...said: (readonly ["backend" | "status", JsonObject])[]) {
  const facts: Fact[] = [];
  for (const [provider, one] of said) facts.push(...freshOf(facts, factsOf(provider, one)));
  const known: Known = { facts, registration, past: null, believed: false };
  return orderOf(known, { requireRegistered: false });
}

describe.each(["backend", "status"] as const)("a %s without event ids", (provider) => {
  const wrong = { status: "paid", amount: "0.01", currency: "USD" };
  const right = { status: "paid", amount: 1999, currency: "USD" };

  it("that corrects a wrong amount is heard, in whichever order it comes", () => {
    expect(orderAfter([provider, wrong], [provider, right])).toMatchObject({ status: "paid", checked: true });
    expect(orderAfter([provider, right], [provider, wrong])).toMatchObject({ status: "paid", checked: true });
  });

  it("that says the same again says nothing new", () => {
    const facts = factsOf(provider, right);
    expect(freshOf(facts, factsOf(provider, { ...right, amount: "19.990" }))).toEqual([]);
  });

  it("that names two payments has told of two", () => {
    const paid = (payment_id: string) => [provider, { ...right, payment_id }] as const;
    expect(orderAfter(paid("p-1"), paid("p-2"))).toMatchObject({ duplicatePayments: ["p-2"] });
  });

  it("that tells of a refund that grows is heard each time", () => {
    const back = (amount: string) => [provider, { status: "partially_refunded", amount, currency: "USD" }] as const;
    expect(orderAfter(back("5"))).toMatchObject({ status: "partially_refunded", refunded: "5" });
    expect(orderAfter(back("5"), back("12"))).toMatchObject({ refunded: "12" });
    expect(orderAfter(back("5"), [provider, { status: "refunded" }])).toMatchObject({ status: "refunded" });
  });
});

describe("a body", () => {
  it.each<[string, JsonObject]>([
    ["in other words", { state: "failed" }],
    ["whose status is not known yet", { status: null }],
    ["whose paid is not known yet", { paid: null, amount: null, currency: null }],
    ["with a type of its own", { biz: "b", type: "payment.failed", data: {} }],
    ["of a partial refund without its amount", { status: "partially_refunded" }],
    ["that contradicts itself", { status: "refunded", paid: true }],
  ])("%s is not taken for paid", (_what, said) => expect(merchantFacts("backend", said)).toMatchObject({ ok: false }));

  it("with words of its own beside a status is taken by its status", () => {
    expect(merchantFacts("backend", { status: "failed", shop: "north" })).toMatchObject({
      ok: true,
      value: [{ status: "failed" }],
    });
  });
});
