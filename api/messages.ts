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
  heartbeat: { ...heartbeat, from: "client", summary: "Heartbeat", replies: ["heartbeatAnswer"] },
  heartbeatAnswer: { ...heartbeat, from: "server", summary: "Reply of the platform; the group's object stays asleep" },
  orderOutcome: {
    from: "server",
    schema: "OrderOutcome",
    summary: "Sent on every change, and at once to connections of an order that is no longer pending",
    examples: {
      paid: { summary: "Paid", payload: { biz: EXAMPLE_BIZ, paid: true, status: "paid" } },
      failed: {
        summary: "A failed attempt; another may follow",
        payload: { biz: EXAMPLE_BIZ, paid: false, status: "failed" },
      },
    },
  },
  text: {
    from: "client",
    schema: "Text",
    summary: "Relayed to all members, including the sender",
    isText: true,
    replies: ["relayedText"],
    examples: { hello: { summary: "A text", payload: "hello" } },
  },
  relayedText: {
    from: "server",
    schema: "RelayedText",
    summary: "A member's text",
    examples: { hello: { summary: "As a JSON string", payload: "hello" } },
  },
  result: {
    from: "server",
    schema: "Result",
    summary: "Periodic push: at once to the first member, then every `PUSH_EVERY_SECONDS`",
    examples: { time: { summary: "The time", payload: { type: "result", data: "2026-11-22 17:00:00" } } },
  },
  event: {
    from: "server",
    schema: "AnyFrame",
    summary: "A backend's frame to the group or to this connection",
    examples: { progress: { summary: "A `send.message`", payload: { progress: 0.5 } } },
  },
  pingText: {
    from: "client",
    schema: "PingText",
    summary: "Requests the server's time",
    isText: true,
    replies: ["serverTime"],
    examples: { ping: { summary: "Bare text", payload: "ping" } },
  },
  serverTime: {
    from: "server",
    schema: "ServerTime",
    summary: "The reply to `ping`",
    examples: { time: { summary: "The time", payload: { type: "ping", data: "2026-11-22 17:00:00" } } },
  },
  echoed: {
    from: "client",
    schema: "Echoed",
    summary: "Requests an echo of `message`",
    replies: ["echo", "badInput"],
    examples: { message: { summary: "A message that is an object", payload: { message: { n: 1 } } } },
  },
  echo: {
    from: "server",
    schema: "AnyFrame",
    summary: "The echoed `message`; numbers keep their notation",
    examples: { message: { summary: "The object", payload: { n: 1 } } },
  },
  badInput: {
    from: "server",
    schema: "BadInput",
    summary: "An invalid message; the connection stays open",
    examples: {
      not_json: {
        summary: "A message that is not JSON",
        payload: { type: "error", data: "not JSON: send ping, or an object with a message" },
      },
    },
  },
} as const satisfies Record<string, Message>;
