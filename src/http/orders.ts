// Orders for backends and browsers: what is expected is registered, what is known is shown. Stores nothing and proves nothing.
import * as v from "valibot";
import { sha256, toHex } from "../callbacks/bytes.ts";
import { describeIssue, moneyOf, withExactAmount } from "../callbacks/merchant.ts";
import { ORDER_ID_CHARS } from "../core/limits.ts";
import { isObject, type Json } from "../core/json.ts";
import { BIZ } from "../core/order.ts";
import { backendOrder, browserOrder, type OrderRecord } from "../core/order-view.ts";
import { originAllowed } from "../core/origin.ts";
import type { BackendOrder } from "./response-schemas.ts";
import { showsApiKey } from "./api-key.ts";
import { readJson } from "./body.ts";
import { bizOf } from "../callbacks/order-id.ts";
import { refuse } from "./respond-problem.ts";
import { OrderId, Registration } from "./request-schemas.ts";
import type { RouteContext } from "./context.ts";

/** `PUT /orders/:biz`. */
export async function registerByBiz(c: RouteContext): Promise<Response> {
  const biz = c.req.param("biz") ?? "";
  if (!BIZ.test(biz)) return refuse(c, "unknown_order");
  const body = await readJson(c.req.raw);
  if (!body.ok) return refuse(c, body.reason);
  return register(c, biz, null, body.value);
}

/** `PUT /orders`, by the merchant's own id: the answer tells the biz that its page waits for. */
export async function registerByOrderId(c: RouteContext): Promise<Response> {
  const body = await readJson(c.req.raw);
  if (!body.ok) return refuse(c, body.reason);
  const id = v.safeParse(OrderId, isObject(body.value) ? body.value["order_id"] : undefined);
  if (!id.success)
    return refuse(c, "bad_registration", { detail: `order_id: a text of 1 to ${ORDER_ID_CHARS} characters` });
  const isTaken = async (candidate: string) => c.env.GROUP.getByName(`order_${candidate}`).isTaken();
  const biz = await bizOf(id.output, c.var.settings.orders.idKeys, isTaken);
  if (!biz.ok) return refuse(c, "no_order_id_key");
  return register(c, biz.value, id.output, body.value);
}

async function register(
  c: RouteContext,
  biz: string,
  orderId: string | null,
  body: Json | undefined,
): Promise<Response> {
  const parsed = v.safeParse(Registration, withExactAmount(body));
  if (!parsed.success) return refuse(c, "bad_registration", { detail: describeIssue(parsed.issues[0]) });
  const { amount, currency, expires_in } = parsed.output;
  const money = moneyOf(amount, currency);
  if (!money.ok) return refuse(c, "bad_registration", { detail: money.reason });
  const expiresAt = expires_in == null ? null : Date.now() + Math.round(expires_in * 1000);
  const registered = await c.env.GROUP.getByName(`order_${biz}`).register({ money: money.value, expiresAt, orderId });
  if (registered.ok) return c.json(backendOrder(biz, registered.value) satisfies BackendOrder);
  return refuse(c, registered.reason === "erased" ? "order_erased" : "contradicts_payment");
}

/** `DELETE /orders/:biz`: facts, claims, forwards and the merchant's id go at once. Erasing an order twice is no error. */
export async function eraseOrder(c: RouteContext): Promise<Response> {
  const biz = c.req.param("biz") ?? "";
  if (!BIZ.test(biz)) return refuse(c, "unknown_order");
  await c.env.GROUP.getByName(`order_${biz}`).erase();
  return new Response(null, { status: 204 });
}

/** `GET /orders/:biz`: a browser sees what its page shows, a backend everything. */
export async function lookAtOrder(c: RouteContext): Promise<Response> {
  const biz = c.req.param("biz") ?? "";
  if (!BIZ.test(biz)) return refuse(c, "unknown_order");
  const isBackend = await showsApiKey(c);
  const record = await c.env.GROUP.getByName(`order_${biz}`).order();
  const body = JSON.stringify(isBackend ? backendOrder(biz, record) : browserOrder(biz, record));
  const headers = { ...crossOrigin(c), "Cache-Control": "no-cache", ETag: await tagOf(record, isBackend, body) };
  if (isCurrent(c.req.header("If-None-Match"), headers.ETag)) return new Response(null, { status: 304, headers });
  return new Response(body, { headers: { ...headers, "Content-Type": "application/json" } });
}

/** RFC 9110, 13.1.2: a list, compared weakly; proxies weaken a tag when they compress. */
const isCurrent = (ifNoneMatch: string | undefined, tag: string): boolean =>
  (ifNoneMatch ?? "")
    .split(",")
    .map((entry) => entry.trim().replace(/^W\//, ""))
    .some((entry) => entry === "*" || entry === tag);

/** The version and the view; a backend's view changes without the version, by a flag or a forward. */
async function tagOf({ version }: OrderRecord, isBackend: boolean, body: string): Promise<string> {
  const hash = toHex((await sha256(body)).subarray(0, 8));
  return `"${version}-${isBackend ? "backend" : "browser"}-${hash}"`;
}

/** Pages of allowed origins may read; without an Origin nothing has to be allowed. */
function crossOrigin(c: RouteContext): Record<string, string> {
  const origin = c.req.header("Origin") ?? null;
  const vary = { Vary: "Authorization, X-API-Key, Origin" };
  const isAllowed = originAllowed(c.var.settings.allowedOrigins, origin, new URL(c.req.url).hostname);
  return origin !== null && isAllowed
    ? { ...vary, "Access-Control-Allow-Origin": origin, "Access-Control-Expose-Headers": "ETag" }
    : vary;
}
