// The refunded amount of a Stripe charge. No I/O.
import type { Json } from "../core/json.ts";
import { isMinor, lessOf } from "../core/money.ts";
import { textAt } from "./content.ts";

/**
 * The refunded part of the captured amount, in minor units; null if the charge does not state it.
 * `amount_refunded` includes the uncaptured rest of a hold: 600 for 1000 captured at 400
 * (docs.stripe.com/payments/place-a-hold-on-a-payment-method).
 */
export function refundedAmount(charge: Json | undefined): string | null {
  const [refunded, held, captured] = ["amount_refunded", "amount", "amount_captured"].map((field) =>
    textAt(charge, field),
  );
  if (refunded == null || !isMinor(refunded)) return refunded ?? null;
  if (held == null || captured == null || !isMinor(held) || !isMinor(captured)) return refunded;
  return lessOf(refunded, lessOf(held, captured));
}
