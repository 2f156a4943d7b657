// Tests the published SDK: its bundle size, and that its three entries resolve, run and have types.
import { execFile } from "node:child_process";
import { mkdirSync, mkdtempSync, readFileSync, rmSync, statSync, symlinkSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { promisify } from "node:util";
import { gzipSync } from "node:zlib";
import { describe, expect, it, onTestFinished } from "vitest";
import { bundleClient } from "../../scripts/build-pages.ts";

const run = promisify(execFile);

/** Small enough for a page on a slow mobile network. 4 KiB until a welcome had `spread` and joins came in crowds. */
const BUDGET_BYTES = 4352;

it("the client bundle is at most 4.25 KiB gzipped and has no imports", async () => {
  const code = await bundleClient();
  const bytes = gzipSync(code, { level: 9 }).length;
  console.log(`the client: ${code.length} bytes minified, ${bytes} gzipped, of ${BUDGET_BYTES}`);
  expect(bytes).toBeLessThanOrEqual(BUDGET_BYTES);
  expect(code).not.toMatch(/\bimport\b(?!\.meta)/);
});

it("the hooks import react and the client's entry only", () => {
  const hooks = readFileSync("lib/client/react.js", "utf8");
  const imports = [...hooks.matchAll(/from "([^"]+)"/g)].map(([, from]) => from);
  expect(new Set(imports)).toEqual(new Set(["./index.js", "react"]));
  expect(hooks).toMatch(/^(\/\/.*\n)*"use client";$/m);
});

it("a second build of the pages writes no file", { timeout: 30_000 }, async () => {
  const { mtimeMs } = statSync("src/pages/client.js");
  await run("node", ["scripts/build-pages.ts"]);
  expect(statSync("src/pages/client.js").mtimeMs).toBe(mtimeMs);
});

describe("in a project that has belfry installed", { timeout: 30_000 }, () => {
  const script = `
import { connect, type Settled } from "belfry/client";
import { fakeServer } from "belfry/testing";
import { BelfryContext, useGroup, useOrder } from "belfry/react";

const server = fakeServer();
const biz = "0123456789abcdefghijklmnopqrstuv";
const client = connect("https://push.example", server.options);
const settled: Promise<Settled> = client.order(biz).settled({ timeout: 1000 });
server.order(biz).becomes("paid");
const { status, version } = await settled;
client.close();
console.log(status, version, [BelfryContext, useGroup, useOrder].map((it) => typeof it).join());
`;

  function project(): string {
    const folder = mkdtempSync(join(tmpdir(), "belfry-user-"));
    onTestFinished(() => rmSync(folder, { recursive: true }));
    mkdirSync(join(folder, "node_modules"));
    symlinkSync(process.cwd(), join(folder, "node_modules/belfry"));
    writeFileSync(join(folder, "package.json"), JSON.stringify({ type: "module" }));
    writeFileSync(join(folder, "app.ts"), script);
    return folder;
  }

  it("the entries run in Node", async () => {
    const folder = project();
    const { stdout } = await run("node", ["app.ts"], { cwd: folder });
    expect(stdout).toBe("paid 1 object,function,function\n");
  });

  it.each([
    ["a bundler's page", { moduleResolution: "bundler", module: "esnext", lib: ["es2022", "dom"], types: [] }],
    ["Node", { moduleResolution: "nodenext", module: "nodenext", lib: ["es2022"], types: ["node"] }],
    [
      "a Worker",
      { moduleResolution: "bundler", module: "esnext", lib: ["es2024"], types: ["@cloudflare/workers-types"] },
    ],
  ])("the entries have types in %s", async (_where, options) => {
    const folder = project();
    symlinkSync(join(process.cwd(), "node_modules/@types"), join(folder, "node_modules/@types"));
    symlinkSync(join(process.cwd(), "node_modules/@cloudflare"), join(folder, "node_modules/@cloudflare"));
    const compilerOptions = { target: "es2022", strict: true, noEmit: true, ...options };
    const include = ["app.ts"];
    writeFileSync(join(folder, "tsconfig.json"), JSON.stringify({ compilerOptions, include }));
    const tsc = join(process.cwd(), "node_modules/.bin/tsc");
    const { stdout } = await run(tsc, ["-p", folder, "--pretty", "false"]).catch((error: { stdout: string }) => error);
    expect(stdout).toBe("");
  });
});
