// What went back of a Stripe charge. No I/O.
import type { Json } from "../core/json.ts";
import { isMinor, lessOf } from "../core/money.ts";
import { textAt } from "./content.ts";

/**
 * What of a charge went back, in minor units; null where it does not say. `amount_refunded` contains what was held and never captured
 * (docs.stripe.com/payments/place-a-hold-on-a-payment-method): of 1000 captured at 400, it is 600.
 */
export function returnedOf(object: Json | undefined): string | null {
  const [refunded, held, captured] = ["amount_refunded", "amount", "amount_captured"].map((field) =>
    textAt(object, field),
  );
  if (refunded == null || !isMinor(refunded)) return refunded ?? null;
  if (held == null || captured == null || !isMinor(held) || !isMinor(captured)) return refunded;
  return lessOf(refunded, lessOf(held, captured));
}
