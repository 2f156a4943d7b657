// `npm run callback` of the README and docs/payments.md: pays an order as each of the nine providers.
import { execFile } from "node:child_process";
import { readFileSync } from "node:fs";
import { createServer } from "node:http";
import { once } from "node:events";
import { promisify } from "node:util";
import { describe, expect, inject, it, vi } from "vitest";
import { callbackSetting } from "../../scripts/development.ts";
import { providerNames } from "../../scripts/sign.ts";
import { callbackCommand } from "../support/callback-command.ts";
import { backend, Client, newBiz } from "../support/client.ts";
import { snippetsOf } from "../support/snippets.ts";

const server = inject("url");
const { port } = new URL(server);

vi.setConfig({ testTimeout: 120_000 }); // a test starts npm several times

const callback = (...args: readonly string[]) => callbackCommand(server, ...args);

describe.each(providerNames)("npm run callback -- %s", (provider) => {
  it("pays the order of a waiting page, and is refused with a changed byte", async () => {
    const biz = newBiz();
    const page = await Client.connect(server, `/ws/order/${biz}/`);
    const changed = await callback(provider, biz, "--tamper");
    expect(changed).toMatchObject({ code: 1, stdout: expect.stringMatching(/^PUT .*\n.*one of them changed\n401 /) });
    const sent = await callback(provider, biz);
    const lines = /^GET \/orders .*: registered with .* already\nPOST \/callbacks\/.*\n200 /;
    expect(sent).toMatchObject({ code: 0, stdout: expect.stringMatching(lines) });
    expect(sent.stdout).toContain(biz);
    expect(await page.nextJson()).toEqual({ biz, paid: true, status: "paid" });
    expect(page.arrivals).toHaveLength(1);
    const secrets = JSON.stringify(callbackSetting(provider)).match(/[\w+/=-]{12,}(?![\w+/=-]|":)/g) ?? [];
    for (const secret of secrets) expect(changed.stdout + sent.stdout + sent.stderr).not.toContain(secret);
  });
});

describe("npm run callback", () => {
  it("accepts any order id, outcome and amount", async () => {
    const orderId = `订单-🧧-${newBiz()}`;
    const registration = { order_id: orderId, amount: "19.99", currency: "EUR" };
    const registered = await backend(server, "PUT", "/orders", registration);
    const { biz } = (await registered.json()) as { biz: string }; // by the route's schema
    const page = await Client.connect(server, `/ws/order/${biz}/`);
    const send = (...flags: readonly string[]) => callback("stripe", orderId, ...flags);
    expect(await send("--outcome", "failed")).toMatchObject({ code: 0 });
    expect(await page.nextJson()).toEqual({ biz, paid: false, status: "failed" });
    expect(await send("--amount", "0.01", "--currency", "USD")).toMatchObject({ code: 0 });
    expect(await send()).toMatchObject({ code: 0 });
    expect(await page.nextJson()).toEqual({ biz, paid: true, status: "paid" });
    expect(await send("--outcome", "partially_refunded")).toMatchObject({ code: 0 });
    expect(await page.nextJson()).toEqual({ biz, paid: true, status: "partially_refunded" });
    expect(await (await backend(server, "GET", `/orders/${biz}`)).json()).toMatchObject({
      order_id: orderId,
      refunded: "9.99",
      mismatches: [{ reason: "currency", amount: "0.01", currency: "USD" }],
    });
  });

  it("registers an order once, with the amount of its first payment", async () => {
    const [biz, second] = [newBiz(), `P${newBiz()}`];
    const view = async () => (await backend(server, "GET", `/orders/${biz}`)).json();
    const first = await callback("stripe", biz, "--amount", "12.50", "--currency", "EUR");
    expect(first.stdout).toMatch(
      /^PUT \/orders .*: 12\.50 EUR\nPOST \/callbacks\/stripe .*: paid, 12\.50 EUR \(.*\n200 /,
    );
    expect(await view()).toMatchObject({ status: "paid", checked: true });
    const again = await callback("stripe", biz);
    expect(again.stdout).toMatch(/^GET \/orders .*: registered with 12\.5 EUR already\nPOST .*: paid, 12\.5 EUR \(/);
    expect(await view()).toMatchObject({ status: "paid", excess_payments: [], payments: [{ amount: "12.5" }] });
    await callback("stripe", biz, "--payment", second);
    expect(await view()).toMatchObject({ status: "paid", excess_payments: [{ payment_id: second, amount: "12.5" }] });
  });

  it("prints the biz of an order id, which its page waits for", async () => {
    const { stdout } = await callback("square", `ORD-${newBiz()}`);
    const [, biz] = /^PUT \/orders ORD-\w+ \(biz (\w{32})\): 19\.99 USD\n/.exec(stdout) ?? [];
    const page = await Client.connect(server, `/ws/order/${biz}/`);
    expect(await page.nextJson()).toEqual({ biz, paid: true, status: "paid" });
  });

  it.each(["stripe", "square", "adyen"])("%s: a refund applies to the last payment by default", async (provider) => {
    const [biz, second] = [newBiz(), `P${newBiz()}`];
    const view = async () => (await backend(server, "GET", `/orders/${biz}`)).json();
    await callback(provider, biz, "--amount", "25", "--registered", "19.99");
    await callback(provider, biz, "--amount", "7", "--payment", second);
    expect(await view()).toMatchObject({ overpaid: "5.01", excess_payments: [{ payment_id: second }] });
    const refund = await callback(provider, biz, "--outcome", "refunded");
    expect(refund.stdout).toContain(`: refunded, 7 USD (${second}), `);
    expect(await view()).toMatchObject({ status: "paid", overpaid: "5.01", excess_payments: [] });
    await callback(provider, biz, "--outcome", "partially_refunded", "--amount", "25", "--refunded", "10");
    expect(await view()).toMatchObject({ status: "partially_refunded", refunded: "4.99" });
  });

  it("registers an order again only with another amount", async () => {
    const biz = newBiz();
    await backend(server, "PUT", `/orders/${biz}`, { amount: "19.99", currency: "USD", expires_in: 600 });
    const view = async () => (await backend(server, "GET", `/orders/${biz}`)).json();
    const part = await callback("hmac", biz, "--amount", "10", "--registered", "19.99");
    expect(part.stdout).toMatch(/^GET /);
    expect(await view()).toMatchObject({ status: "pending", expires_at: expect.any(String) });
    const less = await callback("hmac", biz, "--amount", "5", "--registered", "15");
    expect(less.stdout).toMatch(/^PUT .*: 15 USD\n/);
    expect(await view()).toMatchObject({ status: "paid", checked: true, registered: { amount: "15" } });
  });

  it("registers another amount than is paid, or none, by its options", async () => {
    const [part, none] = [newBiz(), newBiz()];
    const view = async (biz: string) => (await backend(server, "GET", `/orders/${biz}`)).json();
    expect(await callback("square", part, "--amount", "10", "--registered", "19.99")).toMatchObject({ code: 0 });
    expect(await view(part)).toMatchObject({ status: "pending", underpaid: { paid: "10", missing: "9.99" } });
    expect(await callback("square", none, "--unregistered")).toMatchObject({ code: 0 });
    expect(await view(none)).toMatchObject({ status: "pending", held: "not_registered", registered: null });
  });

  it("prints the refusal of a registration, and then delivers no event", async () => {
    const biz = newBiz();
    expect(await callback("hmac", biz)).toMatchObject({ code: 0 });
    const refused = await callback("hmac", biz, "--registered", "30", "--payment", "P2");
    expect(refused).toMatchObject({ code: 1, stdout: expect.stringMatching(/^PUT .*\n409 .*/) });
    expect(refused.stdout).not.toContain("POST");
  });

  it.each<[string, readonly string[], string]>([
    ["nothing", [], ""],
    ["an id that is neither a biz nor a provider", ["SHORT"], ""],
    ["an unknown provider", ["paypall", newBiz()], "no such provider: paypall"],
    ["an unknown outcome", ["stripe", "ORD-1", "--outcome", "lost"], "no such outcome: lost"],
    ["an outcome that the provider never reports", ["wechatpay", "ORD-1", "--outcome", "failed"], "WeChat Pay never"],
    ["a refunded amount without a refund", ["stripe", "ORD-1", "--refunded", "5"], "--refunded goes with"],
    ["an unknown account", ["stripe", "ORD-1", "--account", "mine"], "--account is: other"],
    [
      "another account of a provider without accounts",
      ["hmac", "ORD-1", "--account", "other"],
      "custom events name no account",
    ],
    [
      "options that exclude each other",
      ["stripe", "ORD-1", "--unregistered", "--registered", "5"],
      "exclude each other",
    ],
    ["an invalid amount", ["stripe", "ORD-1", "--amount", "1,99"], "--amount"],
    ["more digits than the currency has", ["stripe", "ORD-1", "--amount", "1.999"], "USD has 2 decimals"],
    ["an invalid currency", ["stripe", "ORD-1", "--currency", "usd"], "--currency"],
    ["an unknown option", ["stripe", "ORD-1", "--tampered"], "--tampered"],
    ["a provider's option without a provider", [newBiz(), "--tamper"], "--tamper goes with a provider"],
    ["--failed with a provider", ["stripe", "ORD-1", "--failed"], "--outcome failed"],
    ["a payment id with a colon", ["adyen", "ORD-1", "--payment", "a:b"], "--payment is an id"],
    ["an invalid port", ["stripe", "ORD-1", "--port", "http"], "--port is a number"],
    ["too many arguments", ["stripe", "ORD-1", "ORD-2"], ""],
  ])("prints its usage and exits with 2 for %s", async (_case, args, message) => {
    const { code, stdout, stderr } = await callback(...args);
    expect({ code, stdout }).toEqual({ code: 2, stdout: "" });
    expect(stderr).toContain("npm run callback -- <provider> <order>");
    expect(stderr).toContain(message);
  });

  it("prints the likely cause if the server is unreachable", async () => {
    const sent = await callback(newBiz(), "--port", "9"); // `discard`, which is not served
    expect(sent).toMatchObject({ code: 1, stderr: expect.stringContaining("is `npm start` running") });
  });

  it("prints an error if the port of PayPal's stand-in is in use", async () => {
    const { port } = new URL(String(callbackSetting("paypal")["apiBase"]));
    const other = createServer().listen(Number(port), "127.0.0.1");
    await once(other, "listening");
    expect(await callback("paypal", newBiz())).toMatchObject({
      code: 1,
      stderr: expect.stringContaining("EADDRINUSE"),
    });
    other.close();
  });
});

describe("docs/payments.md", () => {
  const text = readFileSync("docs/payments.md", "utf8");
  const snippets = snippetsOf("docs/payments.md", "sh").map((snippet) => snippet.trim());
  /** The commands in the text, one per provider. */
  const tries = [...text.matchAll(/\*\*Try\*\* `([^`]+)`/g)].map(([, command = ""]) => command);

  /** Runs a command of the page against this server, with the order of this test. */
  async function run(command: string, orderId: string, biz: string): Promise<string> {
    const ofTest = command.replaceAll("localhost:8787", `localhost:${port}`).replaceAll("ORD-1001", orderId);
    const served = ofTest.replace(/^npm run callback --/, `npm run -s callback -- --port ${port}`);
    const own = served.replaceAll("0123456789abcdefghijklmnopqrstuv", biz);
    const ran = promisify(execFile)("sh", ["-c", own]);
    return (await ran.catch((error: { stdout: string }) => error)).stdout; // the command exits with 1 after a refusal
  }

  it("has commands that work in this order", async () => {
    const orderId = `ORD-${newBiz()}`;
    expect(snippets).toHaveLength(4);
    const [pay = "", tamper = "", register = "", see = ""] = snippets;
    const { biz } = JSON.parse(await run(register, orderId, "")) as { biz: string }; // the response of PUT /orders
    const page = await Client.connect(server, `/ws/order/${biz}/`);
    expect(await run(tamper, orderId, biz)).toMatch(/\n401 /);
    expect(await run(pay, orderId, biz)).toMatch(/\n200 /);
    expect(await page.nextJson()).toEqual({ biz, paid: true, status: "paid" });
    const seen = JSON.parse(await run(see, orderId, biz)) as Record<string, unknown>;
    expect(seen).toMatchObject({ biz, order_id: orderId, status: "paid", checked: true });
    const printed = JSON.parse(/^```json\n(\{\n {2}"biz".*?)^```/ms.exec(text)?.[1] ?? "") as object;
    expect(Object.keys(seen)).toEqual(Object.keys(printed));
  });

  it.each(tries)("%s responds 200", async (command) => {
    expect(await run(command, `ORD-${newBiz()}`, "")).toMatch(/\n200 /);
  });

  it("has a command for each provider", () => {
    expect(tries.map((command) => command.split(" ")[4])).toEqual(providerNames);
  });
});
