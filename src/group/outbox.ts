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
  seq INTEGER PRIMARY KEY, id TEXT NOT NULL, at INTEGER NOT NULL, tries INTEGER NOT NULL, due INTEGER NOT NULL, given_up INTEGER NOT NULL
)`;
// Apart from what changes with each try: a row that never changes its size stays in its place, so overwriting it leaves no copy behind.
const BODIES = "(seq INTEGER PRIMARY KEY, body TEXT NOT NULL)";
const SEEN = "(id TEXT PRIMARY KEY, at INTEGER NOT NULL) WITHOUT ROWID";

export class Outbox {
  readonly #rows: Rows;
  readonly #inOrder: boolean;

  constructor(rows: Rows, inOrder: boolean) {
    this.#rows = rows;
    this.#inOrder = inOrder;
  }

  add(id: string, body: string, now: number): void {
    const { sql } = this.#rows;
    this.#rows.makeTable("outbox", OUTBOX);
    this.#rows.makeTable("bodies", BODIES);
    sql.exec("INSERT INTO outbox (id, at, tries, due, given_up) VALUES (?, ?, 0, ?, 0)", id, now, now);
    sql.exec("INSERT INTO bodies (seq, body) VALUES ((SELECT max(seq) FROM outbox), ?)", body);
  }

  /** What is owed and to be tried next: an order's facts in their order, so that the others wait behind the first; else what is due. */
  head(): Owed | null {
    if (!this.#rows.hasTable("outbox")) return null;
    const [head] = this.#rows.sql.exec<{ id: string; body: string; tries: number; due: number }>(
      `SELECT id, body, tries, due FROM outbox JOIN bodies USING (seq) WHERE given_up = 0
       ORDER BY ${this.#inOrder ? "seq" : "due, seq"} LIMIT 1`,
    );
    return head ?? null;
  }

  /** Counts a try, and sets when the next one is due if this one fails. */
  tried(id: string, tries: number, due: number): void {
    this.#rows.sql.exec("UPDATE outbox SET tries = ?, due = ? WHERE id = ?", tries, due, id);
  }

  delivered(id: string): void {
    this.#delete("id = ?", id);
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

  /** Deletes the ids of deliveries seen before `before` (ms); true if any is left. */
  forgetSeen(before: number): boolean {
    this.#rows.makeTable("seen", SEEN);
    this.#rows.sql.exec("DELETE FROM seen WHERE at < ?", before);
    return [...this.#rows.sql.exec("SELECT 1 FROM seen LIMIT 1")].length > 0;
  }

  /** Deletes what was given up and came about before `before` (ms). */
  forgetGivenUp(before: number): void {
    if (this.#rows.hasTable("outbox")) this.#delete("given_up = 1 AND at < ?", before);
  }

  /** Overwrites the bodies before it deletes them: what a provider sent must not stay in the file. */
  #delete(which: string, value: string | number): void {
    const { sql } = this.#rows;
    const bodies = `seq IN (SELECT seq FROM outbox WHERE ${which})`;
    sql.exec(`UPDATE bodies SET body = ${zeros("body")} WHERE ${bodies}`, value);
    sql.exec(`DELETE FROM bodies WHERE ${bodies}`, value);
    sql.exec(`DELETE FROM outbox WHERE ${which}`, value);
  }
}

/** SQL for a text of zeros with as many bytes as the column's text has: SQLite writes a row of the same size over the old one. */
export const zeros = (column: string): string =>
  `substr(hex(zeroblob(length(CAST(${column} AS BLOB)))), 1, length(CAST(${column} AS BLOB)))`;
