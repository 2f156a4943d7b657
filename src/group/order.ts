// The order that a group keeps: records facts and registrations, one commit each, and sets its due-times. Sends nothing.
import type { Arrival, RecordResult } from "../core/delivery.ts";
import { orderDue, withDue } from "../core/due.ts";
import { newFacts, recordedAt, type Fact, type RecordedFact } from "../core/fact.ts";
import { forwardOf, forwardOfDelivery } from "../core/forward.ts";
import { encode, orderFrame } from "../core/frames.ts";
import type { UnclaimedDelivery } from "../core/group-api.ts";
import { DAY_MS, FACTS_MAX } from "../core/limits.ts";
import { contradicts, hasPayment, isSettled, looksDifferent, orderOf, type Order } from "../core/order.ts";
import type { Registration } from "../core/registration.ts";
import { emptyRow, inputOf, type OrderRow } from "../core/order-row.ts";
import type { OrderRecord } from "../core/order-view.ts";
import type { Position, Publication } from "../core/position.ts";
import { no, ok, type Result } from "../core/result.ts";
import type { OrderSettings } from "../core/settings.ts";
import type { Kept } from "./history.ts";
import type { Outbox } from "./outbox.ts";
import type { Store } from "./store.ts";

/** What a change of the order means to its members: `changed` if a browser can see a difference. */
export interface Change {
  readonly order: Order;
  readonly changed: boolean;
}

export interface Recorded extends Change {
  readonly result: RecordResult;
}

/** What an order's decisions depend on beside its row. */
export interface Surroundings {
  /** ms since 1970. */
  readonly now: number;
  readonly watchers: number;
  readonly canAsk: boolean;
}

/** An order is its own history: it publishes its latest state, and its version counts the visible changes. */
export class KeptOrder implements Kept {
  readonly keeping = "cache";
  readonly #biz: string;
  readonly #epoch: string;
  readonly #store: Store;
  readonly #outbox: Outbox;
  readonly #settings: OrderSettings;

  /** `epoch` never changes: no version of an order is given twice, except after it was erased. */
  constructor(biz: string, epoch: string, store: Store, outbox: Outbox, settings: OrderSettings) {
    this.#biz = biz;
    this.#epoch = epoch;
    this.#store = store;
    this.#outbox = outbox;
    this.#settings = settings;
  }

