// Every command and snippet of the README runs here or in .ci/run, in both languages.
import { execFile } from "node:child_process";
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join, resolve } from "node:path";
import { promisify } from "node:util";
import { describe, expect, inject, it, onTestFinished, vi } from "vitest";
import { WebSocket } from "ws";
import { backend, Client, newBiz } from "../support/client.ts";

const server = inject("url");
const { port } = new URL(server);
const english = readFileSync("README.md", "utf8");
const chinese = readFileSync("README.zh-CN.md", "utf8");
const run = promisify(execFile);

/** The snippets in one language, in order. */
const snippets = (readme: string, language: string): string[] =>
  [...readme.matchAll(new RegExp(`^\`\`\`${language}\\n(.*?)^\`\`\``, "gms"))].map(([, snippet = ""]) =>
    snippet.trim(),
  );

/** Runs a command of a README against the server of these tests. */
const shell = (command: string) => run("sh", ["-c", command.replaceAll("localhost:8787", `localhost:${port}`)]);

/** Writes a page's module and its import to files, as Node does not import from http. */
async function writeModule(module: string): Promise<string> {
  const folder = mkdtempSync(join(tmpdir(), "belfry-page-"));
  onTestFinished(() => rmSync(folder, { recursive: true }));
  const client = await fetch(`${server}/client.js`);
  writeFileSync(join(folder, "client.mjs"), await client.text());
  writeFileSync(join(folder, "page.mjs"), module.replace(`"${server}/client.js"`, '"./client.mjs"'));
  return join(folder, "page.mjs");
}

const EXAMPLE = "0123456789abcdefghijklmnopqrstuv";

