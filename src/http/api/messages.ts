// Every message there is on a connection, each with its schema and examples that are run. Sends none.
import type { Json } from "../../core/json.ts";
import { callbackSchemas } from "./callback.ts";
import { plainSchemas, v1Schemas } from "./frames.ts";
import { EXAMPLE_BIZ } from "./params.ts";

export const messageSchemas = { ...plainSchemas, ...v1Schemas, OrderOutcome: callbackSchemas.OrderOutcome };

export interface Message {
  readonly from: "server" | "client";
  readonly schema: keyof typeof messageSchemas;
  readonly summary: string;
  /** Not JSON but bare text. */
  readonly isText?: true;
  /** For a request: the messages that may answer it. */
  readonly replies?: readonly string[];
  readonly examples: Readonly<Record<string, Example>>;
}

export interface Example {
  readonly summary: string;
  readonly payload: Json;
}

const heartbeat = {
  schema: "Heartbeat",
  examples: { beat: { summary: "Exactly this text", payload: { type: "heartbeat" } } },
} as const;

export const plainMessages = {
  heartbeat: { ...heartbeat, from: "client", summary: "I live", replies: ["heartbeatAnswer"] },
  heartbeatAnswer: { ...heartbeat, from: "server", summary: "So does the server; nothing was woken" },
  orderOutcome: {
    from: "server",
    schema: "OrderOutcome",
    summary: "When it changes, and at once to whoever connects when it is no longer pending",
    examples: {
      paid: { summary: "Paid", payload: { biz: EXAMPLE_BIZ, paid: true, status: "paid" } },
      failed: {
        summary: "An attempt failed; another may follow",
        payload: { biz: EXAMPLE_BIZ, paid: false, status: "failed" },
      },
    },
  },
  text: {
    from: "client",
    schema: "Text",
    summary: "For all members, the sender among them",
    isText: true,
    replies: ["relayedText"],
    examples: { hello: { summary: "A word to everybody", payload: "hello" } },
  },
  relayedText: {
    from: "server",
    schema: "RelayedText",
    summary: "What a member wrote",
    examples: { hello: { summary: "As a JSON string", payload: "hello" } },
  },
  result: {
    from: "server",
    schema: "Result",
    summary: "At once to the first member, then every `PUSH_EVERY_SECONDS`",
    examples: { time: { summary: "The time", payload: { type: "result", data: "2026-11-22 17:00:00" } } },
  },
  event: {
    from: "server",
    schema: "AnyFrame",
    summary: "What a backend sent into the group, or to this connection",
    examples: { progress: { summary: "A `send.message`", payload: { progress: 0.5 } } },
  },
  pingText: {
    from: "client",
    schema: "PingText",
    summary: "Asks for the server's time",
    isText: true,
    replies: ["serverTime"],
    examples: { ping: { summary: "Not JSON", payload: "ping" } },
  },
  serverTime: {
    from: "server",
    schema: "ServerTime",
    summary: "The answer to `ping`",
    examples: { time: { summary: "The time", payload: { type: "ping", data: "2026-11-22 17:00:00" } } },
  },
  echoed: {
    from: "client",
    schema: "Echoed",
    summary: "Its `message` comes back",
    replies: ["echo", "badInput"],
    examples: { message: { summary: "An object in it", payload: { message: { n: 1 } } } },
  },
  echo: {
    from: "server",
    schema: "AnyFrame",
    summary: "The `message` of what was sent, numbers as they were written",
    examples: { message: { summary: "The object", payload: { n: 1 } } },
  },
  badInput: {
    from: "server",
    schema: "BadInput",
    summary: "The connection stays open",
    examples: {
      not_json: {
        summary: "What was sent was no JSON",
        payload: { type: "error", data: "not JSON: send ping, or an object with a message" },
      },
    },
  },
} as const satisfies Record<string, Message>;

const welcome = {
  type: "welcome",
  channel: `order_${EXAMPLE_BIZ}!0123456789abcdef0123456789abcdef`,
  epoch: "5f0c9a1e",
  offset: 0,
  recovered: false,
  heartbeat: 25,
};
const paid = { biz: EXAMPLE_BIZ, paid: true, status: "paid" };
const someone = { channel: "feed_news!0123456789abcdef0123456789abcdef", sub: "user-7", info: { name: "Ann" } };
const item = { offset: 1, id: "5f0c9a1e-1", data: { headline: "one" } };

