// `npm run serve`: the Worker on workerd with its data on disk. Data survives kills, and SIGTERM ends it
// with 0.
import { spawn, type ChildProcess } from "node:child_process";
import { once } from "node:events";
import { connect } from "node:net";
import { mkdtemp, readFile, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, expect, it, onTestFinished } from "vitest";
import { apiKey, backend, Client, newBiz } from "../support/client.ts";
import { rawStatus } from "../support/raw.ts";

let data = "";
beforeAll(async () => {
  data = await mkdtemp(join(tmpdir(), "belfry-data-"));
});
afterAll(() => rm(data, { recursive: true, force: true }));

interface Served {
  readonly url: string;
  readonly child: ChildProcess;
  /** The output so far. */
  readonly output: () => string;
  /** The exit code. */
  readonly exit: Promise<number | null>;
  readonly end: (signal: "SIGTERM" | "SIGKILL") => Promise<number | null>;
}

/** Runs the command of docs/self-hosting.md on a free port, as a process group, so that a kill ends all of it. */
async function serve(settings: Record<string, string> = {}): Promise<Served> {
  const flags = ["--data", data, "--address", "127.0.0.1:0", "--env-file", "development.vars", "--grace", "1"];
  const child = spawn("node", ["scripts/serve.ts", ...flags], {
    detached: true,
    env: { ...process.env, ...settings },
    stdio: ["ignore", "pipe", "inherit"],
  });
  const exit = once(child, "exit").then(([code]) => code as number | null); // by Node's documentation
  const end = (signal: "SIGTERM" | "SIGKILL") => {
    if (child.exitCode === null && child.signalCode === null)
      process.kill(signal === "SIGKILL" ? -(child.pid ?? 0) : (child.pid ?? 0), signal);
    return exit;
  };
  onTestFinished(() => end("SIGKILL").then(() => undefined));
  let output = "";
  child.stdout.on("data", (chunk) => (output += String(chunk)));
  await expect.poll(() => output, { timeout: 60_000 }).toMatch(/serving \S+,/);
  const url = /serving (\S+),/.exec(output)?.[1] ?? "";
  return { url, child, output: () => output, exit, end };
}

it("serves pages, routes and sockets, and stores an outcome across a kill", { timeout: 120_000 }, async () => {
  const biz = newBiz();
  const first = await serve();
  expect(first.output()).toContain("addresses are those of their connections");
  const page = await fetch(`${first.url}/`);
  expect(page.headers.get("Content-Security-Policy")).toContain("default-src 'none'");
  expect(await page.text()).toContain("<title>Belfry");
  expect((await fetch(`${first.url}/checkout`, { redirect: "manual" })).headers.get("Location")).toBe("/checkout/");
  expect((await fetch(`${first.url}/_headers`)).status).toBe(404);
  expect(await (await fetch(`${first.url}/openapi.json`)).json()).toMatchObject({ openapi: expect.any(String) });
  const waiting = await Client.connect(first.url, `/ws/order/${biz}/`);
  expect((await backend(first.url, "POST", `/callback/${biz}/`)).status).toBe(200);
  expect(await waiting.nextJson()).toEqual({ biz, paid: true, status: "paid" });
  await first.end("SIGKILL");

  const second = await serve();
  const later = await Client.connect(second.url, `/ws/order/${biz}/`);
  expect(await later.nextJson()).toEqual({ biz, paid: true, status: "paid" });
});

it("an alarm that was due while the server was down fires after its start", { timeout: 120_000 }, async () => {
  const biz = newBiz();
  const first = await serve();
  await backend(first.url, "PUT", `/orders/${biz}`, { amount: 1999, currency: "USD", expires_in: 1 });
  await first.end("SIGKILL");
  const second = await serve(); // the page waits for the alarm in any case
  const page = await Client.connect(second.url, `/ws/order/${biz}/`);
  expect(await page.nextJson()).toEqual({ biz, paid: false, status: "closed" });
});

it(
  "answers a Host that is none with 400, and logs nothing of a body that ends early",
  { timeout: 120_000 },
  async () => {
    const served = await serve();
    const path = `/orders/${newBiz()}`;
    for (const host of ["a b", "localhost:99999"]) {
      expect(await rawStatus(served.url, `GET ${path} HTTP/1.1\nHost: ${host}\n\n`)).toBe(400);
    }
    const { hostname, port } = new URL(served.url);
    const head = `PUT /orders HTTP/1.1\r\nHost: ${hostname}\r\nX-API-Key: ${apiKey}\r\n`;
    for (const start of [
      'Content-Length: 1000\r\n\r\n{"amount":',
      'Transfer-Encoding: chunked\r\n\r\na\r\n{"amount":\r\n',
    ]) {
      const socket = connect(Number(port), hostname);
      socket.write(head + start, () => socket.resetAndDestroy());
      await once(socket, "close");
    }
    expect((await backend(served.url, "PUT", path, { amount: 1999, currency: "USD" })).status).toBe(200);
    expect(served.output()).not.toContain("fault");
  },
);

it("ends with 0 after SIGTERM, and connected pages receive 1006", { timeout: 120_000 }, async () => {
  const served = await serve();
  const page = await Client.connect(served.url, `/ws/order/${newBiz()}/`);
  expect(await served.end("SIGTERM")).toBe(0);
  expect(await page.closed).toMatchObject({ code: 1006 });
});

it("ends with an error if workerd ends, so that a supervisor restarts it", { timeout: 120_000 }, async () => {
  const served = await serve();
  process.kill(await childOf(served.child), "SIGKILL");
  expect(await served.exit).toBeGreaterThan(0);
});

it("prefers settings of the environment to the file, and writes no secret to disk", { timeout: 120_000 }, async () => {
  const served = await serve({ API_KEYS: "another-key-of-24-letters" });
  const statusWith = (key: string) =>
    fetch(`${served.url}/metrics`, { headers: { Authorization: `Bearer ${key}` } }).then(({ status }) => status);
  expect([await statusWith(apiKey), await statusWith("another-key-of-24-letters")]).toEqual([401, 200]);
  const command = await readFile(`/proc/${await childOf(served.child)}/cmdline`, "utf8");
  const file = command.split("\0").find((part) => part.endsWith("workerd.capnp")) ?? "";
  const config = await readFile(file, "utf8");
  expect(config).toContain('name = "API_KEYS", fromEnvironment');
  expect(config).not.toContain("another-key");
});

/** The id of the child process, by Linux's /proc. */
const childOf = async ({ pid }: ChildProcess): Promise<number> =>
  Number(await readFile(`/proc/${pid}/task/${pid}/children`, "utf8"));