describe("the README", () => {
  it("has these commands, each of which is tested", () => {
    const ci = readFileSync(".ci/run", "utf8");
    for (const readme of [english, chinese]) {
      const [start, callback, provider, pay, test, send, deploy] = snippets(readme, "sh");
      expect(start).toBe("npm ci && npm start"); // npm ci in .ci/run, npm start in the other served tests
      expect(callback).toBe(`npm run callback -- ${EXAMPLE}`); // below
      expect(provider).toBe(`npm run callback -- stripe ${EXAMPLE}`); // below
      expect(pay).toContain("curl -X POST http://localhost:8787/callback/"); // below
      expect(test).toBe("npm ci && npm test"); // .ci/run
      expect(ci).toMatch(/^npm ci\nnpm test$/m);
      expect(send).toContain("curl -X POST http://localhost:8787/groups/"); // below
      expect(deploy).toBe(
        "npx wrangler secret put API_KEYS\nnpx wrangler secret put ORDER_ID_KEY\nnpx wrangler deploy --var ORDER_IDS:issued",
      ); // requires an account: .ci/run uses --dry-run
      expect(snippets(readme, "sh")).toHaveLength(7);
    }
  });

  it.each([
    ["English", english],
    ["Chinese", chinese],
  ])("in %s has a page that shows paid after the commands", async (_language, readme) => {
    const biz = crypto.randomUUID().replaceAll("-", "");
    const ofTest = (text: string) => text.replaceAll(EXAMPLE, biz).replaceAll("localhost:8787", `localhost:${port}`);
    const script = ofTest(snippets(readme, "html")[0] ?? "").replaceAll(/<\/?script[^>]*>/g, "");
    expect(script.trim().split("\n")).toHaveLength(3);

    const document = { title: "waiting" };
    class PageSocket extends WebSocket {
      constructor(url: string, protocols: string[]) {
        super(url, protocols, { origin: server });
        onTestFinished(() => this.terminate());
      }
    }
    vi.stubGlobal("document", document);
    vi.stubGlobal("WebSocket", PageSocket);
    onTestFinished(() => void vi.unstubAllGlobals());
    const page = await writeModule(script);
    await import(page);
    const [, callback = "", provider = "", pay = ""] = snippets(readme, "sh");
    const failed = await shell(`${ofTest(callback)} --failed --port ${port}`);
    expect(failed.stdout).toContain(`200 {"biz":"${biz}","paid":false,"status":"failed"}`);
    await vi.waitUntil(() => document.title === "failed", { timeout: 30_000 });
    expect(JSON.parse((await shell(ofTest(pay))).stdout)).toEqual({ biz, paid: true, status: "paid" });
    await vi.waitUntil(() => document.title === "paid", { timeout: 30_000 });
    await expect(shell(`${ofTest(provider)} --tamper --port ${port}`)).rejects.toMatchObject({ code: 1 });
    expect((await shell(`${ofTest(provider)} --port ${port}`)).stdout).toMatch(/\n200 /);
    const paid = await shell(`${ofTest(callback)} --port ${port}`);
    expect(paid.stdout).toContain(`200 {"biz":"${biz}","paid":true,"status":"paid"}`);
  });

  it("sends its event to a group", async () => {
    const page = await Client.connect(server, "/ws/alarm/7/");
    await page.next();
    for (const readme of [english, chinese]) {
      const { stdout } = await shell(snippets(readme, "sh")[5] ?? "");
      expect(JSON.parse(stdout)).toMatchObject({ connections: 1 });
      for (;;) {
        const frame = await page.nextJson();
        if (JSON.stringify(frame) === '{"progress":0.5}') break;
        expect(frame).toMatchObject({ type: "result" });
      }
    }
  });

  it("has a produce that compiles, fetches and returns a frame", async () => {
    const [snippet = ""] = snippets(english, "ts");
    // In place of the alarm consumer, which a developer may have changed.
    const push = `import { resultFrame } from "../../src/core/frames.ts";
import type { PeriodicPush } from "../../src/consumers/consumer.ts";

export const push: Pick<PeriodicPush, "produce"> = {
${snippet}};
`;
    // Inside the project, where its imports resolve.
    const folder = mkdtempSync(resolve("test/.readme-"));
    onTestFinished(() => rmSync(folder, { recursive: true }));
    const file = join(folder, "push.ts");
    writeFileSync(file, push);
    writeFileSync(
      join(folder, "tsconfig.json"),
      JSON.stringify({
        extends: "../../src/tsconfig.json",
        include: ["push.ts", "../../worker-configuration.d.ts"],
      }),
    );
    await run("npx", ["tsc", "-p", folder]);

    const fetched = vi.spyOn(globalThis, "fetch").mockImplementation(async () => Response.json({ done: 7 }));
    onTestFinished(() => fetched.mockRestore());
    const { push: loaded } = (await import(file)) as { push: { produce: (tick: object) => Promise<unknown> } };
    const { signal } = new AbortController();
    const frame = await loaded.produce({ params: { project: "7" }, signal }); // the snippet uses these fields only
    expect(frame).toEqual({ type: "result", data: { done: 7 } });
    expect(fetched).toHaveBeenCalledWith("https://backend.example/results/7", { signal });
  });

  it("links to existing files", () => {
    for (const readme of [english, chinese]) {
      for (const [, link = ""] of readme.matchAll(/\]\(((?!http)[^)]+)\)/g))
        expect(() => readFileSync(link)).not.toThrow(/ENOENT/);
    }
  });
});

describe("npm run callback", () => {
  it("prints its usage for an invalid order", async () => {
    await expect(shell("npm run -s callback -- SHORT")).rejects.toMatchObject({
      code: 2,
      stderr: expect.stringContaining("<biz"),
    });
  });

  it("prints the refusal of the server and exits with 1", async () => {
    const folder = mkdtempSync(join(tmpdir(), "belfry-"));
    onTestFinished(() => rmSync(folder, { recursive: true }));
    writeFileSync(join(folder, "vars"), 'API_KEYS="not-the-key-of-this-server"');
    const biz = newBiz();
    await expect(
      shell(`npm run -s callback -- ${biz} --port ${port} --env-file ${join(folder, "vars")}`),
    ).rejects.toMatchObject({ code: 1, stdout: expect.stringMatching(/^401 \{.*"reason":"unauthorized"/) });
    expect(await (await backend(server, "GET", `/groups/order_${biz}`)).json()).toMatchObject({
      position: { offset: 0 },
    });
  });
});
