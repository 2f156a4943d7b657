// Descriptions of the messages in plain mode. test/served/asyncapi.test.ts runs their examples.
import type { Json } from "../src/core/json.ts";
import { callbackSchemas } from "./callbacks.ts";
import { plainSchemas, type v1Schemas } from "./frame-schemas.ts";
import type { DocumentedSchema } from "./operation.ts";
import { EXAMPLE_BIZ } from "./parameters.ts";

export const plainMessageSchemas = { ...plainSchemas, OrderOutcome: callbackSchemas.OrderOutcome } satisfies Record<
  string,
  DocumentedSchema
>;

export interface Message {
  readonly from: "server" | "client";
  readonly schema: keyof typeof plainMessageSchemas | keyof typeof v1Schemas;
  readonly summary: string;
  /** Bare text instead of JSON. */
  readonly isText?: true;
  /** Messages that may reply to a request. */
  readonly replies?: readonly string[];
  readonly examples: Readonly<Record<string, Example>>;
}

export interface Example {
  readonly summary: string;
  readonly payload: Json;
}

export const heartbeat = {
  schema: "Heartbeat",
  examples: { beat: { summary: "Exactly this text", payload: { type: "heartbeat" } } },
} as const;

export const plainMessages = {
  heartbeat: { ...heartbeat, from: "client", summary: "I live", replies: ["heartbeatAnswer"] },
  heartbeatAnswer: { ...heartbeat, from: "server", summary: "So does the server; nothing was woken" },
  orderOutcome: {
    from: "server",
    schema: "OrderOutcome",
    summary: "When it changes, and at once to whoever connects once it has changed",
    examples: {
      paid: { summary: "Paid", payload: { biz: EXAMPLE_BIZ, paid: true, status: "paid" } },
      failed: {
        summary: "An attempt failed; another may follow",
        payload: { biz: EXAMPLE_BIZ, paid: false, status: "failed" },
      },
    },
  },
  text: {
    from: "client",
    schema: "Text",
    summary: "For all members, the sender among them",
    isText: true,
    replies: ["relayedText"],
    examples: { hello: { summary: "A word to everybody", payload: "hello" } },
  },
  relayedText: {
    from: "server",
    schema: "RelayedText",
    summary: "What a member wrote",
    examples: { hello: { summary: "As a JSON string", payload: "hello" } },
  },
  result: {
    from: "server",
    schema: "Result",
    summary: "At once to the first member, then every `PUSH_EVERY_SECONDS`",
    examples: { time: { summary: "The time", payload: { type: "result", data: "2026-11-22 17:00:00" } } },
  },
  event: {
    from: "server",
    schema: "AnyFrame",
    summary: "What a backend sent into the group, or to this connection",
    examples: { progress: { summary: "A `send.message`", payload: { progress: 0.5 } } },
  },
  pingText: {
    from: "client",
    schema: "PingText",
    summary: "Asks for the server's time",
    isText: true,
    replies: ["serverTime"],
    examples: { ping: { summary: "Not JSON", payload: "ping" } },
  },
  serverTime: {
    from: "server",
    schema: "ServerTime",
    summary: "The answer to `ping`",
    examples: { time: { summary: "The time", payload: { type: "ping", data: "2026-11-22 17:00:00" } } },
  },
  echoed: {
    from: "client",
    schema: "Echoed",
    summary: "Its `message` comes back",
    replies: ["echo", "badInput"],
    examples: { message: { summary: "An object in it", payload: { message: { n: 1 } } } },
  },
  echo: {
    from: "server",
    schema: "AnyFrame",
    summary: "The `message` of what was sent, numbers as they were written",
    examples: { message: { summary: "The object", payload: { n: 1 } } },
  },
  badInput: {
    from: "server",
    schema: "BadInput",
    summary: "The connection stays open",
    examples: {
      not_json: {
        summary: "What was sent was no JSON",
        payload: { type: "error", data: "not JSON: send ping, or an object with a message" },
      },
    },
  },
} as const satisfies Record<string, Message>;
