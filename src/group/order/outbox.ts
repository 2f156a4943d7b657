// Forwards to the merchant's backend that are pending or failed, in order of creation. Sends nothing.
import type { GroupStorage } from "../storage.ts";

export interface OutboxEntry {
  /** The `webhook-id`: the same at every attempt, unique among forwards. */
  readonly id: string;
  readonly body: string;
  /** Number of attempts so far. */
  readonly tries: number;
  /** Time of the next attempt, in ms. */
  readonly due: number;
}

export interface OutboxCounts {
  readonly pending: number;
  readonly failed: number;
}

const OUTBOX = `(
  seq INTEGER PRIMARY KEY, id TEXT NOT NULL, at INTEGER NOT NULL, tries INTEGER NOT NULL, due INTEGER NOT NULL, given_up INTEGER NOT NULL
)`;
// Apart from the columns that change with each attempt: a row of constant size stays in place, so overwriting destroys its only copy.
const BODIES = "(seq INTEGER PRIMARY KEY, body TEXT NOT NULL)";
const SEEN = "(id TEXT PRIMARY KEY, at INTEGER NOT NULL) WITHOUT ROWID";

export class Outbox {
  readonly #storage: GroupStorage;
  readonly #inSequence: boolean;

  /** `inSequence`: each entry waits for the one before it, as the facts of an order do. */
  constructor(storage: GroupStorage, inSequence: boolean) {
    this.#storage = storage;
    this.#inSequence = inSequence;
  }

  enqueue(id: string, body: string, now: number): void {
    const { sql } = this.#storage;
    this.#storage.createTable("outbox", OUTBOX);
    this.#storage.createTable("bodies", BODIES);
    sql.exec("INSERT INTO outbox (id, at, tries, due, given_up) VALUES (?, ?, 0, ?, 0)", id, now, now);
    sql.exec("INSERT INTO bodies (seq, body) VALUES ((SELECT max(seq) FROM outbox), ?)", body);
  }

  /** The next pending entry: the oldest in sequence, otherwise the earliest due. */
  head(): OutboxEntry | null {
    if (!this.#storage.hasTable("outbox")) return null;
    const [head] = this.#storage.sql.exec<{ id: string; body: string; tries: number; due: number }>(
      `SELECT id, body, tries, due FROM outbox JOIN bodies USING (seq) WHERE given_up = 0
       ORDER BY ${this.#inSequence ? "seq" : "due, seq"} LIMIT 1`,
    );
    return head ?? null;
  }

  /** Records an attempt. `due` is the time of the next one, should this one fail. */
  recordAttempt(id: string, tries: number, due: number): void {
    this.#storage.sql.exec("UPDATE outbox SET tries = ?, due = ? WHERE id = ?", tries, due, id);
  }

  delete(id: string): void {
    this.#delete("id = ?", id);
  }

  /** Ends the attempts of an entry. */
  markFailed(id: string): void {
    this.#storage.sql.exec("UPDATE outbox SET given_up = 1 WHERE id = ?", id);
  }

  counts(): OutboxCounts {
    if (!this.#storage.hasTable("outbox")) return { pending: 0, failed: 0 };
    const [row] = this.#storage.sql.exec<{ pending: number; failed: number }>(
      "SELECT count(*) - coalesce(sum(given_up), 0) AS pending, coalesce(sum(given_up), 0) AS failed FROM outbox",
    );
    return { pending: row?.pending ?? 0, failed: row?.failed ?? 0 };
  }

  /** Records the id of a delivery; false if it is known. */
  addSeen(id: string, now: number): boolean {
    this.#storage.createTable("seen", SEEN);
    return this.#storage.sql.exec("INSERT OR IGNORE INTO seen (id, at) VALUES (?, ?)", id, now).rowsWritten > 0;
  }

  /** Deletes delivery ids recorded before `before` (ms); true if any remains. */
  deleteSeen(before: number): boolean {
    this.#storage.createTable("seen", SEEN);
    this.#storage.sql.exec("DELETE FROM seen WHERE at < ?", before);
    return [...this.#storage.sql.exec("SELECT 1 FROM seen LIMIT 1")].length > 0;
  }

  /** Deletes failed entries created before `before` (ms). */
  deleteFailed(before: number): void {
    if (this.#storage.hasTable("outbox")) this.#delete("given_up = 1 AND at < ?", before);
  }

  /** Overwrites bodies before deleting them: SQLite leaves deleted bytes in the file. */
  #delete(where: string, value: string | number): void {
    const { sql } = this.#storage;
    const bodies = `seq IN (SELECT seq FROM outbox WHERE ${where})`;
    sql.exec(`UPDATE bodies SET body = ${zeros("body")} WHERE ${bodies}`, value);
    sql.exec(`DELETE FROM bodies WHERE ${bodies}`, value);
    sql.exec(`DELETE FROM outbox WHERE ${where}`, value);
  }
}

/** SQL for zeros with the byte length of a text column: SQLite then writes the row over the old one. */
export const zeros = (column: string): string =>
  `substr(hex(zeroblob(length(CAST(${column} AS BLOB)))), 1, length(CAST(${column} AS BLOB)))`;
