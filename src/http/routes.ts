// The route table. app.ts registers the routes from it; api/ generates the documents from it.
import { BATCH_BYTES, BODY_BYTES, WEBHOOK_BYTES } from "../core/limits.ts";
import { sendBatch } from "./batch.ts";
import { connect } from "./connect.ts";
import type { RouteScope } from "./api-key.ts";
import type { RouteContext } from "./context.ts";
import { disconnect, getGroup, listConnections, listPublications } from "./groups.ts";
import { merchantCallback } from "./merchant-callback.ts";
import { getMetrics } from "./metrics.ts";
import { eraseOrder, getOrder, preflightOrder, registerByBiz, registerByOrderId } from "./orders.ts";
import { providerWebhook } from "./provider-webhook.ts";
import { sendToChannel, sendToGroup, sendToUser } from "./send-event.ts";
import { getDocument, getHealth } from "./service.ts";
import { createTicket } from "./tickets.ts";

/**
 * - `public`: credentials are ignored.
 * - `api_key`: an API key, checked before the handler runs.
 * - `optional_api_key`: an API key changes the response.
 * - `api_key_or_signature`: an API key, or a Standard Webhooks signature.
 * - `provider_signature`: the signature scheme of the payment provider.
 * - `origin_or_credential`: an allowed Origin, a token or an API key, as the consumer demands.
 */
export type Access =
  | "public"
  | "api_key"
  | "optional_api_key"
  | "api_key_or_signature"
  | "provider_signature"
  | "origin_or_credential";

type Method = "GET" | "PUT" | "POST" | "DELETE" | "OPTIONS";

export interface Route<Name extends string = string> {
  /** Method and path: `GET /orders/:biz`. */
  readonly name: Name;
  readonly method: Method;
  /** A request may add or omit the trailing slash. */
  readonly path: string;
  readonly access: Access;
  /** The scope that an API key needs here; null for a route without one. */
  readonly scope: RouteScope | null;
  /** Largest request body in bytes; null for a route without a body. */
  readonly maxBodyBytes: number | null;
  readonly handler: (c: RouteContext) => Response | Promise<Response>;
}

/** Method, path, access, scope of an API key, largest body in bytes, handler. route-problems.ts has the reasons of each. */
export const routes = [
  route("GET", "/healthz", "public", null, null, getHealth),
  route("GET", "/openapi.json", "public", null, null, getDocument),
  route("GET", "/asyncapi.json", "public", null, null, getDocument),
  route("GET", "/ws/*", "origin_or_credential", "read", null, connect),
  route("POST", "/callbacks/:provider", "provider_signature", null, WEBHOOK_BYTES, providerWebhook),
  route("POST", "/callback/:biz/", "api_key_or_signature", "callbacks", BODY_BYTES, merchantCallback),
  route("PUT", "/orders", "api_key", "orders", BODY_BYTES, registerByOrderId),
  route("PUT", "/orders/:biz", "api_key", "orders", BODY_BYTES, registerByBiz),
  route("GET", "/orders/:biz", "optional_api_key", "orders", null, getOrder),
  route("OPTIONS", "/orders/:biz", "public", null, null, preflightOrder),
  route("DELETE", "/orders/:biz", "api_key", "operate", null, eraseOrder),
  route("POST", "/groups/:group/send", "api_key", "publish", BODY_BYTES, sendToGroup),
  route("POST", "/groups/:group/users/:sub/send", "api_key", "publish", BODY_BYTES, sendToUser),
  route("POST", "/channels/:channel/send", "api_key", "publish", BODY_BYTES, sendToChannel),
  route("POST", "/send", "api_key", "publish", BATCH_BYTES, sendBatch),
  route("POST", "/tickets", "api_key", "publish", BODY_BYTES, createTicket),
  route("GET", "/groups/:group", "api_key", "read", null, getGroup),
  route("GET", "/groups/:group/connections", "api_key", "read", null, listConnections),
  route("GET", "/groups/:group/history", "api_key", "read", null, listPublications),
  route("DELETE", "/channels/:channel", "api_key", "operate", null, disconnect),
  route("GET", "/metrics", "api_key", "read", null, getMetrics),
] as const;

export type RouteName = (typeof routes)[number]["name"];

function route<M extends Method, Path extends string>(
  method: M,
  path: Path,
  access: Access,
  scope: Route["scope"],
  maxBodyBytes: number | null,
  handler: Route["handler"],
): Route<`${M} ${Path}`> {
  return { name: `${method} ${path}`, method, path, access, scope, maxBodyBytes, handler };
}
