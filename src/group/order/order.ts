// The order of a group: records facts and registrations in one commit each, and computes its due-times.
import type { Arrival, RecordResult } from "../../core/delivery.ts";
import { orderDue } from "../../core/due.ts";
import { newFacts, recordedAt, type Fact, type RecordedFact } from "../../core/fact.ts";
import { forwardOf } from "../../core/forward.ts";
import { encode, orderFrame } from "../../core/frames.ts";
import { DAY_MS, FACTS_MAX } from "../../core/limits.ts";
import { contradicts, hasPayment, isSettled, looksDifferent, orderOf, type Order } from "../../core/order.ts";
import { emptyRow, inputOf, type OrderRow } from "../../core/order-row.ts";
import type { OrderRecord } from "../../core/order-view.ts";
import type { Position, Publication } from "../../core/position.ts";
import type { Registration } from "../../core/registration.ts";
import { no, ok, type Result } from "../../core/result.ts";
import type { OrderSettings } from "../../core/settings.ts";
import { formatIsoTime } from "../../core/time.ts";
import type { PublicationLog } from "../publishing/history.ts";
import type { DueTimes } from "../schedule/due-times.ts";
import { newForwardId } from "./forward.ts";
import type { Outbox } from "./outbox.ts";
import type { OrderStore } from "./store.ts";

/** The order after a change; `changed`: a page must be notified. */
export interface Change {
  readonly order: Order;
  readonly changed: boolean;
}

export interface Recorded extends Change {
  readonly result: RecordResult;
}

/** Inputs of an order's decisions besides its row. */
export interface OrderConditions {
  /** ms since 1970. */
  readonly now: number;
  /** Open connections. */
  readonly watchers: number;
  /** Whether the order's status can be queried. */
  readonly canQuery: boolean;
}

/** Publishes its latest state: the order's version, a count of visible changes, is the offset. */
export class StoredOrder implements PublicationLog {
  readonly retention = "cache";
  readonly #biz: string;
  readonly #epoch: string;
  readonly #store: OrderStore;
  readonly #outbox: Outbox;
  readonly #dueTimes: DueTimes;
  readonly #settings: OrderSettings;

  /** `epoch` is constant: only an erasure makes versions start again. */
  constructor(
    biz: string,
    epoch: string,
    store: OrderStore,
    outbox: Outbox,
    dueTimes: DueTimes,
    settings: OrderSettings,
  ) {
    this.#biz = biz;
    this.#epoch = epoch;
    this.#store = store;
    this.#outbox = outbox;
    this.#dueTimes = dueTimes;
    this.#settings = settings;
  }

