// Descriptions of the send routes: to a group, a user or one connection, and in batches.
import * as v from "valibot";
import { BATCH_MAX } from "../src/core/limits.ts";
import { AnyJson, BatchResponse, BatchResult, SendResponse } from "../src/http/response-schemas.ts";
import { BatchItem, IdempotencyKey, Sub } from "../src/http/request-schemas.ts";
import { positionTexts } from "./groups.ts";
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
    "An event for a group. Its consumer declares the types; `.` and `_` in a type are equivalent.",
    {
      type: "`send.message` everywhere; in an order's group also `send_data_to_frontend`.",
      message: "For `send.message`: the frame, any JSON. Numbers keep their notation.",
      data: "For `send_data_to_frontend`: the frame.",
      exclude: "Channel of a connection of this group that does not receive the frame, usually the sender.",
    },
  ),
  Sent: documented(SendResponse, "The group's position and the number of receivers.", {
    ...positionTexts,
    connections: "Number of connections that received the frame.",
  }),
  Batch: documented(Batch, "A batch of sends.", {
    items: "At most 100. Items of the same group are sent in order.",
  }),
  BatchItem: {
    schema: BatchItem,
    description: "A send to a group, to one `user` in it, or to one `channel`. Its `event` has at most 64 KiB.",
    properties: {},
  },
  BatchResults: documented(BatchResponse, "The results of a batch.", {
    items: "One result per item, in the same order.",
  }),
  BatchResult: {
    schema: BatchResult,
    description: "The response to a single send, or its problem (`bad_item`: the item is malformed).",
    properties: {},
  },
};

const idempotencyKey: Parameter = {
  schema: IdempotencyKey,
  description:
    "A repeated request with the same key within 24 hours returns the first response and sends nothing; another request with the key is rejected. Keys are scoped to a group.",
};

const eventBody = { schema: "Event", required: true, description: "The event." } as const;
const progressEvent = { type: "send.message", message: { progress: 0.5 } };
const headlineEvent = (text: string) => ({ type: "send.message", message: { headline: text } });
const sentToNobody = { epoch: null, offset: 0, connections: 0 };
const storedInFeed = { epoch: "9c1d04e7", offset: 1, connections: 0 };
const withoutApiKey: Example = {
  summary: "Without a key",
  sender: "anyone",
  body: progressEvent,
  problem: "unauthorized",
};

const sendOperation = {
  tag: "groups",
  headerParameters: { "Idempotency-Key": idempotencyKey },
  requestBody: eventBody,
} as const;

const sendToGroup: Operation = {
  ...sendOperation,
  operationId: "sendToGroup",
  route: "POST /groups/:group/send",
  summary: "Send an event to everybody in a group",
  description:
    "Channels' `group_send`. A feed stores the frame under the next offset; other groups do not store it. An empty group is no error.",
  pathParameters: { group },
  responses: [{ status: 200, description: "Sent.", schema: "Sent" }],
  examples: {
    message: { summary: "A frame of any JSON", body: progressEvent, status: 200, value: sentToNobody },
    kept: {
      summary: "To a feed, with an idempotency key",
      parameters: { group: "feed_news", "Idempotency-Key": "headline-1" },
      body: headlineEvent("Doors open at nine"),
      status: 200,
      value: storedInFeed,
    },
    repeated: {
      summary: "A repetition: the first response, nothing sent",
      parameters: { group: "feed_news", "Idempotency-Key": "headline-1" },
      body: headlineEvent("Doors open at nine"),
      requires: ["sendToGroup.kept"],
      status: 200,
      value: storedInFeed,
    },
    key_reused: {
      summary: "Another event with the same key",
      parameters: { group: "feed_news", "Idempotency-Key": "headline-1" },
      body: headlineEvent("Doors open at ten"),
      requires: ["sendToGroup.kept"],
      problem: "idempotency_key_reused",
    },
    unknown_type: {
      summary: "A type that the consumer does not declare",
      body: { type: "shout", message: 1 },
      problem: "unknown_event",
      detail: "the types here are send.message",
    },
    outcome: {
      summary: "An order's outcome, which has a route of its own",
      parameters: { group: `order_${EXAMPLE_BIZ}` },
      body: { type: "send.message", message: { biz: EXAMPLE_BIZ, paid: true } },
      problem: "bad_event",
      detail: "an order's outcome comes in by POST /callback/:biz/ and by no other way",
    },
    no_group: {
      summary: "A group of no consumer",
      parameters: { group: "room_7" },
      body: progressEvent,
      problem: "unknown_group",
    },
    malformed: {
      summary: "A malformed name",
      parameters: { group: "alarm 7" },
      body: progressEvent,
      problem: "malformed_group",
    },
    no_key: withoutApiKey,
  },
};

const sendToUser: Operation = {
  ...sendOperation,
  operationId: "sendToUser",
  route: "POST /groups/:group/users/:sub/send",
  summary: "Send an event to one user in a group",
  description: "To every connection whose token has this `sub`. The frame is not stored, not even in a feed.",
  pathParameters: {
    group,
    sub: {
      schema: Sub,
      description:
        "The user: `sub` of the tokens, up to 200 characters. `.` and `..` are excluded, because URLs resolve them.",
      example: "anna@example.org",
    },
  },
  responses: [{ status: 200, description: "Sent, if the user is connected.", schema: "Sent" }],
  examples: {
    message: {
      summary: "Only for Anna",
      body: { type: "send.message", message: "only for Anna" },
      status: 200,
      value: sentToNobody,
    },
    no_key: withoutApiKey,
  },
};

const sendToChannel: Operation = {
  ...sendOperation,
  operationId: "sendToChannel",
  route: "POST /channels/:channel/send",
  summary: "Send an event to one connection",
  description: "Channels' `send`. The frame is not stored. A closed connection is no error.",
  pathParameters: { channel },
  responses: [{ status: 200, description: "Sent, if the connection is open.", schema: "Sent" }],
  examples: {
    message: {
      summary: "To one connection",
      body: { type: "send.message", message: "only for you" },
      status: 200,
      value: sentToNobody,
    },
    malformed: {
      summary: "A group's name alone",
      parameters: { channel: "alarm_7" },
      body: progressEvent,
      problem: "malformed_channel",
    },
    no_key: withoutApiKey,
  },
};

const sendBatch: Operation = {
  operationId: "sendBatch",
  route: "POST /send",
  tag: "groups",
  summary: "Send many events at once",
  description:
    "An invalid item leaves the others unaffected; only a malformed batch is rejected as a whole. Retry the batch after a timeout or if an item has status 503: items with a key are sent once.",
  requestBody: { schema: "Batch", required: true, description: "The sends." },
  responses: [{ status: 200, description: "One result per item.", schema: "BatchResults" }],
  examples: {
    three: {
      summary: "To a feed, to a user, and an unknown event type",
      body: {
        items: [
          { group: "feed_news", event: headlineEvent("Doors are open"), idempotency_key: "headline-2" },
          { group: "alarm_7", user: "anna@example.org", event: progressEvent },
          { channel: "alarm_7!0123456789abcdef0123456789abcdef", event: { type: "shout" } },
        ],
      },
      status: 200,
      value: {
        items: [
          { status: 200, ...storedInFeed },
          { status: 200, ...sentToNobody },
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
      summary: "Items that are no array",
      body: { items: {} },
      problem: "bad_batch",
      detail: "items: Invalid type: Expected Array",
    },
    no_key: { summary: "Without a key", sender: "anyone", body: { items: [] }, problem: "unauthorized" },
  },
};

export const sendOperations: readonly Operation[] = [sendToGroup, sendToUser, sendToChannel, sendBatch];
