// Groups for backends, told: who is there, what was published, and the end of a connection.
import { ConnectionsQuery, HistoryQuery } from "../request-schemas.ts";
import {
  ConnectionsResponse,
  DisconnectResponse,
  GroupResponse,
  HistoryResponse,
  KeptPublication,
  ListedConnection,
  Position,
} from "../response-schemas.ts";
import { described, type Operation } from "./operation.ts";
import { channel, EXAMPLE_BIZ, group } from "./params.ts";

export const position = {
  epoch: "Of the offsets; null where the group has kept nothing.",
  offset: "Of the latest publication; 0 as long as there is none.",
};

const counts = {
  connections: "How many are connected.",
  users: "How many users among them: subjects of tokens, each counted once.",
};

export const groupSchemas = {
  Position: described(Position, "A place among the publications of a group.", position),
  GroupState: described(GroupResponse, "A group as it is.", {
    group: "Its name.",
    consumer: "What kind of group it is.",
    ...counts,
    next_push: "When its next push is due; null: nobody is there, or it has none.",
    position: "Where it stands.",
  }),
  Connections: described(ConnectionsResponse, "Who is connected, a page of them.", {
    ...counts,
    members: "In the order of their channels.",
    next: "The `after` of the next page; null on the last.",
  }),
  Listed: described(ListedConnection, "A connection.", {
    channel: "Its address.",
    mode: "How it speaks.",
    sub: "Whose it is, by its token; null without one.",
    info: "What others may know of them, by the token; null if nothing.",
    since: "When it came.",
  }),
  Past: described(HistoryResponse, "What was published, as far as it is kept.", {
    ...position,
    publications: "Oldest first.",
  }),
  Kept: described(KeptPublication, "A publication that was kept.", {
    offset: "Its place among the group's publications.",
    id: "`<epoch>-<offset>`.",
    at: "When it was published.",
    data: "The frame as it was sent; numbers stay as they were written.",
  }),
  Disconnected: described(DisconnectResponse, "What was ended.", { connections: "1, or 0 if it had gone." }),
};

const feed = "feed_news";

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
        users: 0,
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
        users: 0,
        next_push: null,
        position: { epoch: "5f0c9a1e", offset: 1 },
      },
    },
  },
};

const listConnections: Operation = {
  id: "listConnections",
  method: "get",
  path: "/groups/:group/connections",
  family: "groups",
  summary: "List who is connected",
  about: "A page of the connections, in the order of their channels.",
  who: "backend",
  params: { group },
  query: {
    after: { schema: ConnectionsQuery.entries.after, about: "A channel of the group: what stands behind it." },
    limit: { schema: ConnectionsQuery.entries.limit, about: "How many, 1 to 1000." },
  },
  answers: [{ status: 200, about: "Who is connected.", schema: "Connections" }],
  refusals: ["unknown_group", "malformed_group", "bad_query", "group_unavailable"],
  examples: {
    nobody: {
      summary: "Nobody is there",
      params: { limit: "10" },
      status: 200,
      answer: { connections: 0, users: 0, members: [], next: null },
    },
    too_many: {
      summary: "More than a page has",
      params: { limit: "5000" },
      refused: "bad_query",
      detail: "limit: 1 to 1000",
    },
  },
};

const listPublications: Operation = {
  id: "listPublications",
  method: "get",
  path: "/groups/:group/history",
  family: "groups",
  summary: "List what was published",
  about:
    "What is kept, oldest first. A feed keeps its last 100 for five minutes, an order its latest outcome, an alarm group its latest tick while somebody who counts with it is there.",
  who: "backend",
  params: { group },
  query: {
    after: { schema: HistoryQuery.entries.after, about: "An offset: what came behind it." },
    limit: { schema: HistoryQuery.entries.limit, about: "How many, 1 to 1000." },
  },
  answers: [{ status: 200, about: "What is kept.", schema: "Past" }],
  refusals: ["unknown_group", "malformed_group", "bad_query", "group_unavailable"],
  examples: {
    feed: {
      summary: "What came into a feed",
      params: { group: feed },
      after: ["sendToGroup.kept"],
      status: 200,
      answer: {
        epoch: "9c1d04e7",
        offset: 1,
        publications: [
          { offset: 1, id: "9c1d04e7-1", at: "2026-11-22T09:00:00.000Z", data: { headline: "Doors open at nine" } },
        ],
      },
    },
    no_offset: {
      summary: "Behind what is no offset",
      params: { after: "-1" },
      refused: "bad_query",
      detail: "after: an offset",
    },
  },
};

const disconnect: Operation = {
  id: "disconnect",
  method: "delete",
  path: "/channels/:channel",
  family: "groups",
  summary: "End a connection",
  about:
    "It is closed with 4000 `disconnected`, after which a client does not come back by itself. One that has gone is no error.",
  who: "backend",
  params: { channel },
  answers: [{ status: 200, about: "It is ended.", schema: "Disconnected" }],
  refusals: ["unknown_group", "malformed_channel", "group_unavailable"],
  examples: {
    gone: { summary: "One that has gone", status: 200, answer: { connections: 0 } },
    malformed: { summary: "A group's name alone", params: { channel: "alarm_7" }, refused: "malformed_channel" },
  },
};

export const groupOperations: readonly Operation[] = [readGroup, listConnections, listPublications, disconnect];
