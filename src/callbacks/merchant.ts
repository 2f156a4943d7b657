// What the merchant's own backend says of an order, in a callback of its own or when it is asked. Its proof is checked elsewhere.
import * as v from "valibot";
import type { Fact, Proof } from "../core/fact.ts";
import type { JsonObject } from "../core/json.ts";
import { fromMajor, fromMinor, type Money } from "../core/money.ts";
import { isPaid, type OrderStatus } from "../core/order.ts";
import { no, ok, type Result } from "../core/result.ts";
import { isoDigits } from "./currencies.ts";

export const statuses = [
  "pending",
  "failed",
  "closed",
  "paid",
  "partially_refunded",
  "refunded",
] as const satisfies OrderStatus[];

const Id = v.pipe(v.string(), v.minLength(1), v.maxLength(200));

/** Minor units as an integer, major units as a decimal string; never a float. */
export const Amount = v.union(
  [v.pipe(v.number(), v.safeInteger(), v.minValue(0)), v.pipe(v.string(), v.regex(/^\d{1,15}(\.\d{1,9})?$/))],
  "an integer in minor units or a decimal string in major ones",
);

export const Currency = v.pipe(v.string(), v.regex(/^[A-Z]{3}$/, "three capital letters"));

/** An empty object says that the order is paid. */
export const Saying = v.pipe(
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

/** The facts of what a backend said, or what is wrong with it. `instance` is `backend` for a callback, `status` for an answer. */
export function merchantFacts(instance: "backend" | "status", said: JsonObject): Result<readonly Fact[], string> {
  // Amounts are read as numbers here, not as the text they were written as.
  const parsed = v.safeParse(Saying, JSON.parse(JSON.stringify(said)));
  if (!parsed.success) return no(describeIssue(parsed.issues[0]));
  const { status, paid, event_id, payment_id, amount, currency } = parsed.output;
  // Only an empty word means paid: `{"state":"failed"}` says something else, and `{"status":null}` says that nothing is known yet.
  const other = Object.keys(said).find(
    (key) => key === "status" || key === "paid" || !Object.hasOwn(parsed.output, key),
  );
  if (status == null && paid == null && other !== undefined) return no(`${other}: say paid, or a status there is`);
  const money = amount == null || currency == null ? null : moneyOf(amount, currency);
  if (money !== null && money.unit === "unknown") return no(`currency: ${money.currency} is not one of ISO 4217`);
  const what = status ?? (paid === false ? "failed" : "paid");
  return ok(factsOf(what, { instance, at: null }, event_id ?? null, payment_id ?? null, money));
}

function factsOf(
  status: OrderStatus,
  sender: Omit<Proof, "eventId">,
  eventId: string | null,
  paymentId: string | null,
  money: Money | null,
): readonly Fact[] {
  // Without an id of its own an event is what it says: a right amount after a wrong one is no repetition.
  const idOf = (said: Money | null): string =>
    eventId ?? (paymentId === null && said === null ? "" : JSON.stringify([paymentId, said?.amount, said?.currency]));
  if (status !== "refunded" && status !== "partially_refunded") {
    return [{ ...sender, eventId: idOf(money), kind: "payment", status, paymentId, money }];
  }
  // What was refunded has been paid; the amount is what has been refunded so far, and everything where there is none.
  const back = status === "refunded" ? null : money;
  return [
    { ...sender, eventId: idOf(null), kind: "payment", status: "paid", paymentId, money: null },
    { ...sender, eventId: idOf(back), kind: "refund", refundId: null, paymentId, money: back, cumulative: true },
  ];
}

/** An amount that a backend gives, by ISO's digits; of unknown digits where the currency is none of ISO's. */
export function moneyOf(amount: number | string, currency: string): Money {
  const money =
    typeof amount === "number" ? fromMinor(amount, currency, isoDigits.get(currency)) : fromMajor(amount, currency);
  // Both were checked by their schema, so this is never taken; it refuses rather than guesses all the same.
  return money.ok ? money.value : { unit: "unknown", amount: String(amount), currency };
}

/** The first thing wrong with a body, and where. What was sent instead is not repeated: it may be long, or a secret in the wrong place. */
export const describeIssue = (issue: v.BaseIssue<unknown>): string => {
  const { message, received } = issue;
  const repeated = [` but received ${received}`, `: Received ${received}`].find((end) => message.endsWith(end)) ?? "";
  const what = message.slice(0, message.length - repeated.length);
  const path = v.getDotPath(issue);
  return path === null ? what : `${path}: ${what}`;
};
