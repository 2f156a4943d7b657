import { type Result } from "./result.ts";
/**
 * An amount. `major` is a canonical decimal in major units ("19.99", "1999", "0.5": no leading or trailing zeros).
 * `unknown` is what a provider sent in minor units of a currency whose digits are not known: it equals nothing and is never guessed.
 */
export type Money =
  | MajorMoney
  | {
      readonly unit: "unknown";
      readonly amount: string;
      readonly currency: string;
    };
export interface MajorMoney {
  readonly unit: "major";
  readonly amount: string;
  readonly currency: string;
}
/** Major units as written ("19.90") → the canonical amount ("19.9"). */
export declare function fromMajor(text: string, currency: string): Result<MajorMoney, "not an amount">;
/** Minor units as an integer (1999) → major ones ("19.99"), where the currency has `digits`; undefined digits → unknown. */
export declare function fromMinor(
  minor: string | number,
  currency: string,
  digits: number | undefined,
): Result<Money, "not an amount">;
/** Whether a text is an amount in minor units: a whole number. */
export declare const isMinor: (text: string) => boolean;
/** Whether two amounts can be compared: same currency, same unit. */
export declare const isSameKind: (a: Money, b: Money) => boolean;
export declare const isZero: (amount: string) => boolean;
/** The sum of amounts in major units of one currency. */
export declare const sumOf: (amounts: readonly string[]) => string;
/** The sum over ids, each at the highest amount that is reported for it; undefined = none is stated. */
export declare function sumById(entries: readonly (readonly [id: string, amount: string | undefined])[]): string;
export declare const isAtLeast: (amount: string, other: string) => boolean;
/** `amount - other`, and "0" where that would be negative. */
export declare function lessOf(amount: string, other: string): string;
export declare const greaterOf: (amount: string, other: string) => string;
export declare const lesserOf: (amount: string, other: string) => string;
