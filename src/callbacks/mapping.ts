// Event rules: tables from a provider's event to fact kinds, and the facts built from them. No I/O.
import { verified, type Callback, type VerifiedEvent } from "../core/callback.ts";
import type { DisputeStatus, Fact, PaymentStatus, Proof } from "../core/fact.ts";
import { noAmount, type SignedAmount } from "./content.ts";

/** The kinds of facts that an event can yield: the statuses of a payment, and later changes. */
export type FactKind =
  | PaymentStatus
  /** Paid in part: the provider states that more payments follow. */
  | "part"
  | "capture"
  | "capture_failed"
  | "refund"
  | "refund_failed"
  | "voided"
  | "dispute_open"
  | "dispute_won"
  | "dispute_lost"
  /**
   * The provider collects the amount in several payments; the split is opened, completed or failed.
   */
  | "split_opened"
  | "split_closed"
  | "split_failed";

/** One row of a provider's table. The first row that matches an event applies. */
export interface EventRule {
  readonly event: string;
  /** Required fields, each with its accepted values. */
  readonly where?: Readonly<Record<string, readonly string[]>>;
  readonly factKinds: readonly FactKind[];
}

/** The fact kinds of the first matching rule; empty if the table has no rule for the event. */
export function matchRule(
  rules: readonly EventRule[],
  event: string,
  field: (name: string) => string | null,
): readonly FactKind[] {
  const matches = (rule: EventRule) =>
    rule.event === event &&
    Object.entries(rule.where ?? {}).every(([name, values]) => values.some((value) => value === field(name)));
  return rules.find(matches)?.factKinds ?? [];
}

/** The table as docs/payments.md prints it. */
export const documentRules = (rules: readonly EventRule[]): [event: string, factKinds: string][] =>
  rules.map(({ event, where = {}, factKinds }) => [
    [event, ...Object.entries(where).map(([name, values]) => `${name} = ${values.join(" or ")}`)].join(", "),
    factKinds.join(" + ") || "nothing",
  ]);

/** A signed event after parsing, with its fact kinds. Unstated amounts are left out. */
export interface ParsedEvent extends Omit<VerifiedEvent, "facts" | "ignored"> {
  readonly factKinds: readonly FactKind[];
  /** The amount paid or to be paid; for a split, its total. */
  readonly payment?: SignedAmount;
  /** The setting declares that the sender signs no amount. */
  readonly isUnsigned?: boolean;
  readonly capture?: { readonly id: string | null; readonly amount: SignedAmount };
  readonly voided?: { readonly id: string | null; readonly amount: SignedAmount };
  readonly refund?: { readonly id: string | null; readonly amount: SignedAmount; readonly cumulative: boolean };
  readonly dispute?: { readonly id: string | null; readonly amount: SignedAmount };
  readonly splitId?: string | null;
}

/**
 * Builds the callback of a signed event. An event without id or readable amount yields no facts,
 * but is acknowledged and forwarded. Without a 2xx a provider stops sending (Adyen), or disables
 * the endpoint.
 */
export function callbackOf(event: ParsedEvent): Callback {
  const { instance, eventId, type, at, paymentId, factKinds } = event;
  // A lone surrogate has no UTF-8 encoding: ids that differ only there would be the same order.
  const isReadable = event.orderId === null || event.orderId.isWellFormed();
  const orderId = isReadable ? event.orderId : null;
  const shared = { instance, eventId, type, at, orderId, paymentId };
  const isUnrelated = event.orderId === null && paymentId === null;
  if (factKinds.length === 0 || isUnrelated) return verified({ ...shared, facts: [], ignored: null });
  if (!isReadable) return verified({ ...shared, facts: [], ignored: "bad_order_id" });
  // Without an event id every repetition would be a new fact.
  if (eventId === null) return verified({ ...shared, facts: [], ignored: "no_event_id" });
  const facts = readableFacts(factKinds, { instance, eventId, at }, event);
  return verified({ ...shared, facts, ignored: facts.length === 0 ? "bad_amount" : null });
}

/**
 * Keeps a payment with an unreadable amount as a payment without amount, which is a mismatch.
 * Drops such refunds and voids: without an amount they would cover the whole payment.
 */
