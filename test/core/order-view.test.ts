// What a browser and the merchant's backend are sent of an order.
import { describe, expect, it } from "vitest";
import { backendOrder, browserOrder, type OrderRecord } from "../../src/core/order-view.ts";
import {
  dispute,
  eur,
  order,
  paid,
  registration,
  unknownMoney,
  unregistered,
  unregisteredOrder,
  usd,
} from "../support/facts.ts";

const BIZ = "a".repeat(32);
const record = (more: Partial<OrderRecord>): OrderRecord => ({
  order: order(),
  version: 0,
  registration: null,
  orderId: null,
  isFull: false,
  erasedAt: null,
  forwards: { pending: 0, failed: 0 },
  ...more,
});
const money = (amount: string, currency = "USD") => ({ amount, currency });

describe("a browser", () => {
  it("is sent the status, the version and the time of expiry, and no amount", () => {
    const paidOrder = order(paid());
    expect(browserOrder(BIZ, record({ order: paidOrder, version: 2 }))).toEqual({
      biz: BIZ,
      status: "paid",
      paid: true,
      version: 2,
      expires_at: null,
    });
    const expiring = record({ registration: registration(usd("20"), 1_800_000_000_000) });
    expect(browserOrder(BIZ, expiring)).toMatchObject({ paid: false, expires_at: "2027-01-15T08:00:00.000Z" });
  });
});

describe("a backend", () => {
  it("is sent nothing but what is known of an order that nobody knows", () => {
    expect(backendOrder(BIZ, record({}))).toEqual({
      biz: BIZ,
      status: "pending",
      paid: false,
      version: 0,
      expires_at: null,
      order_id: null,
      registered: null,
      amount: null,
      currency: null,
      refunded: "0",
      checked: false,
      late: false,
      held: null,
      overpaid: "0",
      underpaid: null,
      payments: [],
      excess_payments: [],
      mismatches: [],
      disputed: "none",
      disputes: [],
      full: false,
      erased_at: null,
      forwards: { owed: 0, given_up: 0 },
    });
  });

  it("is sent the amounts, the payments and the disputes of a paid order", () => {
    const facts = [
      paid(usd("20"), { eventId: "e-1", at: 1000 }),
      paid(usd("7"), { eventId: "e-2", paymentId: "p-2", at: 2000 }),
      paid(eur("5"), { eventId: "e-3", paymentId: "p-3" }),
      dispute("open", { money: usd("20") }),
      dispute("won", { disputeId: "d-2" }),
    ];
    const ofEvent = (number: number) => ({
      provider: "stripe",
      event_id: `e-${number}`,
      payment_id: `p-${number}`,
    });
    const ofDispute = { provider: "stripe", payment_id: "p-1" };
    const known = { order: order(...facts), registration: registration(), orderId: "order-7" };
    expect(backendOrder(BIZ, record(known))).toMatchObject({
      order_id: "order-7",
      registered: money("20"),
      ...money("20"),
      checked: true,
      payments: [{ ...ofEvent(1), ...money("20") }],
      excess_payments: [{ ...ofEvent(2), ...money("7") }],
      mismatches: [{ reason: "currency", ...ofEvent(3), ...money("5", "EUR") }],
      disputed: "open",
      disputes: [
        { ...ofDispute, dispute_id: "d-1", status: "open", ...money("20") },
        { ...ofDispute, dispute_id: "d-2", status: "won", amount: null, currency: null },
      ],
    });
  });

  it("is sent no amount of a payment that states none", () => {
    const stated = backendOrder(BIZ, record({ order: unregisteredOrder(paid(null, { isUnsigned: true })) }));
    expect(stated).toMatchObject({ amount: null, currency: null, payments: [{ amount: null, currency: null }] });
  });

  it("is sent no amount in minor units of unknown digits as the order's", () => {
    const inMinor = { ...order(), money: unknownMoney("2000") };
    expect(backendOrder(BIZ, record({ order: inMinor }))).toMatchObject({ amount: null, currency: "XXX" });
  });

  it("is sent that a payment waits for the registration", () => {
    const held = unregistered([paid()], { requireRegistered: true });
    expect(backendOrder(BIZ, record({ order: held })).held).toBe("not_registered");
  });

  it("is sent the number of pending and failed forwards, whether the order is full, and when it was erased", () => {
    const ended = record({ isFull: true, erasedAt: 1_800_000_000_000, forwards: { pending: 2, failed: 1 } });
    expect(backendOrder(BIZ, ended)).toMatchObject({
      full: true,
      erased_at: "2027-01-15T08:00:00.000Z",
      forwards: { owed: 2, given_up: 1 },
    });
  });
});
