// Checks the rules of the repository: imports between rooms, core without a platform, reasons beside `as`.
import { execFile } from "node:child_process";
import {
  cpSync,
  existsSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  symlinkSync,
  writeFileSync,
} from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { promisify } from "node:util";
import { afterAll, describe, expect, it } from "vitest";

const run = promisify(execFile);

/** A copy of the sources, for planted violations. */
const copy = mkdtempSync(join(tmpdir(), "belfry-house-"));
for (const part of [
  "api",
  "src",
  ".oxlintrc.json",
  "tsconfig.json",
  "tsconfig.base.json",
  "worker-configuration.d.ts",
]) {
  cpSync(part, join(copy, part), { recursive: true });
}
symlinkSync(join(process.cwd(), "node_modules"), join(copy, "node_modules"));
afterAll(() => rmSync(copy, { recursive: true }));

/** Runs a tool on the copy with one file added or replaced. Returns its output. */
async function withPlanted(file: string, text: string, tool: string, args: readonly string[]): Promise<string> {
  const path = join(copy, file);
  const before = existsSync(path) ? readFileSync(path) : null;
  writeFileSync(path, text);
  try {
    const { stdout } = await run(join(copy, "node_modules/.bin", tool), args, { cwd: copy });
    return stdout;
  } catch (error) {
    return String((error as { stdout?: string }).stdout); // execFile rejects with the output if the tool exits with another code than 0
  } finally {
    if (before === null) rmSync(path);
    else writeFileSync(path, before);
  }
}

