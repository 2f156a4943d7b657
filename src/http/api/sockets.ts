// The WebSocket paths: what is said on each in either mode, and how its handshake is refused. Opens none.
import * as v from "valibot";
import { Count, Epoch } from "../response-schemas.ts";
import type { Operation, Param } from "./operation.ts";
import type { plainMessages } from "./messages.ts";
import type { v1Messages } from "./messages-v1.ts";
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

const alive = ["heartbeat", "heartbeatAnswer"] as const;

const v1 = [
  "v1Heartbeat",
  "v1HeartbeatAnswer",
  "welcome",
  "publication",
  "error",
  "refusal",
  "ping",
  "pingReply",
  "history",
  "historyReply",
  "refresh",
  "refreshReply",
] as const;

const presence = ["presence", "presenceReply", "join", "leave"] as const;
const publish = ["publish", "publishReply"] as const;

const alarm = {
  about:
    "Everybody in the group gets the same push at the same time, for as long as somebody is connected. Who joins later waits for the next one in `plain` mode, and gets the latest at once in `belfry.v1`. What a `plain` client writes is ignored.",
  plain: ["result", "event", ...alive],
  v1: [...v1, ...presence],
} as const;

export const sockets: readonly Socket[] = [
  {
    id: "order",
    path: "/ws/order/:biz/",
    summary: "Wait for an order",
    about:
      "The order's outcome comes when it is known, and at once to whoever connects later. Members may write to one another: texts only, which never are an outcome.",
    params: { biz },
    plain: ["orderOutcome", "text", "relayedText", "event", ...alive],
    v1: [...v1, ...publish],
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
    about: "A group of its own for each connection: a push of its own, the server's time, what it sends back to it.",
    plain: ["result", "pingText", "serverTime", "echoed", "echo", "badInput", ...alive],
    v1: [...v1, ...publish],
  },
  {
    id: "feed",
    path: "/ws/feed/:name/",
    summary: "Follow what a backend publishes",
    about:
      "Needs a token, or an API key. What is published is kept for a while: in `belfry.v1`, whoever comes back with a position gets everything missed, or is told that it cannot be had.",
    params: {
      name: {
        schema: v.pipe(v.string(), v.regex(/^[A-Za-z0-9._-]{1,94}$/)),
        about: "1 to 94 of `A-Z a-z 0-9 . _ -`.",
        example: "news",
      },
    },
    plain: ["event", ...alive],
    v1: [...v1, "publications", ...presence, ...publish],
  },
];

const protocol: Param = {
  schema: v.string(),
  about:
    "`belfry.v1`, or `belfry.plain` for the bare frames, which is also what no protocol at all means. A client that can set no header puts its key or token here too: `belfry.bearer.<it>`, which is never echoed.",
};

/** What a URL may carry. */
export const inUrl = {
  epoch: { schema: Epoch, about: "Of the position you have; `belfry.v1` only." },
  offset: { schema: Count, about: "Of the last publication you have; `belfry.v1` only." },
  token: { schema: v.string(), about: "A token; the last resort, since URLs end up in logs and histories." },
} satisfies Record<string, Param>;

const CONNECTING =
  "The frames are in `/asyncapi.json`. A client without an Origin needs an API key or a token. A browser sees no status of a refused handshake: in `belfry.v1` a refusal that has a close code (`x-close-codes` there) is a connection that is closed at once with it.";

const connecting = ({ id, path, summary, about, params = {} }: Socket): Operation => ({
  id: `connect${id.charAt(0).toUpperCase()}${id.slice(1)}`,
  method: "get",
  path,
  family: "websockets",
  summary,
  about: `${about}\n\n${CONNECTING}`,
  who: "anyone_or_backend",
  params,
  query: inUrl,
  headers: { "Sec-WebSocket-Protocol": protocol },
  answers: [{ status: 101, about: "A WebSocket. The protocol that was chosen is echoed.", schema: null }],
  refusals: [
    "unsupported_protocol",
    "origin_refused",
    "origin_missing",
    ...(id === "feed" ? (["token_missing"] as const) : []),
    "token_invalid",
    "token_wrong_group",
    "token_expired",
    "token_not_yet_valid",
    "token_keys_unavailable",
    "unknown_path",
    "upgrade_required",
    "too_many_upgrades",
    "subject_full",
    "group_full",
    "group_unavailable",
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
