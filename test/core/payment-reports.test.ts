// Several reports of one payment: which of them proves it, when it was there, and what contradictions come to.
import { describe, expect, it } from "vitest";
import type { Fact } from "../../src/core/fact.ts";
import {
  capture,
  captureFailed,
  eur,
  expired,
  inEveryOrder,
  paid,
  payment,
  registered,
  unregistered,
  usd,
} from "../support/facts.ts";

/** The order of these facts, in every order of arrival; 20 USD are registered. */
const order = (...facts: Fact[]) => inEveryOrder(facts, registered);

describe("a payment that several events report", () => {
  it("is listed by the first that states its money: by time, then by the event's id", () => {
    const captured = capture("c-1", usd("20"), { eventId: "e-capture" });
    const authorised = payment("pending", usd("20"), { eventId: "e-authorised" });
    expect(order(authorised, captured)).toMatchObject({ payments: [{ eventId: "e-capture" }] });
    const twice = [paid(usd("20"), { eventId: "e-b" }), paid(usd("20"), { eventId: "e-a" })];
    expect(order(...twice)).toMatchObject({ payments: [{ eventId: "e-a" }] });
    const timed = [paid(usd("20"), { eventId: "e-b", at: 1000 }), paid(usd("20"), { eventId: "e-a", at: 2000 })];
    expect(order(...timed)).toMatchObject({ payments: [{ eventId: "e-b" }] });
  });

  it("was there with the first of them: a repetition after the order expired makes it no late one", () => {
    expect(registered([paid(), expired(), paid()]).late).toBe(false);
  });

  it("is one whose amount nobody signs if one of them says so", () => {
    const facts = [payment("pending"), paid(usd("20"), { isUnsigned: true })];
    expect(order(...facts)).toMatchObject({ status: "pending", mismatches: [{ reason: "no_amount" }] });
  });

  it("in two currencies is a mismatch also where one of them is the order's", () => {
    const facts = [paid(usd("20")), paid(eur("20"))];
    const inEuro = inEveryOrder(facts, (arrived) => registered(arrived, eur("20")));
    expect(inEuro).toMatchObject({ status: "pending", mismatches: [{ reason: "currency", money: eur("20") }] });
  });

  it("and that two providers call by one id is the merchant's word for the first of them by name", () => {
    const facts = [
      paid(null, { instance: "adyen" }),
      payment("failed", usd("20"), { instance: "stripe" }),
      paid(null, { instance: "backend" }),
    ];
    expect(order(...facts)).toMatchObject({ status: "paid", payments: [{ instance: "adyen" }], mismatches: [] });
  });
});

describe("an attempt", () => {
  it("that was closed stays closed when a later event reports that it failed", () => {
    expect(order(payment("closed", null, { at: 1000 }), payment("failed", null, { at: 2000 })).status).toBe("closed");
  });

  it("whose capture failed ends, whatever else is pending of it without a time", () => {
    expect(order(payment("pending"), captureFailed()).status).toBe("failed");
  });
});

describe("the merchant's word that an order is closed", () => {
  it("closes it while a payment is under way", () => {
    const closed = payment("closed", null, { instance: "backend", paymentId: null });
    expect(order(payment("pending"), closed).status).toBe("closed");
  });

  it("about one payment closes that payment, and not the order while another is under way", () => {
    const closed = payment("closed", null, { instance: "backend", paymentId: "p-9" });
    expect(order(payment("pending"), closed).status).toBe("pending");
  });

  it("is no word that an attempt is pending or failed", () => {
    const of = (status: "pending" | "failed") => payment(status, null, { instance: "backend", paymentId: null });
    expect(order(of("pending")).status).toBe("pending");
    expect(order(of("failed")).status).toBe("failed");
  });
});

it("an order without a registration that expired is closed", () => {
  expect(unregistered([expired(1000)]).status).toBe("closed");
});
