// Runs the example client of docs/protocol.md: it prints publications across a lost connection.
import { spawn } from "node:child_process";
import { once } from "node:events";
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { connect, createServer, type Socket } from "node:net";
import { createInterface } from "node:readline";
import { expect, inject, it, onTestFinished } from "vitest";
import { backend, getGroup, newBiz } from "../support/client.ts";
import { hmac, token } from "../tokens/signing.ts";
import { portOf } from "../support/port.ts";
import { DEVELOPMENT_FILE, settingIn } from "../../scripts/development.ts";
import { snippetsOf } from "../support/snippets.ts";

const server = inject("url");
const secret = settingIn(DEVELOPMENT_FILE, "TOKEN_SECRET");
const [client = ""] = snippetsOf("docs/protocol.md", "js");

/** Runs the client until the test ends. `next` waits for its next line. */
function run(url: string, token: string) {
  const folder = mkdtempSync("test/.readme-client-"); // inside the project, where `ws` resolves
  writeFileSync(join(folder, "client.mjs"), client);
  const child = spawn(process.execPath, [join(folder, "client.mjs"), url, token], {
    stdio: ["ignore", "pipe", "inherit"],
  });
  onTestFinished(() => {
    child.kill();
    rmSync(folder, { recursive: true });
  });
  const lines = createInterface(child.stdout)[Symbol.asyncIterator]();
  return { child, next: async () => (await lines.next()).value as string }; // lines are texts
}

/** A TCP proxy to the server that can be disconnected and restored. */
async function openProxy() {
  const worker = new URL(server);
  const ends = new Set<Socket>();
  let isDisconnected = false;
  const listener = createServer((near) => {
    if (isDisconnected) return near.destroy();
    const far = connect(Number(worker.port), worker.hostname);
    for (const end of [near, far]) ends.add(end.on("error", () => undefined));
    near.pipe(far).pipe(near);
  }).listen(0);
  const port = await portOf(listener);
  const disconnect = () => {
    isDisconnected = true;
    for (const end of ends) end.destroy();
    ends.clear();
  };
  onTestFinished(() => {
    disconnect();
    listener.close();
  });
  const url = `ws://localhost:${port}`;
  return { url, disconnect, restore: () => void (isDisconnected = false) };
}

it("the example client prints every publication once and in order, including missed ones", async () => {
  const name = newBiz();
  const group = `feed_${name}`;
  const sendEvent = (n: number) =>
    backend(server, "POST", `/groups/${group}/send`, { type: "send.message", message: { n } });
  const { url, disconnect, restore } = await openProxy();
  const ticket = await backend(server, "POST", "/tickets", { group, sub: "ann" });
  const { next } = run(`${url}/ws/feed/${name}/`, ((await ticket.json()) as { token: string }).token);
  await expect.poll(async () => (await getGroup(server, group)).connections, { timeout: 30_000 }).toBe(1);
  for (let n = 1; n <= 3; n++) await sendEvent(n);
  for (let n = 1; n <= 3; n++) expect(await next()).toBe(`{"n":${n}}`);
  disconnect();
  for (let n = 4; n <= 20; n++) await sendEvent(n);
  restore();
  for (let n = 4; n <= 20; n++) expect(await next()).toBe(`{"n":${n}}`);
});

it.each<[string, number, () => Promise<string>]>([
  ["the example client ends after a refused token", 1, async () => "no.good.token"],
  ["the example client ends after an expired token", 2, expiredToken],
])("%s", async (_case, expected, token) => {
  const { child } = run(`${server.replace("http", "ws")}/ws/feed/${newBiz()}/`, await token());
  const [code] = (await once(child, "exit")) as [number]; // the code is a number, as the process is not killed
  expect(code).toBe(expected);
});

function expiredToken(): Promise<string> {
  const exp = Math.floor(Date.now() / 1000) - 60;
  return token({ alg: "HS256" }, { sub: "ann", groups: ["feed_*"], exp }, hmac(secret));
}
