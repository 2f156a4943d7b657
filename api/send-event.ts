// Descriptions of the send routes: to a group, a user or one connection, and in batches.
import * as v from "valibot";
import { BATCH_MAX } from "../src/core/limits.ts";
import { AnyJson, BatchResponse, BatchResult, SendResponse } from "../src/http/response-schemas.ts";
import { BatchItem, IdempotencyKey, Sub } from "../src/http/request-schemas.ts";
import { position } from "./groups.ts";
import { documented, type Example, type Operation, type Parameter } from "./operation.ts";
import { channel, EXAMPLE_BIZ, group } from "./parameters.ts";

/**
 * Common fields of all event types. Each consumer declares its types and their fields
 * (core/event.ts).
 */
const Event = v.looseObject({
  type: v.string(),
  message: v.optional(AnyJson),
  data: v.optional(AnyJson),
  exclude: v.optional(v.nullable(v.string())),
});

/** The whole body, whereas the route validates each item by itself. */
const Batch = v.object({ items: v.pipe(v.array(BatchItem), v.maxLength(BATCH_MAX)) });

export const sendSchemas = {
  Event: documented(
    Event,
    "An event into a group. Which types there are its consumer says; `.` and `_` mean the same.",
    {
      type: "`send.message` everywhere; in an order's group also `send_data_to_frontend`.",
      message: "For `send.message`: the frame, any JSON. Numbers stay as they are written.",
      data: "For `send_data_to_frontend`: the frame.",
      exclude: "The channel of a connection of this group that does not get it, as a rule the one that caused it.",
    },
  ),
  Sent: documented(SendResponse, "Where the group stands, and whom the frame reached.", {
    ...position,
    connections: "How many connections got the frame.",
  }),
  Batch: documented(Batch, "Sends, each for itself.", {
    items: "At most 100. The items of one group are sent in their order.",
  }),
  BatchItem: {
    schema: BatchItem,
    description:
      "A send: into a group, to one `user` in it, or to one `channel`; its `event` is as for one alone, and has at most 64 KiB.",
    properties: {},
  },
  BatchResults: documented(BatchResponse, "What became of a batch.", {
    items: "One for each item, in the same place.",
  }),
  BatchResult: {
    schema: BatchResult,
    description:
      "What became of a send: as if it had been sent alone, or why it was not (`bad_item`: it has not the form of one).",
    properties: {},
  },
};

const key: Parameter = {
  schema: IdempotencyKey,
  description:
    "The same request with the same key within 24 hours is answered as before and sends nothing; something else under it is refused. A key counts in its group.",
};

const event = { schema: "Event", required: true, description: "The event." } as const;
const hello = { type: "send.message", message: { progress: 0.5 } };
const headline = (text: string) => ({ type: "send.message", message: { headline: text } });
const nobody = { epoch: null, offset: 0, connections: 0 };
const kept = { epoch: "9c1d04e7", offset: 1, connections: 0 };
const noKey: Example = { summary: "Without a key", sender: "anyone", body: hello, problem: "unauthorized" };

const send = {
  tag: "groups",
  headerParameters: { "Idempotency-Key": key },
  requestBody: event,
} as const;

