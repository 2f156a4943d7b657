// `responses` of an operation in OpenAPI: its own, and the problems of its route.
import { problemDetails, problems, type ProblemReason } from "../src/http/problem.ts";
import { problemsOf } from "../src/http/route-problems.ts";
import { routes, type Route, type RouteName } from "../src/http/routes.ts";
import { operations } from "./index.ts";
import { jsonSchema, reference, type JsonObject } from "./json-schema.ts";
import type {
  Example,
  ExampleProblem,
  ExampleResponse,
  Operation,
  OperationResponse,
  ParameterMap,
} from "./operation.ts";

export function routeOf(operation: Operation): Route<RouteName> {
  const route = routes.find(({ name }) => name === operation.route);
  if (route === undefined) throw new Error(`no route ${operation.route}`); // the type of `route` excludes it
  return route;
}

export function responseObjects(operation: Operation): JsonObject {
  const reasons = reasonsByStatus(operation);
  const statuses = new Set([...operation.responses.map(({ status }) => status), ...reasons.keys()]);
  return Object.fromEntries(
    [...statuses]
      .toSorted((a, b) => a - b)
      .map((status) => [status, responseObject(operation, status, reasons.get(status) ?? [])]),
  );
}

function reasonsByStatus(operation: Operation): ReadonlyMap<number, readonly ProblemReason[]> {
  const reasons = problemsOf(routeOf(operation)).filter((reason) => !operation.excludedProblems?.includes(reason));
  return Map.groupBy(reasons, (reason) => problems[reason][0]);
}

/**
 * A status has a response, problems, or both: a provider's reply may share the status of a problem.
 */
function responseObject(operation: Operation, status: number, reasons: readonly ProblemReason[]): JsonObject {
  const response = operation.responses.find((candidate) => candidate.status === status);
  const examples = problemExamples(operation, reasons);
  if (response === undefined && Object.keys(examples).length === 0)
    return { $ref: `#/components/responses/${sharedName(reasons)}` };
  const problem = problemObject(status, reasons, examples);
  if (response === undefined) return problem;
  const content = { ...responseContent(response, operation), ...problem["content"] };
  return {
    description: [response.description, ...(reasons.length === 0 ? [] : [problem["description"]])].join("\n\n"),
    ...nonEmpty("headers", { ...headerObjects(response.headers ?? {}), ...problem["headers"] }),
    ...nonEmpty("content", content),
  };
}

const sharedName = (reasons: readonly ProblemReason[]): string => reasons.join(".");

/**
 * `components.responses`: one entry per set of reasons, for the operations without an example of
 * them.
 */
export function sharedResponses(): JsonObject {
  const shared: Record<string, JsonObject> = {};
  for (const operation of operations) {
    for (const [status, reasons] of reasonsByStatus(operation)) {
      const isShared = "$ref" in responseObject(operation, status, reasons);
      if (isShared) shared[sharedName(reasons)] = problemObject(status, reasons, {});
    }
  }
  return shared;
}

interface ProblemObject extends JsonObject {
  readonly description: string;
  readonly headers?: JsonObject;
  readonly content: JsonObject;
}

function problemObject(status: number, reasons: readonly ProblemReason[], examples: JsonObject): ProblemObject {
  if (reasons.length === 0) return { description: "", headers: {}, content: {} };
  const schema = {
    allOf: [reference("Problem"), { properties: { status: { const: status }, reason: { enum: reasons } } }],
  };
  return {
    description: reasons.map((reason) => `\`${reason}\`: ${problems[reason][1]}.`).join("\n\n"),
    ...nonEmpty("headers", problemHeaders(reasons)),
    content: contentOf(["application/problem+json"], schema, examples),
  };
}

const problemExamples = ({ examples }: Operation, reasons: readonly ProblemReason[]): JsonObject =>
  Object.fromEntries(
    Object.entries(examples).flatMap(([name, example]) =>
      !isSuccess(example) && reasons.includes(example.problem) ? [[name, problemExample(example)]] : [],
    ),
  );

/**
 * A rejected request need not match the schemas, so its parameters and body stand beside the
 * problem.
 */
const problemExample = (example: Extract<Example, ExampleProblem>): JsonObject => ({
  ...exampleMetadata(example),
  ...(example.parameters === undefined ? {} : { "x-params": example.parameters }),
  ...(example.body === undefined ? {} : { "x-body": example.body }),
  value: { type: "about:blank", ...problemDetails(example.problem, example.detail) },
});

export const isSuccess = <Result extends ExampleResponse | ExampleProblem>(
  result: Result,
): result is Extract<Result, ExampleResponse> => "value" in result;

function responseContent(response: OperationResponse, { examples }: Operation): JsonObject {
  const { status, schema, contentTypes = ["application/json"] } = response;
  const names = [schema ?? []].flat();
  if (names.length === 0 && contentTypes[0] === "application/json") return {};
  const values = Object.entries(examples).flatMap(([name, example]) =>
    isSuccess(example) && example.status === status
      ? [[name, { ...exampleMetadata(example), value: example.value }]]
      : [],
  );
  const [onlyName = ""] = names;
  const named = names.length === 1 ? reference(onlyName) : { anyOf: names.map(reference) };
  return contentOf(contentTypes, names.length === 0 ? { type: "string" } : named, Object.fromEntries(values));
}

const exampleMetadata = ({ summary, sender, requires }: Example): JsonObject => ({
  summary,
  ...(sender === undefined ? {} : { "x-by": sender }),
  ...(requires === undefined ? {} : { "x-after": requires }),
});

const headerObjects = (headers: ParameterMap): JsonObject =>
  Object.fromEntries(
    Object.entries(headers).map(([name, { schema, description }]) => [
      name,
      { description, schema: jsonSchema(schema) },
    ]),
  );

function problemHeaders(reasons: readonly ProblemReason[]): JsonObject {
  const text = (description: string) => ({ description, schema: { type: "string" } });
  return {
    ...(reasons.includes("unauthorized") ? { "WWW-Authenticate": text("`Bearer`.") } : {}),
    ...(reasons.includes("group_unavailable") ? { "Retry-After": text("Seconds until a retry may succeed.") } : {}),
  };
}

/** The examples stand with the first content type only, because they are the same for all. */
export const contentOf = (contentTypes: readonly string[], schema: JsonObject, examples: JsonObject): JsonObject =>
  Object.fromEntries(
    contentTypes.map((type, i) => [type, { schema, ...(i === 0 ? nonEmpty("examples", examples) : {}) }]),
  );

export const nonEmpty = (name: string, value: JsonObject): JsonObject =>
  Object.keys(value).length === 0 ? {} : { [name]: value };
