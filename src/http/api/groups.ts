// The channel layer for backends, told: what is sent into groups and what is answered.
import * as v from "valibot";
import { BODY_BYTES } from "../../core/limits.ts";
import { Any, GroupState, Position, Sent } from "../answers.ts";
import { described, type Operation } from "./operation.ts";
import { channel, EXAMPLE_BIZ, group } from "./params.ts";

/** Which types a group takes, and what each needs, its consumer declares. */
const Event = v.looseObject({ type: v.string(), message: v.optional(Any), data: v.optional(Any) });

const position = {
  epoch: "Of the offsets; null as long as the group has kept nothing.",
  offset: "Of the latest publication; 0 as long as there is none.",
};

export const groupSchemas = {
  Event: described(
    Event,
    "An event into a group. Which types there are its consumer says; `.` and `_` mean the same.",
    {
      type: "`send.message` everywhere; in an order's group also `send_data_to_frontend`.",
      message: "For `send.message`: the frame, any JSON. Numbers stay as they are written.",
      data: "For `send_data_to_frontend`: the frame.",
    },
  ),
  Sent: described(Sent, "Where the group stands, and whom the frame reached.", {
    ...position,
    connections: "How many connections got the frame.",
  }),
  Position: described(Position, "A place among the publications of a group.", position),
  GroupState: described(GroupState, "A group as it is.", {
    group: "Its name.",
    consumer: "What kind of group it is.",
    connections: "How many are connected.",
    next_push: "When its next push is due; null: nobody is there, or it has none.",
    position: "Where it stands.",
  }),
};

const event = { schema: "Event", required: true, about: "The event.", bytes: BODY_BYTES } as const;
const hello = { type: "send.message", message: { progress: 0.5 } };
const nobody = { epoch: null, offset: 0, connections: 0 };

const sendToGroup: Operation = {
  id: "sendToGroup",
  method: "post",
  path: "/groups/:group/send",
  family: "groups",
  summary: "Send an event to everybody in a group",
  about: "As `group_send` does in Channels. Nothing of it is kept, and nobody there is no error.",
  who: "backend",
  params: { group },
  body: event,
  answers: [{ status: 200, about: "It was sent to whoever was there.", schema: "Sent" }],
  refusals: [
    "not_json",
    "unknown_group",
    "malformed_group",
    "unknown_event",
    "bad_event",
    "idempotency_key_reused",
    "group_unavailable",
  ],
  examples: {
    message: { summary: "A frame of your own", body: hello, status: 200, answer: nobody },
    unknown_type: {
      summary: "A type that no consumer declares",
      body: { type: "shout", message: 1 },
      refused: "unknown_event",
      detail: "the types here are send.message",
    },
    outcome: {
      summary: "An outcome, which has another door",
      params: { group: `order_${EXAMPLE_BIZ}` },
      body: { type: "send.message", message: { biz: EXAMPLE_BIZ, paid: true } },
      refused: "bad_event",
      detail: "an order's outcome comes in by POST /callback/:biz/ and by no other way",
    },
    no_group: { summary: "A group of no consumer", params: { group: "room_7" }, body: hello, refused: "unknown_group" },
    malformed: {
      summary: "A name that is none",
      params: { group: "alarm 7" },
      body: hello,
      refused: "malformed_group",
    },
    no_key: { summary: "Without a key", by: "anyone", body: hello, refused: "unauthorized" },
  },
};

const sendToChannel: Operation = {
  id: "sendToChannel",
  method: "post",
  path: "/channels/:channel/send",
  family: "groups",
  summary: "Send an event to one connection",
  about: "As `send` does in Channels. A connection that has gone is no error.",
  who: "backend",
  params: { channel },
  body: event,
  answers: [{ status: 200, about: "It was sent, if the connection was there.", schema: "Sent" }],
  refusals: [
    "not_json",
    "unknown_group",
    "malformed_channel",
    "unknown_event",
    "bad_event",
    "idempotency_key_reused",
    "group_unavailable",
  ],
  examples: {
    message: {
      summary: "Only for one",
      body: { type: "send.message", message: "only for you" },
      status: 200,
      answer: nobody,
    },
    malformed: {
      summary: "A group's name alone",
      params: { channel: "alarm_7" },
      body: hello,
      refused: "malformed_channel",
    },
  },
};

const readGroup: Operation = {
  id: "readGroup",
  method: "get",
  path: "/groups/:group",
  family: "groups",
  summary: "Look at a group",
  about: "How many are connected, when the next push is due, and where the group stands.",
  who: "backend",
  params: { group },
  answers: [{ status: 200, about: "The group as it is.", schema: "GroupState" }],
  refusals: ["unknown_group", "malformed_group", "group_unavailable"],
  examples: {
    empty: {
      summary: "A group with nobody in it",
      status: 200,
      answer: {
        group: "alarm_7",
        consumer: "alarm",
        connections: 0,
        next_push: null,
        position: { epoch: null, offset: 0 },
      },
    },
    paid_order: {
      summary: "The group of a paid order",
      params: { group: `order_${EXAMPLE_BIZ}` },
      after: ["reportOutcome.paid"],
      status: 200,
      answer: {
        group: `order_${EXAMPLE_BIZ}`,
        consumer: "order",
        connections: 0,
        next_push: null,
        position: { epoch: "5f0c9a1e", offset: 1 },
      },
    },
  },
};

export const groupOperations: readonly Operation[] = [sendToGroup, sendToChannel, readGroup];
