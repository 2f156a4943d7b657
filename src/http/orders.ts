// `/orders`: registers the expected amount, returns an order to backends and browsers, erases an
// order.
import * as v from "valibot";
import { sha256, toHex } from "../callbacks/bytes.ts";
import { describeIssue, moneyOf, withExactAmount } from "../callbacks/merchant.ts";
import { bizOf, isBiz, issueBiz } from "../callbacks/order-id.ts";
import { isObject, type Json } from "../core/json.ts";
import { ORDER_ID_CHARS } from "../core/limits.ts";
import { hasScope } from "../core/api-key.ts";
import { backendOrder, browserOrder, type OrderRecord } from "../core/order-view.ts";
import { originAllowed } from "../core/origin.ts";
import { apiKeyOf, keyInRequest, respondLacksScope, respondTooMany } from "./api-key.ts";
import { readJson } from "./body.ts";
import { takeAnonymous, takeFailure } from "./budget.ts";
import type { RouteContext } from "./context.ts";
import { bizInPath } from "./order-biz.ts";
import { OrderId, Registration } from "./request-schemas.ts";
import { respondProblem } from "./respond-problem.ts";
import type { BackendOrderResponse } from "./response-schemas.ts";
import { groupOf } from "../env.ts";

/** `PUT /orders/:biz`. */
export async function registerByBiz(c: RouteContext): Promise<Response> {
  const biz = await bizInPath(c);
  if (biz === null) return respondProblem(c, "unknown_order");
  const body = await readJson(c.req.raw);
  if (!body.ok) return respondProblem(c, body.reason);
  return register(c, biz, null, body.value);
}

/**
 * `PUT /orders`: the response contains the biz for the order's page. With the merchant's `order_id`
 * it is always the same; without one, where ids are issued, it is a new one.
 */
export async function registerByOrderId(c: RouteContext): Promise<Response> {
  const body = await readJson(c.req.raw);
  if (!body.ok) return respondProblem(c, body.reason);
  const { orders } = c.var.settings;
  const [newestKey] = orders.idKeys;
  const orderId = isObject(body.value) ? body.value["order_id"] : undefined;
  if (orders.issuedIds && newestKey !== undefined && orderId == null)
    return register(c, await issueBiz(crypto.getRandomValues(new Uint8Array(20)), newestKey), null, body.value);
  const id = v.safeParse(OrderId, orderId);
  if (!id.success)
    return respondProblem(c, "bad_registration", { detail: `order_id: a text of 1 to ${ORDER_ID_CHARS} characters` });
  // Otherwise whoever may choose an order id could re-price the order of another page.
  if (orders.issuedIds && (await isBiz(id.output, orders)))
    return respondProblem(c, "bad_registration", { detail: "order_id: is the biz of an order, use PUT /orders/:biz" });
  const isTaken = async (candidate: string) => groupOf(c.env, `order_${candidate}`).isTaken();
  const biz = await bizOf(id.output, orders, isTaken);
  if (!biz.ok) return respondProblem(c, "no_order_id_key");
  return register(c, biz.value, id.output, body.value);
}

async function register(
  c: RouteContext,
  biz: string,
  orderId: string | null,
  body: Json | undefined,
): Promise<Response> {
  const parsed = v.safeParse(Registration, withExactAmount(body));
  if (!parsed.success) return respondProblem(c, "bad_registration", { detail: describeIssue(parsed.issues[0]) });
  const { amount, currency, expires_in } = parsed.output;
  const money = moneyOf(amount, currency);
  if (!money.ok) return respondProblem(c, "bad_registration", { detail: money.reason });
  const expiresAt = expires_in == null ? null : Date.now() + Math.round(expires_in * 1000);
  const registered = await groupOf(c.env, `order_${biz}`).register({ money: money.value, expiresAt, orderId });
  if (registered.ok) return c.json(backendOrder(biz, registered.value) satisfies BackendOrderResponse);
  return respondProblem(c, registered.reason === "erased" ? "order_erased" : "contradicts_payment");
}

