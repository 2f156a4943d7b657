// Every flow once over HTTP, with a page connected to each of its orders: registered by the shop, delivered by the provider, seen by both.
import { runInDurableObject } from "cloudflare:test";
import { env } from "cloudflare:workers";
import { describe, expect, it, onTestFinished, vi } from "vitest";
import { signed, type Delivery } from "../../scripts/sign.ts";
import { ConfiguredProviders } from "../../src/callbacks/configured.ts";
import { allProviders } from "../../src/callbacks/providers.ts";
import { indexPlace } from "../../src/callbacks/order-id.ts";
import type { BackendOrder } from "../../src/core/order-view.ts";
import { send, settingName, standInForPaypal, captureLog, type ProviderName } from "../support/deliver.ts";
import { merchant } from "../support/merchant.ts";
import { publicRequest, backend, connect, sendMarker, newBiz, stubOf, type Page } from "../support/workerd.ts";
import { adyen } from "./adyen.ts";
import { alipay } from "./alipay.ts";
import type { BizOf, Flow, ProviderFlows } from "./flow.ts";
import { hmac } from "./hmac.ts";
import { paddle } from "./paddle.ts";
import { paypal } from "./paypal.ts";
import { square } from "./square.ts";
import { standard } from "./standard.ts";
import { stripe } from "./stripe.ts";
import { wechatpay } from "./wechatpay.ts";

const allFlows: readonly ProviderFlows[] = [stripe, alipay, wechatpay, paypal, adyen, square, paddle, standard, hmac];

/** The objects run with one setting; the flows of the other run in the other project. */
const requiresRegistration = env.REQUIRE_REGISTERED !== "0";

for (const { provider, flows } of allFlows) {
  const ours = flows.filter(({ requireRegistered }) => (requireRegistered ?? true) === requiresRegistration);
  describe.skipIf(ours.length === 0)(`${provider}: flows over HTTP`, () => {
    it.each(ours.map((flow) => [flow.name, flow] as const))("%s", async (_, flow) => {
      await play(provider as ProviderName, flow); // the provider of a flow is one of the nine
    });
  });
}

async function play(provider: ProviderName, flow: Flow): Promise<void> {
  captureLog();
  if (!requiresRegistration) merchant(() => new Response(null, { status: 204 }));
  const bizOf = freshOrders();
  for (const [name, price] of Object.entries(flow.registered ?? {})) {
    expect((await backend("PUT", `/orders/${bizOf(name)}`, price)).status).toBe(200);
  }
  const pages = new Map<string, Page>();
  for (const name of Object.keys(flow.ends)) pages.set(name, await connect(`/ws/order/${bizOf(name)}/`));
  for (const event of flow.events(bizOf)) await deliver(provider, flow, event);
  for (const name of Object.keys(flow.ends)) await forwarded(bizOf(name));
  for (const [name, expected] of Object.entries(flow.ends)) {
    const biz = bizOf(name);
    const seen: BackendOrder = await (await backend("GET", `/orders/${biz}`)).json();
    expect(seen).toMatchObject(expected);
    const shown = await (await publicRequest(`/orders/${biz}`)).json<{ status: string; paid: boolean }>();
    expect(shown).toMatchObject({ status: seen.status, paid: seen.paid });
    expect(await lastFrame(pages.get(name), biz)).toEqual(
      seen.version === 0 ? null : { biz, paid: seen.paid, status: seen.status },
    );
  }
}

/** Waits until the shop has taken what is owed: behind the test, nobody answers a forward. */
async function forwarded(biz: string): Promise<void> {
  const owed = async () => (await (await backend("GET", `/orders/${biz}`)).json<BackendOrder>()).forwards.owed;
  await vi.waitUntil(async () => (await owed()) === 0, { timeout: 30_000 });
}

async function deliver(provider: ProviderName, flow: Flow, event: object): Promise<void> {
  const changed = { ...(JSON.parse(env[settingName(provider)]) as object), ...flow.setting };
  const delivery = signed(provider, {
    orderId: "",
    outcome: "paid",
    amount: "0",
    currency: "USD",
    now: Date.now(),
    setting: changed,
    event,
  });
  if (provider === "paypal") standInForPaypal().issue(new Map(Object.entries(delivery.headers)), delivery.body);
  const setting = { [settingName(provider)]: JSON.stringify(changed) };
  await forgetPayments(provider, delivery, { ...env, ...setting });
  const reply = await send(provider, delivery, setting);
  expect(reply.status).toBe(200);
}

/** Flows have payments of the same ids: what one leaves in the index is deleted behind it. */
async function forgetPayments(provider: string, { headers, body }: Delivery, changed: Env): Promise<void> {
  const opened = await new ConfiguredProviders(allProviders).get(changed, provider);
  const webhook = { headers: new Map(Object.entries(headers)), body };
  const verified = opened.ok ? await opened.value.verify(webhook, Date.now()) : opened;
  if (!verified.ok) throw new Error(JSON.stringify(verified.reason));
  for (const { instance, paymentId } of verified.value) {
    if (paymentId === null) continue;
    const { group, key } = await indexPlace({ instance, paymentId });
    onTestFinished(() =>
      runInDurableObject(stubOf(group), (_object, { storage }) => {
        const tables = [...storage.sql.exec<{ name: string }>("SELECT name FROM sqlite_master WHERE type = 'table'")];
        for (const { name } of tables.filter(({ name }) => name === "claims" || name === "orphans")) {
          storage.sql.exec(`DELETE FROM ${name} WHERE payment = ?`, key);
        }
      }),
    );
  }
}

/** Orders of this run alone. */
function freshOrders(): BizOf {
  const bizs = new Map<string, string>();
  return (name) => {
    const biz = bizs.get(name) ?? newBiz();
    bizs.set(name, biz);
    return biz;
  };
}

/** The last order frame that a page received; null if it received none. */
async function lastFrame(page: Page | undefined, biz: string): Promise<unknown> {
  if (page === undefined) return null;
  const marked = await sendMarker(`order_${biz}`);
  let last: unknown = null;
  for (let frame = await page.next(); frame !== marked; frame = await page.next()) last = JSON.parse(frame);
  return last;
}