describe("the linter refuses", () => {
  it.each<[string, string, string, string]>([
    [
      "core that imports another room",
      "src/core/planted.ts",
      `export { order } from "../consumers/order.ts";`,
      "core imports nothing",
    ],
    ["core that imports a package", "src/core/planted.ts", `export { Hono } from "hono";`, "core imports nothing"],
    ["core that reads the clock", "src/core/planted.ts", "export const now = Date.now();", "core reads no clock"],
    [
      "core that draws randomness",
      "src/core/planted.ts",
      "export const random = Math.random();",
      "core draws no randomness",
    ],
    [
      "consumers that import group",
      "src/consumers/planted.ts",
      `export { Group } from "../group/group.ts";`,
      "consumers import core only",
    ],
    [
      "consumers that import a package",
      "src/consumers/planted.ts",
      `export { Hono } from "hono";`,
      "consumers import core only",
    ],
    [
      "group that imports http",
      "src/group/planted.ts",
      `export { app } from "../http/app.ts";`,
      "group imports callbacks, consumers, core",
    ],
    [
      "group that imports Hono",
      "src/group/planted.ts",
      `export { Hono } from "hono";`,
      "group imports callbacks, consumers, core",
    ],
    [
      "a folder of group that imports http",
      "src/group/sockets/planted.ts",
      `export { app } from "../../http/app.ts";`,
      "group imports callbacks, consumers, core",
    ],
    [
      "a folder of group that imports the whole context",
      "src/group/sockets/planted.ts",
      `export { GroupContext } from "../context.ts";`,
      "group imports callbacks, consumers, core",
    ],
    [
      "http that imports group",
      "src/http/planted.ts",
      `export type { Group } from "../group/group.ts";`,
      "http imports callbacks",
    ],
    [
      "http that verifies tokens by itself",
      "src/http/planted.ts",
      `export { jwtVerify } from "jose/jwt/verify";`,
      "http imports callbacks",
    ],
    [
      "http that uses claims as a token",
      "src/http/planted.ts",
      `export { coversGroup, tokenOf } from "../core/token.ts";`,
      "only what src/tokens/ has verified is a token",
    ],
    [
      "group that uses claims as a token",
      "src/group/planted.ts",
      `export { tokenOf } from "../core/token.ts";`,
      "only what src/tokens/ has verified is a token",
    ],
    ["consumers that import tokens", "src/consumers/planted.ts", `export * from "../tokens/verify.ts";`, "core only"],
    [
      "callbacks that import tokens",
      "src/callbacks/planted.ts",
      `export * from "../tokens/verify.ts";`,
      "callbacks import core and net only",
    ],
    [
      "callbacks that import jose",
      "src/callbacks/planted.ts",
      `export * from "jose/errors";`,
      "no library but valibot",
    ],
    ...["../callbacks/bytes.ts", "../http/app.ts", "../group/group.ts", "hono/jwt", "jsonwebtoken"].map(
      (path): [string, string, string, string] => [
        `tokens that import ${path}`,
        "src/tokens/planted.ts",
        `export * from "${path}";`,
        "tokens import core and net only",
      ],
    ),
    ["tokens that read the clock", "src/tokens/planted.ts", "export const now = Date.now();", "tokens read no clock"],
    [
      "net that imports another room",
      "src/net/planted.ts",
      `export * from "../core/result.ts";`,
      "net imports nothing from other rooms",
    ],
    [
      "the deployed Worker that imports tokens",
      "src/index.ts",
      `export * from "./tokens/verify.ts";`,
      "is belfry() with",
    ],
    [
      "the client that imports more of core than the shared files",
      "src/client/planted.ts",
      `export { encodeAdmission } from "../core/admission.ts";`,
      "the client shares core's codes",
    ],
    [
      "the client that imports a consumer",
      "src/client/planted.ts",
      `export { order } from "../consumers/order.ts";`,
      "the client imports core only",
    ],
    [
      "the client that imports a package",
      "src/client/planted.ts",
      `export { useState } from "react";`,
      "the client imports core only",
    ],
    [
      "the hooks that import a file behind the client's index",
      "src/client/react.ts",
      `export { GroupConnection } from "./group-connection.ts";`,
      "the hooks import react and the client's door only",
    ],
    ...["core", "consumers", "callbacks", "tokens", "net", "observe", "group", "http", "client"].map(
      (room): [string, string, string, string] => [
        `${room} that imports an API description`,
        `src/${room}/planted.ts`,
        `export { operations } from "../../api/index.ts";`,
        "no-restricted-imports",
      ],
    ),
    [
      "the entry that imports an API description",
      "src/index.ts",
      `export { operations } from "../api/index.ts";`,
      "no-restricted-imports",
    ],
    ...["../src/http/app.ts", "../src/http/orders.ts", "../src/group/group.ts", "../src/tokens/verify.ts", "hono"].map(
      (path): [string, string, string, string] => [
        `an API description that imports ${path}`,
        "api/planted.ts",
        `export * from "${path}";`,
        "API descriptions import",
      ],
    ),
    [
      "the deployed Worker that imports core",
      "src/index.ts",
      `export { ok } from "./core/result.ts";`,
      "the deployed Worker is belfry() with its consumers",
    ],
    ...[
      ["src/core/planted.ts", "./../consumers/order.ts"],
      ["src/consumers/planted.ts", "./../group/group.ts"],
      ["src/client/planted.ts", "./../core/admission.ts"],
      ["src/group/planted.ts", ".././http/app.ts"],
      ["src/group/order/planted.ts", "../.././http/app.ts"],
      ["src/group/order/planted.ts", "../sockets/../../http/app.ts"],
      ["src/group/order/planted.ts", "..//..//http/app.ts"],
      ["src/http/planted.ts", "./../group/group.ts"],
      ["src/tokens/planted.ts", "./../http/app.ts"],
      ["src/http/planted.ts", "../core/../group/group.ts"],
      ["src/http/planted.ts", "..//group/group.ts"],
      ["src/index.ts", "./http/../core/result.ts"],
    ].map(([file = "", path = ""]): [string, string, string, string] => [
      `${file} that imports ${path} by an indirect path`,
      file,
      `export * from "${path}";`,
      "write a path the straight way",
    ]),
    [
      "http that imports group in an expression",
      "src/http/planted.ts",
      `export const group = await import("../group/group.ts");`,
      "http imports callbacks",
    ],
    [
      "a type imported in an expression",
      "src/http/planted.ts",
      `export type G = import("../group/group.ts").Group;`,
      "consistent-type-imports",
    ],
    [
      "core that reads the clock by globalThis",
      "src/core/planted.ts",
      "export const now = globalThis.Date.now();",
      "core knows no platform",
    ],
    [
      "http files with circular type imports",
      "src/http/context.ts",
      `import type { app } from "./app.ts";\nexport type RouteEnv = typeof app;`,
      "import(no-cycle)",
    ],
    [
      "files with circular imports",
      "src/tokens/header.ts",
      `import { verifyToken } from "./verify.ts";\nexport const verify = verifyToken;`,
      "import(no-cycle)",
    ],
    ["any", "src/http/planted.ts", "export const x = (y: any): unknown => y;", "no-explicit-any"],
    ["a promise that is not awaited", "src/http/planted.ts", "Promise.resolve(1);", "no-floating-promises"],
    [
      "a switch without one of the cases",
      "src/core/planted.ts",
      `export const f = (x: "a" | "b"): number => { switch (x) { case "a": return 1; } return 2; };`,
      "switch-exhaustiveness-check",
    ],
    ["a file of more than 300 lines", "src/core/planted.ts", "export {};\n".repeat(301), "max-lines"],
  ])("%s", async (_case, file, text, message) => {
    expect(await withPlanted(file, text, "oxlint", [file])).toContain(message);
  });

  it("no file of src and api", async () => {
    const { stdout } = await run(join(copy, "node_modules/.bin/oxlint"), ["src", "api"], { cwd: copy });
    expect(stdout).toContain("0 errors");
  });
});

