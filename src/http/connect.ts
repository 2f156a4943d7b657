// The way in for WebSockets: who is refused is refused here, before an object is woken. Holds no connection itself.
import type { Context } from "hono";
import { consumers } from "../consumers/index.ts";
import { readHandshake } from "../core/handshake.ts";
import { originAllowed } from "../core/origin.ts";
import { findByPath } from "../core/route.ts";
import { isApiKey, presentedApiKey } from "./backend.ts";
import { problem } from "./problem.ts";
import type { App } from "./app.ts";

export async function connect(c: Context<App>): Promise<Response> {
  const { headers } = c.req.raw;
  if (headers.get("Upgrade")?.toLowerCase() !== "websocket") {
    return problem("upgrade_required", "connect with a WebSocket");
  }
  const handshake = readHandshake(headers.get("Sec-WebSocket-Protocol"));
  const key = presentedApiKey(headers) ?? (handshake.ok ? handshake.value.bearer : null);
  const refused = await refusedOrigin(c, key);
  if (refused !== null) return problem(refused);
  const found = findByPath(consumers, new URL(c.req.url).pathname, freshKey);
  if (!found.ok) return problem(found.reason);
  if (!handshake.ok) return problem(handshake.reason, "offer belfry.plain, or none");

  const { echo } = handshake.value;
  const upgrade = new Headers({ Upgrade: "websocket", ...(echo === null ? {} : { "Sec-WebSocket-Protocol": echo }) });
  const response = await c.env.GROUP.getByName(found.value.group).fetch("https://group/", { headers: upgrade });
  return response.status === 503 ? problem("group_full") : response;
}

/** An Origin is checked even where a key comes along: a page that holds an API key should not be helped to use it. */
async function refusedOrigin(c: Context<App>, key: string | null): Promise<"origin_refused" | "origin_missing" | null> {
  const { allowedOrigins, apiKeys } = c.var.settings;
  const origin = c.req.header("Origin") ?? null;
  if (origin === null) return (await isApiKey(key, apiKeys)) ? null : "origin_missing";
  return originAllowed(allowedOrigins, origin, new URL(c.req.url).hostname) ? null : "origin_refused";
}

const freshKey = (): string => crypto.randomUUID().replaceAll("-", "");
