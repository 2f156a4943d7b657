// The two views of an order: times in ISO 8601, and what is left of its forwards.
import { expect, it } from "vitest";
import { backendOrder, browserOrder, type OrderRecord } from "../../src/core/order-view.ts";
import { paid, registered, registration, usd } from "../support/facts.ts";

const BIZ = "a".repeat(32);
const record: OrderRecord = {
  order: registered([paid()]),
  version: 1,
  registration: registration(usd("20"), Date.UTC(2026, 10, 27, 12)),
  orderId: "ORD-1",
  isFull: false,
  erasedAt: null,
  forwards: { owed: 2, givenUp: 1 },
};

it("a browser sees when the registration ends, and null where it does not", () => {
  expect(browserOrder(BIZ, record).expires_at).toBe("2026-11-27T12:00:00.000Z");
  expect(browserOrder(BIZ, { ...record, registration: registration() }).expires_at).toBeNull();
  expect(browserOrder(BIZ, { ...record, registration: null }).expires_at).toBeNull();
});

it("a backend sees what is still to be forwarded, and when the order was erased", () => {
  expect(backendOrder(BIZ, record)).toMatchObject({ forwards: { owed: 2, given_up: 1 }, erased_at: null });
  expect(backendOrder(BIZ, { ...record, erasedAt: 0 }).erased_at).toBe("1970-01-01T00:00:00.000Z");
});
