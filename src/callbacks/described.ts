// An event whose JSON the setting describes: where its fields are, and what each of its words becomes. Guesses at no field.
import type { JsonObject } from "../core/json.ts";
import { isoTime, major, minor, orderIdAt, seconds, textAt, type Amount } from "./content.ts";
import { isoDigits } from "./currencies.ts";
import type { Becomes, Row, Told } from "./mapping.ts";
import type { Setting } from "./setting.ts";

/** Dotted paths into the event. `event` is its id, `type` the word that `outcomes` knows. */
export type Paths = Readonly<
  Record<"order" | "event" | "type" | "amount" | "currency" | "payment" | "refund" | "dispute" | "time", string>
>;

export interface Description {
  readonly paths: Paths;
  /** Where the order's id stands: `order` of the setting, or `paths.order`. */
  readonly order: readonly string[];
  readonly outcomes: ReadonlyMap<string, Outcome>;
  readonly unit: "minor" | "major";
  /** The sender signs no amount: its payments count for unregistered orders only. */
  readonly isUnsigned: boolean;
}

/** What a setting's `outcomes` may say, and what each is as facts. */
const outcomes = {
  pending: ["pending"],
  failed: ["failed"],
  closed: ["closed"],
  paid: ["paid"],
  refund: ["refund"],
  refunded: ["refund"],
  partially_refunded: ["refund"],
  refund_failed: ["refund_failed"],
  voided: ["voided"],
  dispute_open: ["dispute_open"],
  dispute_won: ["dispute_won"],
  dispute_lost: ["dispute_lost"],
  ignored: [],
} as const satisfies Readonly<Record<string, readonly Becomes[]>>;

export type Outcome = keyof typeof outcomes;

const isOutcome = (word: string): word is Outcome => Object.hasOwn(outcomes, word);

/** The setting's fields that describe an event. */
export const descriptionFields = ["outcomes", "paths", "order", "unit", "amount"] as const;

/** The paths and words that hold where the setting has none. */
export interface Defaults {
  readonly paths: Paths;
  readonly words: Readonly<Record<string, Outcome>>;
}

export function describe(setting: Setting, { paths, words: usual }: Defaults): Description {
  const own = setting.stringMap("paths");
  if ([...own.keys()].some((name) => !Object.hasOwn(paths, name))) {
    setting.refuse("paths", `an object with none but ${Object.keys(paths).join(", ")}`);
  }
  const words = new Map<string, Outcome>();
  for (const [event, word] of setting.has("outcomes") ? setting.stringMap("outcomes") : Object.entries(usual)) {
    if (isOutcome(word)) words.set(event, word);
    else setting.refuse("outcomes", `an object whose values are ${Object.keys(outcomes).join(", ")}`);
  }
  const isUnsigned = setting.has("amount") && setting.oneOf("amount", ["unsigned"]) === "unsigned";
  const isPriced = own.has("amount") && own.has("currency");
  // An amount that nobody looked for would be no amount: a payment of 0.01 would pay every order.
  if ([...words.values()].includes("paid") && !isUnsigned && !isPriced) {
    setting.refuse(
      "paths",
      'an object that names amount and currency, since an outcome is paid; or say "amount": "unsigned"',
    );
  }
  return {
    paths: { ...paths, ...Object.fromEntries(own) },
    order: setting.orderPaths(own.get("order") ?? paths.order),
    outcomes: words,
    unit: setting.oneOf("unit", ["minor", "major"]),
    isUnsigned,
  };
}

/** The table to print for the words that hold where the setting has no `outcomes`. */
export const rowsOf = (usual: Readonly<Record<string, Outcome>>): readonly Row[] =>
  Object.entries(usual).map(([event, word]) => ({ event, becomes: outcomes[word] }));

export function toldBy(description: Description, json: JsonObject): Omit<Told, "instance"> {
  const { paths, order, unit, isUnsigned, outcomes: words } = description;
  const type = textAt(json, paths.type) ?? "";
  const time = textAt(json, paths.time);
  const stated = seconds(time);
  const currency = textAt(json, paths.currency);
  const amountText = isUnsigned ? null : textAt(json, paths.amount);
  const amount: Amount = unit === "minor" ? minor(amountText, currency, isoDigits) : major(amountText, currency);
  const word = words.get(type) ?? "ignored";
  // Without its amount, a part would be all of it.
  const isUnstated = word === "partially_refunded" && amount.ok && amount.value === null;
  return {
    eventId: textAt(json, paths.event),
    type,
    at: stated === null ? isoTime(time) : stated * 1000,
    orderId: orderIdAt(json, order),
    paymentId: textAt(json, paths.payment),
    becomes: outcomes[isUnstated ? "ignored" : word],
    payment: amount,
    isUnsigned,
    refund: { id: textAt(json, paths.refund), amount, cumulative: false },
    voided: { id: null, amount },
    dispute: { id: textAt(json, paths.dispute), amount },
  };
}
