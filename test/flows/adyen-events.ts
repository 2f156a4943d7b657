// Events shaped like Adyen's: the items of its standard webhook without their signature.
import type { FlowEvent } from "./flow.ts";

export interface Item {
  /** The reference of the payment, modification, dispute or split that the event is about. */
  readonly psp: string;
  /** The payment that a modification is of. */
  readonly of?: string;
  readonly order?: string;
  readonly value?: number;
  readonly currency?: string;
  readonly success?: boolean;
  readonly account?: string;
}

export const item = (
  eventCode: string,
  { psp, of, order = "", value = 2000, currency = "EUR", success = true, account = "DevelopmentOnly" }: Item,
): FlowEvent => ({
  pspReference: psp,
  originalReference: of ?? "",
  merchantAccountCode: account,
  merchantReference: order,
  amount: { value, currency },
  eventCode,
  success: String(success),
  eventDate: "2026-11-22T10:00:00+01:00",
  paymentMethod: "visa",
  reason: "",
});

/** The payment PSP1 unless another is named. */
export const authorised = (order: string, more: Partial<Item> = {}): FlowEvent =>
  item("AUTHORISATION", { psp: "PSP1", order, ...more });

/** A modification of PSP1, whose own reference is `psp`, unless another payment is named. */
export const modified = (eventCode: string, psp: string, more: Partial<Item> = {}): FlowEvent =>
  item(eventCode, { psp, of: "PSP1", ...more });

/** A payment as the backend sees it. */
export const listed = (event_id: string, payment_id: string, amount: string, currency = "EUR") => ({
  provider: "adyen",
  event_id,
  payment_id,
  amount,
  currency,
});

/** A dispute as the backend sees it. */
export const disputed = (dispute_id: string, status: "open" | "won" | "lost", amount: string) => ({
  provider: "adyen",
  dispute_id,
  payment_id: "PSP1",
  status,
  amount,
  currency: "EUR",
});
