// Hashes for all providers: from a merchant's order id to the biz, and from a payment to its place
// in the payment index. Stateless.
import { BIZ } from "../core/order.ts";
import type { PaymentKey } from "../core/delivery.ts";
import type { IndexPlace } from "../core/payment-index.ts";
import { no, ok, type Result } from "../core/result.ts";
import { sha256, toHex, utf8, type Bytes } from "./bytes.ts";
import { hmacSign } from "./signature.ts";

/** `ORDER_ID_KEY` and `ORDER_IDS`: which ids an order can have. */
export interface OrderIds {
  /** The first is for new orders, all are for existing ones. */
  readonly idKeys: readonly string[];
  /** Only ids that Belfry issued; otherwise any 32 characters a-z 0-9. */
  readonly issuedIds: boolean;
}

/**
 * The biz of an order id. A biz is its own order id. Any other id is mapped to one by HMAC-SHA-256.
 * Keyed, because the biz opens the order's page and must not follow from an order number. While
 * `ORDER_ID_KEY` is rotated, an id has one biz per key. The first key's is for new orders; `isTaken`
 * finds existing ones.
 */
export async function bizOf(
  orderId: string,
  ids: OrderIds,
  isTaken: (biz: string) => Promise<boolean>,
): Promise<Result<string, "no_order_id_key">> {
  if (await isBiz(orderId, ids)) return ok(orderId);
  const mapped = ids.issuedIds ? issuedFor : keyedBiz;
  const candidates = await Promise.all(ids.idKeys.map((key) => mapped(orderId, key)));
  const [newest, ...older] = candidates;
  if (newest === undefined) return no("no_order_id_key");
  if (older.length === 0 || (await isTaken(newest))) return ok(newest);
  for (const biz of older) if (await isTaken(biz)) return ok(biz);
  return ok(newest);
}

/** Whether an order can have this id, without waking its object. */
export async function isBiz(id: string, { idKeys, issuedIds }: OrderIds): Promise<boolean> {
  if (!BIZ.test(id)) return false;
  return !issuedIds || isIssued(id, idKeys);
}

/** Issued ids have this many symbols before their check: 100 bits. */
const ISSUED_SYMBOLS = 20;

/** Issues a biz: 20 symbols of `seed` (20 bytes or more) and a check of 12 symbols, an HMAC over them. */
export async function issueBiz(seed: Bytes, key: string): Promise<string> {
  const id = symbolsOf(seed).slice(0, ISSUED_SYMBOLS);
  return id + (await checkOf(id, key));
}

/** Issued for a merchant's order id: the same id gets the same biz. */
const issuedFor = async (orderId: string, key: string): Promise<string> =>
  issueBiz(await hmac(`order_id ${orderId}`, key), key);

async function isIssued(biz: string, keys: readonly string[]): Promise<boolean> {
  const id = biz.slice(0, ISSUED_SYMBOLS);
  const checks = await Promise.all(keys.map((key) => checkOf(id, key)));
  return checks.includes(biz.slice(ISSUED_SYMBOLS));
}

const checkOf = async (id: string, key: string): Promise<string> =>
  symbolsOf(await hmac(`biz ${id}`, key)).slice(0, 32 - ISSUED_SYMBOLS);

/** 32 symbols, so that each byte gives one of them without bias; those that look alike are left out. */
const SYMBOLS = "0123456789abcdefghjkmnpqrstvwxyz";
const symbolsOf = (bytes: Bytes): string => Array.from(bytes, (byte) => SYMBOLS[byte & 31]).join("");

const keyedBiz = async (orderId: string, key: string): Promise<string> => first32(await hmac(orderId, key));

const hmac = (text: string, key: string): Promise<Bytes> => hmacSign(utf8(key), utf8(text));

/** Hashes a payment: spreads payments over the 256 parts and keeps their ids out of the index. */
export async function indexPlace({ instance, paymentId }: PaymentKey): Promise<IndexPlace> {
  const key = first32(await sha256(JSON.stringify([instance, paymentId])));
  return { group: `payments_${key.slice(0, 2)}`, key };
}

const first32 = (bytes: Bytes): string => toHex(bytes.subarray(0, 16));
