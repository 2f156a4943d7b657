// The payment edge in memory: orders, payment index and forwards behind the same ports as the objects. For flows in every order of arrival.
import type { Callback } from "../../src/core/callback.ts";
import {
  deliver,
  recordOwn,
  type Arrival,
  type Claim,
  type DeliveryPorts,
  type Orphan,
  type PaymentKey,
  type RecordResult,
} from "../../src/core/delivery.ts";
import { newFacts, recordedAt, type Fact, type RecordedFact } from "../../src/core/fact.ts";
import { backendOrder, type BackendOrder } from "../../src/core/order-view.ts";
import { hasPayment, looksDifferent, orderOf, type OrderRules } from "../../src/core/order.ts";
import type { Registration } from "../../src/core/registration.ts";
import { ok } from "../../src/core/result.ts";

interface StoredOrder {
  readonly facts: readonly RecordedFact[];
  readonly registration: Registration | null;
  readonly everPaid: boolean;
  readonly version: number;
}

const unknown: StoredOrder = { facts: [], registration: null, everPaid: false, version: 0 };

export class World {
  readonly #rules: OrderRules;
  readonly #orders = new Map<string, StoredOrder>();
  readonly #claims = new Map<string, string>();
  readonly #orphans = new Map<string, Map<string, Orphan>>();
  readonly handedOn = new Set<string>();
  #arrivals = 0;

  constructor(rules: OrderRules) {
    this.#rules = rules;
  }

  register(biz: string, registration: Registration): void {
    this.#change(biz, { ...(this.#orders.get(biz) ?? unknown), registration });
  }

  async deliver(callback: Callback): Promise<void> {
    const delivered = await deliver(callback, null, this.ports);
    if (!delivered.ok) throw new Error(delivered.reason);
  }

  /** Records what the merchant reports of an order, or a provider's answer about it. */
  async report(biz: string, facts: readonly Fact[]): Promise<RecordResult> {
    const { index, orders } = this.ports;
    const record = async (arrivals: readonly Arrival[]) => ({ result: await orders.record(biz, arrivals) });
    return (await recordOwn(biz, { facts, orderId: null, raw: null }, index, record)).result;
  }

  view(biz: string): BackendOrder {
    const { version, registration, ...input } = this.#orders.get(biz) ?? unknown;
    const order = orderOf({ ...input, registration }, this.#rules);
    const forwards = { pending: 0, failed: 0 };
    return backendOrder(biz, {
      order,
      version,
      registration,
      orderId: null,
      isFull: false,
      erasedAt: null,
      forwards,
    });
  }

  /** The facts of every order, by biz. */
  facts(): ReadonlyMap<string, readonly RecordedFact[]> {
    return new Map([...this.#orders].map(([biz, { facts }]) => [biz, facts]));
  }

  /** The events that wait for their payment. */
  waiting(): readonly Orphan[] {
    return [...this.#orphans.values()].flatMap((orphans) => Array.from(orphans.values()));
  }

  readonly ports: DeliveryPorts = {
    orders: {
      isKnown: (biz) => {
        const order = this.#orders.get(biz);
        return Promise.resolve(order !== undefined && (order.registration !== null || order.facts.length > 0));
      },
      record: (biz, arrivals) => Promise.resolve(this.#record(biz, arrivals)),
    },
    index: {
      claimOf: (payment) => Promise.resolve(this.#claimOf(payment)),
      claim: (payment, biz) => {
        if (!this.#claims.has(keyOf(payment))) this.#claims.set(keyOf(payment), biz);
        return Promise.resolve(this.#claimOf(payment) ?? { biz, orphans: [] });
      },
      storeOrphan: (payment, orphan) => {
        const key = keyOf(payment);
        const claim = this.#claimOf(payment);
        if (claim !== null) return Promise.resolve({ claim });
        const orphans = this.#orphans.get(key) ?? new Map<string, Orphan>();
        const isNew = !orphans.has(orphan.key);
        this.#orphans.set(key, orphans.set(orphan.key, orphan));
        return Promise.resolve({ claim: null, isNew });
      },
      release: (payment, keys) => {
        for (const key of keys) this.#orphans.get(keyOf(payment))?.delete(key);
        return Promise.resolve();
      },
      erase: (payment, biz) => {
        if (this.#claims.get(keyOf(payment)) !== biz) return Promise.resolve();
        this.#claims.delete(keyOf(payment));
        this.#orphans.delete(keyOf(payment));
        return Promise.resolve();
      },
    },
    bizOf: (orderId) => Promise.resolve(ok(orderId)),
    forward: ({ instance, eventId, type }) => {
      const key = JSON.stringify([instance, eventId, type]);
      const isNew = !this.handedOn.has(key);
      this.handedOn.add(key);
      return Promise.resolve(isNew);
    },
  };

  #claimOf(payment: PaymentKey): Claim | null {
    const biz = this.#claims.get(keyOf(payment));
    return biz === undefined ? null : { biz, orphans: [...(this.#orphans.get(keyOf(payment))?.values() ?? [])] };
  }

  #record(biz: string, arrivals: readonly Arrival[]): "new" | "duplicate" {
    const order = this.#orders.get(biz) ?? unknown;
    const arrivedAt = ++this.#arrivals;
    const fresh = newFacts(
      order.facts,
      arrivals.flatMap(({ facts }) => facts),
    );
    if (fresh.length === 0) return "duplicate";
    this.#change(biz, { ...order, facts: [...order.facts, ...fresh.map((fact) => recordedAt(fact, arrivedAt))] });
    return "new";
  }

  #change(biz: string, after: StoredOrder): void {
    const before = orderOf(this.#orders.get(biz) ?? unknown, this.#rules);
    const order = orderOf(after, this.#rules);
    const version = after.version + (looksDifferent(before, order) ? 1 : 0);
    this.#orders.set(biz, { ...after, version, everPaid: after.everPaid || hasPayment(order.status) });
  }
}

const keyOf = ({ instance, paymentId }: PaymentKey): string => JSON.stringify([instance, paymentId]);
