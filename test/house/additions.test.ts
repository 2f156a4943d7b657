// Additions are complete: a consumer, provider, route, setting or frame stands everywhere it has to. Runs none of them.
import { existsSync, readdirSync, readFileSync } from "node:fs";
import { describe, expect, it } from "vitest";
import { providers } from "../../src/callbacks/providers.ts";
import { closeCodes } from "../../src/core/codes.ts";
import { messages, operations, sockets } from "../../src/http/api/index.ts";
import { problems } from "../../src/http/problem.ts";

const read = (file: string): string => readFileSync(file, "utf8");
const textOf = (folder: string, ending: string): string =>
  readdirSync(folder)
    .filter((file) => file.endsWith(ending))
    .map((file) => read(`${folder}/${file}`))
    .join("\n");

/** The constants of one type that the files of a folder export: their names and their texts. */
const exported = (folder: string, type: string) =>
  [...textOf(folder, ".ts").matchAll(new RegExp(`^export const (\\w+): ${type} = \\{$(.*?)^\\};$`, "gms"))].map(
    ([, name = "", text = ""]) => ({ name, text }),
  );

const namesOf = (constants: readonly { readonly name: string }[]): readonly string[] =>
  constants.map(({ name }) => name).toSorted(byName);
const byName = (a: string, b: string): number => a.localeCompare(b);

describe("a consumer", () => {
  // Read as text: the types of consumers need the platform's.
  const all = exported("src/consumers", "Consumer");
  const consumers = all.filter(({ text }) => !text.includes("isInternal: true"));
  const paths = consumers.flatMap(({ text }) => text.match(/"\/ws\/[^"]*"/g) ?? []).map((path) => path.slice(1, -1));

  it("is in the list of src/consumers/index.ts", () => {
    const [, list = ""] = /allConsumers: readonly Consumer\[\] = \[(.*?)\]/s.exec(read("src/consumers/index.ts")) ?? [];
    const listed = (list.match(/\w+/g) ?? []).toSorted(byName);
    expect(listed).toEqual(namesOf(all));
    expect(paths.length).toBeGreaterThanOrEqual(consumers.length);
  });

  it("has its paths in the API descriptions", () => {
    expect(sockets.map(({ path }) => path).toSorted(byName)).toEqual(paths.toSorted(byName));
  });

  it.each(["README.md", "README.zh-CN.md", "docs/protocol.md"])("has its paths in %s", (page) => {
    expect(paths.filter((path) => !read(page).includes(`\`${path}\``))).toEqual([]);
  });

  it.each(consumers.map(({ name }) => name))("%s is tried inside workerd", (name) => {
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

  it("is changed by mutation testing", () => {
    const { mutate } = JSON.parse(read("stryker.config.json")) as { mutate: string[] }; // by its schema
    const changed = (mutate.find((files) => files.startsWith("src/callbacks/")) ?? "").split(/[{},]/);
    expect(names.filter((name) => !changed.includes(name))).toEqual([]);
  });
});

describe("a route", () => {
  /** Method and path of each line of the route table, and its handlers. */
  const lines = [...read("src/http/app.ts").matchAll(/^app\.(get|put|post|delete)\("([^"]+)", ([^)]*)\);$/gm)].map(
    ([, method = "", path = "", handlers = ""]) => ({ method, path, handlers }),
  );
  const described = operations.filter(({ family }) => family !== "websockets");
  const nameOf = ({ method, path }: { readonly method: string; readonly path: string }) =>
    `${method} ${path.replace(/(?<=.)\/$/, "")}`;
  const handlersOf = new Map(lines.map((line) => [nameOf(line), line.handlers]));

  it("is described in src/http/api/", () => {
    const routes = lines.map(nameOf).filter((name) => name !== "get /ws/*");
    expect(described.map(nameOf).toSorted(byName)).toEqual(routes.toSorted(byName));
  });

  it("for backends asks for an API key before anything else", () => {
    const backend = described.filter(({ who }) => who === "backend").map(nameOf);
    expect(backend.filter((name) => handlersOf.get(name)?.startsWith("backendOnly, ") !== true)).toEqual([]);
  });

  it("with a body bounds it", () => {
    const written = described.filter(({ method }) => method === "put" || method === "post").map(nameOf);
    expect(written.filter((name) => !/\bbounded\w+, /.test(handlersOf.get(name) ?? ""))).toEqual([]);
  });

  it("stands in a page of docs/", () => {
    const docs = textOf("docs", ".md");
    const routes = operations
      .filter(({ family, path }) => family !== "websockets" && !path.endsWith(".json"))
      .map(({ method, path }) => `${method.toUpperCase()} ${path}`);
    expect(routes.filter((route) => !docs.includes(`\`${route}\``))).toEqual([]);
  });
});

describe("a setting", () => {
  const rows = [...read("docs/settings.md").matchAll(/^\| `([A-Z_]+)` *\| (var|secret) /gm)];
  const named = (kind: string) => rows.filter((row) => row[2] === kind).map(([, name = ""]) => name);

  it("of the kind var stands in wrangler.toml, and no secret does", () => {
    const [, vars = ""] = /^\[vars\]\n(.*?)\n\n/ms.exec(read("wrangler.toml")) ?? [];
    const set = vars.split("\n").map((line) => line.split(" ")[0] ?? "");
    expect(set.toSorted(byName)).toEqual(named("var").toSorted(byName));
  });

  it("of the kind secret has a value for development", () => {
    const example = read(".dev.vars.example");
    expect(named("secret").filter((name) => !new RegExp(`^${name}=`, "m").test(example))).toEqual([]);
  });

  it("is tried by test/core/settings.test.ts", () => {
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
    const said = new Set<string>(sockets.flatMap(({ plain, v1 }) => [plain, v1].flat()));
    expect(Object.keys(messages).filter((name) => !said.has(name))).toEqual([]);
  });
});

describe("a close code", () => {
  const reasons = Object.keys(closeCodes).filter((reason) => !(reason in problems));

  it("that is no refusal is sent by a group", () => {
    const group = textOf("src/group", ".ts");
    expect(reasons.filter((reason) => !group.includes(`"${reason}"`))).toEqual([]);
  });

  it("that is no refusal is tried inside workerd", () => {
    const tests = ["group", "http", "served"].map((room) => textOf(`test/${room}`, ".ts")).join("\n");
    const codes: Readonly<Record<string, number>> = closeCodes;
    const isTried = (reason: string) => new RegExp(`\\b(${reason}|${codes[reason]})\\b`).test(tests);
    expect(reasons.filter((reason) => !isTried(reason))).toEqual([]);
  });
});
