// Routes a payment event to its order. The steps are ordered so that a crash between any two is
// repaired by the next delivery. Storage is passed in as ports, one per kind of Durable Object.
import type { Callback } from "./callback.ts";
import { beginsPayment, factKey, type Fact } from "./fact.ts";
import { ok, type Result } from "./result.ts";

/** The content of an event for its order. */
export interface Arrival {
  readonly facts: readonly Fact[];
  /** The merchant's order id, if the sender named it. */
  readonly orderId: string | null;
  /**
   * The received text, to be forwarded; null where forwarding is off or the fact was not received.
   */
  readonly raw: string | null;
}

/** `full` and `erased` orders record nothing: their events are forwarded instead. */
export type RecordResult = "new" | "duplicate" | "full" | "erased";

export interface Orders {
  /** Whether the order is registered or has facts. */
  readonly isKnown: (biz: string) => Promise<boolean>;
  /** Records all arrivals in one commit. */
  readonly record: (biz: string, arrivals: readonly Arrival[]) => Promise<RecordResult>;
}

/** An event whose payment is still unclaimed. */
export interface Orphan {
  /** Equal for every delivery of the event. */
  readonly key: string;
  readonly arrival: Arrival;
}

/** The payment index maps each payment to its order. */
export interface PaymentIndex {
  /** The claim of the payment; null while it is unclaimed. */
  readonly claimOf: (payment: PaymentKey) => Promise<Claim | null>;
  /** Claims the payment for `biz` unless it is claimed. */
  readonly claim: (payment: PaymentKey, biz: string) => Promise<Claim>;
  /** Stores the event, or returns the claim if the payment has been claimed in the meantime. */
  readonly storeOrphan: (payment: PaymentKey, orphan: Orphan) => Promise<OrphanResult>;
  /** Deletes orphans that their order has recorded. */
  readonly release: (payment: PaymentKey, keys: readonly string[]) => Promise<void>;
  /** Deletes the claim if it belongs to `biz`. */
  readonly erase: (payment: PaymentKey, biz: string) => Promise<void>;
}

/** Payment ids are scoped by instance: "1001" of one sender differs from "1001" of another. */
export interface PaymentKey {
  readonly instance: string;
  readonly paymentId: string;
}

export interface Claim {
  readonly biz: string;
  /** Events stored before the claim. Some may already be in the order, if releasing them failed. */
  readonly orphans: readonly Orphan[];
}

export type OrphanResult =
  | { readonly claim: Claim }
  /** `isNew`: false for an event that is already stored. */
  | { readonly claim: null; readonly isNew: boolean };

export interface DeliveryPorts {
  readonly orders: Orders;
  readonly index: PaymentIndex;
  /** The biz of a merchant's order id. */
  readonly bizOf: (orderId: string) => Promise<Result<string, string>>;
  /** Forwards an event as `callback.<instance>`; false if it was forwarded before. */
  readonly forward: (callback: Callback) => Promise<boolean>;
}

/** `waiting`: stored under its payment until that is claimed. */
export type DeliveryVerdict = "stored" | "duplicate" | "ignored" | "waiting" | "full" | "erased";

export interface DeliveryOutcome {
  readonly verdict: DeliveryVerdict;
  /** The order that recorded the event; null if it belongs to none. */
  readonly biz: string | null;
}

/**
 * Records facts known to belong to `biz`: a report of the merchant, or a provider's reply about
 * this order. Claims the payments among them first; a payment that another order has claimed
 * becomes a mismatch. Returns the reply of `record`.
 */
export async function recordOwn<Reply extends { readonly result: RecordResult }>(
  biz: string,
  arrival: Arrival,
  index: PaymentIndex,
  record: (arrivals: readonly Arrival[]) => Promise<Reply>,
): Promise<Reply> {
  let facts = arrival.facts;
  const claims: (readonly [PaymentKey, Claim])[] = [];
  for (const payment of begunPayments(facts)) {
    const claim = await index.claim(payment, biz);
    if (claim.biz === biz) claims.push([payment, claim]);
    else facts = facts.flatMap((fact) => (belongsTo(fact, payment) ? foreignFact(fact) : fact));
  }
  const reply = await record([{ ...arrival, facts }, ...claims.flatMap(([, claim]) => orphanArrivals(claim))]);
  for (const [payment, claim] of claims) await settleClaim(payment, claim, reply.result, index);
  return reply;
}

/** The arrivals that waited for a claim. */
const orphanArrivals = ({ orphans }: Claim): readonly Arrival[] => orphans.map(({ arrival }) => arrival);

/**
 * Deletes recorded orphans from the index, after the order's commit. A crash in between delivers
 * them again, as duplicates.
 */
async function settleClaim(
  payment: PaymentKey,
  { biz, orphans }: Claim,
  result: RecordResult,
  index: PaymentIndex,
): Promise<void> {
  switch (result) {
    case "new":
    case "duplicate": {
      if (orphans.length === 0) return;
      const keys = orphans.map(({ key }) => key);
      return index.release(payment, keys);
    }
    case "erased": // erased orders keep no claim
      return index.erase(payment, biz);
    case "full":
  }
}

/** The payments that the facts begin. An order claims exactly these. */
const begunPayments = (facts: readonly Fact[]): readonly PaymentKey[] =>
  namedPayments(facts.filter(({ kind }) => kind === "payment"));

/** Every payment named in the facts, once. An order may have claimed these. */
export function namedPayments(facts: readonly Fact[]): readonly PaymentKey[] {
  const keys = new Map<string, PaymentKey>();
  for (const fact of facts) {
    if (!("paymentId" in fact) || fact.paymentId === null) continue;
    const { instance, paymentId } = fact;
    keys.set(JSON.stringify([instance, paymentId]), { instance, paymentId });
  }
  return [...keys.values()];
}

