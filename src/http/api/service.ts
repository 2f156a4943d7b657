// The Worker itself, told: whether it is well, what it has counted, and the documents that describe it.
import * as v from "valibot";
import { METRIC_GROUPS_MAX } from "../../core/limits.ts";
import { GroupName, HealthResponse } from "../response-schemas.ts";
import { described, type Operation } from "./operation.ts";

const Document = v.looseObject({});

export const serviceSchemas = {
  Health: described(HealthResponse, "The Worker is up.", {
    status: "It is.",
    push_every_seconds: "The period of the pushes: the setting `PUSH_EVERY_SECONDS`.",
    development: "Whether the secrets are the checked-in ones, known to everybody: the setting `DEVELOPMENT`.",
  }),
  Document: described(Document, "A document of this API.", {}),
};

const readHealth: Operation = {
  id: "readHealth",
  method: "get",
  path: "/healthz",
  family: "service",
  summary: "Whether the Worker is up",
  about: "And its settings can be used.",
  who: "anyone",
  answers: [{ status: 200, about: "It is.", schema: "Health" }],
  refusals: [],
  examples: {
    up: { summary: "It is", status: 200, answer: { status: "ok", push_every_seconds: 60, development: true } },
  },
};

const readMetrics: Operation = {
  id: "readMetrics",
  method: "get",
  path: "/metrics",
  family: "service",
  summary: "What happened, counted",
  about:
    "For Prometheus, in its text format. The counts are those of the isolate that answers, and of the groups that are asked for: asking wakes a group.",
  who: "backend",
  query: {
    group: {
      schema: v.pipe(v.array(GroupName), v.maxLength(METRIC_GROUPS_MAX)),
      about: "Once for each group that is to be asked.",
    },
  },
  answers: [{ status: 200, about: "The counts.", schema: null, types: ["text/plain"] }],
  refusals: ["bad_query", "unknown_group", "malformed_group", "group_unavailable"],
  examples: {
    unknown: {
      summary: "A group of no consumer",
      params: { group: "room_7" },
      refused: "unknown_group",
    },
    no_key: { summary: "Without a key", by: "anyone", refused: "unauthorized" },
  },
};

const document = { method: "get", family: "service", who: "anyone", refusals: [], examples: {} } as const;

const readOpenapi: Operation = {
  ...document,
  id: "readOpenapi",
  path: "/openapi.json",
  summary: "The routes",
  about: "This document: OpenAPI 3.1, for every origin.",
  answers: [{ status: 200, about: "The document.", schema: "Document" }],
};

const readAsyncapi: Operation = {
  ...document,
  id: "readAsyncapi",
  path: "/asyncapi.json",
  summary: "The WebSockets",
  about: "What is said on connections: AsyncAPI 3.0, for every origin.",
  answers: [{ status: 200, about: "The document.", schema: "Document" }],
};

export const serviceOperations: readonly Operation[] = [readHealth, readMetrics, readOpenapi, readAsyncapi];
