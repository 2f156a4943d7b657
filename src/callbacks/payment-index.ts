// The payment index, spread over its objects: each call reaches the object that a payment's hash names. Stores nothing itself.
import type { Claim, Orphan, OrphanResult, PaymentIndex, PaymentKey } from "../core/delivery.ts";
import { indexPlace } from "./order-id.ts";

/** What an index object answers; `payment` is the key of an `IndexPlace`. */
export interface IndexObject {
  claimOf(payment: string): Promise<Claim | null>;
  claim(payment: string, biz: string): Promise<Claim>;
  storeOrphan(payment: string, orphan: Orphan): Promise<OrphanResult>;
  releaseOrphans(payment: string, keys: readonly string[]): Promise<void>;
  eraseClaim(payment: string, biz: string): Promise<void>;
}

export function paymentIndex(objectOf: (group: string) => IndexObject): PaymentIndex {
  const at = async <Answer>(
    payment: PaymentKey,
    call: (object: IndexObject, key: string) => Promise<Answer>,
  ): Promise<Answer> => {
    const { group, key } = await indexPlace(payment);
    return call(objectOf(group), key);
  };
  return {
    claimOf: (payment) => at(payment, (object, key) => object.claimOf(key)),
    claim: (payment, biz) => at(payment, (object, key) => object.claim(key, biz)),
    storeOrphan: (payment, orphan) => at(payment, (object, key) => object.storeOrphan(key, orphan)),
    release: (payment, keys) => at(payment, (object, key) => object.releaseOrphans(key, keys)),
    erase: (payment, biz) => at(payment, (object, key) => object.eraseClaim(key, biz)),
  };
}
