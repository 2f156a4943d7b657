// Tables of what a provider's event becomes, and the facts they yield. Decides nothing that is not in a table; does no I/O.
import { proved, type Callback, type Proved } from "../core/callback.ts";
import type { DisputeStatus, Fact, PaymentStatus, Proof } from "../core/fact.ts";
import { noAmount, type Amount } from "./content.ts";

/** A fact by one word: the four statuses of a payment, and what can follow one. */
export type Becomes =
  | PaymentStatus
  /** Paid, and the provider states that more payments follow. */
  | "part"
  | "capture"
  | "capture_failed"
  | "refund"
  | "refund_failed"
  | "voided"
  | "dispute_open"
  | "dispute_won"
  | "dispute_lost"
  /** The provider collects the amount in several payments; the split was completed, or given up. */
  | "split_opened"
  | "split_closed"
  | "split_failed";

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

/** What a signed event says, before its table is asked for facts. Amounts that an event does not state may be left out. */
export interface Told extends Omit<Proved, "facts" | "ignored"> {
  readonly becomes: readonly Becomes[];
  /** What was paid, or is to be paid; of a split, what it collects. */
  readonly payment?: Amount;
  /** The setting says that the sender signs no amount. */
  readonly isUnsigned?: boolean;
  readonly capture?: { readonly id: string | null; readonly amount: Amount };
  readonly voided?: { readonly id: string | null; readonly amount: Amount };
  readonly refund?: { readonly id: string | null; readonly amount: Amount; readonly cumulative: boolean };
  readonly dispute?: { readonly id: string | null; readonly amount: Amount };
  readonly splitId?: string | null;
}

/**
 * The callback of a signed event. An event that cannot be told apart, found or counted proves nothing: it is acknowledged and handed on,
 * since a provider that gets no 2xx sends nothing else (Adyen), or disables the endpoint.
 */
export function callbackOf(told: Told): Callback {
  const { instance, eventId, type, at, paymentId } = told;
  // Half a surrogate pair has no UTF-8: ids that differ there only would be one order.
  const isReadable = told.orderId === null || told.orderId.isWellFormed();
  const orderId = isReadable ? told.orderId : null;
  const shared = { instance, eventId, type, at, orderId, paymentId };
  // An event that names neither an order nor a payment is about none that could be found.
  if (told.becomes.length === 0 || (told.orderId === null && paymentId === null)) {
    return proved({ ...shared, facts: [], ignored: null });
  }
  if (!isReadable) return proved({ ...shared, facts: [], ignored: "bad_order_id" });
  // Without an id every repeat would be a new fact.
  if (eventId === null) return proved({ ...shared, facts: [], ignored: "no_event_id" });
  const facts = readableFacts(told.becomes, { instance, eventId, at }, told);
  return proved({ ...shared, facts, ignored: facts.length === 0 ? "bad_amount" : null });
}

/** A payment whose amount cannot be read is one without an amount: a mismatch. Without its amount, a refund or void would be of everything. */
const readableFacts = (kinds: readonly Becomes[], proof: Proof, told: Told): readonly Fact[] =>
  kinds.flatMap((kind) => factOf(kind, proof, told) ?? unpricedFact(kind, proof, told) ?? []);

const unpricedFact = (kind: Becomes, proof: Proof, told: Told): Fact | null =>
  kind === "split_opened" || kind === "split_closed" || kind === "split_failed"
    ? null
    : factOf(kind, proof, { ...told, payment: noAmount });

/** The callback of an authentic event of another account or mode: it proves nothing. */
export const otherAccount = ({ instance, eventId, type, at }: Pick<Told, "instance" | "eventId" | "type" | "at">) =>
  proved({ instance, eventId, type, at, orderId: null, paymentId: null, facts: [], ignored: "other_account" });

type Amounts = Pick<
  Told,
  "paymentId" | "payment" | "isUnsigned" | "capture" | "voided" | "refund" | "dispute" | "splitId"
>;

/** The facts, or null where an amount that one of them needs is none. */
export function factsOf(kinds: readonly Becomes[], proof: Proof, told: Amounts): Fact[] | null {
  const facts = kinds.map((kind) => factOf(kind, proof, told));
  return facts.every((fact) => fact !== null) ? facts : null;
}

const noDetail = { id: null, amount: noAmount } as const;

function factOf(kind: Becomes, proof: Proof, told: Amounts): Fact | null {
  const { paymentId, payment = noAmount, capture = noDetail, voided = noDetail, dispute = noDetail } = told;
  const { refund = { ...noDetail, cumulative: false }, splitId } = told;
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
        ...(told.isUnsigned === true && status === "paid" && { isUnsigned: true as const }),
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
      return disputeOf("open", proof, paymentId, dispute);
    case "dispute_won":
      return disputeOf("won", proof, paymentId, dispute);
    case "dispute_lost":
      return disputeOf("lost", proof, paymentId, dispute);
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

/** A dispute is worth listing whatever its amount says. */
const disputeOf = (
  status: DisputeStatus,
  proof: Proof,
  paymentId: string | null,
  { id, amount }: NonNullable<Told["dispute"]>,
): Fact => ({ ...proof, kind: "dispute", status, disputeId: id, paymentId, money: amount.ok ? amount.value : null });
