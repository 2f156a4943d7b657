// Checks that the API documents match the schemas, and that their linters find planted errors.
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

// Each test starts a process that loads both linters, which takes seconds.
describe("npm run api:check", { timeout: 60_000 }, () => {
  /** A copy of the sources of the documents, for planted changes. */
  const copy = mkdtempSync(join(tmpdir(), "belfry-api-"));
  for (const part of ["api", "src", "scripts"]) cpSync(part, join(copy, part), { recursive: true });
  symlinkSync(join(process.cwd(), "node_modules"), join(copy, "node_modules"));
  afterAll(() => rmSync(copy, { recursive: true }));

  /** Runs the check with `text` in `file` replaced by `other`. Returns its errors; "" if it passes. */
  async function check(file: string, text: string, other: string, args = ["--check"]): Promise<string> {
    const path = join(copy, file);
    const before = readFileSync(path, "utf8");
    expect(before).toContain(text);
    writeFileSync(path, before.replace(text, other));
    try {
      await run("node", ["scripts/api.ts", ...args], { cwd: copy });
      return "";
    } catch (error) {
      return String((error as { stderr?: string }).stderr); // execFile rejects with the output if the command fails
    } finally {
      writeFileSync(path, before);
    }
  }

  it("passes for the committed documents", async () => {
    expect(await check("src/core/limits.ts", "ORDER_ID_CHARS = 200", "ORDER_ID_CHARS = 200")).toBe("");
  });

  const stale = (name: string) => `src/pages/${name}.json is not what the schemas give`;

  it.each<[string, string, string, string, string]>([
    [
      "a schema of a route",
      "src/http/request-schemas.ts",
      "currency: Currency,",
      "currency: v.string(),",
      stale("openapi"),
    ],
    ["a limit", "src/core/limits.ts", "ORDER_ID_CHARS = 200", "ORDER_ID_CHARS = 100", stale("openapi")],
    ["a reason's text", "src/http/problem.ts", "An API key is needed", "A key is needed", stale("openapi")],
    ["a close code", "src/core/codes.ts", "silent: 4201", "silent: 4202", stale("asyncapi")],
    ["a response", "src/http/response-schemas.ts", "connections: Count", "connections: v.string()", stale("openapi")],
    ["a document, edited by hand", "src/pages/asyncapi.json", `"Belfry"`, `"Steeple"`, stale("asyncapi")],
  ])("finds a change of %s", async (_case, file, text, other, message) => {
    expect(await check(file, text, other)).toContain(message);
  });

  it("reports errors of the linters", async () => {
    const write: string[] = [];
    expect(await check("api/orders.ts", `currency: "USD"`, `currency: "usd"`, write)).toContain(
      "oas3-valid-media-example",
    );
  });
});

/** Replaces `text` in a document. */
function planted(document: string, text: string | RegExp, other: string): string {
  const changed = document.replace(text, other);
  expect(changed).not.toBe(document);
  return changed;
}

describe("the linter of OpenAPI", { timeout: 30_000 }, () => {
  it("finds no error in the document", async () => expect(await lintOpenapi(openapi)).toEqual([]));

  it.each<[string, string | RegExp, string, string]>([
    ["a reference to a missing schema", "schemas/BackendOrder", "schemas/NoOrder", "invalid-ref"],
    ["an undefined security scheme", `"bearer": []`, `"bear": []`, "oas3-operation-security-defined"],
    ["a parameter that is not in the path", `"name": "biz"`, `"name": "bis"`, "path-params"],
    ["an example that its schema rejects", `"currency": "USD"`, `"currency": "usd"`, "oas3-valid-media-example"],
    ["an unknown type", `"type": "integer"`, `"type": "int"`, "oas3-schema"],
    [
      "a duplicate operation id",
      `"operationId": "registerOrder"`,
      `"operationId": "readOrder"`,
      "operation-operationId-unique",
    ],
    ["an undefined tag", /"tags": \[\s*"orders"\s*\]/, `"tags": ["order"]`, "operation-tag-defined"],
  ])("finds %s", async (_case, text, other, rule) => {
    expect((await lintOpenapi(planted(openapi, text, other))).join("\n")).toContain(rule);
  });
});

describe("the linter of AsyncAPI", { timeout: 30_000 }, () => {
  it("finds no error in the document", async () => expect(await lintAsyncapi(asyncapi)).toEqual([]));

  it.each<[string, string | RegExp, string, string]>([
    [
      "a reference to a missing message",
      '#/components/messages/heartbeat"',
      '#/components/messages/gone"',
      "invalid-ref",
    ],
    ["an unknown action", `"action": "send"`, `"action": "shout"`, "asyncapi-document-resolved"],
    ["a parameter that is not in the address", "/ws/order/{biz}/", "/ws/order/", "asyncapi3-channel-parameters"],
    [
      "a message of another channel",
      "#/channels/orderPlain/messages/orderOutcome",
      "#/channels/alarmPlain/messages/result",
      "asyncapi3-operation-messages-from-referred-channel",
    ],
    ["an unknown type", `"type": "integer"`, `"type": "int"`, "asyncapi-document-resolved"],
    ["an unknown field", `"defaultContentType"`, `"contentTypeByDefault"`, "asyncapi-document-resolved"],
  ])("finds %s", async (_case, text, other, rule) => {
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

  it("contains an API description if the Worker imports one", async () => {
    const inputs = await inputsOf(`export * from "./src/index.ts"; export * from "./api/index.ts";`);
    expect(inputs).toContain("api/orders.ts");
  });
});