const replyTo = (summary: string, id: string | number, result: Json) => ({
  summary,
  payload: { type: "reply", id, result },
});

export const v1Messages = {
  v1Heartbeat: { ...heartbeat, from: "client", summary: "I live", replies: ["v1HeartbeatAnswer"] },
  v1HeartbeatAnswer: { ...heartbeat, from: "server", summary: "So does the server; nothing was woken" },
  welcome: {
    from: "server",
    schema: "Welcome",
    summary: "The first frame, once the connection is a member",
    examples: {
      fresh: { summary: "Without a position", payload: welcome },
      recovered: {
        summary: "With a position that could be recovered",
        payload: { ...welcome, offset: 1, recovered: true },
      },
    },
  },
  publication: {
    from: "server",
    schema: "Publication",
    summary: "A frame of the group; its `data` is what `plain` mode sends",
    examples: {
      kept: {
        summary: "An order's outcome, which is kept",
        payload: { type: "publication", offset: 1, id: "5f0c9a1e-1", data: paid },
      },
      not_kept: {
        summary: "A backend's event into an order's group, which is not",
        payload: { type: "publication", data: { progress: 0.5 } },
      },
    },
  },
  publications: {
    from: "server",
    schema: "Publications",
    summary: "What was missed, in order",
    examples: {
      missed: {
        summary: "Two that came meanwhile",
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
    summary: "What went wrong, where no request asked for it",
    examples: {},
  },
  join: {
    from: "server",
    schema: "Join",
    summary: "Somebody came, where presence is on",
    examples: { came: { summary: "A user", payload: { type: "join", ...someone } } },
  },
  leave: {
    from: "server",
    schema: "Leave",
    summary: "Somebody left, where presence is on",
    examples: { left: { summary: "A user", payload: { type: "leave", ...someone } } },
  },
  refusal: {
    from: "server",
    schema: "Refusal",
    summary: "The reply to a request that was refused",
    examples: {},
  },
  ping: {
    from: "client",
    schema: "Ping",
    summary: "Asks for the server's time",
    replies: ["pingReply", "refusal"],
    examples: { ping: { summary: "With an id of yours", payload: { type: "ping", id: 1 } } },
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
    summary: "Asks who is connected",
    replies: ["presenceReply", "refusal"],
    examples: { presence: { summary: "Who is here?", payload: { type: "presence", id: "who" } } },
  },
  presenceReply: {
    from: "server",
    schema: "PresenceReply",
    summary: "Who is connected",
    examples: { alone: replyTo("One user", "who", { connections: 1, users: 1, members: [someone] }) },
  },
  history: {
    from: "client",
    schema: "History",
    summary: "Asks for what was published",
    replies: ["historyReply", "refusal"],
    examples: {
      all: { summary: "All that is kept", payload: { type: "history", id: 2 } },
      after: { summary: "What came after an offset", payload: { type: "history", id: 3, after: 1, limit: 10 } },
    },
  },
  historyReply: {
    from: "server",
    schema: "HistoryReply",
    summary: "What was published",
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
    summary: "Publishes to the group, where clients may",
    replies: ["publishReply", "refusal"],
    examples: {
      headline: { summary: "Any JSON", payload: { type: "publish", id: 4, data: { headline: "one" } } },
    },
  },
  publishReply: {
    from: "server",
    schema: "PublishReply",
    summary: "Where the group stands now",
    examples: { published: replyTo("It was kept", 4, { epoch: "5f0c9a1e", offset: 1, connections: 1 }) },
  },
  refresh: {
    from: "client",
    schema: "Refresh",
    summary: "Brings a new token before the old one ends",
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
    summary: "The new token is taken",
    examples: { taken: replyTo("Until then", 5, { expires_at: "2026-11-22T18:00:00.000Z" }) },
  },
} as const satisfies Record<string, Message>;

export const messages: Readonly<Record<string, Message>> = { ...plainMessages, ...v1Messages };
