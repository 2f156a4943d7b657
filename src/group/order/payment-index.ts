// One of the 256 parts of the payment index: maps payments to orders, and stores events of unclaimed payments.
import type { Claim, Orphan, OrphanResult } from "../../core/delivery.ts";
import { DAY_MS, ORPHAN_DAYS } from "../../core/limits.ts";
import { zeros } from "./outbox.ts";
import type { GroupStorage } from "../storage.ts";

// `payment` is a hash of (instance, payment id): after an erasure the id is unrecoverable.
const CLAIMS = "(payment TEXT PRIMARY KEY, biz TEXT NOT NULL) WITHOUT ROWID";
const ORPHANS = `(
  payment TEXT NOT NULL, key TEXT NOT NULL, at INTEGER NOT NULL, arrival TEXT NOT NULL, PRIMARY KEY (payment, key)
) WITHOUT ROWID`;

export class PaymentIndexPart {
  readonly #storage: GroupStorage;
  /** When expired orphans were last deleted, in ms. */
  #expiredAt = 0;

  constructor(storage: GroupStorage) {
    this.#storage = storage;
  }

  claimOf(payment: string): Claim | null {
    if (!this.#storage.hasTable("claims")) return null;
    const [claim] = this.#storage.sql.exec<{ biz: string }>("SELECT biz FROM claims WHERE payment = ?", payment);
    return claim === undefined ? null : { biz: claim.biz, orphans: this.#orphans(payment) };
  }

  /** The first claim of a payment is final. Writes a row unless the payment is claimed. */
  claim(payment: string, biz: string): Claim {
    const existing = this.claimOf(payment);
    if (existing !== null) return existing;
    this.#storage.createTable("claims", CLAIMS);
    this.#storage.sql.exec("INSERT INTO claims (payment, biz) VALUES (?, ?)", payment, biz);
    return { biz, orphans: this.#orphans(payment) };
  }

  storeOrphan(payment: string, { key, arrival }: Orphan, now: number): OrphanResult {
    const claim = this.claimOf(payment);
    if (claim !== null) return { claim };
    this.#storage.createTable("orphans", ORPHANS);
    this.#deleteExpired(now);
    const { rowsWritten } = this.#storage.sql.exec(
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
    if (!this.#storage.hasTable("orphans")) return;
    for (const key of keys) {
      this.#storage.sql.exec(
        `UPDATE orphans SET arrival = ${zeros("arrival")} WHERE payment = ? AND key = ?`,
        payment,
        key,
      );
      this.#storage.sql.exec("DELETE FROM orphans WHERE payment = ? AND key = ?", payment, key);
    }
  }

  /** Overwrites and deletes the claim if it belongs to `biz`. */
  erase(payment: string, biz: string): void {
    if (this.claimOf(payment)?.biz !== biz) return;
    this.#storage.sql.exec("UPDATE claims SET biz = ? WHERE payment = ?", "0".repeat(biz.length), payment);
    this.#storage.sql.exec("DELETE FROM claims WHERE payment = ?", payment);
    // Orphans that remain after a crash between their order's commit and their release.
    this.release(
      payment,
      this.#orphans(payment).map(({ key }) => key),
    );
  }

  #orphans(payment: string): readonly Orphan[] {
    if (!this.#storage.hasTable("orphans")) return [];
    const rows = this.#storage.sql.exec<{ key: string; arrival: string }>(
      "SELECT key, arrival FROM orphans WHERE payment = ? ORDER BY at, key",
      payment,
    );
    return [...rows].map(({ key, arrival }) => ({ key, arrival: JSON.parse(arrival) as Orphan["arrival"] })); // only `storeOrphan` writes it
  }

  /** At most once a day: a scan per orphan would be slow, and an alarm would cost a row. */
  #deleteExpired(now: number): void {
    if (now - this.#expiredAt < DAY_MS) return;
    this.#expiredAt = now;
    const before = now - ORPHAN_DAYS * DAY_MS;
    this.#storage.sql.exec(`UPDATE orphans SET arrival = ${zeros("arrival")} WHERE at < ?`, before);
    this.#storage.sql.exec("DELETE FROM orphans WHERE at < ?", before);
  }
}
