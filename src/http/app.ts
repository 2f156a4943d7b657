// The route table: every HTTP route there is, on one screen. What a route does stands in the file of its family.
import { Hono, type Next } from "hono";
import { settingsOf } from "../core/settings.ts";
import { backendOnly } from "./api-key.ts";
import { sendBatch } from "./batch.ts";
import { boundedBatch, boundedBody, boundedWebhook } from "./body.ts";
import { callback } from "./merchant-callback.ts";
import { providerCallback } from "./provider-webhook.ts";
import { connect } from "./connect.ts";
import type { RouteContext, RouteEnv } from "./context.ts";
import { faultOf } from "./fault.ts";
import {
  disconnect,
  listConnections,
  listPublications,
  lookAtGroup,
  sendToChannel,
  sendToGroup,
  sendToUser,
} from "./groups.ts";
import { metrics } from "./metrics.ts";
import { eraseOrder, lookAtOrder, registerByBiz, registerByOrderId } from "./orders.ts";
import { refuse, refuseSetting } from "./respond-problem.ts";

// Not strict: a path means the same with and without its closing slash, on every route.
export const app = new Hono<RouteEnv>({ strict: false });

app.use(withSettings);
app.get("/healthz", health);
app.get("/openapi.json", document);
app.get("/asyncapi.json", document);
app.get("/ws/*", connect);
app.post("/callbacks/:provider", boundedWebhook, providerCallback);
app.post("/callback/:biz", boundedBody, callback);
app.put("/orders", backendOnly, boundedBody, registerByOrderId);
app.put("/orders/:biz", backendOnly, boundedBody, registerByBiz);
app.get("/orders/:biz", lookAtOrder);
app.delete("/orders/:biz", backendOnly, eraseOrder);
app.post("/groups/:group/send", backendOnly, boundedBody, sendToGroup);
app.post("/groups/:group/users/:sub/send", backendOnly, boundedBody, sendToUser);
app.post("/channels/:channel/send", backendOnly, boundedBody, sendToChannel);
app.post("/send", backendOnly, boundedBatch, sendBatch);
app.get("/groups/:group", backendOnly, lookAtGroup);
app.get("/groups/:group/connections", backendOnly, listConnections);
app.get("/groups/:group/history", backendOnly, listPublications);
app.delete("/channels/:channel", backendOnly, disconnect);
app.get("/metrics", backendOnly, metrics);

// Whoever asks for a path of the table by another method hears which ones there are.
for (const path of new Set(app.routes.map((route) => route.path))) {
  const allowed = new Set(
    app.routes.filter((route) => route.path === path && route.method !== "ALL").map((route) => route.method),
  );
  if (allowed.size > 0)
    app.all(path, (c) => refuse(c, "method_not_allowed", { headers: { Allow: [...allowed].join(", ") } }));
}

app.notFound((c) => refuse(c, "unknown_path"));

app.onError((error, c) => {
  const reason = faultOf(c.env, error, c.req.routePath);
  return refuse(c, reason, { headers: reason === "group_unavailable" ? { "Retry-After": "1" } : {} });
});

/** A bad setting refuses everything: half a configuration must not take payments. Its value is not shown, only its name. */
async function withSettings(c: RouteContext, next: Next): Promise<Response | void> {
  c.set("startedAtMs", Date.now());
  const settings = settingsOf(c.env);
  if (settings.ok) {
    c.set("settings", settings.value);
    return next();
  }
  const { setting, expected } = settings.reason;
  return refuseSetting(c, setting, `must be ${expected}`);
}

function health(c: RouteContext): Response {
  const { pushEveryMs, isDevelopment } = c.var.settings;
  return c.json({ status: "ok", push_every_seconds: pushEveryMs / 1000, development: isDevelopment });
}

/** A description of the API: a file beside the pages, made by `npm run api`. */
function document(c: RouteContext): Promise<Response> {
  return c.env.ASSETS.fetch(new Request(new URL(c.req.routePath, c.req.url), c.req.raw)); // the file has no closing slash
}
