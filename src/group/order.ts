// The order that a group keeps: takes facts and registrations in, one transaction each, and keeps its due-times. Sends nothing.
import { orderDue, withDue } from "../core/due.ts";
import type { Fact } from "../core/fact.ts";
import { forwardOf, forwardOfDelivery } from "../core/forward.ts";
import { encode, orderFrame } from "../core/frames.ts";
import {
  contradicts,
  freshOf,
  isSettled,
  looksDifferent,
  orderOf,
  type Known,
  type Order,
  type Registration,
} from "../core/order.ts";
import { DAY_MS } from "../core/limits.ts";
import type { Position, Publication } from "../core/position.ts";
import { no, ok, type Result } from "../core/result.ts";
import type { OrderSettings } from "../core/settings.ts";
import type { Kept } from "./history.ts";
import type { Outbox, Outstanding } from "./outbox.ts";
import type { Store, StoredOrder } from "./store.ts";

/** What a callback brings to its order. */
export interface Arrival {
  readonly facts: readonly Fact[];
  /** The merchant's id, where the sender named it. */
  readonly orderId: string | null;
  /** What was received, as text, to be forwarded; null where nothing is forwarded or nobody sent anything. */
  readonly raw: string | null;
}

/** What taking something in did: `fresh` if it was news, `changed` if a browser could see a difference. */
export interface Change {
  readonly order: StoredOrder | null;
  readonly fresh: boolean;
  readonly changed: boolean;
}

/** What surrounds an order at the moment. */
export interface Surroundings {
  /** ms since 1970. */
  readonly now: number;
  readonly watchers: number;
  readonly canAsk: boolean;
}

/** Everything there is to tell of an order. */
export interface OrderView {
  readonly order: Order;
  readonly stored: StoredOrder | null;
  readonly outstanding: Outstanding;
}

/** An order is its own history: it tells its latest state, and its version counts the changes that could be seen. */
export class KeptOrder implements Kept {
  readonly keeping = "cache";
  readonly #biz: string;
  readonly #epoch: string;
  readonly #store: Store;
  readonly #outbox: Outbox;
  readonly #settings: OrderSettings;

  /** `epoch` is always the same: an order is never forgotten altogether, so its versions can always be trusted. */
  constructor(biz: string, epoch: string, store: Store, outbox: Outbox, settings: OrderSettings) {
    this.#biz = biz;
    this.#epoch = epoch;
    this.#store = store;
    this.#outbox = outbox;
    this.#settings = settings;
  }

