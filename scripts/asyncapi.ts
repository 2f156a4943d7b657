// The AsyncAPI document, made of the messages' and sockets' own descriptions. Writes no file and knows no message itself.
import { closeCodes, errorCodes, verdictOf } from "../src/core/codes.ts";
import { messages, messageSchemas, sockets } from "../src/http/api/index.ts";
import type { Message } from "../src/http/api/messages.ts";
import { inUrl, type Socket } from "../src/http/api/sockets.ts";
import { jsonSchema, namedSchemas, reference } from "./json-schema.ts";

type Json = Readonly<Record<string, unknown>>;

/** The two ways to say the same, each a channel of its own: what may be said differs. */
const modes = [
  { mode: "plain", suffix: "Plain", protocol: "belfry.plain", about: "The articles' frames, bare." },
  {
    mode: "v1",
    suffix: "V1",
    protocol: "belfry.v1",
    about: "Every frame with a `type`; positions, replies and recovery.",
  },
] as const;

type Mode = (typeof modes)[number];

export function asyncapi(): Json {
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
    channels: Object.fromEntries(both.map(({ socket, mode }) => [idOf(socket, mode), channelOf(socket, mode)])),
    operations: Object.fromEntries(both.flatMap(({ socket, mode }) => operationsOf(socket, mode))),
    components: {
      messages: Object.fromEntries(Object.entries(messages).map(([name, message]) => [name, messageOf(name, message)])),
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
  "Text frames, one JSON value each; the two that are bare text say so. The mode is chosen by `Sec-WebSocket-Protocol`: `belfry.v1`, or `belfry.plain`, which is also what no protocol means.",
  "`send` is what the server sends, `receive` what it takes. A refused handshake is told over HTTP: see `/openapi.json`.",
].join("\n\n");

const idOf = ({ id }: Socket, { suffix }: Mode): string => `${id}${suffix}`;

function channelOf(socket: Socket, mode: Mode): Json {
  const { path, summary, about, params = {} } = socket;
  const parameters = Object.entries(params).map(([name, { about: description, example }]) => [
    name,
    { description, ...(example === undefined ? {} : { examples: [String(example)] }) },
  ]);
  return {
    address: path.replaceAll(/:(\w+)/g, "{$1}"),
    title: `${summary} (${mode.protocol})`,
    summary,
    description: `${about}\n\n${mode.about}`,
    ...(parameters.length === 0 ? {} : { parameters: Object.fromEntries(parameters) }),
    messages: Object.fromEntries(socket[mode.mode].map((name) => [name, { $ref: `#/components/messages/${name}` }])),
    bindings: { ws: bindingOf(mode) },
    tags: [{ name: mode.mode === "v1" ? "belfry.v1" : "plain" }],
  };
}

function bindingOf({ mode, protocol }: Mode): Json {
  const { token, ...position } = inUrl;
  const query = Object.entries(mode === "v1" ? { ...position, token } : { token });
  return {
    method: "GET",
    query: {
      type: "object",
      properties: Object.fromEntries(
        query.map(([name, { schema, about }]) => [name, { description: about, ...jsonSchema(schema) }]),
      ),
    },
    headers: { type: "object", properties: { "Sec-WebSocket-Protocol": { type: "string", const: protocol } } },
    bindingVersion: "0.1.0",
  };
}

/** One operation for all that the server sends unasked, and one for each message that it takes, with what may answer it. */
function operationsOf(socket: Socket, mode: Mode): readonly (readonly [string, Json])[] {
  const channel = idOf(socket, mode);
  const spoken = socket[mode.mode].map((name) => ({ name, message: messageNamed(name) }));
  const answering = new Set(spoken.flatMap(({ message }) => message.replies ?? []));
  const unasked = spoken.filter(({ name, message }) => message.from === "server" && !answering.has(name));
  const taken = spoken.filter(({ message }) => message.from === "client");
  const here = { channel: { $ref: `#/channels/${channel}` } };
  const refs = (names: readonly string[]) => names.map((name) => ({ $ref: `#/channels/${channel}/messages/${name}` }));
  return [
    [
      `${channel}Push`,
      { action: "send", ...here, summary: "What comes unasked", messages: refs(unasked.map(({ name }) => name)) },
    ],
    ...taken.map(({ name, message }): readonly [string, Json] => [
      `${channel}${name.charAt(0).toUpperCase()}${name.slice(1)}`,
      {
        action: "receive",
        ...here,
        summary: message.summary,
        messages: refs([name]),
        ...(message.replies === undefined ? {} : { reply: { ...here, messages: refs(message.replies) } }),
      },
    ]),
  ];
}

function messageNamed(name: string): Message {
  const message = messages[name];
  if (message === undefined) throw new Error(`there is no message ${name}`);
  return message;
}

function messageOf(name: string, { schema, summary, isText, examples }: Message): Json {
  const shown = Object.entries(examples).map(([name, { summary, payload }]) => ({ name, summary, payload }));
  return {
    name,
    title: schema,
    summary,
    ...(isText === undefined ? {} : { contentType: "text/plain" }),
    payload: reference(schema),
    ...(shown.length === 0 ? {} : { examples: shown }),
  };
}
