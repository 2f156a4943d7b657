// The SDK against the Worker of `npm start`, from Node and from another Worker, and the snippets of docs/client.md.
import { execFile } from "node:child_process";
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { join, resolve } from "node:path";
import { promisify } from "node:util";
import { describe, expect, inject, it, onTestFinished } from "vitest";
import { DEVELOPMENT_FILE, settingIn } from "../../scripts/development.ts";
import { connect } from "../../src/client/index.ts";
import { apiKey, backend, getGroup, newBiz } from "../support/client.ts";
import { startServer } from "../support/server.ts";
import { hmac, token } from "../tokens/signing.ts";
import { snippetsOf } from "../support/snippets.ts";

const server = inject("url");
const run = promisify(execFile);
/** A token for every group, as a backend signs it. */
const getToken = () =>
  token({ alg: "HS256" }, { sub: "ann", groups: ["*"], publish: true, exp: Date.now() / 1000 + 3600 }, hmac(secret));
const secret = settingIn(DEVELOPMENT_FILE, "TOKEN_SECRET");

const pay = (url: string, biz: string, body?: object) => backend(url, "POST", `/callback/${biz}/`, body);

it("/client.js equals the file of the package and is served to pages of any host", async () => {
  const served = await fetch(`${server}/client.js`);
  expect(served.headers.get("Content-Type")).toMatch(/javascript/);
  expect(served.headers.get("Access-Control-Allow-Origin")).toBe("*");
  expect(await served.text()).toBe(readFileSync("src/pages/client.js", "utf8"));
});

describe("from Node", () => {
  it("an order reports every status from pending to paid", async () => {
    const biz = newBiz();
    const client = connect(server, { getToken });
    onTestFinished(() => client.close());
    const order = client.order(biz);
    const outcomes = order[Symbol.asyncIterator]();
    expect((await outcomes.next()).value).toEqual({
      biz,
      status: "pending",
      paid: false,
      version: 0,
      source: "snapshot",
    });
    await pay(server, biz, { status: "failed" });
    expect((await outcomes.next()).value).toMatchObject({ status: "failed", version: 1, source: "push" });
    await order.publish(JSON.stringify({ biz, paid: true, status: "paid" }));
    const settled = order.settled();
    await pay(server, biz);
    expect(await settled).toEqual({ biz, status: "paid", paid: true, version: 2, source: "push" });
    expect((await outcomes.next()).value).toBe(await settled);
    const { time } = await order.ping();
    expect(Math.abs(time - Date.now())).toBeLessThan(30_000);
  });

  it("a feed accepts publications and queries, and refuses an invalid token", async () => {
    const client = connect(server, { getToken });
    onTestFinished(() => client.close());
    const path = `/ws/feed/${newBiz()}/`;
    const feed = client.group<{ n: number }>(path);
    const received: number[] = [];
    feed.on("publication", ({ data }) => received.push(data.n));
    for (let n = 1; n <= 3; n++) await feed.publish({ n });
    expect(received).toEqual([1, 2, 3]);
    expect((await feed.history({ after: 1 })).publications.map(({ data }) => data.n)).toEqual([2, 3]);
    expect(await feed.presence()).toMatchObject({ connections: 1 });
    await expect(client.group("/ws/alarm/").publish(1)).rejects.toMatchObject({ reason: "not_allowed", code: 403 });

    const stranger = connect(server, { getToken: () => "no.good.token" });
    onTestFinished(() => stranger.close());
    const refused = stranger.group(path);
    await expect(refused.ping()).rejects.toMatchObject({ reason: "token_invalid", code: 4009, temporary: false });
    expect(refused.state).toEqual({ name: "closed", code: 4009, reason: "token_invalid" });
  });

  it("an order reconnects after a restart of the server and reports later statuses", { timeout: 60_000 }, async () => {
    const own = await startServer();
    onTestFinished(own.stop);
    const biz = newBiz();
    const client = connect(own.url, { getToken });
    onTestFinished(() => client.close());
    const order = client.order(biz);
    const versions: number[] = [];
    order.on("status", ({ version }) => versions.push(version));
    await pay(own.url, biz, { status: "failed" });
    await expect.poll(() => order.outcome?.status).toBe("failed");
    await own.restart();
    const settled = order.settled({ timeout: 60_000 });
    await pay(own.url, biz);
    expect(await settled).toMatchObject({ status: "paid", version: 2 });
    await expect.poll(() => order.state.name, { timeout: 30_000 }).toBe("open");
    expect(versions.filter((version) => version > 0)).toEqual([1, 2]);
  });
});

it("an order reports its outcome to a Worker", { timeout: 60_000 }, async () => {
  const worker = await startServer({ BELFRY: server, BELFRY_KEY: apiKey }, "test/support/client-worker.ts");
  onTestFinished(worker.stop);
  const biz = newBiz();
  const response = fetch(`${worker.url}/settled/${biz}`);
  await expect.poll(async () => (await getGroup(server, `order_${biz}`)).connections, { timeout: 30_000 }).toBe(1);
  await pay(server, biz);
  expect(await (await response).json()).toEqual({ biz, status: "paid", paid: true, version: 1, source: "push" });
  await expect.poll(async () => (await getGroup(server, `order_${biz}`)).connections, { timeout: 30_000 }).toBe(0);
});

describe("docs/client.md", { timeout: 30_000 }, () => {
  const snippets = snippetsOf("docs/client.md", "js");
  const biz = newBiz();

  /** Runs a snippet with the package. Returns the printed lines. */
  async function lines(code: string): Promise<string[]> {
    const folder = mkdtempSync(resolve("test/.readme-client-docs-")); // inside the project, where `belfry` resolves to the project itself
    onTestFinished(() => rmSync(folder, { recursive: true }));
    const ofTest = code.replaceAll("http://localhost:8787", server).replaceAll("0123456789abcdefghijklmnopqrstuv", biz);
    writeFileSync(join(folder, "snippet.mjs"), ofTest.replace(/feed([_/])news/g, `feed$1${biz}`));
    const { stdout } = await run("node", [join(folder, "snippet.mjs")]);
    return stdout.trim().split("\n");
  }

  it("has four snippets", () => expect(snippets).toHaveLength(4));

  it("watches an order until it is settled", async () => {
    const printed = lines(snippets[0] ?? "");
    await expect.poll(async () => (await getGroup(server, `order_${biz}`)).connections, { timeout: 30_000 }).toBe(1);
    await pay(server, biz);
    expect(await printed).toEqual(["pending false 0 snapshot", "paid true 1 push", "settled: paid"]);
  });

  it("publishes to a group and receives the publications", async () => {
    expect(await lines(snippets[1] ?? "")).toEqual(["Rain", "Sun true"]);
  });

  it("has hooks that render", async () => {
    expect(await lines(snippets[2] ?? "")).toEqual(["Waiting (connecting)<!-- -->No news"]);
  });

  it("has a fake server", async () => {
    const lives = ["connecting", "open", "paid", "waiting", "connecting", "open", "2 2", "closed"];
    expect(await lines(snippets[3] ?? "")).toEqual(lives);
  });
});
