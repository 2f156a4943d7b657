// Erasure on disk: no file of the server's data contains a byte of an erased order.
import { spawn } from "node:child_process";
import { once } from "node:events";
import { mkdtemp, readdir, readFile, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { expect, it, onTestFinished } from "vitest";
import { callbackSetting, DEVELOPMENT_FILE, settingIn } from "../../scripts/development.ts";
import { signed } from "../../scripts/sign.ts";
import { Backend } from "../support/backend.ts";
import { backend, newBiz } from "../support/client.ts";

/** Runs `npm run serve` with its data in `data`, forwarding to `forwardUrl`. */
async function serve(data: string, forwardUrl: string): Promise<string> {
  const flags = ["--data", data, "--address", "127.0.0.1:0", "--env-file", DEVELOPMENT_FILE, "--grace", "1"];
  const settings = { FORWARD_URL: forwardUrl, FORWARD_SECRET: settingIn(DEVELOPMENT_FILE, "FORWARD_SECRET") };
  const child = spawn("node", ["scripts/serve.ts", ...flags], {
    env: { ...process.env, ...settings },
    stdio: ["ignore", "pipe", "inherit"],
  });
  onTestFinished(async () => {
    child.kill("SIGTERM");
    await once(child, "exit");
  });
  let output = "";
  child.stdout.on("data", (chunk) => (output += String(chunk)));
  await expect.poll(() => output, { timeout: 60_000 }).toMatch(/serving \S+,/);
  return /serving (\S+),/.exec(output)?.[1] ?? "";
}

/** The files in `folder` that contain any of `texts`. */
async function filesWith(folder: string, ...texts: readonly string[]): Promise<readonly string[]> {
  const names = await readdir(folder, { recursive: true, withFileTypes: true });
  const files = names.filter((entry) => entry.isFile()).map((entry) => join(entry.parentPath, entry.name));
  const found = await Promise.all(
    files.map(async (file) => {
      const bytes = await readFile(file);
      return texts.some((text) => bytes.includes(text)) ? file : null;
    }),
  );
  return found.filter((file) => file !== null);
}

it("an erased order leaves no id, no amount and no delivered body on the disk", { timeout: 120_000 }, async () => {
  const data = await mkdtemp(join(tmpdir(), "belfry-erased-"));
  onTestFinished(() => rm(data, { recursive: true, force: true }));
  const receiver = await Backend.start(() => ({}));
  const url = await serve(data, `http://127.0.0.1:${receiver.port}/hook`);
  const unique = newBiz();
  const [orderId, paymentId, eventId, note] = ["order", "payment", "event", "note"].map((name) => `${name}-${unique}`);
  const registered = await backend(url, "PUT", "/orders", { order_id: orderId, amount: 1999, currency: "USD" });
  const { biz } = (await registered.json()) as { biz: string };
  const event = {
    order_id: orderId,
    event_id: eventId,
    payment_id: paymentId,
    status: "paid",
    amount: 1999,
    currency: "USD",
    note,
  };
  const now = Date.now();
  const setting = callbackSetting("hmac");
  const { headers, body } = signed("hmac", {
    orderId: "",
    outcome: "paid",
    amount: "0",
    currency: "USD",
    now,
    setting,
    event,
  });
  expect((await fetch(`${url}/callbacks/hmac`, { method: "POST", headers: { ...headers }, body })).status).toBe(200);
  const pendingForwards = async () => {
    const order = await backend(url, "GET", `/orders/${biz}`);
    return ((await order.json()) as { forwards: { owed: number } }).forwards.owed;
  };
  await expect.poll(pendingForwards, { timeout: 30_000 }).toBe(0);
  expect(receiver.received.map(({ body }) => body).join()).toContain(note);

  const traces = [orderId, paymentId, eventId, note].map(String);
  expect((await filesWith(data, ...traces)).length).toBeGreaterThan(0);
  expect((await backend(url, "DELETE", `/orders/${biz}`)).status).toBe(204);
  expect(await filesWith(data, ...traces)).toEqual([]);
});
