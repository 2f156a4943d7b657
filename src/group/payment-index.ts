// One of the 256 parts of the payment index: which order claimed a payment, and the events that wait for a claim. Decides on no event.
import type { Claim, Orphan, OrphanResult } from "../core/delivery.ts";
import { DAY_MS, ORPHAN_DAYS } from "../core/limits.ts";
import { zeros } from "./outbox.ts";
import type { Rows } from "./rows.ts";

// `payment` is a hash of (instance, payment id): an erased claim leaves no id behind.
const CLAIMS = "(payment TEXT PRIMARY KEY, biz TEXT NOT NULL) WITHOUT ROWID";
const ORPHANS = `(
  payment TEXT NOT NULL, key TEXT NOT NULL, at INTEGER NOT NULL, arrival TEXT NOT NULL, PRIMARY KEY (payment, key)
) WITHOUT ROWID`;

export class PaymentIndexPart {
  readonly #rows: Rows;
  /** When orphans were last looked through for old ones, in ms. */
  #expiredAt = 0;

  constructor(rows: Rows) {
    this.#rows = rows;
  }

  claimOf(payment: string): Claim | null {
    if (!this.#rows.hasTable("claims")) return null;
    const [claim] = this.#rows.sql.exec<{ biz: string }>("SELECT biz FROM claims WHERE payment = ?", payment);
    return claim === undefined ? null : { biz: claim.biz, orphans: this.#orphans(payment) };
  }

  /** The first to claim a payment keeps it. One row; none where it is claimed already. */
  claim(payment: string, biz: string): Claim {
    const known = this.claimOf(payment);
    if (known !== null) return known;
    this.#rows.makeTable("claims", CLAIMS);
    this.#rows.sql.exec("INSERT INTO claims (payment, biz) VALUES (?, ?)", payment, biz);
    return { biz, orphans: this.#orphans(payment) };
  }

  storeOrphan(payment: string, { key, arrival }: Orphan, now: number): OrphanResult {
    const claim = this.claimOf(payment);
    if (claim !== null) return { claim };
    this.#rows.makeTable("orphans", ORPHANS);
    this.#deleteExpired(now);
    const { rowsWritten } = this.#rows.sql.exec(
      "INSERT OR IGNORE INTO orphans (payment, key, at, arrival) VALUES (?, ?, ?, ?)",
      payment,
      key,
      now,
      JSON.stringify(arrival),
    );
    return { claim: null, isNew: rowsWritten > 0 };
  }

  /** Deletes orphans that their order has recorded. */
  release(payment: string, keys: readonly string[]): void {
    if (!this.#rows.hasTable("orphans")) return;
    for (const key of keys) {
      this.#rows.sql.exec(
        `UPDATE orphans SET arrival = ${zeros("arrival")} WHERE payment = ? AND key = ?`,
        payment,
        key,
      );
      this.#rows.sql.exec("DELETE FROM orphans WHERE payment = ? AND key = ?", payment, key);
    }
  }

  /** Deletes a claim of `biz`, overwritten first; another order's stays. */
  erase(payment: string, biz: string): void {
    if (this.claimOf(payment)?.biz !== biz) return;
    this.#rows.sql.exec("UPDATE claims SET biz = ? WHERE payment = ?", "0".repeat(biz.length), payment);
    this.#rows.sql.exec("DELETE FROM claims WHERE payment = ?", payment);
    // Those that a crash kept behind their order's commit.
    this.release(
      payment,
      this.#orphans(payment).map(({ key }) => key),
    );
  }

  #orphans(payment: string): readonly Orphan[] {
    if (!this.#rows.hasTable("orphans")) return [];
    const rows = this.#rows.sql.exec<{ key: string; arrival: string }>(
      "SELECT key, arrival FROM orphans WHERE payment = ? ORDER BY at, key",
      payment,
    );
    return [...rows].map(({ key, arrival }) => ({ key, arrival: JSON.parse(arrival) as Orphan["arrival"] })); // `storeOrphan` alone writes there
  }

  /** Once a day at most, so that an orphan costs no look at all the others, and no alarm. */
  #deleteExpired(now: number): void {
    if (now - this.#expiredAt < DAY_MS) return;
    this.#expiredAt = now;
    const before = now - ORPHAN_DAYS * DAY_MS;
    this.#rows.sql.exec(`UPDATE orphans SET arrival = ${zeros("arrival")} WHERE at < ?`, before);
    this.#rows.sql.exec("DELETE FROM orphans WHERE at < ?", before);
  }
}
