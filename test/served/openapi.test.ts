// Every example of /openapi.json, sent to the Worker: each is answered as it says, and as its schema says.
import { readFileSync } from "node:fs";
import { parseEnv } from "node:util";
import { describe, expect, inject, it } from "vitest";
import { callbackSetting } from "../../scripts/development.ts";
import { signed } from "../../scripts/sign.ts";
import { newBiz } from "../support/client.ts";
import { at, documentAt, isObject, knowable, retold, type Json, type JsonObject } from "../support/document.ts";

const server = inject("url");
const { API_KEYS: apiKey = "" } = parseEnv(readFileSync(".dev.vars.example", "utf8"));
const document = await documentAt(`${server}/openapi.json`);

/** A request and its answer, wherever the document has their parts. */
interface Exchange {
  readonly name: string;
  readonly path: string;
  readonly method: string;
  readonly operation: JsonObject;
  readonly status: string;
  readonly type: string;
  /** The example beside the response. */
  readonly told: JsonObject;
}

const methods = Object.entries(at(document.json, "paths")).flatMap(([path, item]) =>
  Object.keys(at(item)).map((method) => ({ path, method, operation: at(item, method) })),
);

const exchanges: readonly Exchange[] = methods.flatMap(({ path, method, operation }) =>
  Object.entries(at(operation, "responses")).flatMap(([status, response]) =>
    Object.entries(at(response, "content")).flatMap(([type, media]) =>
      Object.entries(at(media, "examples")).map(([name, told]) => {
        return {
          name: `${String(operation["operationId"])}.${name}`,
          path,
          method,
          operation,
          status,
          type,
          told: at(told),
        };
      }),
    ),
  ),
);

const nameOf = ({ name }: Exchange): string => name.slice(name.indexOf(".") + 1);

/** The path with the values of this example, or those that every example has. */
function pathOf(exchange: Exchange): string {
  const { path, operation, told } = exchange;
  const parameters = Array.isArray(operation["parameters"]) ? operation["parameters"].filter(isObject) : [];
  const values = parameters.map((parameter) => {
    const usual = at(parameter, "examples", "usual")["value"] ?? parameter["example"];
    const own = at(parameter, "examples", nameOf(exchange))["value"];
    return [String(parameter["name"]), at(told, "x-params")[String(parameter["name"])] ?? own ?? usual] as const;
  });
  const known = new Map(values);
  return path.replaceAll(/\{(\w+)\}/g, (_all, name: string) => encodeURIComponent(String(known.get(name))));
}

function bodyOf(exchange: Exchange): Json | undefined {
  const [media] = Object.values(at(exchange.operation, "requestBody", "content"));
  return exchange.told["x-body"] ?? at(media, "examples", nameOf(exchange))["value"];
}

/** Who sends it: whom the example names, or whom the route is for. */
function senderOf({ operation, told }: Exchange): string {
  const security = Array.isArray(operation["security"]) ? operation["security"] : [];
  return String(told["x-by"] ?? (security.length > 0 ? "backend" : "anyone"));
}

function requestOf(exchange: Exchange): RequestInit {
  const method = exchange.method.toUpperCase();
  const body = bodyOf(exchange);
  const sender = senderOf(exchange);
  if (sender === "provider") {
    const provider = exchange.path.startsWith("/callbacks/")
      ? pathOf(exchange).slice("/callbacks/".length)
      : "standard";
    const told = { orderId: "", outcome: "paid", amount: "19.99", currency: "USD" } as const;
    const setting = callbackSetting(provider);
    return { method, ...signed(provider, { ...told, now: Date.now(), setting, event: at(body) }) };
  }
  return {
    method,
    headers: sender === "backend" ? { Authorization: `Bearer ${apiKey}` } : {},
    ...(body === undefined ? {} : { body: typeof body === "string" ? body : JSON.stringify(body) }),
  };
}

/** The example, about an order and a group that no other test has. */
function elsewhere(exchange: Exchange, biz: string): Exchange {
  return retold(exchange, (text) =>
    text.replaceAll("0123456789abcdefghijklmnopqrstuv", biz).replaceAll("alarm_7", `alarm_${biz}`),
  );
}

const find = (name: unknown): Exchange => exchanges.find((each) => each.name === name) ?? expect.fail(String(name));

async function run(exchange: Exchange, biz: string): Promise<Response> {
  const after = exchange.told["x-after"];
  for (const before of Array.isArray(after) ? after : []) await run(find(before), biz);
  const here = elsewhere(exchange, biz);
  return fetch(`${server}${pathOf(here)}`, requestOf(here));
}

it("every route has an example of its answer", () => {
  const shown = new Set(
    exchanges.filter(({ status }) => status.startsWith("2")).map(({ path, method }) => `${method} ${path}`),
  );
  const others = methods.map(({ path, method }) => `${method} ${path}`).filter((route) => !shown.has(route));
  const isDocument = (route: string) => /^get \/(open|async)api\.json$/.test(route);
  // What a WebSocket answers is told, and run, by /asyncapi.json.
  expect(others.filter((route) => !isDocument(route) && !route.startsWith("get /ws/"))).toEqual([]);
});

describe("the example", () => {
  it.each(exchanges.map((exchange) => [exchange.name, exchange] as const))("%s", async (_name, exchange) => {
    const biz = newBiz();
    const response = await run(exchange, biz);
    const text = await response.text();
    const { path, method, status, type, told } = elsewhere(exchange, biz);
    expect([response.status, text]).toEqual([Number(status), expect.any(String)]);
    const answer: unknown = type === "text/plain" ? text : JSON.parse(text);
    expect(knowable(answer)).toEqual(knowable(told["value"]));
    if (text !== "") expect(response.headers.get("Content-Type")).toContain(type);
    const place = ["paths", exchange.path, method, "responses", status, "content", type, "schema"];
    expect([path, document.fault(place, answer)]).toEqual([path, null]);
  });
});

describe("a document that says something else would be found out", () => {
  const place = ["components", "schemas", "BrowserOrder"];
  const order = { biz: newBiz(), status: "paid", paid: true, version: 1, expires_at: null };

  it.each<[string, object, string]>([
    ["a key that is missing", { paid: undefined }, "must have required property 'paid'"],
    ["a status there is none", { status: "open" }, "must be equal to one of the allowed values"],
    ["a time that is none", { expires_at: "tomorrow" }, "must match format"],
  ])("%s", (_what, change, fault) => {
    expect(document.fault(place, order)).toBeNull();
    expect(document.fault(place, JSON.parse(JSON.stringify({ ...order, ...change })))).toContain(fault);
  });
});
