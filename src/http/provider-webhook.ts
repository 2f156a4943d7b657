// `POST /callbacks/:provider`: verifies a webhook, stores its facts, then responds as the provider
// expects.
import type { ProviderIo, Reply, ReplyVerdict } from "../callbacks/adapter.ts";
import { textOf, toBase64 } from "../callbacks/bytes.ts";
import { settingName } from "../callbacks/configured.ts";
import { bizOf, indexPlace } from "../callbacks/order-id.ts";
import { paymentIndex } from "../core/payment-index.ts";
import type { ConfiguredProvider } from "../callbacks/provider.ts";
import { verificationErrorText, type Callback, type Webhook } from "../core/callback.ts";
import { deliver, type DeliveryPorts } from "../core/delivery.ts";
import { FACTS_MAX } from "../core/limits.ts";
import { errorText } from "../core/log.ts";
import { no } from "../core/result.ts";
import { log } from "../observe/log.ts";
import { respondTooMany } from "./api-key.ts";
import { readBody, respondTooLarge } from "./body.ts";
import { takeFailure } from "./budget.ts";
import type { RouteContext } from "./context.ts";
import { respondBadSetting, respondProblem } from "./respond-problem.ts";
import { groupOf } from "../env.ts";

interface WebhookResult {
  readonly verdict: ReplyVerdict;
  /** For the log. */
  readonly detail: string;
  /** The order's group; null while it is unknown. */
  readonly group: string | null;
}

export async function providerWebhook(c: RouteContext): Promise<Response> {
  const name = c.req.param("provider") ?? "";
  const provider = await c.var.installation.providers.get(c.env, name);
  if (!provider.ok) {
    if (provider.reason.reason === "not_set") return respondProblem(c, "unknown_provider");
    return respondBadSetting(c, settingName(name), provider.reason.expected);
  }
  const webhook = { headers: c.req.raw.headers, body: await readBody(c.req.raw) };
  const { maxBodyBytes } = provider.value;
  if (webhook.body.length > maxBodyBytes) return respondTooLarge(c, maxBodyBytes);
  const { verdict, detail, group } = await processWebhook(c, provider.value, webhook);
  // A genuine delivery from the same address still counts.
  if (verdict === "refused" && !takeFailure(c)) return respondTooMany(c);
  const ms = Date.now() - c.var.startedAtMs;
  log(c.env, { event: "callback", provider: name, group, reason: verdict, detail, ms });
  return providerResponse(provider.value.reply(verdict));
}

/** Verifies and stores. Any error becomes `try_again`, so that the provider delivers again. */
async function processWebhook(c: RouteContext, provider: ConfiguredProvider, webhook: Webhook): Promise<WebhookResult> {
  try {
    const verified = await provider.verify(webhook, Date.now());
    if (!verified.ok) return { verdict: "refused", detail: verificationErrorText(verified.reason), group: null };
    const raw = c.var.settings.orders.forward === null ? null : rawText(webhook);
    // An event that would prove nothing, and go to nobody, needs no confirmation.
    const isUsed = raw !== null || verified.value.some(({ facts }) => facts.length > 0);
    const confirmed = (isUsed ? await provider.confirm?.(webhook, providerIo()) : null) ?? "confirmed";
    if (confirmed !== "confirmed")
      return { verdict: confirmed, detail: `the provider was asked: ${confirmed}`, group: null };
    const results: WebhookResult[] = [];
    // Sequential: facts arrive in the order of the batch.
    for (const callback of verified.value) results.push(await deliverCallback(c, callback, raw));
    return worstResult(results);
  } catch (error) {
    return { verdict: "try_again", detail: errorText(error), group: null };
  }
}

/**
 * The body as text for a forward; a body that is invalid UTF-8 (Alipay's GBK) as base64 with the
 * prefix `base64:`.
 */
const rawText = ({ body }: Webhook): string => textOf(body) ?? `base64:${toBase64(body)}`;

/** Delivers one verified event to its order. `raw` is null if `FORWARD_URL` is unset. */
async function deliverCallback(c: RouteContext, callback: Callback, raw: string | null): Promise<WebhookResult> {
  const delivered = await deliver(callback, raw, deliveryPorts(c, raw));
  if (!delivered.ok) return { verdict: "try_again", detail: delivered.reason, group: null };
  const { verdict, biz } = delivered.value;
  const group = biz === null ? null : `order_${biz}`;
  const { type, ignored } = callback;
  switch (verdict) {
    case "stored":
    case "duplicate":
    case "ignored":
      return { verdict, detail: ignored ?? type, group };
    case "waiting":
      return { verdict: "ignored", detail: `${type}: waits for its payment`, group };
    case "full":
      return { verdict: "ignored", detail: `${type}: the order has ${FACTS_MAX} facts`, group };
    case "erased":
      return { verdict: "ignored", detail: `${type}: the order was erased`, group };
  }
}

function deliveryPorts(c: RouteContext, raw: string | null): DeliveryPorts {
  const order = (biz: string) => groupOf(c.env, `order_${biz}`);
  const isKnown = async (biz: string) => order(biz).isKnown();
  return {
    orders: { isKnown, record: async (biz, arrivals) => (await order(biz).record(arrivals)).result },
    index: paymentIndex((name) => groupOf(c.env, name), indexPlace),
    bizOf: async (orderId) => {
      const biz = await bizOf(orderId, c.var.settings.orders, async (candidate) => order(candidate).isTaken());
      return biz.ok ? biz : no("the order id is no biz, and ORDER_ID_KEY is not set");
    },
    forward: async ({ instance, type, eventId }) => {
      if (raw === null) return true;
      return groupOf(c.env, `callbacks_${instance}`).enqueueDelivery({ instance, type, eventId, raw });
    },
  };
}

/**
 * The result of a batch is the worst of its items: one `try_again` makes the provider deliver the
 * batch again.
 */
function worstResult(results: readonly WebhookResult[]): WebhookResult {
  const worstFirst: readonly ReplyVerdict[] = ["try_again", "stored", "duplicate", "ignored"];
  for (const verdict of worstFirst) {
    const found = results.find((result) => result.verdict === verdict);
    if (found !== undefined) return found;
  }
  return { verdict: "ignored", detail: "nothing in it", group: null };
}

const providerResponse = ({ status, headers, body }: Reply): Response =>
  new Response(body === "" ? null : body, { status, headers });

const providerIo = (): ProviderIo => ({
  fetch: (url, init) => fetch(url, init),
  now: Date.now(),
  nonce: crypto.randomUUID().replaceAll("-", ""),
});
