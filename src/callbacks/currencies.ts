// Decimal digits of currencies, as providers count minor units. Unlisted currencies are unknown.

type Digits = ReadonlyMap<string, number>;

function table(groups: Readonly<Record<number, string>>): Digits {
  const rows = Object.entries(groups).flatMap(([digits, codes]) =>
    codes.split(" ").map((code) => [code, Number(digits)] as const),
  );
  return new Map(rows);
}

function change(base: Digits, changes: Readonly<Record<string, number | null>>): Digits {
  const digits = new Map(base);
  for (const [code, count] of Object.entries(changes)) {
    if (count === null) digits.delete(code);
    else digits.set(code, count);
  }
  return digits;
}

/** ISO 4217, without funds, metals and test codes. */
export const isoDigits: Digits = table({
  0: "BIF CLP DJF GNF ISK JPY KMF KRW PYG RWF UGX UYI VND VUV XAF XOF XPF",
  2:
    "AED AFN ALL AMD ANG AOA ARS AUD AWG AZN BAM BBD BDT BGN BMD BND BOB BRL BSD BTN BWP BYN BZD CAD CDF CHF CNY COP CRC CUP " +
    "CVE CZK DKK DOP DZD EGP ERN ETB EUR FJD FKP GBP GEL GHS GIP GMD GTQ GYD HKD HNL HTG HUF IDR ILS INR IRR JMD KES KGS KHR " +
    "KPW KYD KZT LAK LBP LKR LRD LSL MAD MDL MGA MKD MMK MNT MOP MRU MUR MVR MWK MXN MYR MZN NAD NGN NIO NOK NPR NZD PAB PEN " +
    "PGK PHP PKR PLN QAR RON RSD RUB SAR SBD SCR SDG SEK SGD SHP SLE SOS SRD SSP STN SVC SYP SZL THB TJS TMT TOP TRY TTD TWD " +
    "TZS UAH USD UYU UZS VED VES WST XCD XCG YER ZAR ZMW ZWG",
  3: "BHD IQD JOD KWD LYD OMR TND",
  4: "CLF UYW",
});

/**
 * Stripe: MGA has 0 digits. ISK and UGX have 2 digits that are always 00, unlike in ISO. Stripe also
 * lists UGX as a zero-decimal currency (docs.stripe.com/currencies, "Special cases").
 * Unsupported currencies are removed.
 */
export const stripeDigits: Digits = change(isoDigits, {
  STD: 2,
  ISK: 2,
  UGX: 2,
  MGA: 0,
  IQD: null,
  LYD: null,
  CLF: null,
  UYI: null,
  UYW: null,
});

/**
 * Adyen: four currencies "differ from standard"
 * (docs.adyen.com/development-resources/currency-codes).
 */
export const adyenDigits: Digits = change(isoDigits, {
  CLP: 2,
  CVE: 0,
  IDR: 0,
  ISK: 2,
  CNH: 2,
  VEF: 2,
  CLF: null,
  UYI: null,
  UYW: null,
});

/** The most decimal digits of a currency at any provider; undefined for an unlisted currency. */
export function digitsMax(currency: string): number | undefined {
  const counts = [isoDigits, stripeDigits, adyenDigits].flatMap((digits) => digits.get(currency) ?? []);
  return counts.length === 0 ? undefined : Math.max(...counts);
}

/**
 * Currencies whose minor units differ between a provider and ISO 4217, so that an integer is
 * ambiguous (docs.stripe.com/currencies, "Special cases";
 * docs.adyen.com/development-resources/currency-codes).
 */
export const ambiguousMinorUnits: ReadonlySet<string> = new Set("CLP CVE HUF IDR ISK MGA TWD UGX".split(" "));
