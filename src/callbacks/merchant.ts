// What the merchant's own backend says of an order, in a callback of its own or when it is asked. Its proof is checked elsewhere.
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

/** Minor units as an integer, major units as a decimal string; never a float. */
export const Amount = v.union(
  [
    v.pipe(v.number(), v.safeInteger(AMOUNT_EXPECTED), v.minValue(0, AMOUNT_EXPECTED)),
    v.pipe(v.string(), v.regex(/^\d{1,15}(\.\d{1,9})?$/, AMOUNT_EXPECTED)),
  ],
  AMOUNT_EXPECTED,
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
  const parsed = v.safeParse(Saying, withExactAmount(said));
  if (!parsed.success) return no(describeIssue(parsed.issues[0]));
  const { status, paid, event_id, payment_id, amount, currency } = parsed.output;
  // Only an empty word means paid: `{"state":"failed"}` says something else, and `{"status":null}` says that nothing is known yet.
  const other = Object.keys(said).find(
    (key) => key === "status" || key === "paid" || !Object.hasOwn(parsed.output, key),
  );
  if (status == null && paid == null && other !== undefined) return no(`${other}: say paid, or a status there is`);
  const money = amount == null || currency == null ? ok(null) : moneyOf(amount, currency);
  if (!money.ok) return money;
  const what = status ?? (paid === false ? "failed" : "paid");
  return ok(factsOf(what, { instance, at: null }, event_id ?? null, payment_id ?? null, money.value));
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

/** Numbers as JavaScript reads them, except `amount`: `20.0` and `2e1` are no integers, so they may be major units. */
export function withExactAmount(body: Json | undefined): unknown {
  const plain: unknown = JSON.parse(JSON.stringify(body ?? null));
  return isObject(body) && Object.hasOwn(body, "amount") ? { ...(plain as object), amount: body["amount"] } : plain; // an object's JSON is one
}

/** An amount that a backend states, or why it is none: an order that nobody can pay is refused when it is registered. */
export function moneyOf(amount: number | string, currency: string): Result<MajorMoney, string> {
  const digits = digitsMax(currency);
  if (digits === undefined) return no(`currency: ${currency} is not one of ISO 4217`);
  if (typeof amount === "number" && ambiguousMinorUnits.has(currency)) {
    return no(
      `amount: providers count the minor units of ${currency} differently, so it has to be a decimal string in major units`,
    );
  }
  const money =
    typeof amount === "number" ? fromMinor(amount, currency, isoDigits.get(currency)) : fromMajor(amount, currency);
  if (!money.ok || money.value.unit === "unknown") {
    return no(`amount: ${currency} takes a decimal string in major units`);
  }
  const fraction = money.value.amount.split(".")[1] ?? "";
  return fraction.length <= digits
    ? ok(money.value)
    : no(`amount: ${currency} has ${digits === 0 ? "no decimals" : `${digits} decimals at most`}`);
}

/** The first thing wrong with a body, and where. What was sent instead is not repeated: it may be long, or a secret in the wrong place. */
export const describeIssue = (issue: v.BaseIssue<unknown>): string => {
  const { message, received } = issue;
  const repeated = [` but received ${received}`, `: Received ${received}`].find((end) => message.endsWith(end)) ?? "";
  const what = message.slice(0, message.length - repeated.length);
  const path = v.getDotPath(issue);
  return path === null ? what : `${path}: ${what}`;
};