  position(): Position {
    return { epoch: this.#epoch, offset: this.#row.told.version };
  }

  begin(): Position {
    return this.position();
  }

  first(): number {
    return this.position().offset + 1;
  }

  since(after: number): readonly Publication[] {
    const { version, at, status } = this.#row.told;
    if (version <= after) return [];
    return [{ offset: version, at, frame: encode(orderFrame(this.#biz, status)) }];
  }

  /** Whether anything is known of it: a registration or facts. */
  get isKnown(): boolean {
    const { registration, facts } = this.#row;
    return registration !== null || facts.length > 0;
  }

  /** Whether its id was ever used: known, or erased. */
  get isTaken(): boolean {
    return this.isKnown || this.#store.erasedAt() !== null;
  }

  get row(): OrderRow {
    return this.#row;
  }

  record(): OrderRecord {
    const row = this.#row;
    const isStored = this.#store.orderRow() !== null;
    return {
      order: orderOf(inputOf(row), this.#settings),
      version: row.told.version,
      registration: row.registration,
      orderId: row.orderId,
      isFull: row.isFull,
      erasedAt: this.#store.erasedAt(),
      forwards: isStored ? this.#outbox.outstanding() : { owed: 0, givenUp: 0 },
    };
  }

  /** Facts, the order's new state, its position and the forwards that follow: durable together, or not at all. */
  recordFacts(arrivals: readonly Arrival[], around: Surroundings): Recorded {
    return this.#store.transaction(() => {
      const row = this.#row;
      if (this.#store.erasedAt() !== null) return { result: "erased", changed: false, order: this.#orderOf(row) };
      const added = this.#added(row, arrivals, around.now);
      const facts = added.flatMap(({ recorded }) => recorded);
      if (facts.length === 0) return { ...this.#reevaluate(row, around), result: "duplicate" };
      if (row.facts.length + facts.length > FACTS_MAX) return { ...this.#markFull(row, around), result: "full" };
      const orderId = row.orderId ?? arrivals.find((arrival) => arrival.orderId !== null)?.orderId ?? null;
      const change = this.#save(
        row,
        { ...row, facts: [...row.facts, ...facts], orderId: this.#named(orderId) },
        around,
      );
      this.#enqueueForwards(row, added, change.order, around.now);
      this.setDueTimes(around);
      return { ...change, result: "new" };
    });
  }

  /** Stores what is expected to be paid; what arrived before is compared with it. Refused if pages were told of another payment. */
  register(registration: Registration, around: Surroundings): Result<Change, "contradicts" | "erased"> {
    return this.#store.transaction(() => {
      const row = this.#row;
      if (this.#store.erasedAt() !== null) return no("erased");
      if (contradicts(registration, inputOf(row), this.#settings)) return no("contradicts");
      const orderId = registration.orderId ?? row.orderId;
      const change = this.#save(row, { ...row, registration, orderId }, around);
      this.setDueTimes(around);
      return ok(change);
    });
  }

  /** The order under the current settings, which may count a payment that was held: then members are notified as of any change. */
  reevaluate(around: Surroundings): Change {
    const row = this.#row;
    if (row.facts.length === 0 || isSettled(row.told.status)) return { order: this.#orderOf(row), changed: false };
    return this.#store.transaction(() => this.#reevaluate(row, around));
  }

  /** True if the due times have changed: then the alarm has to be set anew. */
  setDueTimes({ now, watchers, canAsk }: Surroundings): boolean {
    const { told, registration, changedAt } = this.#row;
    const due = this.#store.due();
    const { retentionMs } = this.#settings;
    const planned = retentionMs === null || !this.isKnown ? null : endOfDay(changedAt + retentionMs);
    // Put off while something is owed.
    const isPutOff = planned !== null && planned <= now && (due.cleanup ?? 0) > now;
    const next = orderDue(due, now, Math.random(), {
      // Nobody needs to be asked about an erased order.
      status: this.#store.erasedAt() === null ? told.status : "closed",
      registration,
      watchers,
      canAsk,
      forward: due.forward,
      eraseAt: isPutOff ? (due.cleanup ?? null) : planned,
    });
    return this.#store.keepDue(next);
  }

  get #row(): OrderRow {
    return this.#store.orderRow() ?? emptyRow;
  }

  readonly #orderOf = (row: OrderRow): Order => orderOf(inputOf(row), this.#settings);

  /** The merchant's id is worth keeping where it is not the biz itself. */
  readonly #named = (orderId: string | null): string | null => (orderId === this.#biz ? null : orderId);

  #added(row: OrderRow, arrivals: readonly Arrival[], now: number): readonly Added[] {
    let known: readonly Fact[] = row.facts;
    return arrivals.map(({ facts, raw }) => {
      const recorded = newFacts(known, facts).map((fact) => recordedAt(fact, now));
      known = [...known, ...recorded];
      return { recorded, raw };
    });
  }

  #reevaluate(row: OrderRow, around: Surroundings): Change {
    const order = this.#orderOf(row);
    if (!looksDifferent(row.told, order)) return { order, changed: false };
    const change = this.#save(row, row, around);
    this.setDueTimes(around);
    return change;
  }

  #markFull(row: OrderRow, around: Surroundings): Change {
    return row.isFull
      ? { order: this.#orderOf(row), changed: false }
      : this.#save(row, { ...row, isFull: true }, around);
  }

  #save(before: OrderRow, after: OrderRow, { now }: Surroundings): Change {
    const order = this.#orderOf(after);
    const { status, refunded } = order;
    // Compared with what pages were sent, not with what the facts before would come to under the current settings.
    const changed = looksDifferent(before.told, order);
    const told = changed ? { status, refunded, version: before.told.version + 1, at: now } : before.told;
    this.#store.saveOrder({ ...after, told, everPaid: after.everPaid || hasPayment(status), changedAt: now });
    return { order, changed };
  }

  /** One forward for each new fact, with the order as it was once that fact was recorded: `after` behind the last. */
  #enqueueForwards(before: OrderRow, added: readonly Added[], after: Order, now: number): void {
    if (this.#settings.forward === null) return;
    const facts = [...before.facts];
    const count = facts.length + added.reduce((sum, { recorded }) => sum + recorded.length, 0);
    for (const { recorded, raw } of added) {
      for (const fact of recorded) {
        facts.push(fact);
        const order = facts.length === count ? after : this.#orderOf({ ...before, facts });
        const body = forwardOf(this.#biz, this.#row.orderId, order, fact, raw, new Date(now).toISOString());
        this.#outbox.add(newId(), encode(body), now);
      }
    }
    const due = this.#store.due();
    if (due.forward === undefined) this.#store.keepDue(withDue(due, "forward", now));
  }
}

/** The facts of one arrival that are new. */
interface Added {
  readonly recorded: readonly RecordedFact[];
  readonly raw: string | null;
}

/** A delivery about no order is forwarded once; false if it came before. */
export function enqueueDelivery(store: Store, outbox: Outbox, delivery: UnclaimedDelivery, now: number): boolean {
  return store.transaction(() => {
    const { instance, type, eventId, raw } = delivery;
    if (eventId !== null && !outbox.isNew(eventId, now)) return false;
    outbox.add(newId(), encode(forwardOfDelivery(instance, type, eventId, raw, new Date(now).toISOString())), now);
    const due = store.due();
    // Not behind what waits for its next try: these have no order among them.
    store.keepDue({ ...due, forward: Math.min(due.forward ?? now, now), cleanup: due.cleanup ?? now + DAY_MS });
    return true;
  });
}

/** By the day, so that an order's second fact of a day moves no due time. */
const endOfDay = (at: number): number => Math.ceil(at / DAY_MS) * DAY_MS;

/** A `webhook-id`; without a dot, which would let the borders of what is signed move. */
const newId = (): string => `msg_${crypto.randomUUID().replaceAll("-", "")}`;
