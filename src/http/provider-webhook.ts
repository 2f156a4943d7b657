// Payment providers' deliveries: proved, stored in their orders' groups, and only then acknowledged, in the provider's own words.
import type { ProviderIo, Reply, Verdict } from "../callbacks/adapter.ts";
import { textOf, toBase64 } from "../callbacks/bytes.ts";
import { openProvider, settingName } from "../callbacks/open.ts";
import type { OpenProvider } from "../callbacks/providers.ts";
import type { Callback, Webhook } from "../core/callback.ts";
import { errorText } from "../core/log.ts";
import { deliver, type DeliveryPorts } from "../core/delivery.ts";
import { FACTS_MAX } from "../core/limits.ts";
import { no } from "../core/result.ts";
import { bizOf } from "../callbacks/order-id.ts";
import { paymentIndex } from "../callbacks/payment-index.ts";
import { note } from "../observe/note.ts";
import { refuse, refuseSetting } from "./respond-problem.ts";
import type { RouteContext } from "./context.ts";

/** What is to be told of a delivery, and why, for the log. */
interface Outcome {
  readonly verdict: Verdict;
  readonly detail: string;
  /** The order's group, once it is known. */
  readonly group: string | null;
}

export async function providerCallback(c: RouteContext): Promise<Response> {
  const name = c.req.param("provider") ?? "";
  const provider = await openProvider(c.env, name);
  if (!provider.ok) {
    if (provider.reason.reason === "not_set") return refuse(c, "unknown_provider");
    return refuseSetting(c, settingName(name), provider.reason.expected);
  }
  const webhook = { headers: c.req.raw.headers, body: new Uint8Array(await c.req.arrayBuffer()) };
  const { verdict, detail, group } = await takeDelivery(c, provider.value, webhook);
  note(c.env, {
    event: "callback",
    provider: name,
    group,
    reason: verdict,
    detail,
    ms: Date.now() - c.var.startedAtMs,
  });
  return inTheirWords(provider.value.reply(verdict));
}

/** Nothing is acknowledged that is not stored: whatever goes wrong on the way, the provider is asked to come again. */
async function takeDelivery(c: RouteContext, provider: OpenProvider, webhook: Webhook): Promise<Outcome> {
  try {
    const proved = await provider.verify(webhook, Date.now());
    if (!proved.ok)
      return { verdict: "refused", detail: `${proved.reason.stage}: ${proved.reason.detail}`, group: null };
    const confirmed = (await provider.confirm?.(webhook, io())) ?? "confirmed";
    if (confirmed !== "confirmed")
      return { verdict: confirmed, detail: `the provider was asked: ${confirmed}`, group: null };
    const raw = c.var.settings.orders.forward === null ? null : rawOf(webhook);
    const outcomes: Outcome[] = [];
    // One after the other: the facts of a batch arrive in the order they stand in it.
    for (const callback of proved.value) outcomes.push(await bringToOrder(c, callback, raw));
    return together(outcomes);
  } catch (error) {
    return { verdict: "try_again", detail: errorText(error), group: null };
  }
}

/** A delivery as text, to be handed on; what is not UTF-8 (Alipay's GBK) as base64, and said so. */
const rawOf = ({ body }: Webhook): string => textOf(body) ?? `base64:${toBase64(body)}`;

/** Brings one verified event to its order; `raw` is null where nothing is forwarded. */
async function bringToOrder(c: RouteContext, callback: Callback, raw: string | null): Promise<Outcome> {
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
function portsOf(c: RouteContext, raw: string | null): DeliveryPorts {
  const order = (biz: string) => c.env.GROUP.getByName(`order_${biz}`);
  const isKnown = async (biz: string) => order(biz).isKnown();
  return {
    orders: { isKnown, record: async (biz, arrivals) => (await order(biz).record(arrivals)).result },
    index: paymentIndex(c.env.GROUP),
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
  const worst: readonly Verdict[] = ["try_again", "stored", "duplicate", "ignored"];
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
