// From a merchant's order id to its biz. Keeps no key and asks nobody.
import { BIZ } from "../core/order.ts";
import { toHex } from "./bytes.ts";
import { no, ok, type Result } from "../core/result.ts";

/**
 * The biz of an order id: itself, if it is 32 of a-z 0-9, else the first 32 hex digits of HMAC-SHA-256(`ORDER_ID_KEY`, the id as UTF-8).
 * Keyed, because the biz is what opens an order's page: nobody may get there by counting order numbers.
 */
export async function bizOf(orderId: string, key: string | null): Promise<Result<string, "no_order_id_key">> {
  if (BIZ.test(orderId)) return ok(orderId);
  if (key === null) return no("no_order_id_key");
  const hmac = { name: "HMAC", hash: "SHA-256" };
  const imported = await crypto.subtle.importKey("raw", new TextEncoder().encode(key), hmac, false, ["sign"]);
  return ok(hex(await crypto.subtle.sign("HMAC", imported, new TextEncoder().encode(orderId))));
}

/** The group that remembers which order a provider's payment paid. */
export async function paymentGroup(provider: string, paymentId: string): Promise<string> {
  const name = new TextEncoder().encode(JSON.stringify([provider, paymentId]));
  return `payment_${hex(await crypto.subtle.digest("SHA-256", name))}`;
}

/** The first 32 hex digits. */
const hex = (bytes: ArrayBuffer): string => toHex(new Uint8Array(bytes, 0, 16));
