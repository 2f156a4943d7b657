// Descriptions of the group routes: state, connections, history, and the end of a connection.
import { ConnectionsQuery, HistoryQuery } from "../src/http/request-schemas.ts";
import {
  ConnectionsResponse,
  DisconnectResponse,
  GroupResponse,
  HistoryResponse,
  KeptPublication,
  ListedConnection,
  Position,
} from "../src/http/response-schemas.ts";
import { documented, type Operation } from "./operation.ts";
import { channel, EXAMPLE_BIZ, group } from "./parameters.ts";

export const positionTexts = {
  epoch: "Epoch of the offsets; null if the group stores no publication.",
  offset: "Offset of the latest publication; 0 before the first.",
};

const countTexts = {
  connections: "Number of connections.",
  users: "Number of distinct users (`sub` of the tokens).",
};

export const groupSchemas = {
  Position: documented(Position, "A place among the publications of a group.", positionTexts),
  GroupState: documented(GroupResponse, "The state of a group.", {
    group: "Its name.",
    consumer: "Name of its consumer.",
    ...countTexts,
    next_push: "Time of the next push; null without connections or without a periodic push.",
    position: "Its position.",
  }),
  Connections: documented(ConnectionsResponse, "One page of connections.", {
    ...countTexts,
    members: "The connections, ordered by channel.",
    next: "The `after` of the next page; null on the last.",
  }),
  Listed: documented(ListedConnection, "A connection.", {
    channel: "Its address.",
    mode: "The mode of the connection.",
    sub: "`sub` of its token; null without a token.",
    info: "Public `info` of its token; null if absent.",
    since: "When it connected.",
  }),
  Past: documented(HistoryResponse, "The stored publications of a group.", {
    ...positionTexts,
    publications: "Oldest first.",
  }),
  Kept: documented(KeptPublication, "A stored publication.", {
    offset: "Its offset in the group.",
    id: "`<epoch>-<offset>`.",
    at: "When it was published.",
    data: "The frame; numbers keep their notation.",
  }),
  Disconnected: documented(DisconnectResponse, "The number of closed connections.", {
    connections: "1, or 0 if it was closed before.",
  }),
};

const feed = "feed_news";

const readGroup: Operation = {
  operationId: "readGroup",
  route: "GET /groups/:group",
  tag: "groups",
  summary: "Read a group",
  description: "Returns the number of connections, the time of the next push and the group's position.",
  pathParameters: { group },
  responses: [{ status: 200, description: "The state of the group.", schema: "GroupState" }],
  examples: {
    empty: {
      summary: "A group without connections",
      status: 200,
      value: {
        group: "alarm_7",
        consumer: "alarm",
        connections: 0,
        users: 0,
        next_push: null,
        position: { epoch: null, offset: 0 },
      },
    },
    paid_order: {
      summary: "The group of a paid order",
      parameters: { group: `order_${EXAMPLE_BIZ}` },
      requires: ["reportOutcome.paid"],
      status: 200,
      value: {
        group: `order_${EXAMPLE_BIZ}`,
        consumer: "order",
        connections: 0,
        users: 0,
        next_push: null,
        position: { epoch: "5f0c9a1e", offset: 1 },
      },
    },
  },
};

const listConnections: Operation = {
  operationId: "listConnections",
  route: "GET /groups/:group/connections",
  tag: "groups",
  summary: "List connections",
  description: "Returns one page of connections, ordered by channel.",
  pathParameters: { group },
  queryParameters: {
    after: {
      schema: ConnectionsQuery.entries.after,
      description: "A channel of the group: returns connections after it.",
    },
    limit: { schema: ConnectionsQuery.entries.limit, description: "Page size, 1 to 1000." },
  },
  responses: [{ status: 200, description: "One page of connections.", schema: "Connections" }],
  examples: {
    nobody: {
      summary: "No connections",
      parameters: { limit: "10" },
      status: 200,
      value: { connections: 0, users: 0, members: [], next: null },
    },
    too_many: {
      summary: "A limit above the maximum",
      parameters: { limit: "5000" },
      problem: "bad_query",
      detail: "limit: 1 to 1000",
    },
  },
};

const listPublications: Operation = {
  operationId: "listPublications",
  route: "GET /groups/:group/history",
  tag: "groups",
  summary: "List publications",
  description:
    "Returns stored publications, oldest first. A feed stores its last 100 for five minutes, an order its latest outcome, an alarm group its latest tick while a `belfry.v1` connection is open.",
  pathParameters: { group },
  queryParameters: {
    after: { schema: HistoryQuery.entries.after, description: "An offset: returns publications after it." },
    limit: { schema: HistoryQuery.entries.limit, description: "Page size, 1 to 1000." },
  },
  responses: [{ status: 200, description: "The stored publications.", schema: "Past" }],
  examples: {
    feed: {
      summary: "Publications of a feed",
      parameters: { group: feed },
      requires: ["sendToGroup.kept"],
      status: 200,
      value: {
        epoch: "9c1d04e7",
        offset: 1,
        publications: [
          { offset: 1, id: "9c1d04e7-1", at: "2026-11-22T09:00:00.000Z", data: { headline: "Doors open at nine" } },
        ],
      },
    },
    no_offset: {
      summary: "A malformed offset",
      parameters: { after: "-1" },
      problem: "bad_query",
      detail: "after: an offset",
    },
  },
};

const disconnect: Operation = {
  operationId: "disconnect",
  route: "DELETE /channels/:channel",
  tag: "groups",
  summary: "Close a connection",
  description:
    "Closes it with 4000 `disconnected`, after which a client does not reconnect by itself. A closed connection is no error.",
  pathParameters: { channel },
  responses: [{ status: 200, description: "Closed, now or before.", schema: "Disconnected" }],
  examples: {
    gone: { summary: "A closed connection", status: 200, value: { connections: 0 } },
    malformed: { summary: "A group's name alone", parameters: { channel: "alarm_7" }, problem: "malformed_channel" },
  },
};

export const groupOperations: readonly Operation[] = [readGroup, listConnections, listPublications, disconnect];
