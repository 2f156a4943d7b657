// A webhook is what arrived; a callback is what it proved. Two types, and only verification turns one into the other. No I/O.
import type { Fact } from "./fact.ts";

/** An HTTP delivery nobody has verified. Header names in lower case; a repeated header is joined with ", ", as Fetch does. */
export interface Webhook {
  readonly headers: ReadonlyMap<string, string>;
  /** As received, byte for byte. */
  readonly body: Uint8Array<ArrayBuffer>;
}

/** Why a delivery proves nothing. `stage` says where it fell; `detail` is for the log only and holds no secret. */
export interface Unproved {
  readonly stage: "header" | "time" | "signature" | "decrypt" | "parse" | "identity";
  readonly detail: string;
}

declare const proof: unique symbol;

/** What one signed event proved: made by verification in callbacks/ and nowhere else. Everything in it is covered by the signature. */
export interface Callback extends Proved {
  readonly [proof]: true;
}

export interface Proved {
  readonly provider: string;
  /** The sender's id of the event, null where it has none: such an event can prove no facts. */
  readonly eventId: string | null;
  /** The sender's own word for what happened: `checkout.session.completed`, `AUTHORISATION`. */
  readonly type: string;
  /** ms since 1970, null where there is none that is signed. */
  readonly at: number | null;
  /** The merchant's order, as its backend gave it to the provider; null where the event names none. */
  readonly orderId: string | null;
  /** The provider's payment; what a refund that names no order is resolved by. */
  readonly paymentId: string | null;
  /** Empty = authentic, but nothing about an order that Belfry knows a use for. */
  readonly facts: readonly Fact[];
}

/** For callbacks/ only, after the signature has been checked. */
export const proved = (callback: Proved): Callback => callback as Callback; // the brand exists in types only
