// Generates /asyncapi.json (AsyncAPI 3.0) from the messages, their schemas and the WebSocket paths.
import { closeCodes, errorCodes, verdictOf } from "../src/core/codes.ts";
import { messages, messageSchemas } from "./index.ts";
import { jsonSchema, namedSchemas, reference, type JsonObject } from "./json-schema.ts";
import type { Message } from "./messages.ts";
import { sockets, socketQuery, type Socket } from "./sockets.ts";

/**
 * The modes of a connection: one AsyncAPI channel per path and mode, because their messages differ.
 */
const modes = [
  { mode: "plain", suffix: "Plain", protocol: "belfry.plain", description: "The articles' frames, bare." },
  {
    mode: "v1",
    suffix: "V1",
    protocol: "belfry.v1",
    description: "Every frame with a `type`; positions, replies and recovery.",
  },
] as const;

type Mode = (typeof modes)[number];

export function asyncapi(): JsonObject {
  const both = sockets.flatMap((socket) => modes.map((mode) => ({ socket, mode })));
  return {
    asyncapi: "3.0.0",
    info: {
      title: "Belfry",
      version: "1",
      description: INTRODUCTION,
      contact: { name: "Belfry" },
      license: { name: "MIT" },
      tags: [{ name: "plain" }, { name: "belfry.v1" }],
    },
    defaultContentType: "application/json",
    servers: {
      development: { host: "localhost:8787", protocol: "ws", description: "`npm start`." },
      deployed: {
        host: "{host}",
        protocol: "wss",
        description: "A Worker of yours.",
        variables: { host: { default: "belfry.example.workers.dev", description: "Where it was deployed." } },
      },
    },
    channels: Object.fromEntries(
      both.map(({ socket, mode }) => [channelId(socket, mode), channelObject(socket, mode)]),
    ),
    operations: Object.fromEntries(both.flatMap(({ socket, mode }) => operationObjects(socket, mode))),
    components: {
      messages: Object.fromEntries(
        Object.entries(messages).map(([name, message]) => [name, messageObject(name, message)]),
      ),
      schemas: namedSchemas(messageSchemas),
    },
    "x-close-codes": Object.fromEntries(
      Object.entries(closeCodes).map(([reason, code]) => [
        code,
        { reason, client: code === closeCodes.left ? "nothing" : verdictOf(code) },
      ]),
    ),
    "x-error-codes": Object.fromEntries(
      Object.entries(errorCodes).map(([reason, [code, temporary]]) => [reason, { code, temporary }]),
    ),
  };
}

const INTRODUCTION = [
  "Text frames of one JSON value each, except two of bare text, marked `text/plain`. `Sec-WebSocket-Protocol` selects the mode: `belfry.v1`, or `belfry.plain`, the default.",
  "`send` operations are the server's, `receive` operations the client's messages. For refused handshakes see `/openapi.json`.",
].join("\n\n");

const channelId = ({ id }: Socket, { suffix }: Mode): string => `${id}${suffix}`;

function channelObject(socket: Socket, mode: Mode): JsonObject {
  const { path, summary, description, pathParameters } = socket;
  const parameters = Object.entries(pathParameters).map(([name, { description, example }]) => [
    name,
    { description, ...(example === undefined ? {} : { examples: [String(example)] }) },
  ]);
  return {
    address: path.replaceAll(/:(\w+)/g, "{$1}"),
    title: `${summary} (${mode.protocol})`,
    summary,
    description: `${description}\n\n${mode.description}`,
    ...(parameters.length === 0 ? {} : { parameters: Object.fromEntries(parameters) }),
    messages: Object.fromEntries(socket[mode.mode].map((name) => [name, { $ref: `#/components/messages/${name}` }])),
    bindings: { ws: bindingObject(mode) },
    tags: [{ name: mode.mode === "v1" ? "belfry.v1" : "plain" }],
  };
}

function bindingObject({ mode, protocol }: Mode): JsonObject {
  const { token, ...position } = socketQuery;
  const query = Object.entries(mode === "v1" ? { ...position, token } : { token });
  return {
    method: "GET",
    query: {
      type: "object",
      properties: Object.fromEntries(
        query.map(([name, { schema, description }]) => [name, { description, ...jsonSchema(schema) }]),
      ),
    },
    headers: { type: "object", properties: { "Sec-WebSocket-Protocol": { type: "string", const: protocol } } },
    bindingVersion: "0.1.0",
  };
}

/**
 * One `send` operation for the messages that the server pushes, and one `receive` operation per
 * client message, with its replies.
 */
function operationObjects(socket: Socket, mode: Mode): readonly (readonly [string, JsonObject])[] {
  const channel = channelId(socket, mode);
  const used = socket[mode.mode].map((name) => ({ name, message: messageNamed(name) }));
  const replies = new Set(used.flatMap(({ message }) => message.replies ?? []));
  const pushed = used.filter(({ name, message }) => message.from === "server" && !replies.has(name));
  const received = used.filter(({ message }) => message.from === "client");
  const onChannel = { channel: { $ref: `#/channels/${channel}` } };
  const refs = (names: readonly string[]) => names.map((name) => ({ $ref: `#/channels/${channel}/messages/${name}` }));
  return [
    [
      `${channel}Push`,
      { action: "send", ...onChannel, summary: "Pushed by the server", messages: refs(pushed.map(({ name }) => name)) },
    ],
    ...received.map(({ name, message }): readonly [string, JsonObject] => [
      `${channel}${name.charAt(0).toUpperCase()}${name.slice(1)}`,
      {
        action: "receive",
        ...onChannel,
        summary: message.summary,
        messages: refs([name]),
        ...(message.replies === undefined ? {} : { reply: { ...onChannel, messages: refs(message.replies) } }),
      },
    ]),
  ];
}

function messageNamed(name: string): Message {
  const message = messages[name];
  if (message === undefined) throw new Error(`no message ${name}`);
  return message;
}

function messageObject(name: string, { schema, summary, isText, examples }: Message): JsonObject {
  const values = Object.entries(examples).map(([name, { summary, payload }]) => ({ name, summary, payload }));
  return {
    name,
    title: schema,
    summary,
    ...(isText === undefined ? {} : { contentType: "text/plain" }),
    payload: reference(schema),
    ...(values.length === 0 ? {} : { examples: values }),
  };
}
