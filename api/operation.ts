// The description of one route, in OpenAPI's terms. The route table adds path, access, body limit
// and problems.
import type { GenericSchema, ObjectEntries } from "valibot";
import type { Json } from "../src/core/json.ts";
import type { ProblemReason } from "../src/http/problem.ts";
import type { RouteName } from "../src/http/routes.ts";

export interface Operation {
  /** Name of the operation in generated clients. */
  readonly operationId: string;
  /** The route in the table that this operation describes. */
  readonly route: RouteName;
  /** A WebSocket path of `GET /ws/*`. Absent = the route's path. */
  readonly path?: string;
  /** Reasons of the route that this path excludes. */
  readonly excludedProblems?: readonly ProblemReason[];
  readonly tag: Tag;
  readonly summary: string;
  readonly description: string;
  /** One entry per `:parameter` of the path. */
  readonly pathParameters?: ParameterMap;
  readonly queryParameters?: ParameterMap;
  readonly headerParameters?: ParameterMap;
  readonly requestBody?: RequestBody;
  readonly responses: readonly OperationResponse[];
  readonly examples: Readonly<Record<string, Example>>;
}

export type Tag = keyof typeof tags;

/** Descriptions by tag, in the order of the document. */
export const tags = {
  orders: "Registration and status of orders.",
  payments: "Signed webhooks of payment providers, acknowledged in their own format.",
  groups: "Events to groups and connections, as with Channels' `group_send` and `send`.",
  websockets: "WebSocket handshakes. The frames are in `/asyncapi.json`.",
  service: "Health, metrics and the API documents.",
} as const;

export type ParameterMap = Readonly<Record<string, Parameter>>;

export interface Parameter {
  readonly schema: GenericSchema;
  readonly description: string;
  readonly example?: string | number;
}

export interface RequestBody {
  /** Name of the schema; null for a body whose format a provider defines. */
  readonly schema: SchemaName | null;
  readonly required: boolean;
  readonly description: string;
  /** Absent = `application/json`. */
  readonly contentTypes?: readonly string[];
}

export interface OperationResponse {
  readonly status: number;
  readonly description: string;
  /** Name of the schema, or names of alternatives; null for an empty body or plain text. */
  readonly schema: SchemaName | readonly SchemaName[] | null;
  /** Absent = `application/json`. */
  readonly contentTypes?: readonly string[];
  readonly headers?: ParameterMap;
}

/** One request with its response. test/served/openapi.test.ts sends it and compares. */
export type Example = ExampleRequest & (ExampleResponse | ExampleProblem);

interface ExampleRequest {
  readonly summary: string;
  /** Values of path, query and header parameters. Absent = the parameter's own example. */
  readonly parameters?: Readonly<Record<string, string | number>>;
  /** Absent = no body. A string is sent as it is, any other value as JSON. */
  readonly body?: Json;
  /** `x-by` in the document. Absent = the sender that the route's access expects. */
  readonly sender?: Sender;
  /** `x-after` in the document: examples to run before, as `<operationId>.<example>`. */
  readonly requires?: readonly string[];
}

/** `provider` signs with its own scheme (scripts/sign.ts). */
export type Sender = "anyone" | "backend" | "provider";

export interface ExampleResponse {
  readonly status: number;
  readonly value: Json;
}

export interface ExampleProblem {
  readonly problem: ProblemReason;
  readonly detail?: string;
}

/** Key of a schema under `components.schemas`. */
export type SchemaName = Capitalize<string>;

/** A schema with its descriptions, which stand beside it to stay out of the Worker's bundle. */
export interface DocumentedSchema {
  readonly schema: GenericSchema;
  readonly description: string;
  /** Descriptions by property. */
  readonly properties: Readonly<Record<string, string>>;
}

/** Adds descriptions to an object schema. A property without one is a type error. */
export const documented = <Entries extends ObjectEntries>(
  schema: GenericSchema & { readonly entries: Entries },
  description: string,
  properties: { readonly [Property in keyof Entries]: string },
): DocumentedSchema => ({ schema, description, properties });