const belongsTo = (fact: Fact, { instance, paymentId }: PaymentKey): boolean =>
  "paymentId" in fact && fact.instance === instance && fact.paymentId === paymentId;

/**
 * Turns a paid fact of another order's payment into a mismatch. Drops its other facts: they belong
 * to that order.
 */
function foreignFact(fact: Fact): readonly Fact[] {
  if (fact.kind !== "payment" || fact.status !== "paid" || fact.paymentId === null) return [];
  const { instance, eventId, at, paymentId, money } = fact;
  return [{ instance, eventId, at, kind: "foreign_payment", paymentId, money }];
}

/**
 * Delivers one event to its order. After an error of a port, the next delivery of the event
 * completes the work.
 */
export async function deliver(
  callback: Callback,
  raw: string | null,
  ports: DeliveryPorts,
): Promise<Result<DeliveryOutcome, string>> {
  const { instance, facts, orderId, paymentId } = callback;
  if (facts.length === 0 || (orderId === null && paymentId === null)) {
    return ok({ verdict: (await ports.forward(callback)) ? "ignored" : "duplicate", biz: null });
  }
  const arrival = { facts, orderId, raw };
  if (paymentId === null) return recordInNamedOrder(callback, arrival, ports);
  const payment = { instance, paymentId };
  if (beginsPayment(facts) && orderId !== null) return claimAndRecord(callback, orderId, payment, arrival, ports);
  return recordFollowUp(callback, payment, arrival, ports);
}

async function recordInNamedOrder(
  callback: Callback,
  arrival: Arrival,
  ports: DeliveryPorts,
): Promise<Result<DeliveryOutcome, string>> {
  const biz = await ports.bizOf(callback.orderId ?? "");
  return biz.ok ? ok(outcomeOf(biz.value, await record(biz.value, [arrival], callback, ports))) : biz;
}

/**
 * The first event that begins a payment and names an order claims the payment. Later events are
 * recorded in the order that holds the claim.
 */
async function claimAndRecord(
  callback: Callback,
  orderId: string,
  payment: PaymentKey,
  arrival: Arrival,
  ports: DeliveryPorts,
): Promise<Result<DeliveryOutcome, string>> {
  const named = await ports.bizOf(orderId);
  if (!named.ok) return named;
  const claim = await ports.index.claim(payment, named.value);
  if (claim.biz === named.value) return ok(await recordClaimed(claim, payment, arrival, callback, ports));
  // `orderId` belongs to the other order.
  const outcome = await recordClaimed(claim, payment, withoutOrderId(arrival), callback, ports);
  const foreign = callback.facts.flatMap(foreignFact);
  if (foreign.length > 0) await ports.orders.record(named.value, [{ ...arrival, facts: foreign }]);
  return ok(outcome);
}

/**
 * Records an event that follows a payment. Its own order id counts only if it names a known order.
 */
async function recordFollowUp(
  callback: Callback,
  payment: PaymentKey,
  arrival: Arrival,
  ports: DeliveryPorts,
): Promise<Result<DeliveryOutcome, string>> {
  const claim = callback.orderId === null ? null : await claimForKnown(callback.orderId, payment, ports);
  const stored = claim === null ? await ports.index.storeOrphan(payment, orphanOf(callback, arrival)) : { claim };
  if (stored.claim !== null) {
    return ok(await recordClaimed(stored.claim, payment, withoutOrderId(arrival), callback, ports));
  }
  const isNew = (await ports.forward(callback)) || stored.isNew;
  return ok({ verdict: isNew ? "waiting" : "duplicate", biz: null });
}

/** Returns the claim of a payment. If unclaimed, an order that is already known claims it. */
async function claimForKnown(orderId: string, payment: PaymentKey, ports: DeliveryPorts): Promise<Claim | null> {
  const claim = await ports.index.claimOf(payment);
  if (claim !== null) return claim;
  const named = await ports.bizOf(orderId);
  // Without the key for order ids, the event waits for its payment.
  if (!named.ok || !(await ports.orders.isKnown(named.value))) return null;
  return ports.index.claim(payment, named.value);
}

async function recordClaimed(
  claim: Claim,
  payment: PaymentKey,
  arrival: Arrival,
  callback: Callback,
  ports: DeliveryPorts,
): Promise<DeliveryOutcome> {
  const result = await record(claim.biz, [arrival, ...orphanArrivals(claim)], callback, ports);
  await settleClaim(payment, claim, result, ports.index);
  return outcomeOf(claim.biz, result);
}

/** Records the arrivals; an event of a full or erased order is forwarded. */
async function record(
  biz: string,
  arrivals: readonly Arrival[],
  callback: Callback,
  ports: DeliveryPorts,
): Promise<RecordResult> {
  const result = await ports.orders.record(biz, arrivals);
  if (result === "full" || result === "erased") await ports.forward(callback);
  return result;
}

const outcomeOf = (biz: string, result: RecordResult): DeliveryOutcome => ({
  verdict: result === "new" ? "stored" : result,
  biz,
});

/** Removes the event's own reference, which is not the id of the claiming order. */
const withoutOrderId = (arrival: Arrival): Arrival => ({ ...arrival, orderId: null });

const orphanOf = ({ facts }: Callback, arrival: Arrival): Orphan => ({
  // An event that repeats with another amount is a new event.
  key: JSON.stringify(facts.map(factKey)),
  // The event is forwarded immediately, so its text is not kept for a second forward.
  arrival: { ...withoutOrderId(arrival), raw: null },
});
