// What one object keeps: an order's facts, and when its push began. Makes no table and writes no row before something must be kept.
import { record, type Fact, type Order, type Recorded } from "../core/order.ts";

/** An order as kept: what a browser may see of it, and the epoch that its positions belong to. */
export interface StoredOrder extends Order {
  readonly epoch: string;
}

// docs/storage.md describes both places. The table holds the facts; the key-value rows hold what has to be read at every wake-up.
const FACTS = "CREATE TABLE IF NOT EXISTS facts (seq INTEGER PRIMARY KEY, fact TEXT NOT NULL)";
const ORDER = "order";
const PUSH_START = "push_start";

export class Store {
  readonly #storage: DurableObjectStorage;

  constructor(storage: DurableObjectStorage) {
    this.#storage = storage;
  }

  /** The order, or null if nothing was ever proved about it. One row read, no table touched. */
  order(): StoredOrder | null {
    return this.#storage.kv.get<StoredOrder>(ORDER) ?? null;
  }

  /** Takes facts in, in one transaction: either all of it is durable, the new version too, or nothing happened. */
  record(arrived: readonly Fact[], newEpoch: () => string): Recorded {
    return this.#storage.transactionSync(() => {
      const stored = this.order();
      const recorded = record(stored === null ? [] : this.#facts(), stored?.version ?? 0, arrived);
      if (recorded.fresh.length === 0) return recorded;
      if (stored === null) this.#storage.sql.exec(FACTS);
      for (const fact of recorded.fresh) {
        this.#storage.sql.exec("INSERT INTO facts (fact) VALUES (?)", JSON.stringify(fact));
      }
      this.#storage.kv.put<StoredOrder>(ORDER, { ...recorded.order, epoch: stored?.epoch ?? newEpoch() });
      return recorded;
    });
  }

  #facts(): Fact[] {
    const rows = this.#storage.sql.exec<{ fact: string }>("SELECT fact FROM facts ORDER BY seq");
    return [...rows].map(({ fact }) => JSON.parse(fact) as Fact); // only `record` above writes there
  }

  /** When the periodic push began, in ms; null if there is none. */
  pushStart(): number | null {
    return this.#storage.kv.get<number>(PUSH_START) ?? null;
  }

  startPush(start: number): void {
    this.#storage.kv.put(PUSH_START, start);
  }
}
