// The row of the order, or of its erasure. docs/storage.md describes it.
import { isErased, parseOrderRow, type ErasedRow, type OrderRow } from "../../core/order-row.ts";
import { storageKey, type GroupStorage } from "../storage.ts";

const ORDER = storageKey<unknown>("order");

export class OrderStore {
  readonly #storage: GroupStorage;

  constructor(storage: GroupStorage) {
    this.#storage = storage;
  }

  /** The order's row; null before its first registration or fact, and after its erasure. */
  row(): OrderRow | null {
    const row = this.#row();
    return row === null || isErased(row) ? null : row;
  }

  /** When the order was erased, in ms; null if it was not. */
  erasedAt(): number | null {
    const row = this.#row();
    return row !== null && isErased(row) ? row.erasedAt : null;
  }

  save(row: OrderRow | ErasedRow): void {
    this.#storage.put(ORDER, row);
  }

  #row(): OrderRow | ErasedRow | null {
    return parseOrderRow(this.#storage.get(ORDER));
  }

  transaction<Value>(work: () => Value): Value {
    return this.#storage.transaction(work);
  }
}
