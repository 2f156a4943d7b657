// Results of sends by idempotency key, for a day: a repeated send returns the stored result.
import type { IdempotencyKey } from "../../core/group-api.ts";
import { DAY_MS } from "../../core/limits.ts";
import type { GroupStorage } from "../storage.ts";

const SENT = "(key TEXT PRIMARY KEY, at INTEGER NOT NULL, digest TEXT NOT NULL, answer TEXT NOT NULL) WITHOUT ROWID";

export class IdempotencyStore<Value> {
  readonly #storage: GroupStorage;

  constructor(storage: GroupStorage) {
    this.#storage = storage;
  }

  /** The stored result; "key_reused" if the key came with another request; null if it is new. */
  find({ key, digest }: IdempotencyKey, now: number): Value | "key_reused" | null {
    if (!this.#storage.hasTable("sent")) return null;
    const [sent] = this.#storage.sql.exec<{ digest: string; answer: string }>(
      "SELECT digest, answer FROM sent WHERE key = ? AND at > ?",
      key,
      now - DAY_MS,
    );
    if (sent === undefined) return null;
    return sent.digest === digest ? (JSON.parse(sent.answer) as Value) : "key_reused"; // only `save` writes it
  }

  save({ key, digest }: IdempotencyKey, result: Value, now: number): void {
    this.#storage.createTable("sent", SENT);
    this.#storage.sql.exec(
      "INSERT OR REPLACE INTO sent (key, at, digest, answer) VALUES (?, ?, ?, ?)",
      key,
      now,
      digest,
      JSON.stringify(result),
    );
  }

  /** Deletes expired keys. Returns when the last remaining one expires, in ms; undefined if none remains. */
  deleteExpired(now: number): number | undefined {
    if (!this.#storage.hasTable("sent")) return undefined;
    this.#storage.sql.exec("DELETE FROM sent WHERE at <= ?", now - DAY_MS);
    const { latest } = this.#storage.sql.exec<{ latest: number | null }>("SELECT max(at) AS latest FROM sent").one();
    return latest === null ? undefined : latest + DAY_MS;
  }
}
