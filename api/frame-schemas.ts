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
const ErrorReasonSchema = v.picklist(Object.keys(errorCodes) as ErrorReason[]); // its keys by definition

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
  latest: Count,
  recovered: v.boolean(),
  heartbeat: v.literal(HEARTBEAT_SECONDS),
  spread: Count,
});

const Publication = v.object({
  type: v.literal("publication"),
  offset: v.optional(Count),
  id: v.optional(PublicationId),
  data: v.optional(AnyJson),
});

const PublicationItem = v.object({ offset: v.optional(Count), id: v.optional(PublicationId), data: AnyJson });
const Publications = v.object({ type: v.literal("publications"), items: v.array(PublicationItem) });

const errorFields = {
  code: v.pipe(v.number(), v.integer()),
  reason: ErrorReasonSchema,
  message: v.string(),
  temporary: v.boolean(),
};
const ErrorDetails = v.object(errorFields);
const ErrorFrame = v.object({ type: v.literal("error"), ...errorFields });
const ErrorReply = v.object({ type: v.literal("reply"), id: RequestId, error: ErrorDetails });

const userFields = { sub: v.nullable(v.pipe(v.string(), v.maxLength(SUB_CHARS))), info: AnyJson };
const Member = v.object(userFields);
const Join = v.object({ type: v.literal("join"), ...userFields, connections: Count, users: Count });
const Leave = v.object({ type: v.literal("leave"), ...userFields, connections: Count, users: Count });
const Joins = v.object({ type: v.literal("joins"), members: v.array(Member), connections: Count, users: Count });
const Leaves = v.object({ type: v.literal("leaves"), members: v.array(Member), connections: Count, users: Count });

// belfry.v1, requests and their replies

const requestSchema = <Type extends string>(type: Type) => v.object({ type: v.literal(type), id: RequestId });

const Ping = requestSchema("ping");
const Presence = requestSchema("presence");
const History = v.object({
  ...requestSchema("history").entries,
  after: v.nullish(Count),
  limit: v.nullish(v.pipe(v.number(), v.integer(), v.minValue(1), v.maxValue(HISTORY_MAX))),
});
const Publish = v.object({ ...requestSchema("publish").entries, data: AnyJson });
const Refresh = v.object({ ...requestSchema("refresh").entries, token: v.string() });

const PingResult = v.object({ time: v.pipe(v.number(), v.integer()) });
const PresenceResult = v.object({ connections: Count, users: Count, members: v.array(Member) });
const PublishResult = v.object({ epoch: v.nullable(Epoch), offset: Count, connections: Count });
const RefreshResult = v.object({ expires_at: v.nullable(Instant) });

const replySchema = <Result extends v.GenericSchema>(result: Result) =>
  v.object({ type: v.literal("reply"), id: RequestId, result });

const errorTexts = {
  code: "HTTP status of the reason, or the close code that follows.",
  reason: "Stable, for programs.",
  message: "For developers; may change.",
  temporary: "Whether a retry may succeed.",
};
const userTexts = {
  sub: "`sub` of the token; null without a token.",
  info: "Public `info` of the token; null if absent.",
};
const countTexts = { connections: "Number of connections.", users: "Number of distinct `sub`." };
const replyIdText = "Id of the request.";
const requestTexts = { type: "Type of the request.", id: "Your id, a string or number; the reply repeats it." };

const documentedReply = (result: v.GenericSchema, description: string): DocumentedSchema =>
  documented(replySchema(result), description, { type: "Always this.", id: replyIdText, result: "The result." });

export const plainSchemas = {
  Heartbeat: documented(Heartbeat, "Heartbeat: exactly this text, without spaces.", { type: "Always this." }),
  Result: documented(Result, "A periodic push.", {
    type: "Always this.",
    data: "The pushed value; the time by default.",
  }),
  ServerTime: documented(ServerTime, "The server's time.", {
    type: "Always this.",
    data: "Time in the zone of `TIME_ZONE`.",
  }),
  BadInput: documented(BadInput, "Error about a client's message.", {
    type: "Always this.",
    data: "Error text for developers.",
  }),
  Echoed: documented(Echoed, "An object whose `message` is echoed.", {
    message: "Any JSON; null if absent.",
  }),
  RelayedText: {
    schema: v.nullable(v.string()),
    description: "A member's text as a JSON string, so that it can never be an outcome. A binary message is null.",
    properties: {},
  },
  AnyFrame: { schema: v.unknown(), description: "Any JSON: a backend's frame.", properties: {} },
  Text: { schema: v.string(), description: "Any text.", properties: {} },
  PingText: { schema: v.literal("ping"), description: "Bare text, without quotes.", properties: {} },
} satisfies Record<string, DocumentedSchema>;

