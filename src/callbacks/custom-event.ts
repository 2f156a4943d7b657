// Events in a sender's own JSON format, by a schema in the setting: paths of fields, and outcomes.
import type { JsonObject } from "../core/json.ts";
import {
  majorAmount,
  minorAmount,
  orderIdAt,
  parseIsoTime,
  parseSeconds,
  textAt,
  type SignedAmount,
} from "./content.ts";
import { isoDigits } from "./currencies.ts";
import type { EventRule, FactKind, ParsedEvent } from "./mapping.ts";
import type { Setting } from "./setting.ts";

/**
 * Dotted paths into the event. `event` is the path of its id, `type` that of a key of `outcomes`.
 */
export type Paths = Readonly<
  Record<"order" | "event" | "type" | "amount" | "currency" | "payment" | "refund" | "dispute" | "time", string>
>;

export interface EventSchema {
  readonly paths: Paths;
  /** Paths of the order id: the setting's `order`, or else `paths.order`. */
  readonly order: readonly string[];
  /** Outcomes by event type. */
  readonly outcomes: ReadonlyMap<string, OutcomeName>;
  readonly unit: "minor" | "major";
  /** The sender signs no amount: its payments count for unregistered orders only. */
  readonly isUnsigned: boolean;
}

/** The outcomes that a setting may name, each with its fact kinds. */
const factKindsOf = {
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
} as const satisfies Readonly<Record<string, readonly FactKind[]>>;

export type OutcomeName = keyof typeof factKindsOf;

const isOutcomeName = (name: string): name is OutcomeName => Object.hasOwn(factKindsOf, name);

/** The setting's fields that make up the schema. */
export const schemaFields = ["outcomes", "paths", "order", "unit", "amount"] as const;

/** Paths and outcomes for a setting that leaves them out. */
export interface SchemaDefaults {
  readonly paths: Paths;
  readonly outcomes: Readonly<Record<string, OutcomeName>>;
}

export function readEventSchema(setting: Setting, defaults: SchemaDefaults): EventSchema {
  const { paths } = defaults;
  const own = setting.stringMap("paths");
  if ([...own.keys()].some((name) => !Object.hasOwn(paths, name))) {
    setting.refuse("paths", `an object with only the fields ${Object.keys(paths).join(", ")}`);
  }
  const outcomes = new Map<string, OutcomeName>();
  const entries = setting.has("outcomes") ? setting.stringMap("outcomes") : Object.entries(defaults.outcomes);
  for (const [type, name] of entries) {
    if (isOutcomeName(name)) outcomes.set(type, name);
    else setting.refuse("outcomes", `an object whose values are ${Object.keys(factKindsOf).join(", ")}`);
  }
  const isUnsigned = setting.has("amount") && setting.oneOf("amount", ["unsigned"]) === "unsigned";
  const isPriced = own.has("amount") && own.has("currency");
  // Without these paths events would lack an amount, and a payment of 0.01 would pay any order.
  if ([...outcomes.values()].includes("paid") && !isUnsigned && !isPriced) {
    setting.refuse(
      "paths",
      'an object that names amount and currency, since an outcome is paid; or set "amount": "unsigned"',
    );
  }
  return {
    paths: { ...paths, ...Object.fromEntries(own) },
    order: setting.orderPaths(own.get("order") ?? paths.order),
    outcomes,
    unit: setting.oneOf("unit", ["minor", "major"]),
    isUnsigned,
  };
}

/** Default outcomes as rules, for the documentation. */
export const rulesOf = (outcomes: SchemaDefaults["outcomes"]): readonly EventRule[] =>
  Object.entries(outcomes).map(([event, name]) => ({ event, factKinds: factKindsOf[name] }));

export function parseEvent(schema: EventSchema, json: JsonObject): Omit<ParsedEvent, "instance"> {
  const { paths, order, unit, isUnsigned, outcomes } = schema;
  const type = textAt(json, paths.type) ?? "";
  const time = textAt(json, paths.time);
  const seconds = parseSeconds(time);
  const currency = textAt(json, paths.currency);
  const amountText = isUnsigned ? null : textAt(json, paths.amount);
  const amount: SignedAmount =
    unit === "minor" ? minorAmount(amountText, currency, isoDigits) : majorAmount(amountText, currency);
  const outcome = outcomes.get(type) ?? "ignored";
  // Without an amount, a partial refund would count as a full one.
  const isUnpricedPart = outcome === "partially_refunded" && amount.ok && amount.value === null;
  return {
    eventId: textAt(json, paths.event),
    type,
    at: seconds === null ? parseIsoTime(time) : seconds * 1000,
    orderId: orderIdAt(json, order),
    paymentId: textAt(json, paths.payment),
    factKinds: factKindsOf[isUnpricedPart ? "ignored" : outcome],
    payment: amount,
    isUnsigned,
    refund: { id: textAt(json, paths.refund), amount, cumulative: false },
    voided: { id: null, amount },
    dispute: { id: textAt(json, paths.dispute), amount },
  };
}
