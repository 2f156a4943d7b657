// A webhook is what arrived; a callback is what it proved. Two types, and only verification turns one into the other. No I/O.
import type { Fact } from "./fact.ts";

/** Looked up by names in lower case; a repeated header is joined with ", ", as Fetch does. */
export interface WebhookHeaders {
  get(name: string): string | null | undefined;
}

/** An HTTP delivery before its verification. */
export interface Webhook {
  readonly headers: WebhookHeaders;
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
  /** The configured account that the event came to: `stripe`. */
  readonly instance: string;
  /** The sender's id of the event, null where it has none: such an event can prove no facts. */
  readonly eventId: string | null;
  /** The sender's own word for what happened: `checkout.session.completed`, `AUTHORISATION`. */
  readonly type: string;
  /** ms since 1970, null where there is none that is signed. */
  readonly at: number | null;
  /** The merchant's order, as its backend gave it to the provider; null where the event names none. */
  readonly orderId: string | null;
  /** The provider's payment: its claim decides which order the event is about. */
  readonly paymentId: string | null;
  /** Empty = authentic, and nothing about an order. */
  readonly facts: readonly Fact[];
  /** Why an authentic event proves nothing, where that is worth a line in the log. */
  readonly ignored: IgnoredReason | null;
}

export type IgnoredReason =
  /** The event of another account, or of the other mode (test, live), than the setting names. */
  | "other_account"
  /** The event has no id: a repetition could not be recognised. */
  | "no_event_id"
  /** An amount that cannot be counted: negative, a fraction of a minor unit, a currency that is no three letters. */
  | "bad_amount"
  /** The order id is not Unicode text. */
  | "bad_order_id";

/** For callbacks/ only, after the signature has been checked. */
export const proved = (callback: Proved): Callback => callback as Callback; // the brand exists in types only
