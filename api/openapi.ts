// Generates /openapi.json (OpenAPI 3.1) from the operations, their schemas and the route table.
import { problems } from "../src/http/problem.ts";
import type { Access, Route } from "../src/http/routes.ts";
import { operations, schemas } from "./index.ts";
import { jsonSchema, namedSchemas, reference, type JsonObject } from "./json-schema.ts";
import { tags, type Operation, type Parameter, type ParameterMap, type RequestBody } from "./operation.ts";
import { contentOf, isSuccess, nonEmpty, responseObjects, routeOf, sharedResponses } from "./responses.ts";

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
  "JSON in, JSON out; the `Content-Type` of a request is ignored. A trailing slash is optional. Another method responds 405 `method_not_allowed` with an `Allow` header; another path responds 404 `unknown_path`, and a `Host` header that is no host name 400 `bad_host`.",
  "A refusal is problem+json (RFC 9457) with a stable `reason`; `detail`, where there is one, is for developers and may change.",
  "The example of a request and that of its response have the same name. Beside a response, `x-by` is the sender, if it differs from the expected one, and `x-after` lists the examples that ran before. A rejected request need not match the schemas: its parameters and body are in `x-params` and `x-body`, beside the problem. WebSocket messages are in `/asyncapi.json`.",
].join("\n\n");

const PROBLEM = {
  type: "object",
  description: "A refusal (RFC 9457).",
  required: ["type", "title", "status", "reason"],
  properties: {
    type: { const: "about:blank" },
    title: { type: "string", description: "The reason in English." },
    status: { type: "integer", description: "The HTTP status." },
    reason: { type: "string", description: "Stable, for programs.", enum: Object.keys(problems) },
    detail: { type: "string", description: "The exact cause, for developers; may change." },
  },
};

const SECURITY_SCHEMES = {
  bearer: {
    type: "http",
    scheme: "bearer",
    description: "One of `API_KEYS`, as `Authorization: Bearer <key>`; for a WebSocket a token as well.",
  },
  apiKey: { type: "apiKey", in: "header", name: "X-API-Key", description: "The same key in its own header." },
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