const readableFacts = (factKinds: readonly FactKind[], proof: Proof, event: ParsedEvent): readonly Fact[] =>
  factKinds.flatMap((kind) => buildFact(kind, proof, event) ?? unpricedFact(kind, proof, event) ?? []);

const unpricedFact = (kind: FactKind, proof: Proof, event: ParsedEvent): Fact | null =>
  kind === "split_opened" || kind === "split_closed" || kind === "split_failed"
    ? null
    : buildFact(kind, proof, { ...event, payment: noAmount });

/** The callback of an authentic event of another account or mode: without facts. */
export const otherAccount = ({
  instance,
  eventId,
  type,
  at,
}: Pick<ParsedEvent, "instance" | "eventId" | "type" | "at">) =>
  verified({ instance, eventId, type, at, orderId: null, paymentId: null, facts: [], ignored: "other_account" });

type Amounts = Pick<
  ParsedEvent,
  "paymentId" | "payment" | "isUnsigned" | "capture" | "voided" | "refund" | "dispute" | "splitId"
>;

/** Builds a fact for each kind; null if one of them needs an amount that cannot be read. */
export function buildFacts(factKinds: readonly FactKind[], proof: Proof, amounts: Amounts): Fact[] | null {
  const facts = factKinds.map((kind) => buildFact(kind, proof, amounts));
  return facts.every((fact) => fact !== null) ? facts : null;
}

const noDetail = { id: null, amount: noAmount } as const;

function buildFact(kind: FactKind, proof: Proof, amounts: Amounts): Fact | null {
  const { paymentId, payment = noAmount, capture = noDetail, voided = noDetail, dispute = noDetail } = amounts;
  const { refund = { ...noDetail, cumulative: false }, splitId } = amounts;
  switch (kind) {
    case "pending":
    case "failed":
    case "closed":
    case "paid":
    case "part": {
      if (!payment.ok) return null;
      const status = kind === "part" ? "paid" : kind;
      const marks = {
        ...(kind === "part" && { isPart: true as const }),
        ...(amounts.isUnsigned === true && status === "paid" && { isUnsigned: true as const }),
      };
      return { ...proof, kind: "payment", status, paymentId, money: payment.value, ...marks };
    }
    case "capture":
      if (!capture.amount.ok) return null;
      return { ...proof, kind, captureId: capture.id ?? proof.eventId, paymentId, money: capture.amount.value };
    case "capture_failed":
      return { ...proof, kind, captureId: capture.id, paymentId };
    case "refund":
      if (!refund.amount.ok) return null;
      return {
        ...proof,
        kind,
        refundId: refund.id,
        paymentId,
        money: refund.amount.value,
        cumulative: refund.cumulative,
      };
    case "refund_failed":
      if (!refund.amount.ok) return null;
      return { ...proof, kind, refundId: refund.id, paymentId, money: refund.amount.value };
    case "voided":
      return voided.amount.ok ? { ...proof, kind, voidId: voided.id, paymentId, money: voided.amount.value } : null;
    case "dispute_open":
      return disputeFact("open", proof, paymentId, dispute);
    case "dispute_won":
      return disputeFact("won", proof, paymentId, dispute);
    case "dispute_lost":
      return disputeFact("lost", proof, paymentId, dispute);
    case "split_opened":
      return payment.ok ? { ...proof, kind, splitId: splitId ?? proof.eventId, money: payment.value } : null;
    case "split_closed":
    case "split_failed": {
      if (!payment.ok) return null;
      const succeeded = kind === "split_closed";
      return { ...proof, kind: "split_closed", splitId: splitId ?? proof.eventId, succeeded, money: payment.value };
    }
  }
}

/** A dispute with an unreadable amount is recorded without one. */
const disputeFact = (
  status: DisputeStatus,
  proof: Proof,
  paymentId: string | null,
  { id, amount }: NonNullable<ParsedEvent["dispute"]>,
): Fact => ({ ...proof, kind: "dispute", status, disputeId: id, paymentId, money: amount.ok ? amount.value : null });
