// Descriptions of the messages in belfry.v1. test/served/asyncapi.test.ts runs their examples.
import type { Json } from "../src/core/json.ts";
import { heartbeat, type Message } from "./messages.ts";
import { EXAMPLE_BIZ } from "./parameters.ts";

const welcome = {
  type: "welcome",
  channel: `order_${EXAMPLE_BIZ}!0123456789abcdef0123456789abcdef`,
  epoch: "5f0c9a1e",
  offset: 0,
  latest: 0,
  recovered: false,
  heartbeat: 25,
  spread: 0,
};
const paid = { biz: EXAMPLE_BIZ, paid: true, status: "paid" };
const ann = { sub: "ann", info: { name: "Ann" } };
const bob = { sub: "bob", info: { name: "Bob" } };
const badRequest = {
  code: 400,
  reason: "bad_request",
  message: "a frame is a text: a JSON object with a type and an id",
  temporary: false,
};
const notAllowed = { code: 403, reason: "not_allowed", message: "this group has no presence", temporary: false };
const item = { offset: 1, id: "5f0c9a1e-1", data: { headline: "one" } };

const replyTo = (summary: string, id: string | number, result: Json) => ({
  summary,
  payload: { type: "reply", id, result },
});

export const v1Messages = {
  v1Heartbeat: { ...heartbeat, from: "client", summary: "Heartbeat", replies: ["v1HeartbeatAnswer"] },
  v1HeartbeatAnswer: {
    ...heartbeat,
    from: "server",
    summary: "Reply of the platform; the group's object stays asleep",
  },
  welcome: {
    from: "server",
    schema: "Welcome",
    summary: "The first frame of a connection",
    examples: {
      fresh: { summary: "Without a position", payload: welcome },
      recovered: {
        summary: "With a position, and recovered",
        payload: { ...welcome, offset: 1, latest: 1, recovered: true },
      },
    },
  },
  publication: {
    from: "server",
    schema: "Publication",
    summary: "A frame of the group; its `data` is what `plain` mode sends",
    examples: {
      kept: {
        summary: "An order's outcome, which is stored",
        payload: { type: "publication", offset: 1, id: "5f0c9a1e-1", data: paid },
      },
      not_kept: {
        summary: "A backend's event to an order's group, which is not stored",
        payload: { type: "publication", data: { progress: 0.5 } },
      },
    },
  },
  publications: {
    from: "server",
    schema: "Publications",
    summary: "Recovered or simultaneous publications, in order",
    examples: {
      missed: {
        summary: "Two missed publications",
        payload: {
          type: "publications",
          items: [item, { offset: 2, id: "5f0c9a1e-2", data: { headline: "two" } }],
        },
      },
    },
  },
  error: {
    from: "server",
    schema: "ErrorFrame",
    summary: "An error outside of a request",
    examples: {
      no_request: {
        summary: "After a malformed request",
        payload: { type: "error", ...badRequest },
      },
    },
  },
  join: {
    from: "server",
    schema: "Join",
    summary: "A user joined; with presence only",
    examples: {
      came: { summary: "Another user", payload: { type: "join", ...bob, connections: 2, users: 2 } },
    },
  },
  leave: {
    from: "server",
    schema: "Leave",
    summary: "A user left; with presence only",
    examples: {
      left: { summary: "Another user", payload: { type: "leave", ...bob, connections: 1, users: 1 } },
    },
  },
  joins: {
    from: "server",
    schema: "Joins",
    summary: "Several users joined at the same time; with presence only",
    examples: {
      crowd: {
        summary: "Two other users",
        payload: { type: "joins", members: [bob, { sub: "cem", info: { name: "Cem" } }], connections: 4, users: 4 },
      },
    },
  },
  leaves: {
    from: "server",
    schema: "Leaves",
    summary: "Several users left at the same time; with presence only",
    examples: {
      crowd: {
        summary: "Two other users",
        payload: { type: "leaves", members: [bob, { sub: "cem", info: { name: "Cem" } }], connections: 1, users: 1 },
      },
    },
  },
  refusal: {
    from: "server",
    schema: "Refusal",
    summary: "The reply to a rejected request",
    examples: {
      no_presence: {
        summary: "Presence requested in an order's group",
        payload: { type: "reply", id: "who", error: notAllowed },
      },
    },
  },
  ping: {
    from: "client",
    schema: "Ping",
    summary: "Requests the server's time",
    replies: ["pingReply", "refusal"],
    examples: { ping: { summary: "With your own id", payload: { type: "ping", id: 1 } } },
  },
  pingReply: {
    from: "server",
    schema: "PingReply",
    summary: "The server's time",
    examples: { time: replyTo("In ms", 1, { time: 1795366800000 }) },
  },
  presence: {
    from: "client",
    schema: "Presence",
    summary: "Requests the connected users",
    replies: ["presenceReply", "refusal"],
    examples: { presence: { summary: "Presence", payload: { type: "presence", id: "who" } } },
  },
  presenceReply: {
    from: "server",
    schema: "PresenceReply",
    summary: "The connected users",
    examples: { alone: replyTo("Only the requesting user", "who", { connections: 1, users: 1, members: [ann] }) },
  },
  history: {
    from: "client",
    schema: "History",
    summary: "Requests stored publications",
    replies: ["historyReply", "refusal"],
    examples: {
      all: { summary: "All stored publications", payload: { type: "history", id: 2 } },
      after: { summary: "Publications after an offset", payload: { type: "history", id: 3, after: 1, limit: 10 } },
    },
  },
  historyReply: {
    from: "server",
    schema: "HistoryReply",
    summary: "Stored publications",
    examples: {
      one: replyTo("One publication", 2, {
        epoch: "5f0c9a1e",
        offset: 1,
        publications: [{ ...item, at: "2026-11-22T17:00:00.000Z" }],
      }),
    },
  },
  publish: {
    from: "client",
    schema: "Publish",
    summary: "Publishes to the group, if clients may",
    replies: ["publishReply", "refusal"],
    examples: {
      headline: { summary: "Any JSON", payload: { type: "publish", id: 4, data: { headline: "one" } } },
    },
  },
  publishReply: {
    from: "server",
    schema: "PublishReply",
    summary: "The group's position after the publication",
    examples: { published: replyTo("A stored publication", 4, { epoch: "5f0c9a1e", offset: 1, connections: 1 }) },
  },
  refresh: {
    from: "client",
    schema: "Refresh",
    summary: "Renews the token before it expires",
    replies: ["refreshReply", "refusal"],
    examples: {
      token: {
        summary: "A token of the same user",
        payload: { type: "refresh", id: 5, token: "header.claims.signature" },
      },
    },
  },
  refreshReply: {
    from: "server",
    schema: "RefreshReply",
    summary: "The new token is accepted",
    examples: { taken: replyTo("Its expiry", 5, { expires_at: "2026-11-22T18:00:00.000Z" }) },
  },
} as const satisfies Record<string, Message>;
