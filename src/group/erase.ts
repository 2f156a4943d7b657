// Erases an order: its claims in the payment index, then all that its object stores. Erases nothing of the group's members.
import { indexPlace } from "../callbacks/order-id.ts";
import { namedPayments } from "../core/delivery.ts";
import { erasedRow } from "../core/order-row.ts";
import { paymentIndex } from "../core/payment-index.ts";
import type { Parts } from "./parts.ts";
import { groupOf, type BelfryEnv } from "../env.ts";

/**
 * The claims first: a crash behind them leaves the order, and the next attempt erases it. `deleteAll` makes a new, empty database, so the file
 * holds no byte of the old one, its write-ahead log included (seen in workerd 1.20261023); what stays is the time of the erasure.
 */
export async function eraseOrder(parts: Parts, env: BelfryEnv, now: number): Promise<void> {
  const { order, self, store } = parts;
  if (!order.isKnown) return;
  const index = paymentIndex((group) => groupOf(env, group), indexPlace);
  // Facts may arrive while the index is awaited: their payments are erased too. The last look and the deletion are one turn.
  for (let erased = 0; ;) {
    const payments = namedPayments(order.row.facts).slice(erased);
    if (payments.length === 0) break;
    for (const payment of payments) await index.erase(payment, self.key);
    erased += payments.length;
  }
  await parts.forgetAll();
  store.saveOrder(erasedRow(now));
}