const sendToGroup: Operation = {
  ...send,
  operationId: "sendToGroup",
  route: "POST /groups/:group/send",
  summary: "Send an event to everybody in a group",
  description:
    "As `group_send` does in Channels. A feed keeps it, under the next offset; any other group does not. Nobody there is no error.",
  pathParameters: { group },
  responses: [{ status: 200, description: "It was sent to whoever was there.", schema: "Sent" }],
  examples: {
    message: { summary: "A frame of your own", body: hello, status: 200, value: nobody },
    kept: {
      summary: "Into a feed, once",
      parameters: { group: "feed_news", "Idempotency-Key": "headline-1" },
      body: headline("Doors open at nine"),
      status: 200,
      value: kept,
    },
    repeated: {
      summary: "The same again: answered as before, and not sent",
      parameters: { group: "feed_news", "Idempotency-Key": "headline-1" },
      body: headline("Doors open at nine"),
      requires: ["sendToGroup.kept"],
      status: 200,
      value: kept,
    },
    key_reused: {
      summary: "Something else under the same key",
      parameters: { group: "feed_news", "Idempotency-Key": "headline-1" },
      body: headline("Doors open at ten"),
      requires: ["sendToGroup.kept"],
      problem: "idempotency_key_reused",
    },
    unknown_type: {
      summary: "A type that no consumer declares",
      body: { type: "shout", message: 1 },
      problem: "unknown_event",
      detail: "the types here are send.message",
    },
    outcome: {
      summary: "An outcome, which has another door",
      parameters: { group: `order_${EXAMPLE_BIZ}` },
      body: { type: "send.message", message: { biz: EXAMPLE_BIZ, paid: true } },
      problem: "bad_event",
      detail: "an order's outcome comes in by POST /callback/:biz/ and by no other way",
    },
    no_group: {
      summary: "A group of no consumer",
      parameters: { group: "room_7" },
      body: hello,
      problem: "unknown_group",
    },
    malformed: {
      summary: "A name that is none",
      parameters: { group: "alarm 7" },
      body: hello,
      problem: "malformed_group",
    },
    no_key: noKey,
  },
};

const sendToUser: Operation = {
  ...send,
  operationId: "sendToUser",
  route: "POST /groups/:group/users/:sub/send",
  summary: "Send an event to one user in a group",
  description: "To all connections whose token has this `sub`. It is not kept, whatever the group keeps.",
  pathParameters: {
    group,
    sub: {
      schema: Sub,
      description:
        "A user, as the issuer of tokens calls it, up to 200 characters; neither `.` nor `..`, which in a URL would name another path.",
      example: "anna@example.org",
    },
  },
  responses: [{ status: 200, description: "It was sent, if the user was there.", schema: "Sent" }],
  examples: {
    message: {
      summary: "Only for Anna",
      body: { type: "send.message", message: "only for Anna" },
      status: 200,
      value: nobody,
    },
    no_key: noKey,
  },
};

const sendToChannel: Operation = {
  ...send,
  operationId: "sendToChannel",
  route: "POST /channels/:channel/send",
  summary: "Send an event to one connection",
  description: "As `send` does in Channels. It is not kept. A connection that has gone is no error.",
  pathParameters: { channel },
  responses: [{ status: 200, description: "It was sent, if the connection was there.", schema: "Sent" }],
  examples: {
    message: {
      summary: "Only for one",
      body: { type: "send.message", message: "only for you" },
      status: 200,
      value: nobody,
    },
    malformed: {
      summary: "A group's name alone",
      parameters: { channel: "alarm_7" },
      body: hello,
      problem: "malformed_channel",
    },
    no_key: noKey,
  },
};

const sendBatch: Operation = {
  operationId: "sendBatch",
  route: "POST /send",
  tag: "groups",
  summary: "Send many events at once",
  description:
    "What is wrong with one costs the others nothing; only a batch that is none is refused as a whole. If no answer comes, or one of 503, send the batch again: items with a key are sent once.",
  requestBody: { schema: "Batch", required: true, description: "The sends." },
  responses: [{ status: 200, description: "What became of each.", schema: "BatchResults" }],
  examples: {
    three: {
      summary: "Into a feed, to a user, and something that nobody takes",
      body: {
        items: [
          { group: "feed_news", event: headline("Doors are open"), idempotency_key: "headline-2" },
          { group: "alarm_7", user: "anna@example.org", event: hello },
          { channel: "alarm_7!0123456789abcdef0123456789abcdef", event: { type: "shout" } },
        ],
      },
      status: 200,
      value: {
        items: [
          { status: 200, ...kept },
          { status: 200, ...nobody },
          {
            status: 422,
            title: "The group takes no event of this type",
            reason: "unknown_event",
            detail: "the types here are send.message",
          },
        ],
      },
    },
    no_list: {
      summary: "No list of items",
      body: { items: {} },
      problem: "bad_batch",
      detail: "items: Invalid type: Expected Array",
    },
    no_key: { summary: "Without a key", sender: "anyone", body: { items: [] }, problem: "unauthorized" },
  },
};

export const sendOperations: readonly Operation[] = [sendToGroup, sendToUser, sendToChannel, sendBatch];
