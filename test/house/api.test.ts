// The API documents are what the schemas give, and their linters find what is wrong with one: each guard is shown to bite.
import { execFile } from "node:child_process";
import { cpSync, mkdtempSync, readFileSync, rmSync, symlinkSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { promisify } from "node:util";
import { build } from "esbuild";
import { afterAll, describe, expect, it } from "vitest";
import { lintAsyncapi, lintOpenapi } from "../../api/lint.ts";

const run = promisify(execFile);

const openapi = readFileSync("src/pages/openapi.json", "utf8");
const asyncapi = readFileSync("src/pages/asyncapi.json", "utf8");

// Each begins a process that loads both linters: seconds, on a machine that does other things as well.
describe("npm run api:check", { timeout: 60_000 }, () => {
  /** A copy of what the documents are made of, to change something in. */
  const house = mkdtempSync(join(tmpdir(), "belfry-api-"));
  for (const part of ["api", "src", "scripts"]) cpSync(part, join(house, part), { recursive: true });
  symlinkSync(join(process.cwd(), "node_modules"), join(house, "node_modules"));
  afterAll(() => rmSync(house, { recursive: true }));

  /** What the check says of the house with one text in one file exchanged for another; "" if nothing. */
  async function check(file: string, text: string, other: string, args = ["--check"]): Promise<string> {
    const path = join(house, file);
    const before = readFileSync(path, "utf8");
    expect(before).toContain(text);
    writeFileSync(path, before.replace(text, other));
    try {
      await run("node", ["scripts/api.ts", ...args], { cwd: house });
      return "";
    } catch (error) {
      return String((error as { stderr?: string }).stderr); // what execFile rejects with when the command fails
    } finally {
      writeFileSync(path, before);
    }
  }

  it("says nothing of the house as it stands", async () => {
    expect(await check("src/core/limits.ts", "ORDER_ID_CHARS = 200", "ORDER_ID_CHARS = 200")).toBe("");
  });

  const stale = (name: string) => `src/pages/${name}.json is not what the schemas give`;

  it.each<[string, string, string, string, string]>([
    [
      "a schema that a route checks with",
      "src/http/request-schemas.ts",
      "currency: Currency,",
      "currency: v.string(),",
      stale("openapi"),
    ],
    ["a limit", "src/core/limits.ts", "ORDER_ID_CHARS = 200", "ORDER_ID_CHARS = 100", stale("openapi")],
    ["a reason's words", "src/http/problem.ts", "An API key is needed", "A key is needed", stale("openapi")],
    ["a close code", "src/core/codes.ts", "silent: 4201", "silent: 4202", stale("asyncapi")],
    ["an answer", "src/http/response-schemas.ts", "connections: Count", "connections: v.string()", stale("openapi")],
    ["a document by hand", "src/pages/asyncapi.json", `"Belfry"`, `"Steeple"`, stale("asyncapi")],
  ])("finds %s that was changed", async (_what, file, text, other, said) => {
    expect(await check(file, text, other)).toContain(said);
  });

  it("finds what the linters find", async () => {
    const write: string[] = [];
    expect(await check("api/orders.ts", `currency: "USD"`, `currency: "usd"`, write)).toContain(
      "oas3-valid-media-example",
    );
  });
});

/** A document with one text exchanged for another. */
function planted(document: string, text: string | RegExp, other: string): string {
  const changed = document.replace(text, other);
  expect(changed).not.toBe(document);
  return changed;
}

describe("the linter of OpenAPI", { timeout: 30_000 }, () => {
  it("finds nothing wrong with the document", async () => expect(await lintOpenapi(openapi)).toEqual([]));

  it.each<[string, string | RegExp, string, string]>([
    ["a schema that is named and not there", "schemas/BackendOrder", "schemas/NoOrder", "invalid-ref"],
    ["a key that is scheme of nothing", `"bearer": []`, `"bear": []`, "oas3-operation-security-defined"],
    ["a parameter that the path has not", `"name": "biz"`, `"name": "bis"`, "path-params"],
    ["an example that its schema refuses", `"currency": "USD"`, `"currency": "usd"`, "oas3-valid-media-example"],
    ["a type there is none of", `"type": "integer"`, `"type": "int"`, "oas3-schema"],
    [
      "an operation's name taken twice",
      `"operationId": "registerOrder"`,
      `"operationId": "readOrder"`,
      "operation-operationId-unique",
    ],
    ["a family there is none of", /"tags": \[\s*"orders"\s*\]/, `"tags": ["order"]`, "operation-tag-defined"],
  ])("finds %s", async (_what, text, other, rule) => {
    expect((await lintOpenapi(planted(openapi, text, other))).join("\n")).toContain(rule);
  });
});

describe("the linter of AsyncAPI", { timeout: 30_000 }, () => {
  it("finds nothing wrong with the document", async () => expect(await lintAsyncapi(asyncapi)).toEqual([]));

  it.each<[string, string | RegExp, string, string]>([
    [
      "a message that is named and not there",
      '#/components/messages/heartbeat"',
      '#/components/messages/gone"',
      "invalid-ref",
    ],
    ["an action there is none of", `"action": "send"`, `"action": "shout"`, "asyncapi-document-resolved"],
    ["a parameter that the address has not", "/ws/order/{biz}/", "/ws/order/", "asyncapi3-channel-parameters"],
    [
      "a message of another channel",
      "#/channels/orderPlain/messages/orderOutcome",
      "#/channels/alarmPlain/messages/result",
      "asyncapi3-operation-messages-from-referred-channel",
    ],
    ["a type there is none of", `"type": "integer"`, `"type": "int"`, "asyncapi-document-resolved"],
    ["a field there is none of", `"defaultContentType"`, `"contentTypeByDefault"`, "asyncapi-document-resolved"],
  ])("finds %s", async (_what, text, other, rule) => {
    expect((await lintAsyncapi(planted(asyncapi, text, other))).join("\n")).toContain(rule);
  });
});

describe("the Worker's bundle", () => {
  /** The files that esbuild bundles for an entry with this text. */
  async function inputsOf(contents: string): Promise<string[]> {
    const { metafile } = await build({
      stdin: { contents, resolveDir: ".", loader: "ts" },
      bundle: true,
      metafile: true,
      write: false,
      format: "esm",
      external: ["cloudflare:*", "node:*"],
    });
    return Object.keys(metafile.inputs);
  }

  it("contains no API description", async () => {
    const inputs = await inputsOf(`export * from "./src/index.ts";`);
    expect(inputs).toContain("src/http/routes.ts");
    expect(inputs.filter((file) => file.startsWith("api/"))).toEqual([]);
  });

  it("would contain one that the Worker imports", async () => {
    const inputs = await inputsOf(`export * from "./src/index.ts"; export * from "./api/index.ts";`);
    expect(inputs).toContain("api/orders.ts");
  });
});
