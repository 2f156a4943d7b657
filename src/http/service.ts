// The routes about the Worker itself: its health, and the API documents.
import type { RouteContext } from "./context.ts";
import { respondProblem } from "./respond-problem.ts";

export function getHealth(c: RouteContext): Response {
  const { pushEveryMs, isDevelopment } = c.var.settings;
  return c.json({ status: "ok", push_every_seconds: pushEveryMs / 1000, development: isDevelopment });
}

/** Serves an API document, a static asset that `npm run api` generates. */
export function getDocument(c: RouteContext): Response | Promise<Response> {
  if (c.env.ASSETS === undefined)
    return respondProblem(c, "unknown_path", { detail: "bind ASSETS to the package's pages" });
  // The route's own path, because the asset has no trailing slash.
  return c.env.ASSETS.fetch(new Request(new URL(c.req.routePath, c.req.url), c.req.raw));
}
