// The route table: every HTTP route there is, on one screen. What a route does stands in the file of its family.
import { Hono, type Context, type Next } from "hono";
import { PUSH_EVERY_SECONDS_MAX, PUSH_EVERY_SECONDS_MIN } from "../core/limits.ts";
import { settingsOf, type Settings } from "../core/settings.ts";
import type { BelfryEnv } from "../env.ts";
import type { Installation } from "../installation.ts";
import { backendOnly } from "./backend.ts";
import { sendBatch } from "./batch.ts";
import { boundedBatch, boundedBody, boundedWebhook } from "./body.ts";
import { callback } from "./callback.ts";
import { providerCallback } from "./callbacks.ts";
import { connect } from "./connect.ts";
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
import { refuse, refuseSetting } from "./refuse.ts";

export interface App {
  Bindings: BelfryEnv;
  /** `began` is when the request came, in ms. */
  Variables: { began: number; settings: Settings; installation: Installation };
}

/** The routes of an installation. `pages`: any other path is looked for among the pages that `ASSETS` binds. */
export function createApp(installation: Installation, pages: boolean): Hono<App> {
  // Not strict: a path means the same with and without its closing slash, on every route.
  const app = new Hono<App>({ strict: false });
  app.use((c, next) => {
    c.set("installation", installation);
    return withSettings(c, next);
  });
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
  refuseOtherMethods(app);
  app.notFound((c) => (pages ? page(c) : refuse(c, "unknown_path")));
  app.onError((error, c) => {
    const reason = faultOf(c.env, error, c.req.routePath);
    return refuse(c, reason, { headers: reason === "group_unavailable" ? { "Retry-After": "1" } : {} });
  });
  return app;
}

/** A path of the table, by another method: the answer lists the methods that there are. */
function refuseOtherMethods(app: Hono<App>): void {
  for (const path of new Set(app.routes.map((route) => route.path))) {
    const allowed = new Set(
      app.routes.filter((route) => route.path === path && route.method !== "ALL").map((route) => route.method),
    );
    if (allowed.size > 0)
      app.all(path, (c) => refuse(c, "method_not_allowed", { headers: { Allow: [...allowed].join(", ") } }));
  }
}

/** A page or file of the package; without them, and for another method, there is nothing. */
function page(c: Context<App>): Response | Promise<Response> {
  const isRead = c.req.method === "GET" || c.req.method === "HEAD";
  return isRead && c.env.ASSETS !== undefined ? c.env.ASSETS.fetch(c.req.raw) : refuse(c, "unknown_path");
}

/** A bad setting refuses everything: half a configuration must not take payments. Its value is not shown, only its name. */
async function withSettings(c: Context<App>, next: Next): Promise<Response | void> {
  c.set("began", Date.now());
  // A binding that is left out is undefined, whatever its type says.
  if ((c.env.GROUP as unknown) === undefined) return refuseSetting(c, "GROUP", GROUP_EXPECTED);
  const settings = settingsOf(c.env);
  if (!settings.ok) return refuseSetting(c, settings.reason.setting, `must be ${settings.reason.expected}`);
  const badPush = c.var.installation.consumers.find(
    ({ push }) => push !== undefined && !isPeriod(push.every(settings.value)),
  );
  if (badPush !== undefined) return refuseSetting(c, `consumer ${badPush.name}`, PERIOD_EXPECTED);
  c.set("settings", settings.value);
  return next();
}

const GROUP_EXPECTED =
  'must be a Durable Object binding of the class that belfry() returns: [[durable_objects.bindings]] name = "GROUP", class_name = "Group"';

/** The shortest period is that of `PUSH_EVERY_SECONDS`. */
const isPeriod = (ms: number): boolean => ms >= PUSH_EVERY_SECONDS_MIN * 1000 && ms <= PUSH_EVERY_SECONDS_MAX * 1000;

const PERIOD_EXPECTED = `has a push whose every() must return ${PUSH_EVERY_SECONDS_MIN * 1000} to ${PUSH_EVERY_SECONDS_MAX * 1000} ms`;

function health(c: Context<App>): Response {
  const { pushEveryMs, isDevelopment } = c.var.settings;
  return c.json({ status: "ok", push_every_seconds: pushEveryMs / 1000, development: isDevelopment });
}

/** A description of the API: a file beside the pages, made by `npm run api`. */
function document(c: Context<App>): Response | Promise<Response> {
  if (c.env.ASSETS === undefined) return refuse(c, "unknown_path", { detail: "bind ASSETS to the package's pages" });
  return c.env.ASSETS.fetch(new Request(new URL(c.req.routePath, c.req.url), c.req.raw)); // the file has no closing slash
}
