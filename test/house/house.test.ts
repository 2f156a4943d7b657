// The house keeps its own rules: who may import whom, what core may know, what an `as` owes. Each guard is shown to bite.
import { execFile } from "node:child_process";
import { cpSync, mkdtempSync, readdirSync, readFileSync, rmSync, symlinkSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { promisify } from "node:util";
import { afterAll, describe, expect, it } from "vitest";

const run = promisify(execFile);

/** A copy of the house to plant violations in. */
const house = mkdtempSync(join(tmpdir(), "belfry-house-"));
for (const part of ["src", ".oxlintrc.json", "tsconfig.json", "tsconfig.base.json", "worker-configuration.d.ts"]) {
  cpSync(part, join(house, part), { recursive: true });
}
symlinkSync(join(process.cwd(), "node_modules"), join(house, "node_modules"));
afterAll(() => rmSync(house, { recursive: true }));

/** What a tool says of the house with one file more in it. */
async function withPlanted(file: string, text: string, tool: string, args: readonly string[]): Promise<string> {
  const path = join(house, file);
  writeFileSync(path, text);
  try {
    const { stdout } = await run(join(house, "node_modules/.bin", tool), args, { cwd: house });
    return stdout;
  } catch (error) {
    return String((error as { stdout?: string }).stdout); // what execFile rejects with when the tool exits non-zero
  } finally {
    rmSync(path);
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
      "export const dice = Math.random();",
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
      "group imports consumers and core",
    ],
    [
      "group that imports Hono",
      "src/group/planted.ts",
      `export { Hono } from "hono";`,
      "group imports consumers and core",
    ],
    [
      "http that imports group",
      "src/http/planted.ts",
      `export type { Group } from "../group/group.ts";`,
      "http imports callbacks",
    ],
    ["any", "src/http/planted.ts", "export const x = (y: any): unknown => y;", "no-explicit-any"],
    ["a promise left alone", "src/http/planted.ts", "Promise.resolve(1);", "no-floating-promises"],
    [
      "a switch that forgets a case",
      "src/core/planted.ts",
      `export const f = (x: "a" | "b"): number => { switch (x) { case "a": return 1; } return 2; };`,
      "switch-exhaustiveness-check",
    ],
    ["a file of more than 300 lines", "src/core/planted.ts", "export {};\n".repeat(301), "max-lines"],
  ])("%s", async (_what, file, text, complaint) => {
    expect(await withPlanted(file, text, "oxlint", [file])).toContain(complaint);
  });

  it("nothing in the house as it stands", async () => {
    const { stdout } = await run(join(house, "node_modules/.bin/oxlint"), ["src"], { cwd: house });
    expect(stdout).toContain("0 errors");
  });
});

describe("the type checker refuses core that names a platform", () => {
  it.each(["Response", "WebSocket", "setTimeout", "Env", "DurableObjectStorage", "URL", "crypto"])(
    "%s",
    async (name) => {
      const text = `export type T = typeof ${name};\nexport let x: ${name};\n`;
      const said = await withPlanted("src/core/planted.ts", text, "tsc", ["-p", "src/core"]);
      expect(said).toContain(`Cannot find name '${name}'`);
    },
  );
});

describe("every file of src", () => {
  const files = readdirSync("src", { recursive: true, encoding: "utf8" })
    .filter((file) => file.endsWith(".ts"))
    .map((file) => [file, readFileSync(join("src", file), "utf8")] as const);

  it.each(files)("%s begins with what it does", (_file, text) => expect(text).toMatch(/^\/\/ [^\n]{20,}\n/));

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

  it("has a name that says what it is, not that it helps", () => {
    for (const [file] of files) expect(file).not.toMatch(/util|helper|manager|impl|common|misc/i);
  });
});
