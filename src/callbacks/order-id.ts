// From a merchant's order id to its biz. Keeps no key and asks nobody.
import { BIZ } from "../core/order.ts";
import { sha256, toHex, utf8, type Bytes } from "./bytes.ts";
import { no, ok, type Result } from "../core/result.ts";

/**
 * The biz of an order id: itself, if it is 32 of a-z 0-9, else the first 32 hex digits of HMAC-SHA-256(`ORDER_ID_KEY`, the id as UTF-8).
 * Keyed, because the biz is what opens an order's page: nobody may get there by counting order numbers.
 */
export async function bizOf(orderId: string, key: string | null): Promise<Result<string, "no_order_id_key">> {
  if (BIZ.test(orderId)) return ok(orderId);
  if (key === null) return no("no_order_id_key");
  const hmac = { name: "HMAC", hash: "SHA-256" };
  const imported = await crypto.subtle.importKey("raw", utf8(key), hmac, false, ["sign"]);
  return ok(hex(new Uint8Array(await crypto.subtle.sign("HMAC", imported, utf8(orderId)))));
}

/** The group that remembers which order a provider's payment paid. */
export async function paymentGroup(provider: string, paymentId: string): Promise<string> {
  return `payment_${hex(await sha256(JSON.stringify([provider, paymentId])))}`;
}

/** The first 32 hex digits. */
const hex = (bytes: Bytes): string => toHex(bytes.subarray(0, 16));
