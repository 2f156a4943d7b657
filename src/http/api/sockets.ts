// The WebSocket paths: what is said on each in either mode, and how its handshake is refused. Opens none.
import * as v from "valibot";
import type { Operation, Param } from "./operation.ts";
import type { plainMessages, v1Messages } from "./messages.ts";
import { biz } from "./params.ts";

export interface Socket {
  /** What its operations are named after. */
  readonly id: string;
  /** As its consumer declares it. */
  readonly path: string;
  readonly summary: string;
  readonly about: string;
  readonly params?: Readonly<Record<string, Param>>;
  readonly plain: readonly (keyof typeof plainMessages)[];
  readonly v1: readonly (keyof typeof v1Messages)[];
}

const alive = ["heartbeat", "heartbeatAnswer", "event"] as const;

const v1 = [
  "v1Heartbeat",
  "v1HeartbeatAnswer",
  "welcome",
  "publication",
  "error",
  "refusal",
  "ping",
  "pingReply",
  "presence",
  "presenceReply",
  "history",
  "historyReply",
  "refresh",
  "refreshReply",
] as const;

const alarm = {
  about:
    "Everybody in the group gets the same push at the same time, for as long as somebody is connected. Who joins later waits for the next one. What a client writes is ignored.",
  plain: ["result", ...alive],
  v1,
} as const;

export const sockets: readonly Socket[] = [
  {
    id: "order",
    path: "/ws/order/:biz/",
    summary: "Wait for an order",
    about:
      "The order's outcome comes when it is known, and at once to whoever connects later. Members may write to one another.",
    params: { biz },
    plain: ["orderOutcome", "text", "relayedText", ...alive],
    v1,
  },
  { ...alarm, id: "alarm", path: "/ws/alarm/", summary: "Get the periodic push" },
  {
    ...alarm,
    id: "alarmProject",
    path: "/ws/alarm/:project/",
    summary: "Get a project's periodic push",
    params: {
      project: {
        schema: v.pipe(v.string(), v.regex(/^[A-Za-z0-9._-]{1,93}$/)),
        about: "1 to 93 of `A-Z a-z 0-9 . _ -`.",
        example: "7",
      },
    },
  },
  {
    id: "channel",
    path: "/ws/channel/",
    summary: "Have a push of one's own",
    about: "A group of its own for each connection: a push of its own, the time for `ping`, its `message` back.",
    plain: ["result", "pingText", "serverTime", "echoed", "echo", "badInput", ...alive],
    v1,
  },
  {
    id: "feed",
    path: "/ws/feed/:name/",
    summary: "Follow what a backend publishes",
    about:
      "Needs a token. What is published is kept: whoever comes back with a position gets everything missed, or is told that it cannot be had.",
    params: {
      name: {
        schema: v.pipe(v.string(), v.regex(/^[A-Za-z0-9._-]{1,94}$/)),
        about: "1 to 94 of `A-Z a-z 0-9 . _ -`.",
        example: "news",
      },
    },
    plain: [...alive],
    v1: [...v1, "publications", "join", "leave", "publish", "publishReply"],
  },
];

const protocol: Param = {
  schema: v.string(),
  about:
    "`belfry.v1`, or `belfry.plain` for the bare frames, which is also what no protocol at all means. A client that can set no header puts its key or token here too: `belfry.bearer.<it>`, which is never echoed.",
};

const connecting = ({ id, path, summary, about, params = {} }: Socket): Operation => ({
  id: `connect${id.charAt(0).toUpperCase()}${id.slice(1)}`,
  method: "get",
  path,
  family: "websockets",
  summary,
  about: `${about} The frames are in \`/asyncapi.json\`. A client without an Origin needs an API key.`,
  who: "anyone_or_backend",
  params,
  headers: { "Sec-WebSocket-Protocol": protocol },
  answers: [{ status: 101, about: "A WebSocket. The protocol that was chosen is echoed.", schema: null }],
  refusals: [
    "unsupported_protocol",
    "origin_refused",
    "origin_missing",
    "unknown_path",
    "upgrade_required",
    "group_full",
  ],
  examples: {
    no_upgrade: {
      summary: "Without a WebSocket",
      by: "anyone",
      refused: "upgrade_required",
      detail: "connect with a WebSocket",
    },
  },
});

export const socketOperations: readonly Operation[] = sockets.map(connecting);
