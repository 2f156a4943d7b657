// The HTTP application: registers the route table; handles unknown paths, wrong methods and errors.
import type { Next } from "hono";
import { Hono } from "hono/tiny";
import { isLoopback } from "../core/address.ts";
import { PUSH_EVERY_SECONDS_MAX, PUSH_EVERY_SECONDS_MIN } from "../core/limits.ts";
import { settingsOf } from "../core/settings.ts";
import type { Installation } from "../installation.ts";
import { requireApiKey } from "./api-key.ts";
import { IncompleteBody, limitBody } from "./body.ts";
import type { RouteContext, RouteEnv } from "./context.ts";
import { logFault } from "./fault.ts";
import { problemResponse } from "./problem.ts";
import { respondBadSetting, respondProblem } from "./respond-problem.ts";
import { routes } from "./routes.ts";

/** The routes of an installation. `pages`: any other path is looked up among the pages that `ASSETS` binds. */
export function createApp(installation: Installation, pages: boolean): Hono<RouteEnv> {
  // Not strict: Hono ignores the trailing slash of a request's path.
  const app = new Hono<RouteEnv>({ strict: false });
  app.use((c, next) => {
    c.set("installation", installation);
    return loadSettings(c, next);
  });
  app.use(addHeaders);
  for (const { method, path, access, scope, maxBodyBytes, handler } of routes) {
    const pattern = withoutTrailingSlash(path);
    if (access === "api_key" && scope !== null) app.on(method, pattern, requireApiKey(scope));
    if (maxBodyBytes !== null) app.on(method, pattern, limitBody(maxBodyBytes));
    app.on(method, pattern, handler);
  }
  for (const path of new Set(routes.map((route) => route.path))) {
    const methods = routes.filter((route) => route.path === path).map((route) => route.method);
    const headers = { Allow: methods.join(", ") };
    app.all(withoutTrailingSlash(path), (c) => respondProblem(c, "method_not_allowed", { headers }));
  }
  app.notFound((c) => (pages ? getPage(c) : respondProblem(c, "unknown_path")));
  app.onError((error, c) => {
    // Nobody is left to read the response, and the operator can do nothing about it.
    if (error instanceof IncompleteBody) return problemResponse("body_incomplete");
    const reason = logFault(c.env, error, c.req.routePath);
    return respondProblem(c, reason, { headers: reason === "group_unavailable" ? { "Retry-After": "1" } : {} });
  });
  return app;
}

function withoutTrailingSlash(path: string): string {
  return path.replace(/\/$/, "");
}

/**
 * Headers of every answer. What an API key may see stays out of caches; a WebSocket's 101 has none of
 * its own.
 */
async function addHeaders(c: RouteContext, next: Next): Promise<void> {
  await next();
  if (c.res.status === 101) return;
  c.header("X-Content-Type-Options", "nosniff");
  const hasKey = c.req.header("Authorization") !== undefined || c.req.header("X-API-Key") !== undefined;
  if (hasKey && !c.res.headers.has("Cache-Control")) c.header("Cache-Control", "no-store");
}

/**
 * Validates the settings. One invalid setting rejects every request: a partial configuration must
 * not take payments.
 */
async function loadSettings(c: RouteContext, next: Next): Promise<Response | void> {
  c.set("startedAtMs", Date.now());
  // A binding may be missing, whatever its type states.
  if (!Reflect.has(c.env, "GROUP")) return respondBadSetting(c, "GROUP", GROUP_EXPECTED);
  const settings = settingsOf(c.env);
  if (!settings.ok) return respondBadSetting(c, settings.reason.setting, `must be ${settings.reason.expected}`);
  // Everybody knows the secrets of development.
  if (settings.value.isDevelopment && !isLoopback(new URL(c.req.url).hostname))
    return respondBadSetting(c, "DEVELOPMENT", "must be 0 or unset where others than this machine can call");
  const { consumers } = c.var.installation;
  const invalid = consumers.find(({ push }) => push !== undefined && !isPeriod(push.every(settings.value)));
  if (invalid !== undefined) return respondBadSetting(c, `consumer ${invalid.name}`, PERIOD_EXPECTED);
  c.set("settings", settings.value);
  return next();
}

const GROUP_EXPECTED =
  'must be a Durable Object binding of the class that belfry() returns: [[durable_objects.bindings]] name = "GROUP", class_name = "Group"';

const PERIOD_MIN_MS = PUSH_EVERY_SECONDS_MIN * 1000;
const PERIOD_MAX_MS = PUSH_EVERY_SECONDS_MAX * 1000;
const PERIOD_EXPECTED = `has a push whose every() must return ${PERIOD_MIN_MS} to ${PERIOD_MAX_MS} ms`;

const isPeriod = (ms: number): boolean => ms >= PERIOD_MIN_MS && ms <= PERIOD_MAX_MS;

/** The demo pages, which make orders and open sockets. Their other names redirect to these. */
const DEMO_PAGE = /^\/((checkout|monitor|console)\/?)?$/;

/** A file of the package's pages; 404 without the binding, for other paths and for any method that writes. */
async function getPage(c: RouteContext): Promise<Response> {
  if (DEMO_PAGE.test(c.req.path) && !c.var.settings.pages)
    return respondProblem(c, "unknown_path", { detail: "the demo pages need DEVELOPMENT or PAGES set to 1" });
  const isRead = c.req.method === "GET" || c.req.method === "HEAD";
  if (!isRead && DEMO_PAGE.test(c.req.path))
    return respondProblem(c, "method_not_allowed", { headers: { Allow: "GET" } });
  const file = isRead ? await c.env.ASSETS?.fetch(c.req.raw) : undefined;
  return file === undefined || file.status === 404 ? respondProblem(c, "unknown_path") : file;
}
