// Generates /openapi.json (OpenAPI 3.1) from the operations, their schemas and the route table.
import { problemDetails, problems, type ProblemReason } from "../src/http/problem.ts";
import { problemsOf, routes, type Access, type Route } from "../src/http/routes.ts";
import { operations, schemas } from "./index.ts";
import { jsonSchema, namedSchemas, reference, type JsonObject } from "./json-schema.ts";
import {
  tags,
  type Example,
  type ExampleProblem,
  type ExampleResponse,
  type Operation,
  type OperationResponse,
  type Parameter,
  type ParameterMap,
  type RequestBody,
} from "./operation.ts";

export function openapi(): JsonObject {
  return {
    openapi: "3.1.0",
    info: {
      title: "Belfry",
      version: "1",
      summary: "Rings every browser in a group: payment callbacks and periodic pushes.",
      description: INTRODUCTION,
      contact: { name: "Belfry" },
      license: { name: "MIT", identifier: "MIT" },
    },
    servers: [{ url: "/", description: "The Worker that serves this document." }],
    tags: Object.entries(tags).map(([name, description]) => ({ name, description })),
    paths: pathItems(),
    components: {
      responses: sharedResponses(),
      schemas: {
        ...namedSchemas(schemas),
        Problem: PROBLEM,
      },
      securitySchemes: SECURITY_SCHEMES,
    },
    "x-reasons": Object.fromEntries(
      Object.entries(problems).map(([reason, [status, title]]) => [reason, { status, title }]),
    ),
  };
}

const INTRODUCTION = [
  "JSON in, JSON out; the `Content-Type` of a request is not looked at. A path means the same with and without its closing slash; by another method than those here it answers 405 `method_not_allowed`, and `Allow` names the right ones. A path that is not here is 404 `unknown_path`.",
  "A refusal is problem+json (RFC 9457) with a stable `reason`; `detail`, where there is one, is for people and may change.",
  "Each example is a request and its answer under the same name. Beside an answer, `x-by` says who asked, where that is not whom the route is for, and `x-after` which other examples had happened. What a refused request said need not fit the schemas, so it stands beside its refusal, in `x-params` and `x-body`. What is said on WebSockets is in `/asyncapi.json`.",
].join("\n\n");

const PROBLEM = {
  type: "object",
  description: "A refusal (RFC 9457).",
  required: ["type", "title", "status", "reason"],
  properties: {
    type: { const: "about:blank" },
    title: { type: "string", description: "The reason in words." },
    status: { type: "integer", description: "The HTTP status." },
    reason: { type: "string", description: "Stable: what a program goes by.", enum: Object.keys(problems) },
    detail: { type: "string", description: "What exactly; for people, and may change." },
  },
};

const SECURITY_SCHEMES = {
  bearer: {
    type: "http",
    scheme: "bearer",
    description: "One of `API_KEYS`, as `Authorization: Bearer <key>`; for a WebSocket also a token.",
  },
  apiKey: { type: "apiKey", in: "header", name: "X-API-Key", description: "The same key in a header of its own." },
  signature: {
    type: "apiKey",
    in: "header",
    name: "webhook-signature",
    description:
      "Standard Webhooks: `v1,<base64>`, the HMAC-SHA-256 of `<webhook-id>.<webhook-timestamp>.<body>` under the secret of `CALLBACK_STANDARD`.",
  },
};

const API_KEY = [{ bearer: [] }, { apiKey: [] }];

/** `security` by the route's access; `{}` makes the credential optional. */
const SECURITY: Readonly<Record<Access, readonly JsonObject[]>> = {
  public: [],
  api_key: API_KEY,
  optional_api_key: [{}, ...API_KEY],
  api_key_or_signature: [...API_KEY, { signature: [] }],
  provider_signature: [],
  origin_or_credential: [{}, ...API_KEY],
};

function pathItems(): JsonObject {
  const paths: Record<string, Record<string, unknown>> = {};
  for (const operation of operations) {
    const route = routeOf(operation);
    const item = (paths[(operation.path ?? route.path).replaceAll(/:(\w+)/g, "{$1}")] ??= {});
    item[route.method.toLowerCase()] = operationObject(operation, route);
  }
  return paths;
}