  position(): Position {
    return { epoch: this.#epoch, offset: this.#row.published.version };
  }

  ensurePosition(): Position {
    return this.position();
  }

  firstOffset(): number {
    return this.position().offset + 1;
  }

  since(after: number): readonly Publication[] {
    const { version, at, status } = this.#row.published;
    if (version <= after) return [];
    return [{ offset: version, at, frame: encode(orderFrame(this.#biz, status)) }];
  }

  /** Whether the order is registered or has facts. */
  get isKnown(): boolean {
    const { registration, facts } = this.#row;
    return registration !== null || facts.length > 0;
  }

  /** Whether the id was ever used: known, or erased. */
  get isTaken(): boolean {
    return this.isKnown || this.#store.erasedAt() !== null;
  }

  get facts(): readonly RecordedFact[] {
    return this.#row.facts;
  }

  record(): OrderRecord {
    const row = this.#row;
    const isStored = this.#store.row() !== null;
    return {
      order: orderOf(inputOf(row), this.#settings),
      version: row.published.version,
      registration: row.registration,
      orderId: row.orderId,
      isFull: row.isFull,
      erasedAt: this.#store.erasedAt(),
      forwards: isStored ? this.#outbox.counts() : { pending: 0, failed: 0 },
    };
  }

  /** Records facts. The facts, the order's state, its position and the forwards form one commit. */
  recordFacts(arrivals: readonly Arrival[], conditions: OrderConditions): Recorded {
    return this.#store.transaction(() => {
      const row = this.#row;
      if (this.#store.erasedAt() !== null) return { result: "erased", changed: false, order: this.#orderOf(row) };
      const added = this.#added(row, arrivals, conditions.now);
      const facts = added.flatMap(({ recorded }) => recorded);
      if (facts.length === 0) return { ...this.#reevaluate(row, conditions), result: "duplicate" };
      if (row.facts.length + facts.length > FACTS_MAX) return { ...this.#markFull(row, conditions), result: "full" };
      const orderId = row.orderId ?? arrivals.find((arrival) => arrival.orderId !== null)?.orderId ?? null;
      const change = this.#save(
        row,
        { ...row, facts: [...row.facts, ...facts], orderId: this.#unlessBiz(orderId) },
        conditions,
      );
      this.#enqueueForwards(row, added, change.order, conditions.now);
      this.setDueTimes(conditions);
      return { ...change, result: "new" };
    });
  }

  /**
   * Stores the registration and re-evaluates earlier facts. Rejected if it contradicts a payment that
   * was published.
   */
  register(registration: Registration, conditions: OrderConditions): Result<Change, "contradicts" | "erased"> {
    return this.#store.transaction(() => {
      const row = this.#row;
      if (this.#store.erasedAt() !== null) return no("erased");
      if (contradicts(registration, inputOf(row), this.#settings)) return no("contradicts");
      const orderId = registration.orderId ?? row.orderId;
      const change = this.#save(row, { ...row, registration, orderId }, conditions);
      this.setDueTimes(conditions);
      return ok(change);
    });
  }

  /** Re-evaluates the order under the current settings, which may count a payment that was held. */
  reevaluate(conditions: OrderConditions): Change {
    const row = this.#row;
    if (row.facts.length === 0 || isSettled(row.published.status)) return { order: this.#orderOf(row), changed: false };
    return this.#store.transaction(() => this.#reevaluate(row, conditions));
  }

  setDueTimes({ now, watchers, canQuery }: OrderConditions): void {
    const { published, registration, changedAt } = this.#row;
    const due = this.#dueTimes.current;
    const { retentionMs } = this.#settings;
    const planned = retentionMs === null || !this.isKnown ? null : endOfDay(changedAt + retentionMs);
    // The erasure waits for pending forwards.
    const isPostponed = planned !== null && planned <= now && (due.cleanup ?? 0) > now;
    const next = orderDue(due, now, Math.random(), {
      // An erased order is treated as settled, so that it is not queried.
      status: this.#store.erasedAt() === null ? published.status : "closed",
      isKnown: this.isKnown,
      registration,
      watchers,
      canQuery,
      forward: due.forward,
      eraseAt: isPostponed ? (due.cleanup ?? null) : planned,
    });
    this.#dueTimes.replace(next);
  }

  get #row(): OrderRow {
    return this.#store.row() ?? emptyRow;
  }

  readonly #orderOf = (row: OrderRow): Order => orderOf(inputOf(row), this.#settings);

  /** Stored only if it differs from the biz. */
  readonly #unlessBiz = (orderId: string | null): string | null => (orderId === this.#biz ? null : orderId);

  #added(row: OrderRow, arrivals: readonly Arrival[], now: number): readonly Added[] {
    let known: readonly Fact[] = row.facts;
    return arrivals.map(({ facts, raw }) => {
      const recorded = newFacts(known, facts).map((fact) => recordedAt(fact, now));
      known = [...known, ...recorded];
      return { recorded, raw };
    });
  }

  #reevaluate(row: OrderRow, conditions: OrderConditions): Change {
    const order = this.#orderOf(row);
    if (!looksDifferent(row.published, order)) return { order, changed: false };
    const change = this.#save(row, row, conditions);
    this.setDueTimes(conditions);
    return change;
  }

  #markFull(row: OrderRow, conditions: OrderConditions): Change {
    return row.isFull
      ? { order: this.#orderOf(row), changed: false }
      : this.#save(row, { ...row, isFull: true }, conditions);
  }

  #save(before: OrderRow, after: OrderRow, { now }: OrderConditions): Change {
    const order = this.#orderOf(after);
    const { status, refunded } = order;
    // Compared with the published state: under changed settings the earlier facts may mean another one.
    const changed = looksDifferent(before.published, order);
    const published = changed ? { status, refunded, version: before.published.version + 1, at: now } : before.published;
    this.#store.save({ ...after, published, everPaid: after.everPaid || hasPayment(status), changedAt: now });
    return { order, changed };
  }

  /** Enqueues one forward per new fact, with the order as of that fact. `after` is the order as of the last. */
  #enqueueForwards(before: OrderRow, added: readonly Added[], after: Order, now: number): void {
    if (this.#settings.forward === null) return;
    const facts = [...before.facts];
    const count = facts.length + added.reduce((sum, { recorded }) => sum + recorded.length, 0);
    for (const { recorded, raw } of added) {
      for (const fact of recorded) {
        facts.push(fact);
        const order = facts.length === count ? after : this.#orderOf({ ...before, facts });
        const body = forwardOf(this.#biz, this.#row.orderId, order, fact, raw, formatIsoTime(now));
        this.#outbox.enqueue(newForwardId(), encode(body), now);
      }
    }
    if (this.#dueTimes.current.forward === undefined) this.#dueTimes.set("forward", now);
  }
}

/** New facts of one arrival. */
interface Added {
  readonly recorded: readonly RecordedFact[];
  readonly raw: string | null;
}

/** Rounded up to a day, so that further facts of that day keep the due-time. */
const endOfDay = (at: number): number => Math.ceil(at / DAY_MS) * DAY_MS;
