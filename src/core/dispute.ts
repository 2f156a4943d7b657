// The disputes among an order's facts: each by its own id, open, won or lost. Changes no amount and no status of the order.
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
  return [...disputes].toSorted(([a], [b]) => (a < b ? -1 : 1)).flatMap(([, reports]) => disputeOf(reports));
}

/** Where a dispute stands: by the latest report that states its time; of those that state none, by the furthest. */
function disputeOf(reports: readonly DisputeFact[]): readonly Dispute[] {
  const isTimed = reports.every(({ at }) => at !== null);
  const sorted = reports.toSorted((a, b) => (isTimed ? (a.at ?? 0) - (b.at ?? 0) : 0) || byRank(a, b));
  const latest = sorted.at(-1);
  if (latest === undefined) return [];
  const { instance, disputeId, status } = latest;
  const named = sorted.findLast(({ paymentId }) => paymentId !== null);
  const priced = sorted.findLast(({ money }) => money !== null);
  return [{ instance, disputeId, paymentId: named?.paymentId ?? null, status, money: priced?.money ?? null }];
}

/** How far a dispute has come: a chargeback may be reversed, and a second one ends it. */
const RANK: Readonly<Record<DisputeStatus, number>> = { open: 0, won: 1, lost: 2 };

const byRank = (a: DisputeFact, b: DisputeFact): number =>
  RANK[a.status] - RANK[b.status] || (a.eventId < b.eventId ? -1 : 1);

/** The worst of all disputes: a lost one before an open one before a won one. */
export function worstOf(disputes: readonly Dispute[]): DisputeState {
  const statuses = new Set(disputes.map(({ status }) => status));
  if (statuses.has("lost")) return "lost";
  if (statuses.has("open")) return "open";
  return statuses.has("won") ? "won" : "none";
}
