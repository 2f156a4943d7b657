// Client of the payment index: forwards each call to the index object that stores the payment.
import type { Claim, Orphan, OrphanResult, PaymentIndex, PaymentKey } from "./delivery.ts";

/** Location of a payment in the index: the group of its part, and its key in there. */
export interface IndexPlace {
  readonly group: string;
  readonly key: string;
}

/** RPC methods of an index object; `payment` is the key of an `IndexPlace`. */
interface IndexObject {
  claimOf(payment: string): Promise<Claim | null>;
  claim(payment: string, biz: string): Promise<Claim>;
  storeOrphan(payment: string, orphan: Orphan): Promise<OrphanResult>;
  releaseOrphans(payment: string, keys: readonly string[]): Promise<void>;
  eraseClaim(payment: string, biz: string): Promise<void>;
}

/** `placeOf` is `indexPlace` of callbacks/order-id.ts: core has no hash function. */
export function paymentIndex(
  objectOf: (group: string) => IndexObject,
  placeOf: (payment: PaymentKey) => Promise<IndexPlace>,
): PaymentIndex {
  const withObject = async <Reply>(
    payment: PaymentKey,
    call: (object: IndexObject, key: string) => Promise<Reply>,
  ): Promise<Reply> => {
    const { group, key } = await placeOf(payment);
    return call(objectOf(group), key);
  };
  return {
    claimOf: (payment) => withObject(payment, (object, key) => object.claimOf(key)),
    claim: (payment, biz) => withObject(payment, (object, key) => object.claim(key, biz)),
    storeOrphan: (payment, orphan) => withObject(payment, (object, key) => object.storeOrphan(key, orphan)),
    release: (payment, keys) => withObject(payment, (object, key) => object.releaseOrphans(key, keys)),
    erase: (payment, biz) => withObject(payment, (object, key) => object.eraseClaim(key, biz)),
  };
}
