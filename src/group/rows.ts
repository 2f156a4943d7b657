// What one object has in storage, as read or written since it woke: nothing is read a second time. Knows nothing of what it means.

declare const kept: unique symbol;
/** The name of a row, and the type of what stands in it. */
export type RowKey<Value> = string & { readonly [kept]: Value };

export const rowKey = <Value>(name: string): RowKey<Value> => name as RowKey<Value>; // here it becomes one

/** Only the object itself writes its storage, so what it has read once holds until it writes again. Values are never changed in place. */
export class Rows {
  readonly #storage: DurableObjectStorage;
  readonly #known = new Map<string, unknown>();

  constructor(storage: DurableObjectStorage) {
    this.#storage = storage;
  }

  get sql(): SqlStorage {
    return this.#storage.sql;
  }

  get<Value>(key: RowKey<Value>): Value | undefined {
    return this.known(key, () => this.#storage.kv.get<Value>(key));
  }

  put<Value>(key: RowKey<Value>, value: Value): void {
    this.#storage.kv.put(key, value);
    this.#known.set(key, value);
  }

  delete(key: RowKey<unknown>): void {
    this.#storage.kv.delete(key);
    this.#known.set(key, undefined);
  }

  /** Something that has no key of its own: `read` is asked once, until `learn` says otherwise. */
  known<Value>(what: string, read: () => Value): Value {
    if (!this.#known.has(what)) this.#known.set(what, read());
    return this.#known.get(what) as Value; // the one put there by this name
  }

  learn(what: string, value: unknown): void {
    this.#known.set(what, value);
  }

  /** Looking makes no table. */
  hasTable(name: string): boolean {
    const read = () => [...this.sql.exec("SELECT 1 FROM sqlite_master WHERE name = ?", name)].length > 0;
    return this.known(`table ${name}`, read);
  }

  /** Makes it, unless it is there. `columns` is what stands behind its name. */
  makeTable(name: string, columns: string): void {
    if (this.hasTable(name)) return;
    this.sql.exec(`CREATE TABLE ${name} ${columns}`);
    this.learn(`table ${name}`, true);
  }

  dropTable(name: string): void {
    this.sql.exec(`DROP TABLE IF EXISTS ${name}`);
    this.learn(`table ${name}`, false);
  }

  /** All of it durable, or none of it: what `work` writes is one transaction. */
  transaction<Value>(work: () => Value): Value {
    try {
      return this.#storage.transactionSync(work);
    } catch (error) {
      this.#known.clear(); // what was written meanwhile is not there
      throw error;
    }
  }

  /** Nothing is left. */
  async deleteAll(): Promise<void> {
    this.#known.clear();
    await this.#storage.deleteAll();
  }
}
