// Sends every example of /openapi.json to the Worker. The response equals the example and matches the schema.
import { describe, expect, inject, it } from "vitest";
import { callbackSetting } from "../../scripts/development.ts";
import { signed } from "../../scripts/sign.ts";
import { apiKey, newBiz } from "../support/client.ts";
import {
  at,
  documentAt,
  isObject,
  normalized,
  replaceTexts,
  text,
  type Json,
  type JsonObject,
} from "../support/document.ts";

const server = inject("url");
const document = await documentAt(`${server}/openapi.json`);

/** An example of a response, with the operation of its request. */
interface Exchange {
  readonly name: string;
  readonly path: string;
  readonly method: string;
  readonly operation: JsonObject;
  readonly status: string;
  readonly type: string;
  /** The example of the response. */
  readonly example: JsonObject;
}

const methods = Object.entries(at(document.json, "paths")).flatMap(([path, item]) =>
  Object.keys(at(item)).map((method) => ({ path, method, operation: at(item, method) })),
);

const exchanges: readonly Exchange[] = methods.flatMap(({ path, method, operation }) =>
  Object.entries(at(operation, "responses")).flatMap(([status, response]) =>
    Object.entries(at(response, "content")).flatMap(([type, media]) =>
      Object.entries(at(media, "examples")).map(([name, example]) => {
        return {
          name: `${text(operation, "operationId")}.${name}`,
          path,
          method,
          operation,
          status,
          type,
          example: at(example),
        };
      }),
    ),
  ),
);

const nameOf = ({ name }: Exchange): string => name.slice(name.indexOf(".") + 1);

/** The example's parameters. A path parameter has a default; query and header are optional. */
function parametersOf(exchange: Exchange, place: "path" | "query" | "header"): readonly (readonly [string, string])[] {
  const { operation, example } = exchange;
  const parameters = Array.isArray(operation["parameters"]) ? operation["parameters"].filter(isObject) : [];
  return parameters.flatMap((parameter) => {
    if (parameter["in"] !== place) return [];
    const name = text(parameter, "name");
    const examples = at(parameter, "examples");
    const own = text(at(example, "x-params"), name) || text(examples[nameOf(exchange)], "value");
    const usual = text(examples["usual"], "value") || text(parameter, "example");
    const value = own === "" && place === "path" ? usual : own;
    return value === "" ? [] : [[name, value] as const];
  });
}

function pathOf(exchange: Exchange): string {
  const known = Object.fromEntries(parametersOf(exchange, "path"));
  const path = exchange.path.replaceAll(/\{(\w+)\}/g, (_all, name: string) => encodeURIComponent(text(known, name)));
  const query = new URLSearchParams(Object.fromEntries(parametersOf(exchange, "query")));
  return query.size === 0 ? path : `${path}?${query.toString()}`;
}

function bodyOf(exchange: Exchange): Json | undefined {
  const [media] = Object.values(at(exchange.operation, "requestBody", "content"));
  return exchange.example["x-body"] ?? at(media, "examples", nameOf(exchange))["value"];
}

/** The sender: by the example, or by the route's security. */
function senderOf({ operation, example }: Exchange): string {
  const security = Array.isArray(operation["security"]) ? operation["security"] : [];
  return text(example, "x-by") || (security.length > 0 ? "backend" : "anyone");
}

function requestOf(exchange: Exchange): RequestInit {
  const method = exchange.method.toUpperCase();
  const body = bodyOf(exchange);
  const sender = senderOf(exchange);
  if (sender === "provider") {
    const provider = exchange.path.startsWith("/callbacks/")
      ? pathOf(exchange).slice("/callbacks/".length)
      : "standard";
    const example = { orderId: "", outcome: "paid", amount: "19.99", currency: "USD" } as const;
    const setting = callbackSetting(provider);
    return { method, ...signed(provider, { ...example, now: Date.now(), setting, event: at(body) }) };
  }
  return {
    method,
    headers: {
      ...Object.fromEntries(parametersOf(exchange, "header")),
      ...(sender === "backend" ? { Authorization: `Bearer ${apiKey}` } : {}),
    },
    ...(body === undefined ? {} : { body: typeof body === "string" ? body : JSON.stringify(body) }),
  };
}

