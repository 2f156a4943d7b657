// What one object keeps: its order, the facts it follows from, and its due-times. Makes no table and writes no row before it must.
import { isSameDue, type Due } from "../core/due.ts";
import { isErased, parseOrderRow, type ErasedRow, type OrderRow } from "../core/order-row.ts";
import { rowKey, type Rows } from "./rows.ts";

// docs/storage.md describes these places.
const ORDER = rowKey<unknown>("order");
const DUE = rowKey<Due>("due");

export class Store {
  readonly #rows: Rows;

  constructor(rows: Rows) {
    this.#rows = rows;
  }

  /** The order's row; null if nothing is known of it. One row read, no table touched. */
  orderRow(): OrderRow | null {
    const row = this.#row();
    return row === null || isErased(row) ? null : row;
  }

  /** When the order was erased, in ms; null if it was not. */
  erasedAt(): number | null {
    const row = this.#row();
    return row !== null && isErased(row) ? row.erasedAt : null;
  }

  saveOrder(row: OrderRow | ErasedRow): void {
    this.#rows.put(ORDER, row);
  }

  #row(): OrderRow | ErasedRow | null {
    return parseOrderRow(this.#rows.get(ORDER));
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
