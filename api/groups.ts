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

export const position = {
  epoch: "Of the offsets; null where the group has kept nothing.",
  offset: "Of the latest publication; 0 as long as there is none.",
};

const counts = {
  connections: "How many are connected.",
  users: "How many users among them: subjects of tokens, each counted once.",
};

export const groupSchemas = {
  Position: documented(Position, "A place among the publications of a group.", position),
  GroupState: documented(GroupResponse, "A group as it is.", {
    group: "Its name.",
    consumer: "What kind of group it is.",
    ...counts,
    next_push: "When its next push is due; null: nobody is there, or it has none.",
    position: "Where it stands.",
  }),
  Connections: documented(ConnectionsResponse, "Who is connected, a page of them.", {
    ...counts,
    members: "In the order of their channels.",
    next: "The `after` of the next page; null on the last.",
  }),
  Listed: documented(ListedConnection, "A connection.", {
    channel: "Its address.",
    mode: "How it speaks.",
    sub: "Whose it is, by its token; null without one.",
    info: "What others may know of them, by the token; null if nothing.",
    since: "When it came.",
  }),
  Past: documented(HistoryResponse, "What was published, as far as it is kept.", {
    ...position,
    publications: "Oldest first.",
  }),
  Kept: documented(KeptPublication, "A publication that was kept.", {
    offset: "Its place among the group's publications.",
    id: "`<epoch>-<offset>`.",
    at: "When it was published.",
    data: "The frame as it was sent; numbers stay as they were written.",
  }),
  Disconnected: documented(DisconnectResponse, "What was ended.", { connections: "1, or 0 if it had gone." }),
};

const feed = "feed_news";

const readGroup: Operation = {
  operationId: "readGroup",
  route: "GET /groups/:group",
  tag: "groups",
  summary: "Look at a group",
  description: "How many are connected, when the next push is due, and where the group stands.",
  pathParameters: { group },
  responses: [{ status: 200, description: "The group as it is.", schema: "GroupState" }],
  examples: {
    empty: {
      summary: "A group with nobody in it",
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
  summary: "List who is connected",
  description: "A page of the connections, in the order of their channels.",
  pathParameters: { group },
  queryParameters: {
    after: { schema: ConnectionsQuery.entries.after, description: "A channel of the group: what stands behind it." },
    limit: { schema: ConnectionsQuery.entries.limit, description: "How many, 1 to 1000." },
  },
  responses: [{ status: 200, description: "Who is connected.", schema: "Connections" }],
  examples: {
    nobody: {
      summary: "Nobody is there",
      parameters: { limit: "10" },
      status: 200,
      value: { connections: 0, users: 0, members: [], next: null },
    },
    too_many: {
      summary: "More than a page has",
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
  summary: "List what was published",
  description:
    "What is kept, oldest first. A feed keeps its last 100 for five minutes, an order its latest outcome, an alarm group its latest tick while somebody who counts with it is there.",
  pathParameters: { group },
  queryParameters: {
    after: { schema: HistoryQuery.entries.after, description: "An offset: what came behind it." },
    limit: { schema: HistoryQuery.entries.limit, description: "How many, 1 to 1000." },
  },
  responses: [{ status: 200, description: "What is kept.", schema: "Past" }],
  examples: {
    feed: {
      summary: "What came into a feed",
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
      summary: "Behind what is no offset",
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
  summary: "End a connection",
  description:
    "It is closed with 4000 `disconnected`, after which a client does not come back by itself. One that has gone is no error.",
  pathParameters: { channel },
  responses: [{ status: 200, description: "It is ended.", schema: "Disconnected" }],
  examples: {
    gone: { summary: "One that has gone", status: 200, value: { connections: 0 } },
    malformed: { summary: "A group's name alone", parameters: { channel: "alarm_7" }, problem: "malformed_channel" },
  },
};

export const groupOperations: readonly Operation[] = [readGroup, listConnections, listPublications, disconnect];
