// An order: the set of facts that its callbacks proved, and its status as a pure function of that set. Stores and sends nothing.

/** Where a fact comes from. `eventId` is the sender's own id for what it reports, "" where it gives none. */
interface Proof {
  readonly provider: string;
  readonly eventId: string;
}

/** An amount as its sender gave it: minor units as an integer, or major units as a decimal string. Never a float. */
export interface Money {
  readonly amount: number | string;
  readonly currency: string;
}

export const paymentStatuses = ["pending", "failed", "closed", "paid"] as const;
export type PaymentStatus = (typeof paymentStatuses)[number];

/** One thing a callback proved about an order. */
export type Fact = Proof & {
  readonly kind: "payment";
  readonly status: PaymentStatus;
  /** The provider's id of the payment, null where it gives none. */
  readonly paymentId: string | null;
  readonly money: Money | null;
};

export type OrderStatus = PaymentStatus;

/** What a browser may see of an order. `version` counts what it could see change: 0 is an order nobody has heard of. */
export interface Order {
  readonly status: OrderStatus;
  readonly version: number;
}

/** What makes a fact the same fact: an id alone is not enough, providers reuse one for everything they report of a payment. */
export const factKey = (fact: Fact): string => JSON.stringify([fact.provider, fact.eventId, fact.kind, fact.status]);

/** The status a set of facts adds up to, whatever their order: a payment outranks a close, a close a failed attempt. */
export function statusOf(facts: readonly Fact[]): OrderStatus {
  const reported = new Set(facts.map((fact) => fact.status));
  if (reported.has("paid")) return "paid";
  if (reported.has("closed")) return "closed";
  if (reported.has("failed")) return "failed";
  return "pending";
}

/** What taking in some facts did. `fresh` are the facts to store; `changed` tells whether a browser could see a difference. */
export interface Recorded {
  readonly order: Order;
  readonly fresh: readonly Fact[];
  readonly changed: boolean;
}

/** Takes facts into an order: a known one changes nothing, a new one that changes what can be seen is the next version. */
export function record(known: readonly Fact[], version: number, arrived: readonly Fact[]): Recorded {
  const facts = new Map(known.map((fact) => [factKey(fact), fact]));
  const fresh: Fact[] = [];
  for (const fact of arrived) {
    if (facts.has(factKey(fact))) continue;
    facts.set(factKey(fact), fact);
    fresh.push(fact);
  }
  const before = statusOf(known);
  const status = statusOf([...facts.values()]);
  const changed = status !== before;
  return { order: { status, version: changed ? version + 1 : version }, fresh, changed };
}

/** Whether the money has come: what the articles' pages look at. */
export const isPaid = (status: OrderStatus): boolean => status === "paid";
