// The route table, and the check of problem responses that every test of this folder uses.
import { env } from "cloudflare:workers";
import { describe, expect, it } from "vitest";
import { problems } from "../../src/http/problem.ts";
import { problemsOf } from "../../src/http/route-problems.ts";
import { routes } from "../../src/http/routes.ts";
import { unlistedProblem } from "../support/route-problems.ts";
import { publicRequest, backend, newBiz } from "../support/workerd.ts";

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
      const response = await publicRequest(path.replaceAll(/:\w+/g, "x"), { method });
      expect(await response.json()).toMatchObject({ status: 401, reason: "unauthorized" });
    },
  );

  it.each(routes.filter(({ maxBodyBytes }) => maxBodyBytes !== null).map((route) => [route.name, route] as const))(
    "%s responds 413 to a larger body than its limit",
    async (_name, { method, path, maxBodyBytes }) => {
      const headers = { Authorization: `Bearer ${env.API_KEYS}` };
      const body = "x".repeat((maxBodyBytes ?? 0) + 1);
      const response = await publicRequest(path.replaceAll(/:\w+/g, "x"), { method, headers, body });
      const detail = `at most ${maxBodyBytes} bytes`;
      expect(await response.json()).toMatchObject({ status: 413, reason: "body_too_large", detail });
    },
  );

  /** Requests that cause a reason on every route that lists it and has the parameter. */
  const provoking = [
    { reason: "not_json", body: "{" },
    { reason: "unknown_order", biz: "SHORT" },
    { reason: "unknown_group", group: "room_7", channel: `room_7!${"0".repeat(32)}` },
    { reason: "malformed_group", group: "a%20b" },
    { reason: "malformed_channel", channel: "alarm" },
    { reason: "malformed_sub", sub: "%FF" },
  ] as const;

  const cases = provoking.flatMap((request) =>
    routes
      .filter((route) => problemsOf(route).includes(request.reason))
      .filter(({ path }) => "body" in request || Object.keys(request).some((name) => path.includes(`:${name}`)))
      .map((route) => [route.name, request.reason, route, request] as const),
  );

  it.each(cases)("%s responds %s", async (_name, reason, { method, path }, { reason: _reason, ...request }) => {
    const { body = "{}", ...changed }: Readonly<Record<string, string>> = request;
    const parameters: Record<string, string> = {
      biz: newBiz(),
      group: "alarm",
      channel: `alarm!${"0".repeat(32)}`,
      sub: "anna",
      ...changed,
    };
    const url = path.replaceAll(/:(\w+)/g, (_all, name: string) => parameters[name] ?? "");
    const response = await backend(method, url, method === "GET" || method === "DELETE" ? undefined : body);
    expect(await response.json()).toMatchObject({ status: problems[reason][0], reason });
  });
});
