// What one object keeps: its order, the facts it follows from, and its due-times. Makes no table and writes no row before it must.
import { isSameDue, type Due } from "../core/due.ts";
import type { Fact } from "../core/fact.ts";
import { hasPayment, nothingKnown, type Known, type OrderStatus, type Past, type Registration } from "../core/order.ts";
import { rowKey, type Rows } from "./rows.ts";

/** An order as kept: what has to be read at every wake-up, in one row. */
export interface StoredOrder {
  readonly status: OrderStatus;
  readonly refunded: string;
  /** How often a browser could see it change: the offset of its latest publication. */
  readonly version: number;
  /** When its version last changed, in ms. */
  readonly changedAt: number;
  /** The merchant's id of it, where that is not the biz; from its registration or from a callback. */
  readonly orderId: string | null;
  readonly registration: Registration | null;
  readonly past: Past | null;
  /** Whether there are facts to give up some day. */
  readonly hasFacts: boolean;
  /** The last change or connection, in ms, told by the day. */
  readonly touchedAt: number;
}

// docs/storage.md describes these places.
const FACTS = "(seq INTEGER PRIMARY KEY, fact TEXT NOT NULL)";
const ORDER = rowKey<StoredOrder>("order");
const DUE = rowKey<Due>("due");
const BIZ = rowKey<string>("biz");

export class Store {
  readonly #rows: Rows;

  constructor(rows: Rows) {
    this.#rows = rows;
  }

  /** The order, or null if nothing was ever heard of it. One row read, no table touched. */
  order(): StoredOrder | null {
    return this.#rows.get(ORDER) ?? null;
  }

  keepOrder(order: StoredOrder): void {
    this.#rows.put(ORDER, order);
  }

  /** Everything the order follows from. */
  known(order: StoredOrder | null): Known {
    if (order === null) return nothingKnown;
    const facts = order.hasFacts ? this.#facts() : [];
    const { registration, past, status } = order;
    return { facts, registration, past, believed: hasPayment(status) };
  }

  #facts(): readonly Fact[] {
    return this.#rows.known("facts", () => {
      const rows = this.#rows.sql.exec<{ fact: string }>("SELECT fact FROM facts ORDER BY seq");
      return [...rows].map(({ fact }) => JSON.parse(fact) as Fact); // only `keepFacts` writes there
    });
  }

  keepFacts(facts: readonly Fact[]): void {
    if (facts.length === 0) return;
    this.#rows.makeTable("facts", FACTS);
    const known = this.#facts();
    for (const fact of facts) this.#rows.sql.exec("INSERT INTO facts (fact) VALUES (?)", JSON.stringify(fact));
    this.#rows.learn("facts", [...known, ...facts]);
  }

  dropFacts(): void {
    this.#rows.dropTable("facts");
    this.#rows.learn("facts", []);
  }

  /** Which order this payment paid; null if that is not known. */
  linked(): string | null {
    return this.#rows.get(BIZ) ?? null;
  }

  link(biz: string): void {
    this.#rows.put(BIZ, biz);
  }

  due(): Due {
    return this.#rows.get(DUE) ?? {};
  }

  /** True if that changed anything: then the alarm has to be set anew. */
  keepDue(due: Due): boolean {
    if (isSameDue(this.due(), due)) return false;
    if (Object.keys(due).length === 0) this.#rows.delete(DUE);
    else this.#rows.put(DUE, due);
    return true;
  }

  /** All of it durable, or none of it: what `work` writes is one transaction. */
  transaction<Value>(work: () => Value): Value {
    return this.#rows.transaction(work);
  }
}