/** The example with the order, payment and group of this test. */
function ofTest(exchange: Exchange, biz: string): Exchange {
  return replaceTexts(exchange, (text) =>
    text
      .replaceAll(/"(p-1|pi_1)"/g, `"$1-${biz}"`)
      .replaceAll("0123456789abcdefghijklmnopqrstuv", biz)
      .replaceAll("alarm_7", `alarm_${biz}`)
      .replaceAll("feed_news", `feed_${biz}`),
  );
}

const find = (name: unknown): Exchange => exchanges.find((each) => each.name === name) ?? expect.fail(String(name));

async function run(exchange: Exchange, biz: string): Promise<Response> {
  const after = exchange.example["x-after"];
  for (const before of Array.isArray(after) ? after : []) await run(find(before), biz);
  const own = ofTest(exchange, biz);
  return fetch(`${server}${pathOf(own)}`, requestOf(own));
}

/** Whether an operation responds 204; erasing.test.ts has its request. */
const respondsEmpty = (operation: JsonObject): boolean => "204" in at(operation, "responses");

it("every route has an example of its response", () => {
  const shown = new Set(
    exchanges.filter(({ status }) => status.startsWith("2")).map(({ path, method }) => `${method} ${path}`),
  );
  const others = methods
    .filter(({ operation }) => !respondsEmpty(operation))
    .map(({ path, method }) => `${method} ${path}`)
    .filter((route) => !shown.has(route));
  // The documents and the metrics have no example, and a ticket is another one at each call.
  const isPage = (route: string) => /^get \/(open|async)api\.json$|^get \/metrics$|^post \/tickets$/.test(route);
  // Frames of WebSockets are in /asyncapi.json.
  expect(others.filter((route) => !isPage(route) && !route.startsWith("get /ws/"))).toEqual([]);
});

it("every example of a request has one of its response", () => {
  const names = new Set(exchanges.map(({ name }) => name));
  const shown = methods.flatMap(({ operation }) => {
    const parameters = Array.isArray(operation["parameters"]) ? operation["parameters"] : [];
    const bodies = Object.values(at(operation, "requestBody", "content"));
    return [...parameters, ...bodies]
      .flatMap((each) => Object.keys(at(each, "examples")))
      .filter((name) => name !== "usual")
      .map((name) => `${text(operation, "operationId")}.${name}`);
  });
  expect(shown.length).toBeGreaterThan(10);
  expect(shown.filter((name) => !names.has(name))).toEqual([]);
});

describe("the response equals the example", () => {
  it.each(exchanges.map((exchange) => [exchange.name, exchange] as const))("%s", async (_name, exchange) => {
    const biz = newBiz();
    const response = await run(exchange, biz);
    const body = await response.text();
    const { path, method, status, type, example } = ofTest(exchange, biz);
    expect([response.status, body]).toEqual([Number(status), expect.any(String)]);
    const answer: unknown = type === "text/plain" ? body : JSON.parse(body);
    expect(normalized(answer)).toEqual(normalized(example["value"]));
    if (body !== "") expect(response.headers.get("Content-Type")).toContain(type);
    const place = ["paths", exchange.path, method, "responses", status, "content", type, "schema"];
    expect([path, document.schemaError(place, answer)]).toEqual([path, null]);
  });
});

describe("a response that differs from its schema is found", () => {
  const place = ["components", "schemas", "BrowserOrder"];
  const order = { biz: newBiz(), status: "paid", paid: true, version: 1, expires_at: null };

  it.each<[string, object, string]>([
    ["a missing key", { paid: undefined }, "must have required property 'paid'"],
    ["an unknown status", { status: "open" }, "must be equal to one of the allowed values"],
    ["an invalid time", { expires_at: "tomorrow" }, "must match format"],
  ])("%s", (_case, change, fault) => {
    expect(document.schemaError(place, order)).toBeNull();
    expect(document.schemaError(place, JSON.parse(JSON.stringify({ ...order, ...change })))).toContain(fault);
  });
});
