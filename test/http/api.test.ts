// The API documents and the Worker are the same: every route, WebSocket and reason of one is in the other.
import { safeParse } from "valibot";
import { describe, expect, it } from "vitest";
import { consumers } from "../../src/consumers/index.ts";
import { parseChannel, isGroupName } from "../../src/core/group.ts";
import { ChannelAddress, GroupName } from "../../src/http/response-schemas.ts";
import { app } from "../../src/http/app.ts";
import { operations } from "../../src/http/api/index.ts";
import { sendSchemas } from "../../src/http/api/sends.ts";
import { problems } from "../../src/http/problem.ts";
import asyncapi from "../../src/pages/asyncapi.json" with { type: "json" };
import openapi from "../../src/pages/openapi.json" with { type: "json" };
import { anyone, backend } from "../support/workerd.ts";

interface Described {
  readonly responses: Readonly<Record<string, unknown>>;
  readonly parameters?: readonly object[];
}
const paths: Readonly<Record<string, Readonly<Record<string, Described>>>> = openapi.paths;

/** `/orders/:biz` as OpenAPI writes it, without the closing slash that means nothing. */
const written = (path: string): string => path.replaceAll(/:(\w+)/g, "{$1}").replace(/(?<=.)\/$/, "");

describe("/openapi.json", () => {
  it("has every route of the table, and the table has every one of its routes", () => {
    const sockets = consumers.flatMap((consumer) => consumer.paths);
    const routes = app.routes
      .filter(({ method }) => method !== "ALL")
      .flatMap(({ method, path }) => (path === "/ws/*" ? sockets : [path]).map((each) => `${method} ${written(each)}`));
    const described = Object.entries(paths).flatMap(([path, methods]) =>
      Object.keys(methods).map((method) => `${method.toUpperCase()} ${written(path)}`),
    );
    expect(described.toSorted()).toEqual([...new Set(routes)].toSorted());
  });

  it("knows every reason, with the status it has, and no other", () => {
    const told = new Map<string, number>();
    for (const match of JSON.stringify(openapi).matchAll(
      /"status":\{"const":(\d+)\},"reason":\{"enum":\[([^\]]*)\]/g,
    )) {
      const [, status, reasons = ""] = match;
      for (const reason of reasons.replaceAll('"', "").split(",")) told.set(reason, Number(status));
    }
    // What no route answers is told of all at once, and an item's form where items are.
    for (const reason of ["method_not_allowed", "bad_item"] as const) told.set(reason, problems[reason][0]);
    const statuses = Object.entries(problems).map(([reason, [status]]) => [reason, status]);
    expect(Object.fromEntries(told)).toEqual(Object.fromEntries(statuses));
    expect(openapi.info.description).toContain("`method_not_allowed`");
    expect(openapi.components.schemas.BatchResult.description).toContain("`bad_item`");
  });

  it("has a refusal without a key for every route that only backends may call", async () => {
    const guarded = operations.filter(({ who }) => who === "backend");
    expect(guarded.length).toBeGreaterThanOrEqual(5);
    for (const { method, path, params = {} } of guarded) {
      const real = path.replaceAll(/:(\w+)/g, (_all, name: string) => String(params[name]?.example));
      const response = await anyone(real, { method: method.toUpperCase() });
      expect([path, response.status]).toEqual([path, 401]);
      expect(paths[written(path)]?.[method]?.responses).toHaveProperty("401");
    }
  });

  it.each(["alarm", "a".repeat(99), "a".repeat(100), "", "order 7", "feed_é", "a!b"])(
    "takes %j for a group's name as the Worker does",
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
    "refuses %j, as the route does",
    async (event) => {
      expect(safeParse(schema, event).success).toBe(false);
      expect((await backend("POST", "/groups/alarm/send", event)).status).toBe(422);
    },
  );

  it.each([
    { type: "send.message", message: null },
    { type: "send_message", message: { n: 1 }, exclude: null },
  ])("takes %j, as the route does", async (event) => {
    expect(safeParse(schema, event).success).toBe(true);
    expect((await backend("POST", "/groups/alarm/send", event)).status).toBe(200);
  });
});

describe("/asyncapi.json", () => {
  it("has every WebSocket path in both modes, with the shape of its key, and no other", () => {
    const declared = consumers.flatMap(({ paths }) => paths);
    const addresses = Object.values(asyncapi.channels).map(({ address }) => address);
    expect(addresses.toSorted()).toEqual(
      declared
        .flatMap((path) => [path, path])
        .map((path) => path.replaceAll(/:(\w+)/g, "{$1}"))
        .toSorted(),
    );
  });

  it("takes for a key what its consumer takes", () => {
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
  it("say the same of a schema that both have", () => {
    const [one, other]: Record<string, object>[] = [openapi.components.schemas, asyncapi.components.schemas];
    const shared = Object.keys(one ?? {}).filter((name) => name in (other ?? {}));
    expect(shared).toContain("OrderOutcome");
    for (const name of shared) expect([name, one?.[name]]).toEqual([name, other?.[name]]);
  });

  it.each(["/openapi.json", "/openapi.json/", "/asyncapi.json", "/asyncapi.json/"])(
    "%s is for everybody to read",
    async (path) => {
      const response = await anyone(path, { headers: { Origin: "https://tools.example" } });
      expect(response.headers.get("Content-Type")).toContain("application/json");
      expect(await response.json()).toEqual(path.startsWith("/openapi") ? openapi : asyncapi);
    },
  );

  it.each(["/openapi.json", "/asyncapi.json"])("%s refuses another method as every route does", async (path) => {
    const response = await anyone(path, { method: "POST" });
    expect(response.headers.get("Allow")).toBe("GET");
    expect(await response.json()).toMatchObject({ status: 405, reason: "method_not_allowed" });
  });
});
