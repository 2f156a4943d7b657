// Descriptions of the service routes: health, metrics and the API documents.
import * as v from "valibot";
import { METRIC_GROUPS_MAX } from "../src/core/limits.ts";
import { GroupName, HealthResponse } from "../src/http/response-schemas.ts";
import { documented, type Operation } from "./operation.ts";

const Document = v.looseObject({});

export const serviceSchemas = {
  Health: documented(HealthResponse, "The Worker is up.", {
    status: "Always `ok`.",
    push_every_seconds: "The period of the pushes: the setting `PUSH_EVERY_SECONDS`.",
    development: "Whether the Worker runs with the public, checked-in secrets: the setting `DEVELOPMENT`.",
  }),
  Document: documented(Document, "A document of this API.", {}),
};

const readHealth: Operation = {
  operationId: "readHealth",
  route: "GET /healthz",
  tag: "service",
  summary: "Check the Worker's health",
  description: "Responds 200 if the Worker runs and its settings are valid.",
  responses: [{ status: 200, description: "The Worker is healthy.", schema: "Health" }],
  examples: {
    up: { summary: "Healthy", status: 200, value: { status: "ok", push_every_seconds: 60, development: true } },
  },
};

const readMetrics: Operation = {
  operationId: "readMetrics",
  route: "GET /metrics",
  tag: "service",
  summary: "Read the metrics",
  description:
    "Prometheus text: the counters of the responding isolate and of the groups in `group`. Reading a group's counters wakes it.",
  queryParameters: {
    group: {
      schema: v.pipe(v.array(GroupName), v.maxLength(METRIC_GROUPS_MAX)),
      description: "A group to include; may repeat.",
    },
  },
  responses: [{ status: 200, description: "The metrics.", schema: null, contentTypes: ["text/plain"] }],
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
  description: "This document: OpenAPI 3.1, readable from every origin.",
  responses: [{ status: 200, description: "The document.", schema: "Document" }],
};

const readAsyncapi: Operation = {
  ...document,
  operationId: "readAsyncapi",
  route: "GET /asyncapi.json",
  summary: "The WebSockets",
  description: "The WebSocket paths and their messages: AsyncAPI 3.0, readable from every origin.",
  responses: [{ status: 200, description: "The document.", schema: "Document" }],
};

export const serviceOperations: readonly Operation[] = [readHealth, readMetrics, readOpenapi, readAsyncapi];
