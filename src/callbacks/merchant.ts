// Reports of the merchant's backend about an order, from its callback or a status query. Not a
// provider; authentication happens in the caller.
import * as v from "valibot";
import type { Fact, Proof } from "../core/fact.ts";
import { isObject, type Json, type JsonObject } from "../core/json.ts";
import { fromMajor, fromMinor, type MajorMoney, type Money } from "../core/money.ts";
import { isPaid, type OrderStatus } from "../core/order.ts";
import { no, ok, type Result } from "../core/result.ts";
import { ambiguousMinorUnits, digitsMax, isoDigits } from "./currencies.ts";

export const statuses = [
  "pending",
  "failed",
  "closed",
  "paid",
  "partially_refunded",
  "refunded",
] as const satisfies OrderStatus[];

const Id = v.pipe(v.string(), v.minLength(1), v.maxLength(200));

const AMOUNT_EXPECTED = "an integer in minor units or a decimal string in major ones";

/** Minor units as an integer, or major units as a decimal string. Floats are rejected. */
export const Amount = v.union(
  [
    v.pipe(v.number(), v.safeInteger(AMOUNT_EXPECTED), v.minValue(0, AMOUNT_EXPECTED)),
    v.pipe(v.string(), v.regex(/^\d{1,15}(\.\d{1,9})?$/, AMOUNT_EXPECTED)),
  ],
  AMOUNT_EXPECTED,
);

export const Currency = v.pipe(v.string(), v.regex(/^[A-Z]{3}$/, "three capital letters"));

/** An empty object reports the order as paid. */
export const MerchantReport = v.pipe(
  v.object({
    biz: v.nullish(v.string()),
    paid: v.nullish(v.boolean()),
    status: v.nullish(v.picklist(statuses)),
    event_id: v.nullish(Id),
    payment_id: v.nullish(Id),
    amount: v.nullish(Amount),
    currency: v.nullish(Currency),
  }),
  v.check(({ paid, status }) => paid == null || status == null || paid === isPaid(status), "paid contradicts status"),
  v.check(({ amount, currency }) => (amount == null) === (currency == null), "amount and currency go together"),
  v.check(
    ({ status, amount }) => status !== "partially_refunded" || amount != null,
    "a partial refund needs the amount refunded so far",
  ),
);

/**
 * The facts of a report, or the text of its first error. `instance` is `backend` for a callback and
 * `status` for a response to a status query.
 */
export function merchantFacts(instance: "backend" | "status", report: JsonObject): Result<readonly Fact[], string> {
  const parsed = v.safeParse(MerchantReport, withExactAmount(report));
  if (!parsed.success) return no(describeIssue(parsed.issues[0]));
  const { status, paid, event_id, payment_id, amount, currency } = parsed.output;
  // Fields outside the schema, and a null status, rule out "paid": `{"state":"failed"}` means
  // something else, and `{"status":null}` means an unknown status.
  const other = Object.keys(report).find(
    (key) => key === "status" || key === "paid" || !Object.hasOwn(parsed.output, key),
  );
  if (status == null && paid == null && other !== undefined)
    return no(`${other}: state paid, or a status of ${statuses.join(", ")}`);
  const money = amount == null || currency == null ? ok(null) : moneyOf(amount, currency);
  if (!money.ok) return money;
  const reported = status ?? (paid === false ? "failed" : "paid");
  return ok(reportFacts(reported, { instance, at: null }, event_id ?? null, payment_id ?? null, money.value));
}

function reportFacts(
  status: OrderStatus,
  sender: Omit<Proof, "eventId">,
  eventId: string | null,
  paymentId: string | null,
  money: Money | null,
): readonly Fact[] {
  // Without an event id the content is the id: a corrected amount is a new event.
  const idOf = (stated: Money | null): string =>
    eventId ??
    (paymentId === null && stated === null ? "" : JSON.stringify([paymentId, stated?.amount, stated?.currency]));
  if (status !== "refunded" && status !== "partially_refunded") {
    return [{ ...sender, eventId: idOf(money), kind: "payment", status, paymentId, money }];
  }
  // A refunded order was paid before. The amount is the total refunded so far; null means all.
  const refunded = status === "refunded" ? null : money;
  return [
    { ...sender, eventId: idOf(null), kind: "payment", status: "paid", paymentId, money: null },
    {
      ...sender,
      eventId: idOf(refunded),
      kind: "refund",
      refundId: null,
      paymentId,
      money: refunded,
      cumulative: true,
    },
  ];
}

/**
 * Plain JSON numbers except in `amount`: `20.0` and `2e1` stay exact and are rejected as integers.
 */
export function withExactAmount(body: Json | undefined): unknown {
  const plain: unknown = JSON.parse(JSON.stringify(body ?? null));
  return isObject(body) && Object.hasOwn(body, "amount") ? { ...(plain as object), amount: body["amount"] } : plain; // an object's JSON is one
}

/** The money of an amount stated by the merchant, or the text of the error. */
export function moneyOf(amount: number | string, currency: string): Result<MajorMoney, string> {
  const digits = digitsMax(currency);
  if (digits === undefined) return no(`currency: ${currency} is not one of ISO 4217`);
  if (typeof amount === "number" && ambiguousMinorUnits.has(currency)) {
    return no(
      `amount: must be a decimal string in major units: providers count the minor units of ${currency} differently`,
    );
  }
  const money =
    typeof amount === "number" ? fromMinor(amount, currency, isoDigits.get(currency)) : fromMajor(amount, currency);
  if (!money.ok || money.value.unit === "unknown") {
    return no(`amount: must be a decimal string in major units for ${currency}`);
  }
  const fraction = money.value.amount.split(".")[1] ?? "";
  return fraction.length <= digits
    ? ok(money.value)
    : no(`amount: ${currency} has ${digits === 0 ? "no decimals" : `${digits} decimals at most`}`);
}

/** The path and message of an issue. Omits the received value, which may be a misplaced secret. */
export const describeIssue = (issue: v.BaseIssue<unknown>): string => {
  const { message, received } = issue;
  const repeated = [` but received ${received}`, `: Received ${received}`].find((end) => message.endsWith(end)) ?? "";
  const text = message.slice(0, message.length - repeated.length);
  const path = v.getDotPath(issue);
  return path === null ? text : `${path}: ${text}`;
};
