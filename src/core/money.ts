// Amounts of money as exact decimals. The digits of a currency depend on the provider, so callers
// pass them in.
import { no, ok, type Result } from "./result.ts";

/**
 * An amount. `major` is a canonical decimal in major units ("19.99", "1999", "0.5"), without
 * leading or trailing zeros. `unknown` is an amount in minor units of a currency whose digits are
 * unknown. It is never converted and equals no other amount.
 */
export type Money = MajorMoney | { readonly unit: "unknown"; readonly amount: string; readonly currency: string };

export interface MajorMoney {
  readonly unit: "major";
  readonly amount: string;
  readonly currency: string;
}

/** Major units as written ("19.90") → the canonical amount ("19.9"). */
export function fromMajor(text: string, currency: string): Result<MajorMoney, "not an amount"> {
  const [, whole, fraction = ""] = /^(\d{1,15})(?:\.(\d{1,9}))?$/.exec(text) ?? [];
  if (whole === undefined || !CURRENCY.test(currency)) return no("not an amount");
  return ok({ unit: "major", amount: canonical(whole, fraction), currency });
}

/**
 * Minor units as an integer (1999) → major units ("19.99") for a currency with `digits` digits;
 * undefined digits → unknown.
 */
export function fromMinor(
  minor: string | number,
  currency: string,
  digits: number | undefined,
): Result<Money, "not an amount"> {
  const text = String(minor);
  if (!isMinor(text) || !CURRENCY.test(currency)) return no("not an amount");
  if (digits === undefined) return ok({ unit: "unknown", amount: text, currency });
  const padded = text.padStart(digits + 1, "0");
  const point = padded.length - digits;
  return ok({ unit: "major", amount: canonical(padded.slice(0, point), padded.slice(point)), currency });
}

/** Whether a text is an amount in minor units: a whole number. */
export const isMinor = (text: string): boolean => /^\d{1,18}$/.test(text);

const CURRENCY = /^[A-Z]{3}$/;

function canonical(whole: string, fraction: string): string {
  const trimmed = fraction.replace(/0+$/, "");
  const head = whole.replace(/^0+(?=\d)/, "");
  return trimmed === "" ? head : `${head}.${trimmed}`;
}

/** Whether two amounts are comparable: same currency, same unit. */
export const isSameKind = (a: Money, b: Money): boolean => a.unit === b.unit && a.currency === b.currency;

export const isZero = (amount: string): boolean => toUnits(amount) === 0n;

/** The sum of amounts in major units of one currency. */
export const sumOf = (amounts: readonly string[]): string =>
  fromUnits(amounts.reduce((sum, amount) => sum + toUnits(amount), 0n));

/** The sum over ids, each at its highest reported amount; undefined = no amount stated. */
export function sumById(entries: readonly (readonly [id: string, amount: string | undefined])[]): string {
  const highest = new Map<string, string>();
  for (const [id, amount = "0"] of entries) highest.set(id, greaterOf(amount, highest.get(id) ?? "0"));
  return sumOf([...highest.values()]);
}

export const isAtLeast = (amount: string, other: string): boolean => toUnits(amount) >= toUnits(other);

/** `amount - other`, at least "0". */
export function lessOf(amount: string, other: string): string {
  const rest = toUnits(amount) - toUnits(other);
  return rest > 0n ? fromUnits(rest) : "0";
}

export const greaterOf = (amount: string, other: string): string => (isAtLeast(amount, other) ? amount : other);

export const lesserOf = (amount: string, other: string): string => (isAtLeast(amount, other) ? other : amount);

// Sums use whole billionths, the finest fraction that `fromMajor` accepts.
const FRACTION_DIGITS = 9;

function toUnits(amount: string): bigint {
  const [whole = "0", fraction = ""] = amount.split(".");
  return BigInt(whole + fraction.padEnd(FRACTION_DIGITS, "0"));
}

function fromUnits(units: bigint): string {
  const text = units.toString().padStart(FRACTION_DIGITS + 1, "0");
  return canonical(text.slice(0, -FRACTION_DIGITS), text.slice(-FRACTION_DIGITS));
}
