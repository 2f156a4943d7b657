// The routes about the Worker itself: its health, and the API documents.
import type { RouteContext } from "./context.ts";

export function getHealth(c: RouteContext): Response {
  const { pushEveryMs, isDevelopment } = c.var.settings;
  return c.json({ status: "ok", push_every_seconds: pushEveryMs / 1000, development: isDevelopment });
}

/** Serves an API document, a static asset that `npm run api` generates. */
export function getDocument(c: RouteContext): Promise<Response> {
  // The route's path is the asset's name; the request's may end with a slash.
  return c.env.ASSETS.fetch(new Request(new URL(c.req.routePath, c.req.url), c.req.raw));
}
