// Descriptions of the service routes: health, metrics and the API documents.
import * as v from "valibot";
import { METRIC_GROUPS_MAX } from "../src/core/limits.ts";
import { GroupName, HealthResponse } from "../src/http/response-schemas.ts";
import { documented, type Operation } from "./operation.ts";

const Document = v.looseObject({});

export const serviceSchemas = {
  Health: documented(HealthResponse, "The Worker is up.", {
    status: "It is.",
    push_every_seconds: "The period of the pushes: the setting `PUSH_EVERY_SECONDS`.",
    development: "Whether the secrets are the checked-in ones, known to everybody: the setting `DEVELOPMENT`.",
  }),
  Document: documented(Document, "A document of this API.", {}),
};

const readHealth: Operation = {
  operationId: "readHealth",
  route: "GET /healthz",
  tag: "service",
  summary: "Whether the Worker is up",
  description: "And its settings can be used.",
  responses: [{ status: 200, description: "It is.", schema: "Health" }],
  examples: {
    up: { summary: "It is", status: 200, value: { status: "ok", push_every_seconds: 60, development: true } },
  },
};

const readMetrics: Operation = {
  operationId: "readMetrics",
  route: "GET /metrics",
  tag: "service",
  summary: "What happened, counted",
  description:
    "For Prometheus, in its text format. The counts are those of the isolate that answers, and of the groups that are asked for: asking wakes a group.",
  queryParameters: {
    group: {
      schema: v.pipe(v.array(GroupName), v.maxLength(METRIC_GROUPS_MAX)),
      description: "Once for each group that is to be asked.",
    },
  },
  responses: [{ status: 200, description: "The counts.", schema: null, contentTypes: ["text/plain"] }],
  examples: {
    unknown: {
      summary: "A group of no consumer",
      parameters: { group: "room_7" },
      problem: "unknown_group",
    },
    no_key: { summary: "Without a key", sender: "anyone", problem: "unauthorized" },
  },
};

const document = { tag: "service", examples: {} } as const;

const readOpenapi: Operation = {
  ...document,
  operationId: "readOpenapi",
  route: "GET /openapi.json",
  summary: "The routes",
  description: "This document: OpenAPI 3.1, for every origin.",
  responses: [{ status: 200, description: "The document.", schema: "Document" }],
};

const readAsyncapi: Operation = {
  ...document,
  operationId: "readAsyncapi",
  route: "GET /asyncapi.json",
  summary: "The WebSockets",
  description: "What is said on connections: AsyncAPI 3.0, for every origin.",
  responses: [{ status: 200, description: "The document.", schema: "Document" }],
};

export const serviceOperations: readonly Operation[] = [readHealth, readMetrics, readOpenapi, readAsyncapi];
