// Reports of the merchant's backend: event ids, contradictions and unknown fields.
import { describe, expect, it } from "vitest";
import { merchantFacts } from "../../src/callbacks/merchant.ts";
import { newFacts, recordedAt, type RecordedFact } from "../../src/core/fact.ts";
import { orderOf } from "../../src/core/order.ts";
import type { Registration } from "../../src/core/registration.ts";
import type { JsonObject } from "../../src/core/json.ts";

const factsOf = (instance: "backend" | "status", said: JsonObject) => {
  const facts = merchantFacts(instance, said);
  return facts.ok ? facts.value : expect.fail(facts.reason);
};
const registration: Registration = {
  money: { unit: "major", amount: "19.99", currency: "USD" },
  expiresAt: null,
  orderId: null,
};

function orderAfter(...said: (readonly ["backend" | "status", JsonObject])[]) {
  const facts: RecordedFact[] = [];
  for (const [instance, one] of said) {
    facts.push(...newFacts(facts, factsOf(instance, one)).map((fact) => recordedAt(fact, 0)));
  }
  return orderOf({ facts, registration, everPaid: false }, { requireRegistered: true });
}

describe.each(["backend", "status"] as const)("a %s report without event ids", (instance) => {
  const wrong = { status: "paid", amount: "0.01", currency: "USD" };
  const right = { status: "paid", amount: 1999, currency: "USD" };

  it("that corrects a wrong amount is a new event in any order of arrival", () => {
    expect(orderAfter([instance, wrong], [instance, right])).toMatchObject({ status: "paid", checked: true });
    expect(orderAfter([instance, right], [instance, wrong])).toMatchObject({ status: "paid", checked: true });
  });

  it("that repeats the same content is a duplicate", () => {
    const facts = factsOf(instance, right);
    expect(newFacts(facts, factsOf(instance, { ...right, amount: "19.990" }))).toEqual([]);
  });

  it("with two payment ids reports two payments", () => {
    const paid = (payment_id: string) => [instance, { ...right, payment_id }] as const;
    expect(orderAfter(paid("p-1"), paid("p-2"))).toMatchObject({ excessPayments: [{ paymentId: "p-2" }] });
  });

  it("with a growing refund is a new event at each step", () => {
    const back = (amount: string) => [instance, { status: "partially_refunded", amount, currency: "USD" }] as const;
    expect(orderAfter(back("5"))).toMatchObject({ status: "partially_refunded", refunded: "5" });
    expect(orderAfter(back("5"), back("12"))).toMatchObject({ refunded: "12" });
    expect(orderAfter(back("5"), [instance, { status: "refunded" }])).toMatchObject({ status: "refunded" });
  });
});

describe("a report", () => {
  it.each<[string, JsonObject]>([
    ["with unknown fields only", { state: "failed" }],
    ["with status null", { status: null }],
    ["with paid null", { paid: null, amount: null, currency: null }],
    ["with an unknown type", { biz: "b", type: "payment.failed", data: {} }],
    ["of a partial refund without an amount", { status: "partially_refunded" }],
    ["that contradicts itself", { status: "refunded", paid: true }],
  ])("%s does not count as paid", (_what, said) => expect(merchantFacts("backend", said)).toMatchObject({ ok: false }));

  it("with unknown fields beside a status counts by its status", () => {
    expect(merchantFacts("backend", { status: "failed", shop: "north" })).toMatchObject({
      ok: true,
      value: [{ status: "failed" }],
    });
  });
});
