// Hashes for all providers: from a merchant's order id to the biz, and from a payment to its place
// in the payment index. Stateless.
import { BIZ } from "../core/order.ts";
import type { PaymentKey } from "../core/delivery.ts";
import type { IndexPlace } from "../core/payment-index.ts";
import { no, ok, type Result } from "../core/result.ts";
import { sha256, toHex, utf8, type Bytes } from "./bytes.ts";

/**
 * The biz of an order id. An id of 32 characters a-z 0-9 is its own biz. Otherwise the biz is the
 * first 32 hex digits of HMAC-SHA-256(key, id as UTF-8). Keyed, because the biz opens the order's
 * page and must not follow from an order number. While `ORDER_ID_KEY` is rotated, an id has one biz
 * per key. The first key's is for new orders; `isTaken` finds existing ones.
 */
export async function bizOf(
  orderId: string,
  keys: readonly string[],
  isTaken: (biz: string) => Promise<boolean>,
): Promise<Result<string, "no_order_id_key">> {
  if (BIZ.test(orderId)) return ok(orderId);
  const candidates = await Promise.all(keys.map((key) => keyedBiz(orderId, key)));
  const [newest, ...older] = candidates;
  if (newest === undefined) return no("no_order_id_key");
  if (older.length === 0 || (await isTaken(newest))) return ok(newest);
  for (const biz of older) if (await isTaken(biz)) return ok(biz);
  return ok(newest);
}

async function keyedBiz(orderId: string, key: string): Promise<string> {
  const hmac = { name: "HMAC", hash: "SHA-256" };
  const imported = await crypto.subtle.importKey("raw", utf8(key), hmac, false, ["sign"]);
  return first32(new Uint8Array(await crypto.subtle.sign("HMAC", imported, utf8(orderId))));
}

/** Hashes a payment: spreads payments over the 256 parts and keeps their ids out of the index. */
export async function indexPlace({ instance, paymentId }: PaymentKey): Promise<IndexPlace> {
  const key = first32(await sha256(JSON.stringify([instance, paymentId])));
  return { group: `payments_${key.slice(0, 2)}`, key };
}

const first32 = (bytes: Bytes): string => toHex(bytes.subarray(0, 16));
