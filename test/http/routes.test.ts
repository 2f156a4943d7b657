// The route table: its problems are checked in every test of this folder; here, the check itself.
import { env } from "cloudflare:workers";
import { describe, expect, it } from "vitest";
import { problemsOf, routes } from "../../src/http/routes.ts";
import { unlistedProblem } from "../support/route-problems.ts";
import { anyone } from "../support/workerd.ts";

describe("a problem response", () => {
  it.each([
    ["GET", "/orders/SHORT", "unknown_order"],
    ["GET", "/orders/SHORT/", "unknown_order"],
    ["HEAD", "/orders/SHORT", "unknown_order"],
    ["PUT", "/orders", "unauthorized"],
    ["POST", "/callback/a", "body_too_large"],
    ["GET", "/healthz", "bad_setting"],
    ["GET", "/ws/order/a/", "unknown_path"],
    ["PATCH", "/orders", "method_not_allowed"],
    ["GET", "/nowhere", "unknown_path"],
  ] as const)("of %s %s may be %s", (method, path, reason) => {
    expect(unlistedProblem(method, path, reason)).toBeNull();
  });

  it.each([
    ["GET", "/orders/SHORT", "unauthorized", "GET /orders/:biz: unauthorized"],
    ["PUT", "/orders", "unknown_order", "PUT /orders: unknown_order"],
    ["GET", "/healthz", "body_too_large", "GET /healthz: body_too_large"],
    ["GET", "/groups/alarm", "bad_query", "GET /groups/:group: bad_query"],
    ["PATCH", "/orders", "unknown_path", "PATCH /orders: unknown_path"],
    ["GET", "/nowhere", "unknown_order", "GET /nowhere: unknown_order"],
  ] as const)("of %s %s must not be %s", (method, path, reason, problem) => {
    expect(unlistedProblem(method, path, reason)).toBe(problem);
  });
});

describe("a route", () => {
  it("has each reason once", () => {
    for (const route of routes) {
      const reasons = problemsOf(route);
      expect([route.name, reasons]).toEqual([route.name, [...new Set(reasons)]]);
    }
  });

  it.each(routes.filter(({ access }) => access === "api_key").map((route) => [route.name, route] as const))(
    "%s responds 401 without an API key",
    async (_name, { method, path }) => {
      const response = await anyone(path.replaceAll(/:\w+/g, "x"), { method });
      expect(await response.json()).toMatchObject({ status: 401, reason: "unauthorized" });
    },
  );

  it.each(routes.filter(({ maxBodyBytes }) => maxBodyBytes !== null).map((route) => [route.name, route] as const))(
    "%s responds 413 to a larger body than its limit",
    async (_name, { method, path, maxBodyBytes }) => {
      const headers = { Authorization: `Bearer ${env.API_KEYS}` };
      const body = "x".repeat((maxBodyBytes ?? 0) + 1);
      const response = await anyone(path.replaceAll(/:\w+/g, "x"), { method, headers, body });
      const detail = `at most ${maxBodyBytes} bytes`;
      expect(await response.json()).toMatchObject({ status: 413, reason: "body_too_large", detail });
    },
  );
});
