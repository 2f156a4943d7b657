// The package in an empty folder: the template up to a paid order, and a Worker with its own consumer under /push.
import { execFile } from "node:child_process";
import { cpSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { promisify } from "node:util";
import { gzipSync } from "node:zlib";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { backend, Client } from "../support/client.ts";
import { snippetsOf } from "../support/snippets.ts";
import { NPM_START, startServer, type Server } from "../support/server.ts";

const run = promisify(execFile);
/** Runs commands by the Node of the tests, as the machine's Node may be too old for wrangler. */
const env = { ...process.env, PATH: `${dirname(process.execPath)}:${process.env["PATH"] ?? ""}`, NO_COLOR: "1" };

const OWN_WORKER = `import { belfry, sendMessage, type Consumer } from "belfry";

const scores: Consumer = {
  name: "scores", paths: ["/ws/scores/:match/"], key: { param: "match", shape: /^[0-9]{1,9}$/ },
  access: "open", keeps: "cache", events: { "send.message": sendMessage },
  push: { every: () => 200, produce: async ({ params, env }) => ({ match: params["match"] ?? "", zone: env.TIME_ZONE ?? "" }) },
};
const push = belfry({ basePath: "/push", consumers: [scores] });

export class Group extends push.Group {}
export default { fetch: push.fetch } satisfies ExportedHandler<Env>;
`;

let folder = "";
let installedMs = 0;
let server: Server;

beforeAll(async () => {
  folder = mkdtempSync(join(tmpdir(), "belfry-template-"));
  const packed = mkdtempSync(join(tmpdir(), "belfry-packed-"));
  await run("npm", ["pack", "--silent", "--ignore-scripts", "--pack-destination", packed], { env });
  const archive = join(packed, readdirSync(packed)[0] ?? "");
  cpSync("template", folder, { recursive: true });
  const file = join(folder, "package.json");
  writeFileSync(file, readFileSync(file, "utf8").replace(/"belfry": "[^"]*"/, `"belfry": "file:${archive}"`));
  const began = performance.now();
  await run("npm", ["install", "--no-audit", "--no-fund", "--prefer-offline"], { cwd: folder, env });
  installedMs = performance.now() - began;
  rmSync(packed, { recursive: true });
  server = await startServer({}, NPM_START, { folder, env, basePath: "/push" });
}, 240_000);
afterAll(async () => {
  await server?.stop();
  rmSync(folder, { recursive: true, force: true });
});

/** The type errors of the folder, by this project's TypeScript, which has the template's version. */
async function typeErrors(): Promise<string> {
  await run("npm", ["run", "types"], { cwd: folder, env });
  const checked = run("node_modules/.bin/tsc", ["-p", folder, "--pretty", "false"], { env });
  return (await checked.catch((error: { stdout: string }) => error)).stdout;
}

describe("the template", () => {
  it("is served after npm install and npm start, with at most 250 MB of modules", async () => {
    const { stdout } = await run("du", ["-sm", "node_modules"], { cwd: folder });
    console.log(`npm install: ${(installedMs / 1000).toFixed(1)} s; node_modules ${stdout.split("\t")[0]} MB`);
    expect(Number(stdout.split("\t")[0])).toBeLessThanOrEqual(250);
    expect(await (await fetch(server.url)).text()).toBe("Sunny Shop");
  });

  it("pays an order by npm run pay", async () => {
    const { stdout } = await run("npm", ["run", "--silent", "pay", "--", `${server.url}/push`], { cwd: folder, env });
    expect(stdout).toMatch(
      /^registered: 200\ndelivered: 200\nthe page: \{"biz":"[0-9a-z]{32}","paid":true,"status":"paid"\}\n$/,
    );
  });

  it("pushes to a page of a match", async () => {
    const page = await Client.connect(server.url, "/push/ws/scores/7/", { headers: { Origin: server.url } });
    expect(await page.nextJson()).toMatchObject({ match: "7" });
    page.socket.terminate();
  });

  it("passes the type check under strict", { timeout: 120_000 }, async () => {
    expect(await typeErrors()).toBe("");
  });
});

describe("the pages about the package", () => {
  it.each(["README.md", "docs/package.md"])(
    "%s shows a Worker that passes the type check",
    { timeout: 120_000 },
    async (page) => {
      const snippets = snippetsOf(page, "ts").filter((code) => code.includes('from "belfry"'));
      expect(snippets).toHaveLength(1);
      writeFileSync(join(folder, "src/index.ts"), snippets[0] ?? "");
      expect(await typeErrors()).toBe("");
    },
  );
});

describe("a custom Worker", () => {
  it("of at most 15 lines pushes its consumer's results below /push, and sends the outcome of an order", async () => {
    expect(OWN_WORKER.trim().split("\n").length).toBeLessThanOrEqual(15);
    writeFileSync(join(folder, "src/index.ts"), OWN_WORKER);
    const status = async () => (await fetch(`${server.url}/`)).status;
    await expect.poll(status, { timeout: 30_000 }).toBe(404); // after the build of `wrangler dev`
    const headers = { Origin: server.url };
    const page = await Client.connect(server.url, "/push/ws/scores/7/", { headers });
    for (let pushes = 0; pushes < 2; pushes++) expect(await page.nextJson()).toEqual({ match: "7", zone: "" });
    const order = await backend(server.url, "PUT", "/push/orders", { amount: "5", currency: "USD" });
    const { biz } = (await order.json()) as { biz: string }; // issued, as the template's settings have it
    const waiting = await Client.connect(server.url, `/push/ws/order/${biz}/`, { headers });
    expect((await backend(server.url, "POST", `/push/callback/${biz}/`)).status).toBe(200);
    expect(await waiting.nextJson()).toEqual({ biz, paid: true, status: "paid" });
    for (const { socket } of [page, waiting]) socket.terminate();
  });

  it(
    "passes the type check, is built without unused providers, and is smaller by 15 KiB",
    { timeout: 120_000 },
    async () => {
      writeFileSync(join(folder, "src/index.ts"), OWN_WORKER);
      expect(await typeErrors()).toBe("");
      const wrangler = join(folder, "node_modules/.bin/wrangler");
      await run(wrangler, ["deploy", "--dry-run", "--minify", "--outdir", "dist"], { cwd: folder, env });
      const all = mkdtempSync(join(tmpdir(), "belfry-all-"));
      await run("node_modules/.bin/wrangler", ["deploy", "--dry-run", "--minify", "--outdir", all], { env });
      const kib = (file: string) => gzipSync(readFileSync(file), { level: 9 }).length / 1024;
      const [own, whole] = [kib(join(folder, "dist/index.js")), kib(join(all, "index.js"))];
      rmSync(all, { recursive: true });
      console.log(`without providers ${own.toFixed(1)} KiB gzipped, with all ${whole.toFixed(1)} KiB`);
      expect(whole - own).toBeGreaterThanOrEqual(15);
    },
  );
});
