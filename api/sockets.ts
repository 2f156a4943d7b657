// Descriptions of the WebSocket paths. Path, key pattern and access come from the consumers.
import * as v from "valibot";
import { consumers } from "../src/consumers/index.ts";
import type { Consumer } from "../src/consumers/consumer.ts";
import { Count, Epoch } from "../src/http/response-schemas.ts";
import type { plainMessages } from "./messages.ts";
import type { v1Messages } from "./messages-v1.ts";
import type { Operation, Parameter, ParameterMap } from "./operation.ts";
import { biz } from "./parameters.ts";

interface SocketDescription {
  /** Prefix of the operation names. */
  readonly id: string;
  readonly summary: string;
  readonly description: string;
  /** Description and example of the path's key. */
  readonly key?: Pick<Parameter, "description" | "example">;
  readonly plain: readonly (keyof typeof plainMessages)[];
  readonly v1: readonly (keyof typeof v1Messages)[];
}

export interface Socket extends SocketDescription {
  readonly path: string;
  readonly access: Consumer["access"];
  readonly pathParameters: ParameterMap;
}

const heartbeats = ["heartbeat", "heartbeatAnswer"] as const;

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

const presence = ["presence", "presenceReply", "join", "joins", "leave", "leaves"] as const;
const publish = ["publish", "publishReply"] as const;

const alarm = {
  description:
    "Every connection of the group receives the same push at the same time, while at least one is open. A later connection receives the next push in `plain` mode, and the latest at once in `belfry.v1`. Messages of a `plain` client are ignored.",
  plain: ["result", "event", ...heartbeats],
  v1: [...v1, ...presence],
} as const;

const descriptions: Readonly<Record<string, SocketDescription>> = {
  "/ws/order/:biz/": {
    id: "order",
    summary: "Wait for an order",
    description:
      "Sends the order's outcome as soon as it is known, and to later connections at once. Members may relay texts to one another; a relayed text is always a JSON string and therefore never an outcome.",
    key: biz,
    plain: ["orderOutcome", "text", "relayedText", "event", ...heartbeats],
    v1: [...v1, ...publish],
  },
  "/ws/alarm/": { ...alarm, id: "alarm", summary: "Get the periodic push" },
  "/ws/alarm/:project/": {
    ...alarm,
    id: "alarmProject",
    summary: "Get a project's periodic push",
    key: { description: "1 to 93 of `A-Z a-z 0-9 . _ -`.", example: "7" },
  },
  "/ws/channel/": {
    id: "channel",
    summary: "Get a push per connection",
    description:
      "Each connection has a group of its own: its own periodic push, the server's time on request, and an echo.",
    plain: ["result", "pingText", "serverTime", "echoed", "echo", "badInput", ...heartbeats],
    v1: [...v1, ...publish],
  },
  "/ws/feed/:name/": {
    id: "feed",
    summary: "Follow a backend's publications",
    description:
      "Requires a token or an API key. Publications are stored for a while: in `belfry.v1`, a connection with a position recovers everything it missed, or receives `recovered: false`.",
    key: { description: "1 to 94 of `A-Z a-z 0-9 . _ -`.", example: "news" },
    plain: ["event", ...heartbeats],
    v1: [...v1, "publications", ...presence, ...publish],
  },
};

export const sockets: readonly Socket[] = consumers.flatMap((consumer) =>
  consumer.paths.map((path) => socketAt(path, consumer)),
);

function socketAt(path: string, { access, key }: Consumer): Socket {
  const description = descriptions[path];
  if (description === undefined) throw new Error(`api/sockets.ts: no description of ${path}`);
  if (key === undefined || !path.includes(`:${key.param}`)) return { ...description, path, access, pathParameters: {} };
  if (description.key === undefined) throw new Error(`api/sockets.ts: no description of :${key.param} in ${path}`);
  const parameter = { ...description.key, schema: v.pipe(v.string(), v.regex(key.shape)) };
  return { ...description, path, access, pathParameters: { [key.param]: parameter } };
}

const protocol: Parameter = {
  schema: v.string(),
  description:
    "`belfry.v1`, or `belfry.plain` for the bare frames, which is the default. A client that cannot set headers adds its key or token as `belfry.bearer.<credential>`, which is not echoed.",
};

/** Query parameters of every WebSocket path. */
export const socketQuery = {
  epoch: { schema: Epoch, description: "Epoch of your position; `belfry.v1` only." },
  offset: { schema: Count, description: "Offset of the last publication you received; `belfry.v1` only." },
  token: { schema: v.string(), description: "A token. Use it last: URLs end up in logs and histories." },
} satisfies ParameterMap;

const HANDSHAKE =
  "The frames are in `/asyncapi.json`. A client without an Origin needs an API key or a token. Browsers hide the HTTP status of a refused handshake: in `belfry.v1` a problem with a close code (`x-close-codes` there) accepts the connection and closes it with that code.";

const handshakeOperation = ({ id, path, summary, description, access, pathParameters }: Socket): Operation => ({
  operationId: `connect${id.charAt(0).toUpperCase()}${id.slice(1)}`,
  route: "GET /ws/*",
  path,
  excludedProblems: access === "token" ? [] : ["token_missing"],
  tag: "websockets",
  summary,
  description: `${description}\n\n${HANDSHAKE}`,
  pathParameters,
  queryParameters: socketQuery,
  headerParameters: { "Sec-WebSocket-Protocol": protocol },
  responses: [{ status: 101, description: "A WebSocket. Echoes the selected protocol.", schema: null }],
  examples: {
    no_upgrade: {
      summary: "Without a WebSocket",
      sender: "anyone",
      problem: "upgrade_required",
      detail: "connect with a WebSocket",
    },
  },
});

export const socketOperations: readonly Operation[] = sockets.map(handshakeOperation);
