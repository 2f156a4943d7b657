// Checks that every consumer, provider, route, setting, frame and close code is in all required places.
import { existsSync, readdirSync, readFileSync } from "node:fs";
import { describe, expect, it } from "vitest";
import { providers } from "../../src/callbacks/providers.ts";
import { closeCodes } from "../../src/core/codes.ts";
import { problems } from "../../src/http/problem.ts";

const read = (file: string): string => readFileSync(file, "utf8");
const textOf = (folder: string, ending: string): string =>
  readdirSync(folder, { recursive: true, encoding: "utf8" })
    .filter((file) => file.endsWith(ending))
    .map((file) => read(`${folder}/${file}`))
    .join("\n");

interface ApiDocument {
  readonly paths: Readonly<Record<string, Readonly<Record<string, object>>>>;
}
interface MessageDocument {
  readonly channels: Readonly<Record<string, { readonly messages: Readonly<Record<string, object>> }>>;
  readonly components: { readonly messages: Readonly<Record<string, object>> };
}
// The documents written by `npm run api`.
const openapi = JSON.parse(read("src/pages/openapi.json")) as ApiDocument;
const asyncapi = JSON.parse(read("src/pages/asyncapi.json")) as MessageDocument; // by their meta-schemas: test/house/api.test.ts

/** The exported constants of `type` in a folder: names and source texts. */
const exported = (folder: string, type: string) =>
  [...textOf(folder, ".ts").matchAll(new RegExp(`^export const (\\w+): ${type} = \\{$(.*?)^\\};$`, "gms"))].map(
    ([, name = "", text = ""]) => ({ name, text }),
  );

/** Converts `/orders/:biz` to the form of the documents, `/orders/{biz}`. */
const inDocument = (path: string): string => path.replace(/:(\w+)/g, "{$1}");

const namesOf = (constants: readonly { readonly name: string }[]): readonly string[] =>
  constants.map(({ name }) => name).toSorted(byName);
const byName = (a: string, b: string): number => a.localeCompare(b);

