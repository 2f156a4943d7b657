// Orders for backends and browsers: what is expected is registered, what is known is shown. Stores nothing and proves nothing.
import type { Context } from "hono";
import * as v from "valibot";
import { sha256, toHex } from "../callbacks/bytes.ts";
import { describeIssue, moneyOf } from "../callbacks/merchant.ts";
import { ORDER_ID_CHARS } from "../core/limits.ts";
import { isObject } from "../core/json.ts";
import { BIZ, isPaid } from "../core/order.ts";
import { originAllowed } from "../core/origin.ts";
import type { BackendOrder, BrowserOrder } from "./answers.ts";
import { showsApiKey } from "./backend.ts";
import { readJson } from "./body.ts";
import { bizOf } from "../callbacks/order-id.ts";
import { refuse } from "./refuse.ts";
import { OrderId, Registration } from "./requests.ts";
import type { App } from "./app.ts";

/** What the order's group tells of it. */
type OrderView = Extract<
  Awaited<ReturnType<ReturnType<Env["GROUP"]["getByName"]>["register"]>>,
  { readonly ok: true }
>["value"];

/** `PUT /orders/:biz`. */
export async function registerByBiz(c: Context<App>): Promise<Response> {
  const biz = c.req.param("biz") ?? "";
  if (!BIZ.test(biz)) return refuse(c, "unknown_order");
  const body = await readJson(c.req.raw);
  if (!body.ok) return refuse(c, body.reason);
  return register(c, biz, null, body.value);
}

/** `PUT /orders`, by the merchant's own id: the answer tells the biz that its page waits for. */
export async function registerByOrderId(c: Context<App>): Promise<Response> {
  const body = await readJson(c.req.raw);
  if (!body.ok) return refuse(c, body.reason);
  const id = v.safeParse(OrderId, isObject(body.value) ? body.value["order_id"] : undefined);
  if (!id.success)
    return refuse(c, "bad_registration", { detail: `order_id: a text of 1 to ${ORDER_ID_CHARS} characters` });
  const biz = await bizOf(id.output, c.var.settings.orders.idKey);
  if (!biz.ok) return refuse(c, "no_order_id_key");
  return register(c, biz.value, id.output, body.value);
}

async function register(c: Context<App>, biz: string, orderId: string | null, body: unknown): Promise<Response> {
  const parsed = v.safeParse(Registration, JSON.parse(JSON.stringify(body ?? null)));
  if (!parsed.success) return refuse(c, "bad_registration", { detail: describeIssue(parsed.issues[0]) });
  const { amount, currency, expires_in } = parsed.output;
  const money = moneyOf(amount, currency);
  if (money.unit === "unknown") return refuse(c, "bad_registration", { detail: "currency: not one of ISO 4217" });
  const expiresAt = expires_in == null ? null : Date.now() + Math.round(expires_in * 1000);
  const registered = await c.env.GROUP.getByName(`order_${biz}`).register({ money, expiresAt, orderId });
  return registered.ok ? c.json(forBackend(biz, registered.value)) : refuse(c, "contradicts_payment");
}

/** `GET /orders/:biz`: a browser sees what its page shows, a backend everything. */
export async function lookAtOrder(c: Context<App>): Promise<Response> {
  const biz = c.req.param("biz") ?? "";
  if (!BIZ.test(biz)) return refuse(c, "unknown_order");
  const isBackend = await showsApiKey(c);
  const view = await c.env.GROUP.getByName(`order_${biz}`).order();
  const body = JSON.stringify(isBackend ? forBackend(biz, view) : forBrowser(biz, view));
  const headers = { ...crossOrigin(c), "Cache-Control": "no-cache", ETag: await tagOf(view, isBackend, body) };
  if (isCurrent(c.req.header("If-None-Match"), headers.ETag)) return new Response(null, { status: 304, headers });
  return new Response(body, { headers: { ...headers, "Content-Type": "application/json" } });
}

/** RFC 9110, 13.1.2: a list, compared weakly; proxies weaken a tag when they compress. */
const isCurrent = (ifNoneMatch: string | undefined, tag: string): boolean =>
  (ifNoneMatch ?? "")
    .split(",")
    .map((entry) => entry.trim().replace(/^W\//, ""))
    .some((entry) => entry === "*" || entry === tag);

const forBrowser = (biz: string, { order, stored }: OrderView): BrowserOrder => ({
  biz,
  status: order.status,
  paid: isPaid(order.status),
  version: stored?.version ?? 0,
  expires_at: isoTime(stored?.registration?.expiresAt ?? null),
});

const forBackend = (biz: string, view: OrderView): BackendOrder => {
  const { order, stored, outstanding } = view;
  const registered = stored?.registration?.money ?? null;
  return {
    ...forBrowser(biz, view),
    order_id: stored?.orderId ?? null,
    registered: registered === null ? null : { amount: registered.amount, currency: registered.currency },
    amount: order.money?.unit === "major" ? order.money.amount : null,
    currency: order.money?.currency ?? null,
    refunded: order.refunded,
    checked: order.checked,
    late: order.late,
    disputed: order.disputed,
    mismatches: order.mismatches.map(({ provider, eventId, paymentId, money }) => ({
      provider,
      event_id: eventId,
      payment_id: paymentId,
      amount: money?.amount ?? null,
      currency: money?.currency ?? null,
    })),
    duplicate_payments: [...order.duplicatePayments],
    forwards: { owed: outstanding.owed, given_up: outstanding.givenUp },
  };
};

const isoTime = (at: number | null): string | null => (at === null ? null : new Date(at).toISOString());

/** The version and the view; a backend's view changes without the version, by a flag or a forward. */
async function tagOf({ stored }: OrderView, isBackend: boolean, body: string): Promise<string> {
  const hash = toHex((await sha256(body)).subarray(0, 8));
  return `"${stored?.version ?? 0}-${isBackend ? "backend" : "browser"}-${hash}"`;
}

/** Pages of allowed origins may read; without an Origin nothing has to be allowed. */
function crossOrigin(c: Context<App>): Record<string, string> {
  const origin = c.req.header("Origin") ?? null;
  const vary = { Vary: "Authorization, X-API-Key, Origin" };
  const isAllowed = originAllowed(c.var.settings.allowedOrigins, origin, new URL(c.req.url).hostname);
  return origin !== null && isAllowed
    ? { ...vary, "Access-Control-Allow-Origin": origin, "Access-Control-Expose-Headers": "ETag" }
    : vary;
}