export const v1Schemas = {
  Welcome: documented(Welcome, "The first frame of every connection.", {
    type: "Always this.",
    channel: "The address of this connection.",
    epoch: "Epoch of the offsets. If it changed, recovery is impossible: reload your state.",
    offset: "Your position until the next publication arrives: the publications after it follow.",
    latest: "Offset of the group's latest publication.",
    recovered: "Whether every publication after your position follows.",
    heartbeat: "Seconds between heartbeats to send.",
    spread: "After a lost connection, wait a random part of this many seconds beside your backoff.",
  }),
  Publication: documented(Publication, "A frame of the group.", {
    type: "Always this.",
    offset: "Its offset in the group; absent if not stored.",
    id: "`<epoch>-<offset>`; absent if not stored.",
    data: "The frame as in `plain` mode; absent if the sender excluded this connection and only the position advances.",
  }),
  Publications: documented(Publications, "Several publications in order: recovered, or published at the same time.", {
    type: "Always this.",
    items: "The publications.",
  }),
  Item: documented(PublicationItem, "One of several publications.", {
    offset: "Its offset in the group; absent if not stored.",
    id: "`<epoch>-<offset>`; absent if not stored.",
    data: "The frame as in `plain` mode.",
  }),
  ErrorFrame: documented(ErrorFrame, "An error outside of a request.", {
    type: "Always this.",
    ...errorTexts,
  }),
  Fault: documented(ErrorDetails, "The error of a request.", errorTexts),
  Refusal: documented(ErrorReply, "The reply to a rejected request.", {
    type: "Always this.",
    id: replyIdText,
    error: "The error.",
  }),
  Join: documented(Join, "A user joined.", { type: "Always this.", ...userTexts, ...countTexts }),
  Leave: documented(Leave, "A user left and did not return within three seconds.", {
    type: "Always this.",
    ...userTexts,
    ...countTexts,
  }),
  Joins: documented(Joins, "Several users joined at the same time.", {
    type: "Always this.",
    members: "The users.",
    ...countTexts,
  }),
  Leaves: documented(Leaves, "Several users left and did not return within three seconds.", {
    type: "Always this.",
    members: "The users.",
    ...countTexts,
  }),
  Member: documented(Member, "A connected user.", userTexts),
  Ping: documented(Ping, "Requests the server's time.", requestTexts),
  Presence: documented(Presence, "Requests the connected users.", requestTexts),
  History: documented(History, "Requests stored publications.", {
    ...requestTexts,
    after: "Only publications after this offset.",
    limit:
      "Maximum number, 100 if null or absent. Large publications shorten the page, to at least one: continue after the last.",
  }),
  Publish: documented(Publish, "Publishes to the group, if its consumer allows clients to.", {
    ...requestTexts,
    data: "Any JSON.",
  }),
  Refresh: documented(Refresh, "Renews the token before it expires.", { ...requestTexts, token: "The new token." }),
  Pinged: documented(PingResult, "The server's time.", { time: "ms since 1970." }),
  PingReply: documentedReply(PingResult, "The reply to `ping`."),
  Present: documented(PresenceResult, "The connected users.", {
    ...countTexts,
    members: "Each user once, at most 1000. Connections without a token are only counted.",
  }),
  PresenceReply: documentedReply(PresenceResult, "The reply to `presence`."),
  Kept: groupSchemas.Kept,
  Past: groupSchemas.Past,
  HistoryReply: documentedReply(HistoryResponse, "The reply to `history`."),
  Published: documented(PublishResult, "The group's position and the number of receivers.", {
    epoch: "Epoch of the offset; null if the group stores nothing.",
    offset: "Offset of the publication.",
    connections: "Number of receivers.",
  }),
  PublishReply: documentedReply(PublishResult, "The reply to `publish`."),
  Refreshed: documented(RefreshResult, "The new token is accepted.", { expires_at: "When it expires; null: never." }),
  RefreshReply: documentedReply(RefreshResult, "The reply to `refresh`."),
} satisfies Record<string, DocumentedSchema>;
