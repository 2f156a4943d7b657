// Asks Stripe what it knows of an order: by search over the metadata of payment intents. Changes nothing there, and retries nothing.
// The search lags by up to a minute and does not exist for merchants in India (docs.stripe.com/search): a net, not the way.
import type { Fact } from "../core/fact.ts";
import { isObject, type Json } from "../core/json.ts";
import { no, ok, type Result } from "../core/result.ts";
import type { ProviderIo } from "./adapter.ts";
import { ask } from "./ask.ts";
import { at, jsonObject, minor, textAt } from "./content.ts";
import { stripeDigits } from "./currencies.ts";
import { becomes, factsOf, type Row } from "./mapping.ts";
import { isOfMode, type Mode } from "./setting.ts";
import { returnedOf } from "./stripe-charge.ts";

export interface StripeAccess {
  readonly apiKey: string;
  readonly base: string;
  readonly livemode: Mode;
  readonly account: string | null;
  /** Names the order in a payment intent's metadata. */
  readonly metadataKey: string;
}

const PAYMENT_INTENT = "payment_intent";

/** `refunded` is whether more than nothing of what the latest charge captured went back. */
const states: readonly Row[] = [
  { event: PAYMENT_INTENT, where: { status: ["succeeded"], refunded: ["yes"] }, becomes: ["paid", "refund"] },
  { event: PAYMENT_INTENT, where: { status: ["succeeded"] }, becomes: ["paid"] },
  { event: PAYMENT_INTENT, where: { status: ["canceled"] }, becomes: ["failed"] },
  // requires_capture, requires_action, processing, …: not decided yet. A failed attempt is requires_payment_method again.
  { event: PAYMENT_INTENT, becomes: ["pending"] },
];

export async function queryStripe(
  { apiKey, base, livemode, account, metadataKey }: StripeAccess,
  orderId: string,
  io: ProviderIo,
): Promise<Result<readonly Fact[], "unknown_order" | "try_again">> {
  // The id stands inside quotes in Stripe's query language; it must not be able to end them.
  const query = `metadata["${metadataKey}"]:"${orderId.replace(/["\\]/g, "\\$&")}"`;
  const parameters = new URLSearchParams({ query, limit: "20", "expand[]": "data.latest_charge" });
  const answer = await ask(io, `${base}/v1/payment_intents/search?${parameters.toString()}`, {
    headers: { authorization: `Bearer ${apiKey}`, ...(account === null ? {} : { "stripe-account": account }) },
  });
  if (answer?.status === 404) return no("unknown_order");
  const list = answer?.status === 200 ? at(jsonObject(answer.body), "data") : undefined;
  if (!Array.isArray(list)) return no("try_again");
  const intents: readonly Json[] = list;
  // The search matches a whole value, but whether it minds the case is Stripe's; whether it is our order is not.
  const ours = intents.filter(
    (intent) => textAt(intent, `metadata.${metadataKey}`) === orderId && isOfMode(livemode, textAt(intent, "livemode")),
  );
  if (ours.length === 0) return no("unknown_order");
  const facts = ours.map(factsOfIntent);
  return facts.every((found) => found !== null) ? ok(facts.flat()) : no("try_again");
}

function factsOfIntent(intent: Json): Fact[] | null {
  const id = textAt(intent, "id");
  if (id === null || !isObject(intent)) return null;
  const currency = textAt(intent, "currency");
  const refunded = returnedOf(at(intent, "latest_charge"));
  const isRefunded = refunded !== null && refunded !== "0";
  const kinds = becomes(states, PAYMENT_INTENT, (field) =>
    field === "refunded" ? (isRefunded ? "yes" : "no") : textAt(intent, field),
  );
  const amount = textAt(intent, kinds.includes("paid") ? "amount_received" : "amount", "amount");
  // An id of the answer's own, the same whenever it is asked: what has been reported once is not news.
  return factsOf(
    kinds,
    { instance: "stripe", eventId: `query:${id}`, at: null },
    {
      paymentId: id,
      payment: minor(amount, currency, stripeDigits),
      refund: { id: null, amount: minor(refunded, currency, stripeDigits), cumulative: true },
    },
  );
}