function routeOf(operation: Operation): Route {
  const route = routes.find(({ name }) => name === operation.route);
  if (route === undefined) throw new Error(`no route ${operation.route}`); // the type of `route` excludes it
  return route;
}

const operationObject = (operation: Operation, route: Route): JsonObject => ({
  operationId: operation.operationId,
  tags: [operation.tag],
  summary: operation.summary,
  description: operation.description,
  security: SECURITY[route.access],
  ...nonEmptyList("parameters", [
    ...parameterObjects("path", operation.pathParameters, operation),
    ...parameterObjects("query", operation.queryParameters, operation),
    ...parameterObjects("header", operation.headerParameters, operation),
  ]),
  ...(operation.requestBody === undefined
    ? {}
    : { requestBody: requestBodyObject(operation.requestBody, route, operation) }),
  responses: responseObjects(operation),
});

const nonEmptyList = (name: string, list: readonly JsonObject[]): JsonObject =>
  list.length === 0 ? {} : { [name]: list };

const nonEmpty = (name: string, value: JsonObject): JsonObject =>
  Object.keys(value).length === 0 ? {} : { [name]: value };

const parameterObjects = (
  location: "path" | "query" | "header",
  parameters: ParameterMap = {},
  operation: Operation,
): readonly JsonObject[] =>
  Object.entries(parameters).map(([name, parameter]) => parameterObject(location, name, parameter, operation));

function parameterObject(location: string, name: string, parameter: Parameter, { examples }: Operation): JsonObject {
  const { schema, description, example } = parameter;
  const values = Object.entries(examples).flatMap(([key, { parameters = {}, ...result }]) =>
    isSuccess(result) && name in parameters ? [[key, { value: parameters[name] }]] : [],
  );
  const usual = example === undefined ? [] : [["usual", { value: example }]];
  return {
    name,
    in: location,
    required: location === "path",
    description,
    schema: jsonSchema(schema),
    ...(values.length === 0 && example !== undefined
      ? { example }
      : nonEmpty("examples", Object.fromEntries([...usual, ...values]))),
  };
}

function requestBodyObject(body: RequestBody, { maxBodyBytes }: Route, { examples }: Operation): JsonObject {
  const { schema, required, description, contentTypes = ["application/json"] } = body;
  const values = Object.entries(examples).flatMap(([name, { summary, body: value, ...result }]) =>
    isSuccess(result) && value !== undefined ? [[name, { summary, value }]] : [],
  );
  return {
    description: `${description} At most ${maxBodyBytes} bytes.`,
    required,
    content: contentOf(contentTypes, schema === null ? {} : reference(schema), Object.fromEntries(values)),
  };
}

/** The examples stand with the first content type only, because they are the same for all. */
const contentOf = (contentTypes: readonly string[], schema: JsonObject, examples: JsonObject): JsonObject =>
  Object.fromEntries(
    contentTypes.map((type, i) => [type, { schema, ...(i === 0 ? nonEmpty("examples", examples) : {}) }]),
  );

function responseObjects(operation: Operation): JsonObject {
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

/** A status may have a response, problems, or both: a provider expects its own body with a status that problems use too. */
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

/** `components.responses`: one entry per set of reasons, for the operations without an example of them. */
function sharedResponses(): JsonObject {
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

/** A rejected request need not match the schemas, so its parameters and body stand beside the problem. */
const problemExample = (example: Extract<Example, ExampleProblem>): JsonObject => ({
  ...exampleMetadata(example),
  ...(example.parameters === undefined ? {} : { "x-params": example.parameters }),
  ...(example.body === undefined ? {} : { "x-body": example.body }),
  value: { type: "about:blank", ...problemDetails(example.problem, example.detail) },
});

const isSuccess = <Result extends ExampleResponse | ExampleProblem>(
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
    ...(reasons.includes("group_unavailable") ? { "Retry-After": text("Seconds until another try may go well.") } : {}),
  };
}
