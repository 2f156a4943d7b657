// Erases an order: its claims in the payment index, then everything that its object stores.
import { namedPayments, type PaymentIndex } from "../../core/delivery.ts";
import { DAY_MS } from "../../core/limits.ts";
import { erasedRow } from "../../core/order-row.ts";
import type { DueTimes } from "../schedule/due-times.ts";
import type { Intake } from "./intake.ts";
import type { StoredOrder } from "./order.ts";
import type { Outbox } from "./outbox.ts";
import type { OrderStore } from "./store.ts";

interface EraserOptions {
  readonly biz: string;
  readonly order: StoredOrder;
  readonly store: OrderStore;
  readonly outbox: Outbox;
  readonly dueTimes: DueTimes;
  readonly intake: Intake;
  readonly index: PaymentIndex;
  readonly deleteAll: () => Promise<void>;
}

export class Eraser {
  readonly #options: EraserOptions;

  constructor(options: EraserOptions) {
    this.#options = options;
  }

  /**
   * Deletes the claims first: after a crash the order is still there, and the next attempt erases it.
   * `deleteAll` replaces the database file by a new, empty one, its write-ahead log included (seen in
   * workerd 1.20261023). The time of the erasure is stored.
   */
  async erase(now: number): Promise<void> {
    const { biz, order, store, index, deleteAll } = this.#options;
    if (!order.isKnown) return;
    // Facts may arrive during the awaits: their claims are erased too. The last check and the
    // deletion run in one turn.
    for (let erased = 0; ;) {
      const payments = namedPayments(order.facts).slice(erased);
      if (payments.length === 0) break;
      for (const payment of payments) await index.erase(payment, biz);
      erased += payments.length;
    }
    await deleteAll();
    store.save(erasedRow(now));
  }

  /** Erases the order if its retention is over and its forwards are done. */
  async eraseExpired(now: number): Promise<void> {
    const { intake, dueTimes, outbox } = this.#options;
    await intake.setDueTimes(); // the order may have changed since the alarm was set
    if ((dueTimes.current.cleanup ?? Infinity) > now) return;
    if (outbox.counts().pending === 0) return this.erase(now);
    dueTimes.set("cleanup", now + DAY_MS);
  }
}
