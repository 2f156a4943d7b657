// Which order a payment event is about, and the steps that bring it there, in the order that makes a crash between any two harmless. Storage
// comes in as ports: one per kind of object.
import type { Callback } from "./callback.ts";
import { beginsPayment, factKey, type Fact } from "./fact.ts";
import { ok, type Result } from "./result.ts";

/** What an event brings to its order. */
export interface Arrival {
  readonly facts: readonly Fact[];
  /** The merchant's id, where the sender named it. */
  readonly orderId: string | null;
  /** What was received, as text, to be forwarded; null where nothing is forwarded or nobody sent anything. */
  readonly raw: string | null;
}

/** `full` and `erased` orders record nothing: their events are handed on. */
export type RecordResult = "new" | "duplicate" | "full" | "erased";

export interface Orders {
  /** Whether the order is registered or has facts. */
  readonly isKnown: (biz: string) => Promise<boolean>;
  /** Records all arrivals in one commit. */
  readonly record: (biz: string, arrivals: readonly Arrival[]) => Promise<RecordResult>;
}

/** An event that waits for its payment. */
export interface Orphan {
  /** The same for every delivery of the event. */
  readonly key: string;
  readonly arrival: Arrival;
}

/** The payment index: which order a payment belongs to. */
export interface PaymentIndex {
  /** The claim of the payment; null as long as no order has claimed it. */
  readonly claimOf: (payment: PaymentKey) => Promise<Claim | null>;
  /** Claims the payment for `biz` unless it is claimed. */
  readonly claim: (payment: PaymentKey, biz: string) => Promise<Claim>;
  /** Stores the event unless the payment is claimed by now: then it returns the claim. */
  readonly storeOrphan: (payment: PaymentKey, orphan: Orphan) => Promise<OrphanResult>;
  /** Deletes orphans that their order has recorded. */
  readonly release: (payment: PaymentKey, keys: readonly string[]) => Promise<void>;
  /** Deletes the claim if it is that of `biz`. */
  readonly erase: (payment: PaymentKey, biz: string) => Promise<void>;
}

/** A payment is an instance's: "1001" of one sender is not "1001" of another. */
export interface PaymentKey {
  readonly instance: string;
  readonly paymentId: string;
}

export interface Claim {
  readonly biz: string;
  /** Events that waited for the claim and are not in the order yet, as far as the index knows. */
  readonly orphans: readonly Orphan[];
}

export type OrphanResult =
  | { readonly claim: Claim }
  /** `isNew`: false for an event that waits already. */
  | { readonly claim: null; readonly isNew: boolean };

export interface DeliveryPorts {
  readonly orders: Orders;
  readonly index: PaymentIndex;
  /** The biz of a merchant's order id. */
  readonly bizOf: (orderId: string) => Promise<Result<string, string>>;
  /** Hands an event on as `callback.<instance>`; false if it was handed on before. */
  readonly handOn: (callback: Callback) => Promise<boolean>;
}

/** `waiting`: stored under its payment, until that is claimed. */
export type DeliveryVerdict = "stored" | "duplicate" | "ignored" | "waiting" | "full" | "erased";

export interface DeliveryOutcome {
  readonly verdict: DeliveryVerdict;
  /** The order that the event is a fact of; null if it is of none. */
  readonly biz: string | null;
}

/**
 * Records facts that are known to be of `biz`: the merchant's word, or a provider's answer about this order. Payments among them are claimed
 * first; one that another order has claimed becomes a mismatch. Returns the reply of `record`.
 */
export async function recordOwn<Reply extends { readonly result: RecordResult }>(
  biz: string,
  arrival: Arrival,
  index: PaymentIndex,
  record: (arrivals: readonly Arrival[]) => Promise<Reply>,
): Promise<Reply> {
  let facts = arrival.facts;
  const claims: (readonly [PaymentKey, Claim])[] = [];
  for (const payment of claimablePayments(facts)) {
    const claim = await index.claim(payment, biz);
    if (claim.biz === biz) claims.push([payment, claim]);
    else facts = facts.flatMap((fact) => (isOf(fact, payment) ? foreignFact(fact) : fact));
  }
  const reply = await record([{ ...arrival, facts }, ...claims.flatMap(([, claim]) => waitingFor(claim))]);
  for (const [payment, claim] of claims) await settleClaim(payment, claim, reply.result, index);
  return reply;
}

/** The arrivals that waited for a claim. */
const waitingFor = ({ orphans }: Claim): readonly Arrival[] => orphans.map(({ arrival }) => arrival);

/** Recorded orphans leave the index, behind their order's commit: a crash between the two moves them again, as duplicates. */
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
    case "erased": // An erased order keeps no claim.
      return index.erase(payment, biz);
    case "full":
  }
}

