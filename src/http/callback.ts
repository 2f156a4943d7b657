// The merchant's own callback, the articles' route: an API key is its proof. Stores nothing itself; the order's group does.
import type { Context } from "hono";
import * as v from "valibot";
import { consumers } from "../consumers/index.ts";
import { groupName } from "../core/group.ts";
import { isObject } from "../core/json.ts";
import { paymentStatuses, type Fact, type PaymentStatus } from "../core/order.ts";
import { findByGroup } from "../core/route.ts";
import { readJson } from "./body.ts";
import { problem } from "./problem.ts";
import type { App } from "./app.ts";

const Id = v.pipe(v.string(), v.minLength(1), v.maxLength(200));

/** What a backend may say; an empty body says that the order is paid. */
const MerchantCallback = v.pipe(
  v.object({
    paid: v.nullish(v.boolean()),
    status: v.nullish(v.picklist(paymentStatuses)),
    event_id: v.nullish(Id),
    payment_id: v.nullish(Id),
    amount: v.nullish(
      v.union(
        [v.pipe(v.number(), v.safeInteger(), v.minValue(0)), v.pipe(v.string(), v.regex(/^\d{1,15}(\.\d{1,9})?$/))],
        "an integer in minor units or a decimal string in major ones",
      ),
    ),
    currency: v.nullish(v.pipe(v.string(), v.regex(/^[A-Z]{3}$/, "three capital letters"))),
  }),
  v.check(
    ({ paid, status }) => paid == null || status == null || paid === (status === "paid"),
    "paid contradicts status",
  ),
  v.check(({ amount, currency }) => (amount == null) === (currency == null), "amount and currency go together"),
);

type MerchantCallback = v.InferOutput<typeof MerchantCallback>;

export async function callback(c: Context<App>): Promise<Response> {
  const biz = c.req.param("biz") ?? "";
  const found = findByGroup(consumers, groupName("order", biz));
  if (!found.ok) return problem("unknown_order");
  const body = await readJson(c.req.raw);
  if (!body.ok) return problem(body.reason);
  const { value = {} } = body;
  if (!isObject(value)) return problem("bad_callback", "the body is an object, or empty");
  // Amounts are compared as numbers, not as text, so the numbers kept exact become plain ones here.
  const said = v.safeParse(MerchantCallback, JSON.parse(JSON.stringify(value)));
  if (!said.success) return problem("bad_callback", describe(said.issues[0]));
  return c.json(await c.env.GROUP.getByName(found.value.group).record([factOf(said.output)]));
}

function factOf(said: MerchantCallback): Fact {
  const { amount, currency } = said;
  return {
    kind: "payment",
    provider: "backend",
    eventId: said.event_id ?? "",
    status: statusOf(said),
    paymentId: said.payment_id ?? null,
    money: amount == null || currency == null ? null : { amount, currency },
  };
}

function statusOf({ paid, status }: MerchantCallback): PaymentStatus {
  return status ?? (paid === false ? "failed" : "paid");
}

const describe = (issue: v.BaseIssue<unknown>): string => {
  const path = v.getDotPath(issue);
  return path === null ? issue.message : `${path}: ${issue.message}`;
};
