// What is still owed to the merchant's backend, in the order it came about. Stores; sends nothing and decides on no try.
import type { Rows } from "./rows.ts";

export interface Owed {
  /** The `webhook-id`: the same at every try, and never again. */
  readonly id: string;
  readonly body: string;
  /** How often it has been tried. */
  readonly tries: number;
  /** When it is to be tried next, in ms. */
  readonly due: number;
}

/** What the backend's view of an order tells of it. */
export interface Outstanding {
  readonly owed: number;
  readonly givenUp: number;
}

const OUTBOX = `(
  seq INTEGER PRIMARY KEY, id TEXT NOT NULL, body TEXT NOT NULL, tries INTEGER NOT NULL, due INTEGER NOT NULL, given_up INTEGER NOT NULL
)`;
const SEEN = "(id TEXT PRIMARY KEY, at INTEGER NOT NULL) WITHOUT ROWID";

export class Outbox {
  readonly #rows: Rows;
  readonly #inOrder: boolean;

  constructor(rows: Rows, inOrder: boolean) {
    this.#rows = rows;
    this.#inOrder = inOrder;
  }

  add(id: string, body: string, due: number): void {
    this.#rows.makeTable("outbox", OUTBOX);
    this.#rows.sql.exec("INSERT INTO outbox (id, body, tries, due, given_up) VALUES (?, ?, 0, ?, 0)", id, body, due);
  }

  /** What is owed and to be tried next: an order's facts in their order, so that the others wait behind the first; else what is due. */
  head(): Owed | null {
    if (!this.#rows.hasTable("outbox")) return null;
    const [head] = this.#rows.sql.exec<{ id: string; body: string; tries: number; due: number }>(
      `SELECT id, body, tries, due FROM outbox WHERE given_up = 0 ORDER BY ${this.#inOrder ? "seq" : "due, seq"} LIMIT 1`,
    );
    return head ?? null;
  }

  /** Counts a try, and says when the next one is due if this one comes to nothing. */
  tried(id: string, tries: number, due: number): void {
    this.#rows.sql.exec("UPDATE outbox SET tries = ?, due = ? WHERE id = ?", tries, due, id);
  }

  delivered(id: string): void {
    this.#rows.sql.exec("DELETE FROM outbox WHERE id = ?", id);
  }

  giveUp(id: string): void {
    this.#rows.sql.exec("UPDATE outbox SET given_up = 1 WHERE id = ?", id);
  }

  outstanding(): Outstanding {
    if (!this.#rows.hasTable("outbox")) return { owed: 0, givenUp: 0 };
    const [row] = this.#rows.sql.exec<{ owed: number; given_up: number }>(
      "SELECT count(*) - coalesce(sum(given_up), 0) AS owed, coalesce(sum(given_up), 0) AS given_up FROM outbox",
    );
    return { owed: row?.owed ?? 0, givenUp: row?.given_up ?? 0 };
  }

  /** Whether a delivery comes for the first time; from now on it does not. */
  isNew(id: string, now: number): boolean {
    this.#rows.makeTable("seen", SEEN);
    return this.#rows.sql.exec("INSERT OR IGNORE INTO seen (id, at) VALUES (?, ?)", id, now).rowsWritten > 0;
  }

  /** Forgets deliveries seen before `before`; true if any is still remembered. */
  forgetSeen(before: number): boolean {
    this.#rows.makeTable("seen", SEEN);
    this.#rows.sql.exec("DELETE FROM seen WHERE at < ?", before);
    return [...this.#rows.sql.exec("SELECT 1 FROM seen LIMIT 1")].length > 0;
  }

  /** Forgets what was given up and came about before `before` (ISO 8601, as every body has it in `timestamp`). */
  forgetGivenUp(before: string): void {
    if (!this.#rows.hasTable("outbox")) return;
    this.#rows.sql.exec("DELETE FROM outbox WHERE given_up = 1 AND json_extract(body, '$.timestamp') < ?", before);
  }

  drop(): void {
    this.#rows.dropTable("outbox");
  }
}
