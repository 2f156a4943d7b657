// The route table. app.ts registers the routes from it; api/ generates the documents from it.
import { BATCH_BYTES, BODY_BYTES, WEBHOOK_BYTES } from "../core/limits.ts";
import { sendBatch } from "./batch.ts";
import { connect } from "./connect.ts";
import type { RouteContext } from "./context.ts";
import { disconnect, getGroup, listConnections, listPublications } from "./groups.ts";
import { merchantCallback } from "./merchant-callback.ts";
import { getMetrics } from "./metrics.ts";
import { eraseOrder, getOrder, preflightOrder, registerByBiz, registerByOrderId } from "./orders.ts";
import { providerWebhook } from "./provider-webhook.ts";
import { sendToChannel, sendToGroup, sendToUser } from "./send-event.ts";
import { getDocument, getHealth } from "./service.ts";

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
  /** Largest request body in bytes; null for a route without a body. */
  readonly maxBodyBytes: number | null;
  readonly handler: (c: RouteContext) => Response | Promise<Response>;
}

/** Method, path, access, largest body in bytes, handler. route-problems.ts has the reasons of each. */
export const routes = [
  route("GET", "/healthz", "public", null, getHealth),
  route("GET", "/openapi.json", "public", null, getDocument),
  route("GET", "/asyncapi.json", "public", null, getDocument),
  route("GET", "/ws/*", "origin_or_credential", null, connect),
  route("POST", "/callbacks/:provider", "provider_signature", WEBHOOK_BYTES, providerWebhook),
  route("POST", "/callback/:biz/", "api_key_or_signature", BODY_BYTES, merchantCallback),
  route("PUT", "/orders", "api_key", BODY_BYTES, registerByOrderId),
  route("PUT", "/orders/:biz", "api_key", BODY_BYTES, registerByBiz),
  route("GET", "/orders/:biz", "optional_api_key", null, getOrder),
  route("OPTIONS", "/orders/:biz", "public", null, preflightOrder),
  route("DELETE", "/orders/:biz", "api_key", null, eraseOrder),
  route("POST", "/groups/:group/send", "api_key", BODY_BYTES, sendToGroup),
  route("POST", "/groups/:group/users/:sub/send", "api_key", BODY_BYTES, sendToUser),
  route("POST", "/channels/:channel/send", "api_key", BODY_BYTES, sendToChannel),
  route("POST", "/send", "api_key", BATCH_BYTES, sendBatch),
  route("GET", "/groups/:group", "api_key", null, getGroup),
  route("GET", "/groups/:group/connections", "api_key", null, listConnections),
  route("GET", "/groups/:group/history", "api_key", null, listPublications),
  route("DELETE", "/channels/:channel", "api_key", null, disconnect),
  route("GET", "/metrics", "api_key", null, getMetrics),
] as const;

export type RouteName = (typeof routes)[number]["name"];

function route<M extends Method, Path extends string>(
  method: M,
  path: Path,
  access: Access,
  maxBodyBytes: number | null,
  handler: Route["handler"],
): Route<`${M} ${Path}`> {
  return { name: `${method} ${path}`, method, path, access, maxBodyBytes, handler };
}