  position(): Position {
    return { epoch: this.#epoch, offset: this.#store.order()?.version ?? 0 };
  }

  begin(): Position {
    return this.position();
  }

  first(): number {
    return this.position().offset + 1;
  }

  since(after: number): readonly Publication[] {
    const stored = this.#store.order();
    if (stored === null || stored.version <= after) return [];
    return [{ offset: stored.version, at: stored.changedAt, frame: encode(orderFrame(this.#biz, stored.status)) }];
  }

  view(): OrderView {
    const stored = this.#store.order();
    const order = orderOf(this.#store.known(stored), this.#settings);
    const outstanding = stored === null ? { owed: 0, givenUp: 0 } : this.#outbox.outstanding();
    return { order, stored, outstanding };
  }

  /** The seen facts, the order's new state, its position and what is owed for them: durable together, or not at all. */
  record({ facts, orderId, raw }: Arrival, around: Surroundings): Change {
    return this.#store.transaction(() => {
      const stored = this.#store.order();
      const known = this.#store.known(stored);
      const fresh = freshOf(known.facts, facts);
      if (fresh.length === 0) return { ...this.#revise(stored, known, around), fresh: false };
      const after: Known = { ...known, facts: [...known.facts, ...fresh] };
      this.#store.keepFacts(fresh);
      const change = this.#keep(stored, after, { orderId: stored?.orderId ?? orderId }, around.now);
      this.#owe(known, fresh, change.order?.orderId ?? null, raw, around.now);
      this.keepDue(around);
      return { ...change, fresh: true };
    });
  }

  /** What is expected to be paid; what arrived before is checked now. Refused if it contradicts what was paid already. */
  register(registration: Registration, around: Surroundings): Result<Change, "contradicts"> {
    return this.#store.transaction(() => {
      const stored = this.#store.order();
      const known = this.#store.known(stored);
      if (contradicts(registration, known, this.#settings)) return no("contradicts");
      const orderId = registration.orderId ?? stored?.orderId ?? null;
      const change = this.#keep(stored, { ...known, registration }, { registration, orderId }, around.now);
      this.keepDue(around);
      return ok({ ...change, fresh: true });
    });
  }

  /** The order as it is by today's rules, which may believe a payment that was held: then pages are told as of any change. */
  revise(around: Surroundings): Change {
    const stored = this.#store.order();
    if (stored === null || !stored.hasFacts || isSettled(stored.status))
      return { order: stored, fresh: false, changed: false };
    return this.#store.transaction(() => ({
      ...this.#revise(stored, this.#store.known(stored), around),
      fresh: false,
    }));
  }

  #revise(stored: StoredOrder | null, known: Known, around: Surroundings): Omit<Change, "fresh"> {
    if (stored === null || !looksDifferent(stored, orderOf(known, this.#settings)))
      return { order: stored, changed: false };
    const change = this.#keep(stored, known, {}, around.now);
    this.keepDue(around);
    return change;
  }

  /** A page has come: an order that is kept is kept for longer, told by the day so that a page costs no row. */
  touch(now: number): void {
    const stored = this.#store.order();
    if (stored !== null && now - stored.touchedAt > DAY_MS) this.#store.keepOrder({ ...stored, touchedAt: now });
  }

  /** True if the due-times have changed: then the alarm has to be set anew. */
  keepDue({ now, watchers, canAsk }: Surroundings): boolean {
    const stored = this.#store.order();
    const due = this.#store.due();
    const isKept = stored?.hasFacts === true;
    const next = orderDue(due, now, Math.random(), {
      status: stored?.status ?? "pending",
      registration: stored?.registration ?? null,
      watchers,
      canAsk,
      forward: due.forward,
      keptUntil: isKept ? endOfDay((due.forward ?? stored.touchedAt) + this.#settings.retentionMs) : null,
    });
    return this.#store.keepDue(next);
  }

  /** The facts are given up; what they came to stays. */
  giveUpFacts(): void {
    this.#store.transaction(() => {
      const stored = this.#store.order();
      if (stored === null) return;
      const { status, refunded, payments } = orderOf(this.#store.known(stored), this.#settings);
      this.#store.dropFacts();
      this.#outbox.drop();
      this.#store.keepOrder({ ...stored, past: { status, refunded, payments }, hasFacts: false });
    });
  }

  #keep(
    stored: StoredOrder | null,
    after: Known,
    change: Partial<Pick<StoredOrder, "registration" | "orderId">>,
    now: number,
  ): Omit<Change, "fresh"> {
    const is = orderOf(after, this.#settings);
    // Compared with what pages were told, not with what the old facts would come to by today's rules.
    const changed = looksDifferent(stored ?? { status: "pending", refunded: "0" }, is);
    const order: StoredOrder = {
      ...(stored ?? { registration: null, orderId: null, past: null }),
      ...change,
      hasFacts: after.facts.length > 0,
      status: is.status,
      refunded: is.refunded,
      version: (stored?.version ?? 0) + (changed ? 1 : 0),
      changedAt: changed ? now : (stored?.changedAt ?? now),
      touchedAt: now,
    };
    this.#store.keepOrder(order);
    return { order, changed };
  }

  /** Each new fact is owed to the backend, with the order as it was once that fact was known. */
  #owe(known: Known, fresh: readonly Fact[], orderId: string | null, raw: string | null, now: number): void {
    if (this.#settings.forward === null) return;
    for (const [i, fact] of fresh.entries()) {
      const order = orderOf({ ...known, facts: [...known.facts, ...fresh.slice(0, i + 1)] }, this.#settings);
      const body = forwardOf(this.#biz, orderId, order, fact, raw, new Date(now).toISOString());
      this.#outbox.add(newId(), encode(body), now);
    }
    const due = this.#store.due();
    if (due.forward === undefined) this.#store.keepDue(withDue(due, "forward", now));
  }
}

/** An authentic delivery about no order, owed to the backend once; false if it came before. */
export function oweDelivery(
  store: Store,
  outbox: Outbox,
  delivery: { provider: string; type: string; eventId: string | null; raw: string },
  now: number,
): boolean {
  return store.transaction(() => {
    const { provider, type, eventId, raw } = delivery;
    if (eventId !== null && !outbox.isNew(eventId, now)) return false;
    outbox.add(newId(), encode(forwardOfDelivery(provider, type, eventId, raw, new Date(now).toISOString())), now);
    const due = store.due();
    // Not behind what waits for its next try: these have no order among them.
    store.keepDue({ ...due, forward: Math.min(due.forward ?? now, now), cleanup: due.cleanup ?? now + DAY_MS });
    return true;
  });
}

/** Told by the day, so that an order's second fact of a day moves no due-time. */
export const endOfDay = (at: number): number => Math.ceil(at / DAY_MS) * DAY_MS;

/** A `webhook-id`; without a dot, which would let the borders of what is signed move. */
const newId = (): string => `msg_${crypto.randomUUID().replaceAll("-", "")}`;
