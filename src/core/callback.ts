// Types of a delivery: a `Webhook` as it arrives, and a `Callback` once it is verified. No I/O.
import type { Fact } from "./fact.ts";

/** Lookup by lower-case name; a repeated header is joined with ", ", as Fetch does. */
export interface WebhookHeaders {
  get(name: string): string | null | undefined;
}

/** An HTTP delivery before verification. */
export interface Webhook {
  readonly headers: WebhookHeaders;
  /** As received, byte for byte. */
  readonly body: Uint8Array<ArrayBuffer>;
}

/**
 * A failed check of a delivery, for the log. Secrets, signatures and bodies must stay out of it.
 */
export interface VerificationError {
  readonly stage: "header" | "time" | "signature" | "decrypt" | "parse";
  /** The checked header, field or part: `sign_type`. */
  readonly field: string;
  /** The requirement, after "must", with its remedy if there is one: `be RSA2`. */
  readonly expected: string;
  /** The name of an algorithm, header or prefix, a time, a shape or a length: `412 s ago`. */
  readonly received?: string;
}

/** The error's text for the log: `header: sign_type must be RSA2 (received RSA)`. */
export const verificationErrorText = ({ stage, field, expected, received }: VerificationError): string =>
  `${stage}: ${field} must ${expected}${received === undefined ? "" : ` (received ${received})`}`;

declare const proof: unique symbol;

/** A verified event. The brand keeps unverified data out: only callbacks/ constructs it. */
export interface Callback extends VerifiedEvent {
  readonly [proof]: true;
}

/** Content of one signed event; the signature covers every field. */
export interface VerifiedEvent {
  /** The configured account that received the event: `stripe`. */
  readonly instance: string;
  /** The sender's event id. An event without one (null) yields no facts. */
  readonly eventId: string | null;
  /** The sender's event type: `checkout.session.completed`, `AUTHORISATION`. */
  readonly type: string;
  /** ms since 1970; null if the sender signs no time. */
  readonly at: number | null;
  /** The order id that the merchant gave to the provider; null if the event names no order. */
  readonly orderId: string | null;
  /** The provider's payment. Its claim decides to which order the event belongs. */
  readonly paymentId: string | null;
  /** Empty for an authentic event without effect on an order. */
  readonly facts: readonly Fact[];
  /** The reason for empty `facts` where the log should show one. */
  readonly ignored: IgnoredReason | null;
}

export type IgnoredReason =
  /** The event belongs to another account or mode (test, live) than the setting names. */
  | "other_account"
  /** The event has no id, so a repetition could not be recognised. */
  | "no_event_id"
  /** The amount is negative, a fraction of a minor unit, or its currency is not three letters. */
  | "bad_amount"
  /** The order id is not valid Unicode text. */
  | "bad_order_id";

/** For callbacks/ only, after the signature is checked. */
export const verified = (event: VerifiedEvent): Callback => event as Callback; // the brand exists in types only
