// Tables of what a provider's event becomes, and the facts they yield. Decides nothing that is not in a table; does no I/O.
import { proved, type Callback, type Proved, type Unproved } from "../core/callback.ts";
import type { Fact, PaymentStatus, Proof } from "../core/fact.ts";
import type { Money } from "../core/money.ts";
import { ok, type Result } from "../core/result.ts";
import { noAmount, unproved, type Amount } from "./content.ts";

/** A fact by one word: the four statuses of a payment, and what can follow one. */
export type Becomes =
  | PaymentStatus
  | "refund"
  | "refund_failed"
  | "voided"
  | "dispute_open"
  | "dispute_won"
  | "dispute_lost";

/** One row of a provider's table: the first that fits an event says what it becomes; none fits = nothing. */
export interface Row {
  readonly event: string;
  /** Fields that must have one of these values. */
  readonly where?: Readonly<Record<string, readonly string[]>>;
  readonly becomes: readonly Becomes[];
}

export function becomes(
  rows: readonly Row[],
  event: string,
  field: (name: string) => string | null,
): readonly Becomes[] {
  const fits = (row: Row) =>
    row.event === event &&
    Object.entries(row.where ?? {}).every(([name, values]) => values.some((value) => value === field(name)));
  return rows.find(fits)?.becomes ?? [];
}

/** The table as docs/payments.md prints it. */
export const printed = (rows: readonly Row[]): [event: string, becomes: string][] =>
  rows.map(({ event, where = {}, becomes }) => [
    [event, ...Object.entries(where).map(([name, values]) => `${name} = ${values.join(" or ")}`)].join(", "),
    becomes.join(" + ") || "nothing",
  ]);

/** What a signed event says, before its table is asked for facts. */
export interface Told extends Omit<Proved, "facts"> {
  readonly becomes: readonly Becomes[];
  /** What was paid, or is to be paid. */
  readonly payment?: Amount;
  readonly refund?: { readonly id: string | null; readonly amount: Amount; readonly cumulative: boolean };
}

/** The callback a signed event comes to. Refused is only what would prove something and cannot be told apart or counted. */
export function callbackOf(told: Told): Result<Callback, Unproved> {
  const { provider, eventId, type, at, orderId, paymentId } = told;
  // Half a surrogate pair has no UTF-8: ids that differ there only would be one order.
  if (orderId !== null && !orderId.isWellFormed()) return unproved("parse", "the order id is no Unicode text");
  const kinds = told.becomes.filter((kind) => isAboutAnOrder(kind, told));
  const facts: Fact[] = [];
  if (kinds.length > 0) {
    // Without an id every repeat would be a new fact: it is refused, for all to see, rather than counted twice.
    if (eventId === null) return unproved("parse", "the event has no id");
    const found = factsOf(kinds, { provider, eventId, at }, told);
    if (found === null) return unproved("parse", "the amount or its currency is not one");
    facts.push(...found);
  }
  return ok(proved({ provider, eventId, type, at, orderId, paymentId, facts }));
}

/**
 * A payment that names no order is about none: the merchant's other sales go through the same account, and a refusal would have
 * them retried for days. What follows a payment can be found by the payment's id.
 */
function isAboutAnOrder(kind: Becomes, { orderId, paymentId }: Told): boolean {
  if (orderId !== null) return true;
  return paymentId !== null && kind !== "pending" && kind !== "failed" && kind !== "closed" && kind !== "paid";
}

/** The facts, or null where an amount is none. */
export function factsOf(
  kinds: readonly Becomes[],
  proof: Proof,
  told: Pick<Told, "paymentId" | "payment" | "refund">,
): Fact[] | null {
  const { payment = noAmount, refund = { id: null, amount: noAmount, cumulative: false } } = told;
  if (!payment.ok || !refund.amount.ok) return null;
  const amounts = { payment: payment.value, refund: refund.amount.value };
  return kinds.map((kind) => factOf(kind, proof, told.paymentId, amounts, refund));
}

function factOf(
  kind: Becomes,
  proof: Proof,
  paymentId: string | null,
  amounts: { readonly payment: Money | null; readonly refund: Money | null },
  refund: { readonly id: string | null; readonly cumulative: boolean },
): Fact {
  switch (kind) {
    case "pending":
    case "failed":
    case "closed":
    case "paid":
      return { ...proof, kind: "payment", status: kind, paymentId, money: amounts.payment };
    case "refund":
      return { ...proof, kind, refundId: refund.id, paymentId, money: amounts.refund, cumulative: refund.cumulative };
    case "refund_failed":
      return { ...proof, kind, refundId: refund.id, paymentId, money: amounts.refund };
    case "voided":
      return { ...proof, kind, paymentId };
    case "dispute_open":
      return { ...proof, kind: "dispute", status: "open", paymentId };
    case "dispute_won":
      return { ...proof, kind: "dispute", status: "won", paymentId };
    case "dispute_lost":
      return { ...proof, kind: "dispute", status: "lost", paymentId };
  }
}