describe("the type checker refuses core that names a platform", () => {
  it.each(["Response", "WebSocket", "setTimeout", "Env", "DurableObjectStorage", "URL", "crypto"])(
    "%s",
    async (name) => {
      const text = `export type T = typeof ${name};\nexport let x: ${name};\n`;
      const output = await withPlanted("src/core/planted.ts", text, "tsc", ["-p", "src/core"]);
      expect(output).toContain(`Cannot find name '${name}'`);
    },
  );
});

describe("the type checker refuses", () => {
  it.each(["Env", "DurableObjectStorage", "process"])("tokens that name %s", async (name) => {
    const output = await withPlanted("src/tokens/planted.ts", `export let x: typeof ${name} | ${name};\n`, "tsc", [
      "-p",
      "src/tokens",
    ]);
    expect(output).toContain(`Cannot find name '${name}'`);
  });

  it("claims used as a token, and a token created elsewhere", async () => {
    const text = `import type { Token } from "../core/token.ts";
export const made: Token = { sub: "ann", groups: ["*"], publish: true, info: null, expiresAt: 1 };\n`;
    const output = await withPlanted("src/tokens/planted.ts", text, "tsc", ["-p", "src/tokens"]);
    expect(output).toContain("[verified]");
  });
});

describe("the type checker refuses a client that names the server's platform", () => {
  it.each(["Env", "DurableObjectStorage", "WebSocketPair", "process"])("%s", async (name) => {
    const text = `export type T = typeof ${name};\nexport let x: ${name};\n`;
    const output = await withPlanted("src/client/planted.ts", text, "tsc", ["-p", "src/client"]);
    expect(output).toContain(`Cannot find name '${name}'`);
  });
});

describe("core formats only times that are passed in", () => {
  /** Intl's formatters read the clock if called without an argument. The linter has no rule for it. */
  const readsClock = (text: string): boolean => /\.format(ToParts)?\(\s*(undefined\s*,?\s*)?\)/.test(text);

  it.each([`new Intl.DateTimeFormat("en").format()`, `format.formatToParts( )`, `format\n  .format(undefined)`])(
    "%s is found",
    (planted) => expect(readsClock(planted)).toBe(true),
  );

  it.each(readdirSync("src/core").filter((file) => file.endsWith(".ts")))("%s", (file) =>
    expect(readsClock(readFileSync(join("src/core", file), "utf8"))).toBe(false),
  );
});

describe("every file of src and api", () => {
  const files = ["src", "api"].flatMap((room) =>
    readdirSync(room, { recursive: true, encoding: "utf8" })
      .filter((file) => file.endsWith(".ts"))
      .map((file) => [join(room, file), readFileSync(join(room, file), "utf8")] as const),
  );

  it.each(files)("%s begins with a description", (_file, text) => expect(text).toMatch(/^\/\/ [^\n]{20,}\n/));

  it.each(files)("%s gives a reason beside each `as`", (_file, text) => {
    const casts = text
      .split("\n")
      .filter(
        (line) =>
          /[^*] as (?!const\b)[\w[{<"]/.test(line.replaceAll(/"[^"]*"/g, '""')) &&
          !/^\s*(\/\/|\*|\/\*|import|export \{)/.test(line),
      );
    for (const line of casts) expect(line).toContain("//");
  });

  it("has a specific name, without util or helper", () => {
    for (const [file] of files) expect(file).not.toMatch(/util|helper|manager|impl|common|misc/i);
  });
});
