// The HTTP application: registers the route table; handles unknown paths, wrong methods and errors.
import { Hono, type Next } from "hono";
import { settingsOf } from "../core/settings.ts";
import { requireApiKey } from "./api-key.ts";
import { limitBody } from "./body.ts";
import type { RouteContext, RouteEnv } from "./context.ts";
import { logFault } from "./fault.ts";
import { respondBadSetting, respondProblem } from "./respond-problem.ts";
import { routes } from "./routes.ts";

/** Not strict: Hono ignores the trailing slash of a request's path. */
export const app = new Hono<RouteEnv>({ strict: false });

app.use(loadSettings);

for (const { method, path, access, maxBodyBytes, handler } of routes) {
  const pattern = withoutTrailingSlash(path);
  if (access === "api_key") app.on(method, pattern, requireApiKey);
  if (maxBodyBytes !== null) app.on(method, pattern, limitBody(maxBodyBytes));
  app.on(method, pattern, handler);
}

for (const path of new Set(routes.map((route) => route.path))) {
  const methods = routes.filter((route) => route.path === path).map((route) => route.method);
  const headers = { Allow: methods.join(", ") };
  app.all(withoutTrailingSlash(path), (c) => respondProblem(c, "method_not_allowed", { headers }));
}

app.notFound((c) => respondProblem(c, "unknown_path"));

app.onError((error, c) => {
  const reason = logFault(c.env, error, c.req.routePath);
  return respondProblem(c, reason, { headers: reason === "group_unavailable" ? { "Retry-After": "1" } : {} });
});

function withoutTrailingSlash(path: string): string {
  return path.replace(/\/$/, "");
}

/**
 * Validates the settings. One invalid setting rejects every request: a partial configuration must
 * not take payments.
 */
async function loadSettings(c: RouteContext, next: Next): Promise<Response | void> {
  c.set("startedAtMs", Date.now());
  const settings = settingsOf(c.env);
  if (settings.ok) {
    c.set("settings", settings.value);
    return next();
  }
  const { setting, expected } = settings.reason;
  return respondBadSetting(c, setting, `must be ${expected}`);
}