/** The payments that the facts begin: those that an order claims. */
const claimablePayments = (facts: readonly Fact[]): readonly PaymentKey[] =>
  namedPayments(facts.filter(({ kind }) => kind === "payment"));

/** Every payment that the facts name, once: those that an order may have claimed. */
export function namedPayments(facts: readonly Fact[]): readonly PaymentKey[] {
  const keys = new Map<string, PaymentKey>();
  for (const fact of facts) {
    if (!("paymentId" in fact) || fact.paymentId === null) continue;
    const { instance, paymentId } = fact;
    keys.set(JSON.stringify([instance, paymentId]), { instance, paymentId });
  }
  return [...keys.values()];
}

const isOf = (fact: Fact, { instance, paymentId }: PaymentKey): boolean =>
  "paymentId" in fact && fact.instance === instance && fact.paymentId === paymentId;

/** The mismatch that a paid fact of another order's payment becomes; other facts of it are that order's. */
function foreignFact(fact: Fact): readonly Fact[] {
  if (fact.kind !== "payment" || fact.status !== "paid" || fact.paymentId === null) return [];
  const { instance, eventId, at, paymentId, money } = fact;
  return [{ instance, eventId, at, kind: "foreign_payment", paymentId, money }];
}

/** Brings one event to its order. An error of a port leaves a state that the event's next delivery completes. */
export async function deliver(
  callback: Callback,
  raw: string | null,
  ports: DeliveryPorts,
): Promise<Result<DeliveryOutcome, string>> {
  const { instance, facts, orderId, paymentId } = callback;
  if (facts.length === 0 || (orderId === null && paymentId === null)) {
    return ok({ verdict: (await ports.handOn(callback)) ? "ignored" : "duplicate", biz: null });
  }
  const arrival = { facts, orderId, raw };
  if (paymentId === null) return toNamedOrder(callback, arrival, ports);
  const payment = { instance, paymentId };
  if (beginsPayment(facts) && orderId !== null) return claimAndRecord(callback, orderId, payment, arrival, ports);
  return follow(callback, payment, arrival, ports);
}

async function toNamedOrder(
  callback: Callback,
  arrival: Arrival,
  ports: DeliveryPorts,
): Promise<Result<DeliveryOutcome, string>> {
  const biz = await ports.bizOf(callback.orderId ?? "");
  return biz.ok ? ok(outcomeOf(biz.value, await record(biz.value, [arrival], callback, ports))) : biz;
}

/** The first event that begins a payment and names an order claims the payment; later ones go to the claimant. */
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
  // The id that the event names is the other order's.
  const outcome = await recordClaimed(claim, payment, withoutOrderId(arrival), callback, ports);
  const foreign = callback.facts.flatMap(foreignFact);
  if (foreign.length > 0) await ports.orders.record(named.value, [{ ...arrival, facts: foreign }]);
  return ok(outcome);
}

/** An event that follows a payment: its own order id counts only if that order is known already. */
async function follow(
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
  const isNew = (await ports.handOn(callback)) || stored.isNew;
  return ok({ verdict: isNew ? "waiting" : "duplicate", biz: null });
}

/** The claim of a payment: an order that is known already claims it, unless another has. */
async function claimForKnown(orderId: string, payment: PaymentKey, ports: DeliveryPorts): Promise<Claim | null> {
  const claim = await ports.index.claimOf(payment);
  if (claim !== null) return claim;
  const named = await ports.bizOf(orderId);
  // Without the key, the event waits for its payment.
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
  const result = await record(claim.biz, [arrival, ...waitingFor(claim)], callback, ports);
  await settleClaim(payment, claim, result, ports.index);
  return outcomeOf(claim.biz, result);
}

/** Records the arrivals; an order that takes none has its event handed on. */
async function record(
  biz: string,
  arrivals: readonly Arrival[],
  callback: Callback,
  ports: DeliveryPorts,
): Promise<RecordResult> {
  const result = await ports.orders.record(biz, arrivals);
  if (result === "full" || result === "erased") await ports.handOn(callback);
  return result;
}

const outcomeOf = (biz: string, result: RecordResult): DeliveryOutcome => ({
  verdict: result === "new" ? "stored" : result,
  biz,
});

/** A reference of the event's own is not the order's id. */
const withoutOrderId = (arrival: Arrival): Arrival => ({ ...arrival, orderId: null });

const orphanOf = ({ facts }: Callback, arrival: Arrival): Orphan => ({
  // An event that comes again with another amount is no repetition.
  key: JSON.stringify(facts.map(factKey)),
  // It is handed on at once, so its text is not kept for a second forward.
  arrival: { ...withoutOrderId(arrival), raw: null },
});
