// What was sent under an idempotency key, and what was answered: said again, it is answered again and done no more. Sends nothing itself.
import type { IdempotencyKey } from "../core/group-api.ts";
import { DAY_MS } from "../core/limits.ts";
import type { Rows } from "./rows.ts";

const SENT = "(key TEXT PRIMARY KEY, at INTEGER NOT NULL, digest TEXT NOT NULL, answer TEXT NOT NULL) WITHOUT ROWID";

export class SentOnce<Answer> {
  readonly #rows: Rows;

  constructor(rows: Rows) {
    this.#rows = rows;
  }

  /** What was answered before, "other" if something else was sent under this key, null if nothing was. */
  before({ key, digest }: IdempotencyKey, now: number): Answer | "other" | null {
    if (!this.#rows.hasTable("sent")) return null;
    const [sent] = this.#rows.sql.exec<{ digest: string; answer: string }>(
      "SELECT digest, answer FROM sent WHERE key = ? AND at > ?",
      key,
      now - DAY_MS,
    );
    if (sent === undefined) return null;
    return sent.digest === digest ? (JSON.parse(sent.answer) as Answer) : "other"; // only `keep` writes it
  }

  keep({ key, digest }: IdempotencyKey, answer: Answer, now: number): void {
    this.#rows.makeTable("sent", SENT);
    this.#rows.sql.exec(
      "INSERT OR REPLACE INTO sent (key, at, digest, answer) VALUES (?, ?, ?, ?)",
      key,
      now,
      digest,
      JSON.stringify(answer),
    );
  }

  /** Gives up the keys of more than a day ago. When the last of the others goes, in ms; undefined if there is none. */
  forget(now: number): number | undefined {
    if (!this.#rows.hasTable("sent")) return undefined;
    this.#rows.sql.exec("DELETE FROM sent WHERE at <= ?", now - DAY_MS);
    const { latest } = this.#rows.sql.exec<{ latest: number | null }>("SELECT max(at) AS latest FROM sent").one();
    return latest === null ? undefined : latest + DAY_MS;
  }
}
