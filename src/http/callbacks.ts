// Payment providers' deliveries: proved, stored in their orders' groups, and only then acknowledged, in the provider's own words.
import type { Context } from "hono";
import type { ProviderIo, Reply, Verdict } from "../callbacks/adapter.ts";
import { textOf, toBase64 } from "../callbacks/bytes.ts";
import { openProvider, settingName } from "../callbacks/open.ts";
import type { OpenProvider } from "../callbacks/providers.ts";
import type { Callback, Webhook } from "../core/callback.ts";
import { errorText } from "../core/log.ts";
import { no, ok, type Result } from "../core/result.ts";
import { bizOf, paymentGroup } from "../callbacks/order-id.ts";
import { note } from "../observe/note.ts";
import { refuse, refuseSetting } from "./refuse.ts";
import type { App } from "./app.ts";

/** What is to be told of a delivery, and why, for the log. */
interface Outcome {
  readonly verdict: Verdict;
  readonly detail: string;
  /** The order's group, once it is known. */
  readonly group: string | null;
}

export async function providerCallback(c: Context<App>): Promise<Response> {
  const name = c.req.param("provider") ?? "";
  const provider = await openProvider(c.env, name);
  if (!provider.ok) {
    if (provider.reason.reason === "not_set") return refuse(c, "unknown_provider");
    return refuseSetting(c, settingName(name), provider.reason.expected);
  }
  const webhook = { headers: new Map(c.req.raw.headers), body: new Uint8Array(await c.req.arrayBuffer()) };
  const { verdict, detail, group } = await takeDelivery(c, provider.value, webhook);
  note(c.env, { event: "callback", provider: name, group, reason: verdict, detail, ms: Date.now() - c.var.began });
  return inTheirWords(provider.value.reply(verdict));
}

/** Nothing is acknowledged that is not stored: whatever goes wrong on the way, the provider is asked to come again. */
async function takeDelivery(c: Context<App>, provider: OpenProvider, webhook: Webhook): Promise<Outcome> {
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
    for (const callback of proved.value) outcomes.push(await deliver(c, callback, raw));
    return together(outcomes);
  } catch (error) {
    return { verdict: "try_again", detail: errorText(error), group: null };
  }
}

/** A delivery as text, to be handed on; what is not UTF-8 (Alipay's GBK) as base64, and said so. */
const rawOf = ({ body }: Webhook): string => textOf(body) ?? `base64:${toBase64(body)}`;

/** Brings one callback to its order; `raw` is null where nothing is handed on. Only a Callback can be brought: what nobody has verified is of another type. */
async function deliver(c: Context<App>, callback: Callback, raw: string | null): Promise<Outcome> {
  const { provider, type, eventId, facts, paymentId } = callback;
  if (facts.length === 0) {
    if (raw === null) return { verdict: "ignored", detail: type, group: null };
    const isNew = await c.env.GROUP.getByName(`callbacks_${provider}`).owe({ provider, type, eventId, raw });
    return { verdict: isNew ? "ignored" : "duplicate", detail: type, group: null };
  }
  const biz = await bizOfCallback(c, callback);
  if (!biz.ok) return { verdict: "try_again", detail: biz.reason, group: null };
  const isPayment = facts.some((fact) => fact.kind === "payment" && fact.status === "paid");
  const group = `order_${biz.value}`;
  const arrival = { facts, orderId: callback.orderId, raw };
  // Both at once, and acknowledged when both are durable: whichever a crash leaves out, the repeated delivery brings in.
  const [{ fresh }] = await Promise.all([
    c.env.GROUP.getByName(group).record(arrival),
    isPayment && paymentId !== null ? linkPayment(c, provider, paymentId, biz.value) : null,
  ]);
  return { verdict: fresh ? "stored" : "duplicate", detail: type, group };
}

/** For what follows a payment and names nothing else: a refund, a dispute. */
async function linkPayment(c: Context<App>, provider: string, paymentId: string, biz: string): Promise<void> {
  await c.env.GROUP.getByName(await paymentGroup(provider, paymentId)).link(biz);
}

async function bizOfCallback(
  c: Context<App>,
  { provider, orderId, paymentId }: Callback,
): Promise<Result<string, string>> {
  if (orderId !== null) {
    const biz = await bizOf(orderId, c.var.settings.orders.idKey);
    return biz.ok ? biz : no("the order id is no biz, and ORDER_ID_KEY is not set");
  }
  const biz = paymentId === null ? null : await c.env.GROUP.getByName(await paymentGroup(provider, paymentId)).linked();
  return biz === null ? no("it names a payment only, and none that is known") : ok(biz);
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
