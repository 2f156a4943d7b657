// Schemas and descriptions of the frames in both modes.
import * as v from "valibot";
import { errorCodes, type ErrorReason } from "../src/core/codes.ts";
import { HEARTBEAT_SECONDS, HISTORY_MAX, REQUEST_ID_CHARS, SUB_CHARS } from "../src/core/limits.ts";
import {
  AnyJson,
  ChannelAddress,
  Count,
  Epoch,
  HistoryResponse,
  Instant,
  PublicationId,
} from "../src/http/response-schemas.ts";
import { groupSchemas } from "./groups.ts";
import { documented, type DocumentedSchema } from "./operation.ts";

const RequestId = v.union([
  v.pipe(v.string(), v.minLength(1), v.maxLength(REQUEST_ID_CHARS)),
  v.pipe(v.number(), v.safeInteger()),
]);
const Reason = v.picklist(Object.keys(errorCodes) as ErrorReason[]); // its own keys

// plain

const Heartbeat = v.object({ type: v.literal("heartbeat") });
const Result = v.object({ type: v.literal("result"), data: AnyJson });
const ServerTime = v.object({ type: v.literal("ping"), data: v.string() });
const BadInput = v.object({ type: v.literal("error"), data: v.string() });
const Echoed = v.looseObject({ message: v.optional(AnyJson) });

// belfry.v1, from the server

const Welcome = v.object({
  type: v.literal("welcome"),
  channel: ChannelAddress,
  epoch: Epoch,
  offset: Count,
  recovered: v.boolean(),
  heartbeat: v.literal(HEARTBEAT_SECONDS),
});

const Publication = v.object({
  type: v.literal("publication"),
  offset: v.optional(Count),
  id: v.optional(PublicationId),
  data: v.optional(AnyJson),
});

const Item = v.object({ offset: v.optional(Count), id: v.optional(PublicationId), data: AnyJson });
const Publications = v.object({ type: v.literal("publications"), items: v.array(Item) });

const failing = { code: v.pipe(v.number(), v.integer()), reason: Reason, message: v.string(), temporary: v.boolean() };
const Fault = v.object(failing);
const ErrorFrame = v.object({ type: v.literal("error"), ...failing });
const Refusal = v.object({ type: v.literal("reply"), id: RequestId, error: Fault });

const known = { sub: v.nullable(v.pipe(v.string(), v.maxLength(SUB_CHARS))), info: AnyJson };
const Member = v.object(known);
const Join = v.object({ type: v.literal("join"), ...known, connections: Count, users: Count });
const Leave = v.object({ type: v.literal("leave"), ...known, connections: Count, users: Count });

// belfry.v1, requests and their replies

const request = <Type extends string>(type: Type) => v.object({ type: v.literal(type), id: RequestId });

const Ping = request("ping");
const Presence = request("presence");
const History = v.object({
  ...request("history").entries,
  after: v.nullish(Count),
  limit: v.nullish(v.pipe(v.number(), v.integer(), v.minValue(1), v.maxValue(HISTORY_MAX))),
});
const Publish = v.object({ ...request("publish").entries, data: AnyJson });
const Refresh = v.object({ ...request("refresh").entries, token: v.string() });

const Pinged = v.object({ time: v.pipe(v.number(), v.integer()) });
const Present = v.object({ connections: Count, users: Count, members: v.array(Member) });
const Published = v.object({ epoch: v.nullable(Epoch), offset: Count, connections: Count });
const Refreshed = v.object({ expires_at: v.nullable(Instant) });

const reply = <Result extends v.GenericSchema>(result: Result) =>
  v.object({ type: v.literal("reply"), id: RequestId, result });

const fault = {
  code: "The number that HTTP gives the same reason, or the close code that will follow.",
  reason: "Stable: what a program goes by.",
  message: "For people; may change.",
  temporary: "Whether the same may go well later.",
};
const who = {
  sub: "Who it is, by its token; null for one without a token.",
  info: "What others may know of it, by its token; null if nothing.",
};
const counts = { connections: "How many connections there are now.", users: "How many different `sub` there are now." };
const id = "Of the request, as it came.";
const asked = { type: "What is asked for.", id: "Yours, a text or a number: the reply carries it." };

const replying = (result: v.GenericSchema, description: string): DocumentedSchema =>
  documented(reply(result), description, { type: "Always this.", id, result: "What was asked for." });

