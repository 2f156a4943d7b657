// What a made-up event states, whichever provider it is of: its ids, amounts and account. Makes no event.
import { isoDigits } from "../src/callbacks/currencies.ts";

export const outcomes = ["pending", "failed", "closed", "paid", "partially_refunded", "refunded", "disputed"] as const;
export type Outcome = (typeof outcomes)[number];

export interface Told {
  readonly orderId: string;
  readonly outcome: Outcome;
  /** Major units: "19.99". */
  readonly amount: string;
  readonly currency: string;
  /** ms since 1970. */
  readonly now: number;
  /** The provider's setting, as `CALLBACK_…` has it. */
  readonly setting: Readonly<Record<string, unknown>>;
  /** The payment's id; absent = one per order, amount and currency. */
  readonly payment?: string;
  /** What is refunded, in major units; absent = half of the amount for a part, else all of it. */
  readonly refunded?: string;
  /** Signed for another account than the setting's. */
  readonly isOtherAccount?: boolean;
  /** The event itself, where it is not to be made of the above; of the providers that send theirs as open JSON. */
  readonly event?: object;
}

export type Body = Record<string, unknown>;

/** A field of the setting as text; "" where it has none. */
export function fieldOf({ setting }: Told, name: string, fallback = ""): string {
  const value = setting[name] ?? fallback;
  return typeof value === "string" ? value : JSON.stringify(value);
}

/** One per order, outcome and amounts, so that the same delivery made twice is a repeat, and another amount is another payment. */
export const eventId = (told: Told): string => `dev-${told.outcome}${told.refunded ?? ""}-of-${paymentId(told)}`;

/**
 * Without a colon, which Adyen's references cannot hold; 25 and 25.00 are one amount. It sorts before `P2`: payments without a signed time
 * count in the order of their ids.
 */
export const paymentId = ({ orderId, amount, currency, payment }: Told): string =>
  payment ?? `P-${orderId.replaceAll(":", "_")}-${shortest(amount)}-${currency}`;

const shortest = (amount: string): string => (amount.includes(".") ? amount.replace(/\.?0*$/, "") : amount);

/** PayPal's ids are letters and digits. */
export const captureId = (told: Told): string => {
  const id = paymentId(told);
  const isPaypals = /^[A-Za-z0-9]{1,64}$/.test(id);
  return isPaypals ? id : `CAP${Buffer.from(id).toString("hex").slice(-60)}`.toUpperCase();
};

export const iso = ({ now }: Told): string => new Date(now).toISOString();

export const isRefund = ({ outcome }: Pick<Told, "outcome">): boolean =>
  outcome === "refunded" || outcome === "partially_refunded";

/** Whether the event is about a payment that was made before. */
export const followsPayment = (told: Pick<Told, "outcome">): boolean => isRefund(told) || told.outcome === "disputed";

/** Minor units of the amount, or of what is refunded of it: a part is half. */
export function minor(
  { amount, currency }: Pick<Told, "amount" | "currency">,
  digits: ReadonlyMap<string, number>,
): number {
  const [whole = "0", fraction = ""] = amount.split(".");
  const places = digits.get(currency) ?? 2;
  if (fraction.length > places)
    throw new Error(`${currency} has ${places} digits behind its point, not ${fraction.length}`);
  return Number(whole + fraction.padEnd(places, "0"));
}

export const refundedMinor = (told: Told, digits: ReadonlyMap<string, number>): number => {
  if (told.refunded !== undefined) return minor({ ...told, amount: told.refunded }, digits);
  return told.outcome === "partially_refunded" ? Math.floor(minor(told, digits) / 2) : minor(told, digits);
};

/** An account of the setting, or one that it does not name. */
export const accountIn = (told: Told, name: string): string =>
  told.isOtherAccount === true ? `OTHER${String(firstOf(told, name)).slice(5)}` : String(firstOf(told, name));

const firstOf = ({ setting }: Told, name: string): unknown => [setting[name]].flat()[0] ?? "";

/** Throws for what a provider never sends. */
export function sends(provider: string, told: Told, ...never: readonly Outcome[]): void {
  if (never.includes(told.outcome)) throw new Error(`${provider} has no word for ${told.outcome}`);
}

/** The amount, or what is refunded of it, in major units. */
export function major(told: Told, minorUnits: number): string {
  const digits = isoDigits.get(told.currency) ?? 2;
  const text = String(minorUnits).padStart(digits + 1, "0");
  return digits === 0 ? text : `${text.slice(0, -digits)}.${text.slice(-digits)}`;
}
