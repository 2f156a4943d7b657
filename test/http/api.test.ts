// The API documents match the Worker: routes, WebSocket paths, reasons, access and limits.
import { safeParse } from "valibot";
import { describe, expect, it } from "vitest";
import { sendSchemas } from "../../api/send-event.ts";
import { consumers } from "../support/consumers.ts";
import { parseChannel, isGroupName } from "../../src/core/group.ts";
import { problems } from "../../src/http/problem.ts";
import { ChannelAddress, GroupName } from "../../src/http/response-schemas.ts";
import { routes } from "../../src/http/routes.ts";
import asyncapi from "../../src/pages/asyncapi.json" with { type: "json" };
import openapi from "../../src/pages/openapi.json" with { type: "json" };
import { publicRequest, backend } from "../support/workerd.ts";

interface OperationObject {
  readonly operationId: string;
  readonly responses: Readonly<Record<string, unknown>>;
  readonly parameters?: readonly object[];
}
const paths: Readonly<Record<string, Readonly<Record<string, OperationObject>>>> = openapi.paths;

/** `/orders/:biz` as OpenAPI writes it, without the trailing slash. */
const pathKey = (path: string): string => path.replaceAll(/:(\w+)/g, "{$1}").replace(/(?<=.)\/$/, "");

describe("/openapi.json", () => {
  it("has every route of the table, and no other", () => {
    const socketPaths = consumers.flatMap((consumer) => consumer.paths);
    const expected = routes.flatMap(({ method, path }) =>
      (path === "/ws/*" ? socketPaths : [path]).map((each) => `${method} ${pathKey(each)}`),
    );
    const documented = Object.entries(paths).flatMap(([path, methods]) =>
      Object.keys(methods).map((method) => `${method.toUpperCase()} ${pathKey(path)}`),
    );
    expect(documented.toSorted()).toEqual(expected.toSorted());
  });

  it("has every reason with its status, and no other", () => {
    const documented = new Map<string, number>();
    for (const match of JSON.stringify(openapi).matchAll(
      /"status":\{"const":(\d+)\},"reason":\{"enum":\[([^\]]*)\]/g,
    )) {
      const [, status, reasons = ""] = match;
      for (const reason of reasons.replaceAll('"', "").split(",")) documented.set(reason, Number(status));
    }
    // Responses of no single route: the introduction documents the one, the schema of a batch's results the other.
    for (const reason of ["method_not_allowed", "bad_host", "bad_item"] as const)
      documented.set(reason, problems[reason][0]);
    const statuses = Object.entries(problems).map(([reason, [status]]) => [reason, status]);
    expect(Object.fromEntries(documented)).toEqual(Object.fromEntries(statuses));
    for (const reason of ["method_not_allowed", "bad_host"])
      expect(openapi.info.description).toContain(`\`${reason}\``);
    expect(openapi.components.schemas.BatchResult.description).toContain("`bad_item`");
  });

  it("has a 401 for every route that requires an API key", () => {
    const guarded = routes.filter(({ access }) => access === "api_key");
    expect(guarded.length).toBeGreaterThanOrEqual(5);
    for (const { method, path } of guarded)
      expect([path, paths[pathKey(path)]?.[method.toLowerCase()]?.responses]).toEqual([
        path,
        expect.objectContaining({ 401: expect.anything() }),
      ]);
  });

  it("has token_missing only for the WebSocket paths that require a token", () => {
    const documented = Object.entries(paths).flatMap(([path, { get }]) =>
      JSON.stringify(get?.responses ?? {}).includes("token_missing") ? [path] : [],
    );
    const expected = consumers.filter(({ access }) => access === "token").flatMap((consumer) => consumer.paths);
    expect(documented).toEqual(expected.map((path) => path.replaceAll(/:(\w+)/g, "{$1}")));
  });

  it.each(["alarm", "a".repeat(99), "a".repeat(100), "", "order 7", "feed_é", "a!b"])(
    "accepts %j as a group's name if the Worker does",
    (name) => {
      expect(safeParse(GroupName, name).success).toBe(isGroupName(name));
      const channel = `${name}!${"0".repeat(32)}`;
      expect(safeParse(ChannelAddress, channel).success).toBe(parseChannel(channel).ok);
    },
  );
});

describe("the schema of an event", () => {
  const { schema } = sendSchemas.Event;

  it.each([null, 1, [], {}, { type: 1 }, { type: "send.message", message: 1, exclude: 7 }])(
    "rejects %j, as the route does",
    async (event) => {
      expect(safeParse(schema, event).success).toBe(false);
      expect((await backend("POST", "/groups/alarm/send", event)).status).toBe(422);
    },
  );

  it.each([
    { type: "send.message", message: null },
    { type: "send_message", message: { n: 1 }, exclude: null },
  ])("accepts %j, as the route does", async (event) => {
    expect(safeParse(schema, event).success).toBe(true);
    expect((await backend("POST", "/groups/alarm/send", event)).status).toBe(200);
  });
});

describe("/asyncapi.json", () => {
  it("has every WebSocket path once per mode, and no other", () => {
    const declared = consumers.flatMap(({ paths }) => paths);
    const addresses = Object.values(asyncapi.channels).map(({ address }) => address);
    expect(addresses.toSorted()).toEqual(
      declared
        .flatMap((path) => [path, path])
        .map((path) => path.replaceAll(/:(\w+)/g, "{$1}"))
        .toSorted(),
    );
  });

  it("has the key pattern of each consumer", () => {
    for (const { paths: own, key } of consumers) {
      for (const path of own.filter((path) => path.includes(":"))) {
        const parameters = paths[path.replaceAll(/:(\w+)/g, "{$1}")]?.["get"]?.parameters;
        expect(parameters).toContainEqual(
          expect.objectContaining({ name: key?.param, schema: { type: "string", pattern: key?.shape.source } }),
        );
      }
    }
  });
});

describe("the documents", () => {
  it("agree on every schema that both contain", () => {
    const [one, other]: Record<string, object>[] = [openapi.components.schemas, asyncapi.components.schemas];
    const shared = Object.keys(one ?? {}).filter((name) => name in (other ?? {}));
    expect(shared).toContain("OrderOutcome");
    for (const name of shared) expect([name, one?.[name]]).toEqual([name, other?.[name]]);
  });

  it.each(["/openapi.json", "/openapi.json/", "/asyncapi.json", "/asyncapi.json/"])(
    "%s is public and readable across origins",
    async (path) => {
      const response = await publicRequest(path, { headers: { Origin: "https://tools.example" } });
      expect(response.headers.get("Content-Type")).toContain("application/json");
      expect(await response.json()).toEqual(path.startsWith("/openapi") ? openapi : asyncapi);
    },
  );

  it.each(["/openapi.json", "/asyncapi.json"])("%s responds 405 to another method", async (path) => {
    const response = await publicRequest(path, { method: "POST" });
    expect(response.headers.get("Allow")).toBe("GET");
    expect(await response.json()).toMatchObject({ status: 405, reason: "method_not_allowed" });
  });
});
