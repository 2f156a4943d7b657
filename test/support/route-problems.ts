// Checks every problem response of the application against the route table. A setup file of the tests that run in workerd.
import { afterEach, expect } from "vitest";
import worker from "./worker.ts";
import type { ProblemReason } from "../../src/http/problem.ts";
import { problemsOf } from "../../src/http/route-problems.ts";
import { routes } from "../../src/http/routes.ts";
import { app } from "./app.ts";

/** Problems of the current test that the route table does not list. */
let unlisted: string[] = [];

/** Compares the response's problem with the table. Returns the response. */
async function checked(request: Request, response: Response): Promise<Response> {
  const { reason } = await problemIn(response);
  const problem = reason === undefined ? null : unlistedProblem(request.method, new URL(request.url).pathname, reason);
  if (problem !== null) unlisted.push(problem);
  return response;
}

const { fetch } = app;
app.fetch = async (request, ...rest) => checked(request, await fetch(request, ...rest));
const { fetch: deployed } = worker;
worker.fetch = async (request, ...rest) => checked(request, await deployed(request, ...rest));

afterEach(() => {
  const problems = unlisted;
  unlisted = [];
  expect(problems, "problems that src/http/routes.ts does not list").toEqual([]);
});

async function problemIn(response: Response): Promise<{ readonly reason?: ProblemReason }> {
  if (response.headers.get("Content-Type") !== "application/problem+json") return {};
  return response.clone().json();
}

/** A description of the problem if the table does not list `reason` for the route; null if it does. */
export function unlistedProblem(method: string, path: string, reason: ProblemReason): string | null {
  const samePath = routes.filter((route) => patternOf(route.path).test(path));
  const route = samePath.find(
    (candidate) => candidate.method === method || (candidate.method === "GET" && method === "HEAD"),
  );
  if (route !== undefined) return problemsOf(route).includes(reason) ? null : `${route.name}: ${reason}`;
  const expected = samePath.length === 0 ? "unknown_path" : "method_not_allowed";
  return reason === expected || reason === "bad_setting" ? null : `${method} ${path}: ${reason}`;
}

/** A request's path may have a trailing slash or omit it. */
const patternOf = (path: string): RegExp =>
  new RegExp(`^${path.replace(/\/$/, "").replaceAll(/:\w+/g, "[^/]+").replace("*", ".*")}/?$`);