describe("a consumer", () => {
  // Read as text, as the types of consumers need the platform's types.
  const all = exported("src/consumers", "Consumer");
  const consumers = all.filter(({ text }) => !text.includes("isInternal: true"));
  const paths = consumers.flatMap(({ text }) => text.match(/"\/ws\/[^"]*"/g) ?? []).map((path) => path.slice(1, -1));

  it("is in the list of src/consumers/index.ts", () => {
    const [, list = ""] = / consumers: readonly Consumer\[\] = \[(.*?)\]/s.exec(read("src/consumers/index.ts")) ?? [];
    const listed = (list.match(/\w+/g) ?? []).toSorted(byName);
    expect(listed).toEqual(namesOf(consumers));
    expect(paths.length).toBeGreaterThanOrEqual(consumers.length);
  });

  it("has its paths in the API descriptions", () => {
    const described = Object.keys(openapi.paths).filter((path) => path.startsWith("/ws/"));
    expect(described.toSorted(byName)).toEqual(paths.map(inDocument).toSorted(byName));
  });

  it.each(["README.md", "README.zh-CN.md", "docs/protocol.md"])("has its paths in %s", (page) => {
    expect(paths.filter((path) => !read(page).includes(`\`${path}\``))).toEqual([]);
  });

  it.each(consumers.map(({ name }) => name))("%s is tested inside workerd", (name) => {
    const tests = ["journeys", "group", "http", "support"].map((room) => textOf(`test/${room}`, ".ts")).join("\n");
    expect(tests.includes(`/ws/${name}/`)).toBe(true);
  });
});

describe("a provider", () => {
  const names = [...providers.keys()];

  it("is in the list of src/callbacks/providers.ts", () => {
    expect(names.toSorted(byName)).toEqual(namesOf(exported("src/callbacks", "Adapter<Config>")));
  });

  it.each(names)("%s has tests of its own, and flows", (name) => {
    expect(existsSync(`test/callbacks/${name}.test.ts`)).toBe(true);
    expect(read(`test/flows/${name}.test.ts`)).toContain(`runFlows(${name})`);
  });

  it.each(names)("%s is delivered over HTTP by the tests", (name) => {
    expect(read("test/flows/over-http.test.ts")).toContain(`from "./${name}.ts"`);
    expect(read("test/support/deliver.ts")).toMatch(new RegExp(`^ {2}"${name}",$`, "m"));
  });

  it.each(names)("%s has its setting in docs/settings.md", (name) => {
    expect(read("docs/settings.md")).toContain(`\`CALLBACK_${name.toUpperCase()}\``);
  });

  it("is covered by mutation testing", () => {
    const { mutate } = JSON.parse(read("stryker.config.json")) as { mutate: string[] }; // by Stryker's schema
    const changed = (mutate.find((files) => files.startsWith("src/callbacks/")) ?? "").split(/[{},]/);
    expect(names.filter((name) => !changed.includes(name))).toEqual([]);
  });
});

describe("a route", () => {
  // Read as text, as the handlers need the platform's types.
  const table = [
    ...read("src/http/routes.ts").matchAll(/^ {2}route\("(\w+)", "([^"]+)", "(\w+)", (?:"\w+"|null), (\w+),/gm),
  ].map(([, method = "", path = "", access = "", limit = ""]) => ({
    name: `${method} ${path}`,
    method,
    path,
    access,
    limit,
  }));

  it("is described in api/", () => {
    const isDescribed = (method: string, path: string) => {
      if (path === "/ws/*") return true; // compared by the paths of the consumers above
      return openapi.paths[inDocument(path)]?.[method.toLowerCase()] !== undefined;
    };
    expect(table.length).toBeGreaterThan(10);
    expect(table.filter(({ method, path }) => !isDescribed(method, path))).toEqual([]);
  });

  it("that reads a body has a limit", () => {
    const written = table.filter(({ method }) => method === "PUT" || method === "POST");
    expect(written.filter(({ limit }) => !limit.endsWith("_BYTES"))).toEqual([]);
  });

  it("is in a page of docs/", () => {
    const docs = textOf("docs", ".md");
    const routes = table.filter(({ name }) => !/\.json$|\/ws\//.test(name));
    expect(routes.filter(({ name }) => !docs.includes(`\`${name}\``))).toEqual([]);
  });
});

describe("a setting", () => {
  const rows = [...read("docs/settings.md").matchAll(/^\| `([A-Z_]+)` *\| (var|secret) /gm)];
  const named = (kind: string) => rows.filter((row) => row[2] === kind).map(([, name = ""]) => name);

  it("of the kind var is in wrangler.toml, and no secret is", () => {
    const [, vars = ""] = /^\[vars\]\n(.*?)\n\n/ms.exec(read("wrangler.toml")) ?? [];
    const set = vars.split("\n").map((line) => line.split(" ")[0] ?? "");
    expect(set.toSorted(byName)).toEqual(named("var").toSorted(byName));
  });

  it("of the kind secret has a value for development", () => {
    const example = read("development.vars");
    expect(named("secret").filter((name) => !new RegExp(`^${name}=`, "m").test(example))).toEqual([]);
  });

  it("is tested by test/core/settings.test.ts", () => {
    const tests = read("test/core/settings.test.ts");
    expect(rows.map(([, name = ""]) => name).filter((name) => !tests.includes(name))).toEqual([]);
  });
});

describe("a frame", () => {
  const source = read("src/core/frames.ts");
  const types = [...source.matchAll(/\btype"?: ?("\w+"(?: \| "\w+")*)/g)]
    .flatMap(([, union = ""]) => union.split(" | "))
    .map((type) => type.replaceAll('"', ""));

  it("has its type in /asyncapi.json", () => {
    const described = read("src/pages/asyncapi.json");
    expect(types).toContain("welcome");
    expect(types.filter((type) => !described.includes(`"const": "${type}"`))).toEqual([]);
  });

  it("has its type in docs/protocol.md", () => {
    const page = read("docs/protocol.md");
    const isNamed = (type: string) => page.includes(`"type":"${type}"`) || page.includes(`**${type}**`);
    expect(types.filter((type) => !isNamed(type))).toEqual([]);
  });

  it("has its text in test/core/frames.test.ts", () => {
    const tests = read("test/core/frames.test.ts");
    expect(types.filter((type) => !new RegExp(`"?type"?: ?"${type}"`).test(tests))).toEqual([]);
  });

  it("that is described belongs to a path", () => {
    const used = new Set(Object.values(asyncapi.channels).flatMap(({ messages }) => Object.keys(messages)));
    expect(Object.keys(asyncapi.components.messages).filter((name) => !used.has(name))).toEqual([]);
  });
});

describe("a close code", () => {
  const reasons = Object.keys(closeCodes).filter((reason) => !(reason in problems));

  it("that is no refusal is sent by a group", () => {
    const group = textOf("src/group", ".ts");
    expect(reasons.filter((reason) => !group.includes(`"${reason}"`))).toEqual([]);
  });

  it("that is no refusal is tested inside workerd", () => {
    const tests = ["group", "http", "served"].map((room) => textOf(`test/${room}`, ".ts")).join("\n");
    const codes: Readonly<Record<string, number>> = closeCodes;
    const isTested = (reason: string) => new RegExp(`\\b(${reason}|${codes[reason]})\\b`).test(tests);
    expect(reasons.filter((reason) => !isTested(reason))).toEqual([]);
  });
});
