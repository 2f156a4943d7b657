// What is told of the Worker itself: whether it is well, and the documents that describe it.
import * as v from "valibot";
import { Health } from "../answers.ts";
import { described, type Operation } from "./operation.ts";

const Document = v.looseObject({});

export const serviceSchemas = {
  Health: described(Health, "The Worker is up.", {
    status: "It is.",
    push_every_seconds: "The period of the pushes: the setting `PUSH_EVERY_SECONDS`.",
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
    up: { summary: "It is", status: 200, answer: { status: "ok", push_every_seconds: 60 } },
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

export const serviceOperations: readonly Operation[] = [readHealth, readOpenapi, readAsyncapi];
