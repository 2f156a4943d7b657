// Amounts of money: exact decimals, never floats. No currency table here: how many digits a currency has depends on the provider.
import { no, ok, type Result } from "./result.ts";

/**
 * An amount. `major` is a canonical decimal in major units ("19.99", "1999", "0.5": no leading or trailing zeros).
 * `unknown` is what a provider sent in minor units of a currency whose digits are not known: it equals nothing and is never guessed.
 */
export type Money =
  | { readonly unit: "major"; readonly amount: string; readonly currency: string }
  | { readonly unit: "unknown"; readonly amount: string; readonly currency: string };

/** Major units as written ("19.90") → the canonical amount ("19.9"). */
export function fromMajor(text: string, currency: string): Result<Money, "not an amount"> {
  const [, whole, fraction = ""] = /^(\d{1,15})(?:\.(\d{1,9}))?$/.exec(text) ?? [];
  if (whole === undefined || !CURRENCY.test(currency)) return no("not an amount");
  return ok({ unit: "major", amount: canonical(whole, fraction), currency });
}

/** Minor units as an integer (1999) → major ones ("19.99"), where the currency has `digits`; undefined digits → unknown. */
export function fromMinor(
  minor: string | number,
  currency: string,
  digits: number | undefined,
): Result<Money, "not an amount"> {
  const text = String(minor);
  if (!/^\d{1,18}$/.test(text) || !CURRENCY.test(currency)) return no("not an amount");
  if (digits === undefined) return ok({ unit: "unknown", amount: text, currency });
  const padded = text.padStart(digits + 1, "0");
  const point = padded.length - digits;
  return ok({ unit: "major", amount: canonical(padded.slice(0, point), padded.slice(point)), currency });
}

const CURRENCY = /^[A-Z]{3}$/;

function canonical(whole: string, fraction: string): string {
  const trimmed = fraction.replace(/0+$/, "");
  const head = whole.replace(/^0+(?=\d)/, "");
  return trimmed === "" ? head : `${head}.${trimmed}`;
}
