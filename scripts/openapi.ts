// The OpenAPI document, made of the routes' own descriptions and schemas. Writes no file and knows no route itself.
import { families, operations, schemas } from "../src/http/api/index.ts";
import type { Answer, Body, Exchange, Operation, Param, Who } from "../src/http/api/operation.ts";
import { problems, problemDetails, type ProblemReason } from "../src/http/problem.ts";
import { jsonSchema, namedSchemas, reference } from "./json-schema.ts";

type Json = Readonly<Record<string, unknown>>;

/** What any request may come to, whatever its route. */
const ANYWHERE: readonly ProblemReason[] = ["internal", "bad_setting"];

export function openapi(): Json {
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
    tags: Object.entries(families).map(([name, description]) => ({ name, description })),
    paths: pathsOf(),
    components: {
      responses: sharedRefusals(),
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

const KEY = [{ bearer: [] }, { apiKey: [] }];

const SECURITY: Readonly<Record<Who, readonly Json[]>> = {
  anyone: [],
  backend: KEY,
  anyone_or_backend: [{}, ...KEY],
  merchant: [...KEY, { signature: [] }],
  provider: [],
};

function pathsOf(): Json {
  const paths: Record<string, Record<string, unknown>> = {};
  for (const operation of operations) {
    const path = (paths[operation.path.replaceAll(/:(\w+)/g, "{$1}")] ??= {});
    path[operation.method] = operationOf(operation);
  }
  return paths;
}

const operationOf = (operation: Operation): Json => ({
  operationId: operation.id,
  tags: [operation.family],
  summary: operation.summary,
  description: operation.about,
  security: SECURITY[operation.who],
  ...listed("parameters", [
    ...Object.entries(operation.params ?? {}).map((param) => parameterOf("path", param, operation)),
    ...Object.entries(operation.query ?? {}).map((param) => parameterOf("query", param, operation)),
    ...Object.entries(operation.headers ?? {}).map((param) => parameterOf("header", param, operation)),
  ]),
  ...(operation.body === undefined ? {} : { requestBody: bodyOf(operation.body, operation) }),
  responses: responsesOf(operation),
});

const listed = (name: string, list: readonly Json[]): Json => (list.length === 0 ? {} : { [name]: list });

function parameterOf(place: string, [name, param]: readonly [string, Param], { examples }: Operation): Json {
  const { schema, about, example } = param;
  const own = Object.entries(examples).flatMap(([key, exchange]) => {
    const { params = {} } = exchange;
    return isAnswered(exchange) && name in params ? [[key, { value: params[name] }]] : [];
  });
  const usual = example === undefined ? [] : [["usual", { value: example }]];
  return {
    name,
    in: place,
    required: place === "path",
    description: about,
    schema: jsonSchema(schema),
    ...(own.length === 0 && example !== undefined
      ? { example }
      : filled("examples", Object.fromEntries([...usual, ...own]))),
  };
}

function bodyOf({ schema, required, about, types = ["application/json"], bytes }: Body, { examples }: Operation): Json {
  const sent = Object.entries(examples).flatMap(([name, exchange]) => {
    const { summary, body } = exchange;
    return isAnswered(exchange) && body !== undefined ? [[name, { summary, value: body }]] : [];
  });
  const shape = schema === null ? {} : reference(schema);
  return {
    description: `${about} At most ${bytes} bytes.`,
    required,
    content: contentOf(types, shape, Object.fromEntries(sent)),
  };
}

/** The examples stand with the first type: they are the same in any. */
const contentOf = (types: readonly string[], schema: Json, examples: Json): Json =>
  Object.fromEntries(types.map((type, i) => [type, { schema, ...(i === 0 ? filled("examples", examples) : {}) }]));

const filled = (name: string, value: Json): Json => (Object.keys(value).length === 0 ? {} : { [name]: value });

function responsesOf(operation: Operation): Json {
  const refusals = refusalsOf(operation);
  const statuses = new Set([...operation.answers.map(({ status }) => status), ...refusals.keys()]);
  return Object.fromEntries(
    [...statuses]
      .toSorted((a, b) => a - b)
      .map((status) => [status, responseOf(operation, status, refusals.get(status) ?? [])]),
  );
}

function refusalsOf(operation: Operation): ReadonlyMap<number, readonly ProblemReason[]> {
  const refusals = new Map<number, readonly ProblemReason[]>();
  for (const reason of reasonsOf(operation)) {
    const [status] = problems[reason];
    refusals.set(status, [...(refusals.get(status) ?? []), reason]);
  }
  return refusals;
}

/** Every reason a route can be refused for: its own, and those that follow from its key, its body and its being one of ours. */
function reasonsOf({ who, body, refusals }: Operation): readonly ProblemReason[] {
  const byKey: readonly ProblemReason[] = who === "backend" ? ["unauthorized"] : [];
  const byBody: readonly ProblemReason[] = body === undefined ? [] : ["body_too_large"];
  return [...new Set([...byKey, ...byBody, ...refusals, ...ANYWHERE])];
}

/** What one status may bring: an answer, refusals, or (a provider's reply has a status that a refusal has too) both. */
function responseOf(operation: Operation, status: number, reasons: readonly ProblemReason[]): Json {
  const answer = operation.answers.find((candidate) => candidate.status === status);
  const refused = refusedExamples(operation, reasons);
  if (answer === undefined && Object.keys(refused).length === 0)
    return { $ref: `#/components/responses/${nameOf(reasons)}` };
  const shared = refusalOf(status, reasons, refused);
  if (answer === undefined) return shared;
  const content = { ...answerContent(answer, operation), ...shared["content"] };
  return {
    description: [answer.about, ...(reasons.length === 0 ? [] : [shared["description"]])].join("\n\n"),
    ...filled("headers", { ...headersOf(answer.headers ?? {}), ...shared["headers"] }),
    ...filled("content", content),
  };
}

const nameOf = (reasons: readonly ProblemReason[]): string => reasons.join(".");

/** Refusals that several routes have in common, each set of reasons under its own name. */
function sharedRefusals(): Json {
  const shared: Record<string, Json> = {};
  for (const operation of operations) {
    for (const [status, reasons] of refusalsOf(operation)) {
      const isShared = "$ref" in responseOf(operation, status, reasons);
      if (isShared) shared[nameOf(reasons)] = refusalOf(status, reasons, {});
    }
  }
  return shared;
}

function refusalOf(status: number, reasons: readonly ProblemReason[], examples: Json): Refusal {
  if (reasons.length === 0) return { description: "", headers: {}, content: {} };
  const schema = {
    allOf: [reference("Problem"), { properties: { status: { const: status }, reason: { enum: reasons } } }],
  };
  return {
    description: reasons.map((reason) => `\`${reason}\`: ${problems[reason][1]}.`).join("\n\n"),
    ...filled("headers", refusalHeaders(reasons)),
    content: contentOf(["application/problem+json"], schema, examples),
  };
}

interface Refusal extends Json {
  readonly description: string;
  readonly headers?: Json;
  readonly content: Json;
}

const refusedExamples = ({ examples }: Operation, reasons: readonly ProblemReason[]): Json =>
  Object.fromEntries(
    Object.entries(examples).flatMap(([name, example]) =>
      !isAnswered(example) && reasons.includes(example.refused) ? [[name, refusedExample(example)]] : [],
    ),
  );

const refusedExample = (example: Extract<Exchange, { readonly refused: ProblemReason }>): Json => ({
  ...marks(example),
  ...(example.params === undefined ? {} : { "x-params": example.params }),
  ...(example.body === undefined ? {} : { "x-body": example.body }),
  value: { type: "about:blank", ...problemDetails(example.refused, example.detail) },
});

const isAnswered = (example: Exchange): example is Extract<Exchange, { readonly answer: unknown }> =>
  "answer" in example;

function answerContent({ status, schema, types = ["application/json"] }: Answer, { examples }: Operation): Json {
  const names = [schema ?? []].flat();
  if (names.length === 0 && types[0] === "application/json") return {};
  const own = Object.entries(examples).flatMap(([name, example]) =>
    isAnswered(example) && example.status === status ? [[name, { ...marks(example), value: example.answer }]] : [],
  );
  const [only = ""] = names;
  const several = names.length === 1 ? reference(only) : { anyOf: names.map(reference) };
  return contentOf(types, names.length === 0 ? { type: "string" } : several, Object.fromEntries(own));
}

const marks = ({ summary, by, after }: Exchange): Json => ({
  summary,
  ...(by === undefined ? {} : { "x-by": by }),
  ...(after === undefined ? {} : { "x-after": after }),
});

const headersOf = (headers: Readonly<Record<string, Param>>): Json =>
  Object.fromEntries(
    Object.entries(headers).map(([name, { schema, about }]) => [
      name,
      { description: about, schema: jsonSchema(schema) },
    ]),
  );

function refusalHeaders(reasons: readonly ProblemReason[]): Json {
  const text = (description: string) => ({ description, schema: { type: "string" } });
  return {
    ...(reasons.includes("unauthorized") ? { "WWW-Authenticate": text("`Bearer`.") } : {}),
    ...(reasons.includes("group_unavailable") ? { "Retry-After": text("Seconds until another try may go well.") } : {}),
  };
}
