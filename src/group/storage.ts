// Storage of one object: values by key, SQL tables, transactions. Caches values since the object woke.

declare const stored: unique symbol;
/** A storage key, with the type of its value. */
export type StorageKey<Value> = string & { readonly [stored]: Value };

export const storageKey = <Value>(name: string): StorageKey<Value> => name as StorageKey<Value>; // the brand exists at compile time only

/** Only the object itself writes its storage, so cached values are current. Values are immutable. */
export class GroupStorage {
  readonly #storage: DurableObjectStorage;
  readonly #cache = new Map<string, unknown>();

  constructor(storage: DurableObjectStorage) {
    this.#storage = storage;
  }

  get sql(): SqlStorage {
    return this.#storage.sql;
  }

  get<Value>(key: StorageKey<Value>): Value | undefined {
    return this.cached(key, () => this.#storage.kv.get<Value>(key));
  }

  put<Value>(key: StorageKey<Value>, value: Value): void {
    this.#storage.kv.put(key, value);
    this.#cache.set(key, value);
  }

  delete(key: StorageKey<unknown>): void {
    this.#storage.kv.delete(key);
    this.#cache.set(key, undefined);
  }

  /** A value derived from storage, such as a table's maximum: read once, then updated by `setCached`. */
  cached<Value>(name: string, read: () => Value): Value {
    if (!this.#cache.has(name)) this.#cache.set(name, read());
    return this.#cache.get(name) as Value; // stored under this name by `read` or `setCached`
  }

  setCached(name: string, value: unknown): void {
    this.#cache.set(name, value);
  }

  /** Whether a table exists. */
  hasTable(name: string): boolean {
    const read = () => [...this.sql.exec("SELECT 1 FROM sqlite_master WHERE name = ?", name)].length > 0;
    return this.cached(`table ${name}`, read);
  }

  /** Creates a table unless it exists. `columns` is the SQL after its name. */
  createTable(name: string, columns: string): void {
    if (this.hasTable(name)) return;
    this.sql.exec(`CREATE TABLE ${name} ${columns}`);
    this.setCached(`table ${name}`, true);
  }

  /** Runs `work` in one transaction: its writes become durable together. */
  transaction<Value>(work: () => Value): Value {
    try {
      return this.#storage.transactionSync(work);
    } catch (error) {
      this.#cache.clear(); // may hold values that were rolled back
      throw error;
    }
  }

  async deleteAll(): Promise<void> {
    this.#cache.clear();
    await this.#storage.deleteAll();
  }
}
