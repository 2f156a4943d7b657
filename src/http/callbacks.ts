// Payment providers' deliveries: proved, stored in their orders' groups, and only then acknowledged, in the provider's own words.
import type { Context } from "hono";
import type { ProviderIo, Reply, ReplyVerdict } from "../callbacks/adapter.ts";
import { textOf, toBase64 } from "../callbacks/bytes.ts";
import { getProvider, settingName } from "../callbacks/configured.ts";
import type { ConfiguredProvider } from "../callbacks/providers.ts";
import { verificationErrorText, type Callback, type Webhook } from "../core/callback.ts";
import { errorText } from "../core/log.ts";
import { deliver, type DeliveryPorts } from "../core/delivery.ts";
import { FACTS_MAX } from "../core/limits.ts";
import { no } from "../core/result.ts";
import { bizOf, indexPlace } from "../callbacks/order-id.ts";
import { paymentIndex } from "../core/payment-index.ts";
import { note } from "../observe/note.ts";
import { refuse, refuseSetting } from "./refuse.ts";
import type { App } from "./app.ts";

/** What is to be told of a delivery, and why, for the log. */
interface Outcome {
  readonly verdict: ReplyVerdict;
  readonly detail: string;
  /** The order's group, once it is known. */
  readonly group: string | null;
}

export async function providerCallback(c: Context<App>): Promise<Response> {
  const name = c.req.param("provider") ?? "";
  const provider = await getProvider(c.env, name);
  if (!provider.ok) {
    if (provider.reason.reason === "not_set") return refuse(c, "unknown_provider");
    return refuseSetting(c, settingName(name), provider.reason.expected);
  }
  const webhook = { headers: c.req.raw.headers, body: new Uint8Array(await c.req.arrayBuffer()) };
  const { verdict, detail, group } = await takeDelivery(c, provider.value, webhook);
  note(c.env, { event: "callback", provider: name, group, reason: verdict, detail, ms: Date.now() - c.var.began });
  return inTheirWords(provider.value.reply(verdict));
}

/** Nothing is acknowledged that is not stored: whatever goes wrong on the way, the provider is asked to come again. */
async function takeDelivery(c: Context<App>, provider: ConfiguredProvider, webhook: Webhook): Promise<Outcome> {
  try {
    const verified = await provider.verify(webhook, Date.now());
    if (!verified.ok) return { verdict: "refused", detail: verificationErrorText(verified.reason), group: null };
    const confirmed = (await provider.confirm?.(webhook, io())) ?? "confirmed";
    if (confirmed !== "confirmed")
      return { verdict: confirmed, detail: `the provider was asked: ${confirmed}`, group: null };
    const raw = c.var.settings.orders.forward === null ? null : rawOf(webhook);
    const outcomes: Outcome[] = [];
    // One after the other: the facts of a batch arrive in the order they stand in it.
    for (const callback of verified.value) outcomes.push(await bringToOrder(c, callback, raw));
    return together(outcomes);
  } catch (error) {
    return { verdict: "try_again", detail: errorText(error), group: null };
  }
}

/** A delivery as text, to be handed on; what is not UTF-8 (Alipay's GBK) as base64, and said so. */
const rawOf = ({ body }: Webhook): string => textOf(body) ?? `base64:${toBase64(body)}`;

/** Brings one verified event to its order; `raw` is null where nothing is forwarded. */
async function bringToOrder(c: Context<App>, callback: Callback, raw: string | null): Promise<Outcome> {
  const delivered = await deliver(callback, raw, portsOf(c, raw));
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

/** The objects behind a delivery. */
function portsOf(c: Context<App>, raw: string | null): DeliveryPorts {
  const order = (biz: string) => c.env.GROUP.getByName(`order_${biz}`);
  const isKnown = async (biz: string) => order(biz).isKnown();
  return {
    orders: { isKnown, record: async (biz, arrivals) => (await order(biz).record(arrivals)).result },
    index: paymentIndex(c.env.GROUP, indexPlace),
    bizOf: async (orderId) => {
      const biz = await bizOf(orderId, c.var.settings.orders.idKeys, async (candidate) => order(candidate).isTaken());
      return biz.ok ? biz : no("the order id is no biz, and ORDER_ID_KEY is not set");
    },
    handOn: async ({ instance, type, eventId }) => {
      if (raw === null) return true;
      return c.env.GROUP.getByName(`callbacks_${instance}`).enqueueDelivery({ instance, type, eventId, raw });
    },
  };
}

/** One answer for a batch: the worst there is, since everything that is not acknowledged comes again. */
function together(outcomes: readonly Outcome[]): Outcome {
  const worst: readonly ReplyVerdict[] = ["try_again", "stored", "duplicate", "ignored"];
  for (const verdict of worst) {
    const found = outcomes.find((outcome) => outcome.verdict === verdict);
    if (found !== undefined) return found;
  }
  return { verdict: "ignored", detail: "nothing in it", group: null };
}

const inTheirWords = ({ status, headers, body }: Reply): Response =>
  new Response(body === "" ? null : body, { status, headers });

const io = (): ProviderIo => ({
  fetch: (url, init) => fetch(url, init),
  now: Date.now(),
  nonce: crypto.randomUUID().replaceAll("-", ""),
});