/** `DELETE /orders/:biz`: deletes facts, claims, forwards and the merchant's id. Idempotent. */
export async function eraseOrder(c: RouteContext): Promise<Response> {
  const biz = await bizInPath(c);
  if (biz === null) return respondProblem(c, "unknown_order");
  await groupOf(c.env, `order_${biz}`).erase();
  return new Response(null, { status: 204 });
}

/** `GET /orders/:biz`: the browser's view, or with an API key the backend's. */
export async function getOrder(c: RouteContext): Promise<Response> {
  const biz = await bizInPath(c);
  if (biz === null) return respondProblem(c, "unknown_order");
  const key = await apiKeyOf(c);
  const isBackend = key !== null;
  if (isBackend && !hasScope(key, "orders") && !hasScope(key, "read")) return respondLacksScope(c, "orders");
  const isWrong = !isBackend && keyInRequest(c) !== null;
  if ((isWrong && !takeFailure(c)) || (!isBackend && !takeAnonymous(c))) return respondTooMany(c);
  const record = await groupOf(c.env, `order_${biz}`).order();
  const body = JSON.stringify(isBackend ? backendOrder(biz, record) : browserOrder(biz, record));
  const etag = await entityTag(record, isBackend, body);
  const headers = { ...corsHeaders(c), "Cache-Control": isBackend ? "no-store" : "no-cache", ETag: etag };
  if (matchesTag(c.req.header("If-None-Match"), etag)) return new Response(null, { status: 304, headers });
  return new Response(body, { headers: { ...headers, "Content-Type": "application/json" } });
}

/**
 * `OPTIONS /orders/:biz`: permits any request header to pages of `ALLOWED_ORIGINS`. Tracing libraries
 * (Sentry, OpenTelemetry) add headers to every fetch, and a browser asks for each.
 */
export function preflightOrder(c: RouteContext): Response {
  const cors = corsHeaders(c);
  if (!("Access-Control-Allow-Origin" in cors)) return new Response(null, { status: 204, headers: cors });
  const headers = {
    ...cors,
    Vary: `${cors["Vary"]}, Access-Control-Request-Headers`,
    "Access-Control-Allow-Methods": "GET",
    "Access-Control-Allow-Headers": c.req.header("Access-Control-Request-Headers") ?? "",
    "Access-Control-Max-Age": "86400",
  };
  return new Response(null, { status: 204, headers });
}

/**
 * Weak comparison over a list (RFC 9110, 13.1.2): proxies that compress a response weaken its tag.
 */
const matchesTag = (ifNoneMatch: string | undefined, etag: string): boolean =>
  (ifNoneMatch ?? "")
    .split(",")
    .map((entry) => entry.trim().replace(/^W\//, ""))
    .some((entry) => entry === "*" || entry === etag);

/**
 * Version, view and a hash of the body: a flag or a forward changes the backend's view without a
 * new version.
 */
async function entityTag({ version }: OrderRecord, isBackend: boolean, body: string): Promise<string> {
  const hash = toHex((await sha256(body)).subarray(0, 8));
  return `"${version}-${isBackend ? "backend" : "browser"}-${hash}"`;
}

/** CORS headers for pages of `ALLOWED_ORIGINS`. */
function corsHeaders(c: RouteContext): Record<string, string> {
  const origin = c.req.header("Origin") ?? null;
  const vary = { Vary: "Authorization, X-API-Key, Origin" };
  const { allowedOrigins } = c.var.settings;
  const isAllowed = allowedOrigins.ok && originAllowed(allowedOrigins.value, origin, new URL(c.req.url).origin);
  return origin !== null && isAllowed
    ? { ...vary, "Access-Control-Allow-Origin": origin, "Access-Control-Expose-Headers": "ETag" }
    : vary;
}
