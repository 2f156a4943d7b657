// Groups the disputes among an order's facts by id and finds the state of each: open, won or lost.
// Amounts and status of the order are unaffected.
import type { DisputeStatus, Fact } from "./fact.ts";
import type { Money } from "./money.ts";

export interface Dispute {
  readonly instance: string;
  /** Null where the provider has one dispute per payment. */
  readonly disputeId: string | null;
  readonly paymentId: string | null;
  readonly status: DisputeStatus;
  readonly money: Money | null;
}

export type DisputeState = "none" | DisputeStatus;

type DisputeFact = Extract<Fact, { readonly kind: "dispute" }>;

export function disputesOf(facts: readonly Fact[]): readonly Dispute[] {
  const disputes = new Map<string, DisputeFact[]>();
  for (const fact of facts) {
    if (fact.kind !== "dispute") continue;
    const { instance, disputeId, paymentId } = fact;
    const key = JSON.stringify(disputeId === null ? [instance, null, paymentId] : [instance, disputeId]);
    disputes.set(key, [...(disputes.get(key) ?? []), fact]);
  }
  return [...disputes].toSorted(([a], [b]) => (a < b ? -1 : 1)).flatMap(([, reports]) => mergeReports(reports));
}

/**
 * Merges the reports of one dispute. The latest status by the sender's time holds; without times,
 * the most advanced.
 */
function mergeReports(reports: readonly DisputeFact[]): readonly Dispute[] {
  const isTimed = reports.every(({ at }) => at !== null);
  const sorted = reports.toSorted((a, b) => (isTimed ? (a.at ?? 0) - (b.at ?? 0) : 0) || byRank(a, b));
  const latest = sorted.at(-1);
  if (latest === undefined) return [];
  const { instance, disputeId, status } = latest;
  const named = sorted.findLast(({ paymentId }) => paymentId !== null);
  const priced = sorted.findLast(({ money }) => money !== null);
  return [{ instance, disputeId, paymentId: named?.paymentId ?? null, status, money: priced?.money ?? null }];
}

/** Progress of a dispute: a chargeback may be reversed, and a second chargeback is final. */
const RANK: Readonly<Record<DisputeStatus, number>> = { open: 0, won: 1, lost: 2 };

const byRank = (a: DisputeFact, b: DisputeFact): number =>
  RANK[a.status] - RANK[b.status] || (a.eventId < b.eventId ? -1 : 1);

/** The worst of all disputes: lost, then open, then won. */
export function worstOf(disputes: readonly Dispute[]): DisputeState {
  const statuses = new Set(disputes.map(({ status }) => status));
  if (statuses.has("lost")) return "lost";
  if (statuses.has("open")) return "open";
  return statuses.has("won") ? "won" : "none";
}
