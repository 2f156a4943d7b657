// Describes a generated event independently of its provider: ids, amounts and account.
import { isoDigits } from "../src/callbacks/currencies.ts";

export const outcomes = ["pending", "failed", "closed", "paid", "partially_refunded", "refunded", "disputed"] as const;
export type Outcome = (typeof outcomes)[number];

export interface EventSpec {
  readonly orderId: string;
  readonly outcome: Outcome;
  /** Major units: "19.99". */
  readonly amount: string;
  readonly currency: string;
  /** ms since 1970. */
  readonly now: number;
  /** The provider's setting `CALLBACK_…`. */
  readonly setting: Readonly<Record<string, unknown>>;
  /** Payment id. Default: one per order, amount and currency. */
  readonly payment?: string;
  /** Refunded amount in major units. Default: half of a partial refund's amount, else all of it. */
  readonly refunded?: string;
  /** True to sign for an account that the setting lacks. */
  readonly isOtherAccount?: boolean;
  /** Replaces the generated event. */
  readonly event?: object;
}

export type Body = Record<string, unknown>;

/** Returns a field of the setting as text; `fallback` if it is missing. */
export function fieldOf({ setting }: EventSpec, name: string, fallback = ""): string {
  const value = setting[name] ?? fallback;
  return typeof value === "string" ? value : JSON.stringify(value);
}

/**
 * One id per order, outcome and amounts: an equal delivery is a duplicate, another amount is new.
 */
export const eventId = (spec: EventSpec): string => `dev-${spec.outcome}${spec.refunded ?? ""}-of-${paymentId(spec)}`;

/**
 * Contains no colon, which Adyen's references cannot hold. 25 and 25.00 give the same id. Sorts
 * before `P2`, since payments without a signed time count in the order of their ids.
 */
export const paymentId = ({ orderId, amount, currency, payment }: EventSpec): string =>
  payment ?? `P-${orderId.replaceAll(":", "_")}-${shortest(amount)}-${currency}`;

const shortest = (amount: string): string => (amount.includes(".") ? amount.replace(/\.?0*$/, "") : amount);

/** Returns the payment id as a PayPal id: letters and digits. */
export const captureId = (spec: EventSpec): string => {
  const id = paymentId(spec);
  const isPaypalId = /^[A-Za-z0-9]{1,64}$/.test(id);
  return isPaypalId ? id : `CAP${Buffer.from(id).toString("hex").slice(-60)}`.toUpperCase();
};

export const iso = ({ now }: EventSpec): string => new Date(now).toISOString();

export const isRefund = ({ outcome }: Pick<EventSpec, "outcome">): boolean =>
  outcome === "refunded" || outcome === "partially_refunded";

/** Whether the event refers to an earlier payment. */
export const followsPayment = (spec: Pick<EventSpec, "outcome">): boolean =>
  isRefund(spec) || spec.outcome === "disputed";

/** Returns the amount in minor units. Throws if it has more decimals than the currency. */
export function minor(
  { amount, currency }: Pick<EventSpec, "amount" | "currency">,
  digits: ReadonlyMap<string, number>,
): number {
  const [whole = "0", fraction = ""] = amount.split(".");
  const places = digits.get(currency) ?? 2;
  if (fraction.length > places) throw new Error(`${currency} has ${places} decimals (received ${fraction.length})`);
  return Number(whole + fraction.padEnd(places, "0"));
}

/** Returns the refunded amount in minor units. */
export const refundedMinor = (spec: EventSpec, digits: ReadonlyMap<string, number>): number => {
  if (spec.refunded !== undefined) return minor({ ...spec, amount: spec.refunded }, digits);
  return spec.outcome === "partially_refunded" ? Math.floor(minor(spec, digits) / 2) : minor(spec, digits);
};

/** Returns the first account of the setting, or another one for `isOtherAccount`. */
export const accountIn = (spec: EventSpec, name: string): string =>
  spec.isOtherAccount === true ? `OTHER${String(firstOf(spec, name)).slice(5)}` : String(firstOf(spec, name));

const firstOf = ({ setting }: EventSpec, name: string): unknown => [setting[name]].flat()[0] ?? "";

/** Throws for an outcome that the provider never sends. */
export function rejectUnsent(provider: string, spec: EventSpec, ...never: readonly Outcome[]): void {
  if (never.includes(spec.outcome)) throw new Error(`${provider} never sends ${spec.outcome}`);
}

/** Formats minor units as major units. */
export function major(spec: EventSpec, minorUnits: number): string {
  const digits = isoDigits.get(spec.currency) ?? 2;
  const text = String(minorUnits).padStart(digits + 1, "0");
  return digits === 0 ? text : `${text.slice(0, -digits)}.${text.slice(-digits)}`;
}
