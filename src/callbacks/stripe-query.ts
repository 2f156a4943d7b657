// Queries Stripe for an order by a search over payment intents' metadata. Read-only, without
// retries. A fallback only: the search lags by up to a minute and is unavailable to merchants in
// India (docs.stripe.com/search).
import type { Fact } from "../core/fact.ts";
import { isObject, type Json } from "../core/json.ts";
import { no, ok, type Result } from "../core/result.ts";
import type { ProviderIo } from "./adapter.ts";
import { requestApi } from "./api-request.ts";
import { jsonObject, minorAmount, textAt, valueAt } from "./content.ts";
import { stripeDigits } from "./currencies.ts";
import { buildFacts, matchRule, type EventRule } from "./mapping.ts";
import { matchesMode, type Mode } from "./setting.ts";
import { refundedAmount } from "./stripe-charge.ts";

export interface StripeAccess {
  readonly apiKey: string;
  readonly base: string;
  readonly livemode: Mode;
  readonly account: string | null;
  /** The metadata key of the order id in a payment intent. */
  readonly metadataKey: string;
}

const PAYMENT_INTENT = "payment_intent";

/** `refunded`: a captured amount above zero of the latest charge was refunded. */
const rules: readonly EventRule[] = [
  { event: PAYMENT_INTENT, where: { status: ["succeeded"], refunded: ["yes"] }, factKinds: ["paid", "refund"] },
  { event: PAYMENT_INTENT, where: { status: ["succeeded"] }, factKinds: ["paid"] },
  { event: PAYMENT_INTENT, where: { status: ["canceled"] }, factKinds: ["failed"] },
  // requires_capture, requires_action, processing and others are undecided. A failed attempt
  // returns to requires_payment_method.
  { event: PAYMENT_INTENT, factKinds: ["pending"] },
];

export async function queryStripe(
  { apiKey, base, livemode, account, metadataKey }: StripeAccess,
  orderId: string,
  io: ProviderIo,
): Promise<Result<readonly Fact[], "unknown_order" | "try_again">> {
  // Escapes quotes and backslashes: the id is inside a quoted string of Stripe's query language.
  const query = `metadata["${metadataKey}"]:"${orderId.replace(/["\\]/g, "\\$&")}"`;
  const parameters = new URLSearchParams({ query, limit: "20", "expand[]": "data.latest_charge" });
  const response = await requestApi(io, `${base}/v1/payment_intents/search?${parameters.toString()}`, {
    headers: { authorization: `Bearer ${apiKey}`, ...(account === null ? {} : { "stripe-account": account }) },
  });
  if (response?.status === 404) return no("unknown_order");
  const list = response?.status === 200 ? valueAt(jsonObject(response.body), "data") : undefined;
  if (!Array.isArray(list)) return no("try_again");
  const intents: readonly Json[] = list;
  // Exact comparison, since Stripe's search may ignore case.
  const ours = intents.filter(
    (intent) =>
      textAt(intent, `metadata.${metadataKey}`) === orderId && matchesMode(livemode, textAt(intent, "livemode")),
  );
  if (ours.length === 0) return no("unknown_order");
  const facts = ours.map(factsOfIntent);
  return facts.every((found) => found !== null) ? ok(facts.flat()) : no("try_again");
}

function factsOfIntent(intent: Json): Fact[] | null {
  const id = textAt(intent, "id");
  if (id === null || !isObject(intent)) return null;
  const currency = textAt(intent, "currency");
  const refunded = refundedAmount(valueAt(intent, "latest_charge"));
  const isRefunded = refunded !== null && refunded !== "0";
  const factKinds = matchRule(rules, PAYMENT_INTENT, (field) =>
    field === "refunded" ? (isRefunded ? "yes" : "no") : textAt(intent, field),
  );
  const amount = textAt(intent, factKinds.includes("paid") ? "amount_received" : "amount", "amount");
  // A stable event id: the result of a repeated query is a duplicate.
  return buildFacts(
    factKinds,
    { instance: "stripe", eventId: `query:${id}`, at: null },
    {
      paymentId: id,
      payment: minorAmount(amount, currency, stripeDigits),
      refund: { id: null, amount: minorAmount(refunded, currency, stripeDigits), cumulative: true },
    },
  );
}