export const plainSchemas = {
  Heartbeat: documented(Heartbeat, "Shows that one lives. This exact text, no space in it.", { type: "Always this." }),
  Result: documented(Result, "A periodic push.", {
    type: "Always this.",
    data: "What the push is: by default the time.",
  }),
  ServerTime: documented(ServerTime, "The server's time.", {
    type: "Always this.",
    data: "In the zone of `TIME_ZONE`.",
  }),
  BadInput: documented(BadInput, "What was wrong with what a client sent.", {
    type: "Always this.",
    data: "For people.",
  }),
  Echoed: documented(Echoed, "An object whose `message` comes back.", {
    message: "Any JSON; null if it is not there.",
  }),
  RelayedText: {
    schema: v.nullable(v.string()),
    description:
      "What a member wrote, as a JSON string: never an object, so never an outcome. A binary message is null.",
    properties: {},
  },
  AnyFrame: { schema: v.unknown(), description: "Any JSON: what a backend sent.", properties: {} },
  Text: { schema: v.string(), description: "Any text.", properties: {} },
  PingText: { schema: v.literal("ping"), description: "The bare text, without quotes.", properties: {} },
} satisfies Record<string, DocumentedSchema>;

export const v1Schemas = {
  Welcome: documented(Welcome, "The first frame, always, once the connection is a member.", {
    type: "Always this.",
    channel: "The address of this connection.",
    epoch: "Another epoch than before: what you have cannot be repaired, load it anew.",
    offset: "Where the group stands.",
    recovered: "Whether everything missed since the position you gave follows.",
    heartbeat: "Send one every so many seconds.",
  }),
  Publication: documented(Publication, "A frame of the group.", {
    type: "Always this.",
    offset: "Its place among the group's publications; absent if it is not kept.",
    id: "`<epoch>-<offset>`; absent if it is not kept.",
    data: "The frame, as it is in `plain` mode; absent where only the position moves: the sender left this connection out.",
  }),
  Publications: documented(
    Publications,
    "Several at once, in order: what was missed, or what was published at the same time.",
    {
      type: "Always this.",
      items: "The publications.",
    },
  ),
  Item: documented(Item, "A publication among several.", {
    offset: "Its place among the group's publications; absent if it is not kept.",
    id: "`<epoch>-<offset>`; absent if it is not kept.",
    data: "The frame, as it is in `plain` mode.",
  }),
  ErrorFrame: documented(ErrorFrame, "What went wrong, where no request asked for it.", {
    type: "Always this.",
    ...fault,
  }),
  Fault: documented(Fault, "Why a request was refused.", fault),
  Refusal: documented(Refusal, "The reply to a request that was refused.", { type: "Always this.", id, error: "Why." }),
  Join: documented(Join, "Somebody came.", { type: "Always this.", ...who, ...counts }),
  Leave: documented(Leave, "Somebody left, and has not come back for three seconds.", {
    type: "Always this.",
    ...who,
    ...counts,
  }),
  Member: documented(Member, "One of those connected.", who),
  Ping: documented(Ping, "Asks for the server's time.", asked),
  Presence: documented(Presence, "Asks who is connected.", asked),
  History: documented(History, "Asks for what was published.", {
    ...asked,
    after: "Only what came after this offset.",
    limit: "At most so many; null or absent: 100. Of long ones fewer, but one at least: ask on behind the last.",
  }),
  Publish: documented(Publish, "Publishes to the group, where its consumer lets clients.", {
    ...asked,
    data: "Any JSON.",
  }),
  Refresh: documented(Refresh, "Brings a new token before the old one ends.", { ...asked, token: "The new one." }),
  Pinged: documented(Pinged, "The server's time.", { time: "ms since 1970." }),
  PingReply: replying(Pinged, "The reply to `ping`."),
  Present: documented(Present, "Who is connected.", {
    ...counts,
    members: "The users, each once, at most 1000; who has no token is counted only.",
  }),
  PresenceReply: replying(Present, "The reply to `presence`."),
  Kept: groupSchemas.Kept,
  Past: groupSchemas.Past,
  HistoryReply: replying(HistoryResponse, "The reply to `history`."),
  Published: documented(Published, "Where the group stands now.", {
    epoch: "Of the offset; null where nothing is kept.",
    offset: "Of what was published.",
    connections: "How many got it.",
  }),
  PublishReply: replying(Published, "The reply to `publish`."),
  Refreshed: documented(Refreshed, "The new token is taken.", { expires_at: "When it ends; null: never." }),
  RefreshReply: replying(Refreshed, "The reply to `refresh`."),
} satisfies Record<string, DocumentedSchema>;
