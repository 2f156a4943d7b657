// Facts, orders and callbacks for the tests of the core, with defaults.
import { verified, type Callback, type VerifiedEvent } from "../../src/core/callback.ts";
import type { DisputeStatus, Fact, PaymentStatus, RecordedFact } from "../../src/core/fact.ts";
import type { MajorMoney, Money } from "../../src/core/money.ts";
import { orderOf, type Order, type OrderRules } from "../../src/core/order.ts";
import type { Registration } from "../../src/core/registration.ts";
import { ordersOfArrival } from "../flows/orders-of-arrival.ts";

type Of<Kind extends Fact["kind"]> = Extract<Fact, { readonly kind: Kind }>;

export const usd = (amount: string): MajorMoney => ({ unit: "major", amount, currency: "USD" });
export const eur = (amount: string): MajorMoney => ({ unit: "major", amount, currency: "EUR" });
/** Minor units of a currency with unknown digits. */
export const unknownMoney = (amount: string): Money => ({ unit: "unknown", amount, currency: "XXX" });

let events = 0;
/** A new event on each call. */
const proof = () => ({ instance: "stripe", eventId: `e-${events++}`, at: null });
const ofPayment = () => ({ ...proof(), paymentId: "p-1" });

export const payment = (
  status: PaymentStatus,
  money: Money | null = usd("20"),
  more: Partial<Of<"payment">> = {},
): Fact => ({ ...ofPayment(), kind: "payment", status, money, ...more });

export const paid = (money: Money | null = usd("20"), more: Partial<Of<"payment">> = {}): Fact =>
  payment("paid", money, more);

/** The merchant's report of a payment. */
export const merchantReport = (money: Money | null, more: Partial<Of<"payment">> = {}): Fact =>
  paid(money, { instance: "backend", ...more });

export const capture = (captureId: string, money: Money | null, more: Partial<Of<"capture">> = {}): Fact => ({
  ...ofPayment(),
  kind: "capture",
  captureId,
  money,
  ...more,
});

export const captureFailed = (captureId: string | null = null, more: Partial<Of<"capture_failed">> = {}): Fact => ({
  ...ofPayment(),
  kind: "capture_failed",
  captureId,
  ...more,
});

export const voided = (money: Money | null = null, more: Partial<Of<"voided">> = {}): Fact => ({
  ...ofPayment(),
  kind: "voided",
  voidId: null,
  money,
  ...more,
});

export const refund = (money: Money | null, more: Partial<Of<"refund">> = {}): Fact => ({
  ...ofPayment(),
  kind: "refund",
  refundId: null,
  money,
  cumulative: false,
  ...more,
});

export const refundFailed = (
  refundId: string | null,
  money: Money | null,
  more: Partial<Of<"refund_failed">> = {},
): Fact => ({ ...ofPayment(), kind: "refund_failed", refundId, money, ...more });

export const dispute = (status: DisputeStatus, more: Partial<Of<"dispute">> = {}): Fact => ({
  ...ofPayment(),
  kind: "dispute",
  status,
  disputeId: "d-1",
  money: null,
  ...more,
});

export const splitOpened = (money: Money | null, more: Partial<Of<"split_opened">> = {}): Fact => ({
  ...proof(),
  kind: "split_opened",
  splitId: "s-1",
  money,
  ...more,
});

export const splitClosed = (succeeded: boolean, more: Partial<Of<"split_closed">> = {}): Fact => ({
  ...proof(),
  kind: "split_closed",
  splitId: "s-1",
  succeeded,
  money: null,
  ...more,
});

export const foreignPayment = (paymentId: string, more: Partial<Of<"foreign_payment">> = {}): Fact => ({
  ...proof(),
  kind: "foreign_payment",
  paymentId,
  money: usd("20"),
  ...more,
});

export const expired = (at: number | null = null): Fact => ({
  instance: "belfry",
  eventId: `expired ${at}`,
  at,
  kind: "expired",
});

export const registration = (money: MajorMoney = usd("20"), expiresAt: number | null = null): Registration => ({
  money,
  expiresAt,
  orderId: null,
});

export const recorded = (facts: readonly Fact[]): readonly RecordedFact[] =>
  facts.map((fact, arrivedAt) => ({ ...fact, arrivedAt }));

/** The order of `facts`, with 20 USD registered. */
export const registered = (facts: readonly Fact[], money: MajorMoney = usd("20")): Order =>
  orderOf({ facts: recorded(facts), registration: registration(money), everPaid: false }, { requireRegistered: true });

/** The order of `facts`, without a registration, which the rules do not require. */
export const unregistered = (facts: readonly Fact[], rules: OrderRules = { requireRegistered: false }): Order =>
  orderOf({ facts: recorded(facts), registration: null, everPaid: false }, rules);

/** Returns the order of `facts`. Throws unless every order of arrival gives the same, except `late`. */
export function inEveryOrder(facts: readonly Fact[], orderOfFacts: (facts: readonly Fact[]) => Order): Order {
  const [first, ...others] = [...ordersOfArrival(facts)].map((arrived) => orderOfFacts(arrived));
  if (first === undefined) throw new Error("no order of arrival");
  for (const other of others) {
    const [one, two] = [first, other].map((order) => JSON.stringify({ ...order, late: null }));
    if (one !== two) throw new Error(`the order of arrival changes the order:\n${one}\n${two}`);
  }
  return first;
}

/** The order of `facts` under every order of arrival, with 20 USD registered. */
export const order = (...facts: readonly Fact[]): Order => inEveryOrder(facts, (arrived) => registered(arrived));

/** The order of `facts` under every order of arrival, without a registration. */
export const unregisteredOrder = (...facts: readonly Fact[]): Order =>
  inEveryOrder(facts, (arrived) => unregistered(arrived));

/** A verified event: its facts share instance and event id. */
export function callback(facts: readonly Fact[], more: Partial<VerifiedEvent> = {}): Callback {
  const [first] = facts;
  const instance = more.instance ?? first?.instance ?? "stripe";
  const eventId = more.eventId ?? first?.eventId ?? `e-${events++}`;
  return verified({
    type: first?.kind ?? "other",
    at: null,
    orderId: null,
    paymentId: first !== undefined && "paymentId" in first ? first.paymentId : null,
    ignored: null,
    ...more,
    instance,
    eventId,
    facts: facts.map((fact) => ({ ...fact, instance, eventId })),
  });
}
