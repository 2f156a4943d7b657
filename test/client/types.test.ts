// Tests the public types of the SDK: wrong code fails to compile, right code compiles.
import { execFile } from "node:child_process";
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { join, resolve } from "node:path";
import { promisify } from "node:util";
import { afterAll, beforeAll, describe, expect, it } from "vitest";

const run = promisify(execFile);

/** Prepended to every snippet. */
const HEAD = `
import { connect } from "../../src/client/index.ts";
const client = connect("https://push.test");
const order = client.order("0123456789abcdefghijklmnopqrstuv");
const group = client.group<{ title: string }>("/ws/feed/news/");
`;

const wrong: readonly [title: string, code: string, message: string][] = [
  ["an event that no order has", `order.on("paid", () => {});`, `'"paid"' is not assignable`],
  ["an event that no group has", `group.on("status", () => {});`, `'"status"' is not assignable`],
  ["a missed publication of an order", `order.on("missed", () => {});`, `'"missed"' is not assignable`],
  [
    "an unknown status",
    `order.on("status", ({ status }) => status === "payed");`,
    `'OrderStatus' and '"payed"' have no overlap`,
  ],
  [
    "a settled order that is pending",
    `const { status } = await order.settled(); export const never = status === "pending";`,
    "have no overlap",
  ],
  [
    "a settled order that failed",
    `const { status } = await order.settled(); export const never = status === "failed";`,
    "have no overlap",
  ],
  ["a settled order without await", `order.settled().status;`, "Property 'status' does not exist"],
  [
    "a wait as a condition",
    `if (order.settled()) console.log("paid");`,
    "This condition will always return true since this 'Promise",
  ],
  ["a handle as its outcome", `export const paid: boolean = order.outcome.paid;`, "'order.outcome' is possibly 'null'"],
  ["a settled group", `await group.settled();`, "Property 'settled' does not exist"],
  ["presence in an order", `await order.presence();`, "Property 'presence' does not exist"],
  [
    "an object relayed in an order",
    `await order.publish({ biz: "x" });`,
    "not assignable to parameter of type 'string'",
  ],
  ["a published value that is not JSON", `await group.publish(() => 1);`, "not assignable to parameter of type 'Json'"],
  [
    "an unknown state",
    `order.on("state", ({ name }) => name === "disconnected");`,
    `and '"disconnected"' have no overlap`,
  ],
  [
    "the time of the next attempt while open",
    `if (order.state.name === "open") console.log(order.state.until);`,
    "Property 'until' does not exist",
  ],
  [
    "a publication's data of another type",
    `group.on("publication", ({ data }) => data.titel);`,
    "Property 'titel' does not exist",
  ],
  ["a change of an outcome", `if (order.outcome) order.outcome.paid = true;`, "read-only property"],
  [
    "a token of another type",
    `connect("https://push.test", { getToken: async () => ({ token: "x" }) });`,
    "is not assignable to type",
  ],
  ["an unknown option", `connect("https://push.test", { retries: 3 });`, "'retries' does not exist"],
  ["a wait with an unknown option", `await order.settled({ timeoutMs: 5 });`, "'timeoutMs' does not exist"],
  ["an async unsubscribe", `await (order.on("state", () => {}).then());`, "Property 'then' does not exist"],
];

const right = `
import { WebSocket as Ws } from "ws";
import { useGroup, useOrder } from "../../src/client/react.ts";
import { fakeServer } from "../../src/client/testing.ts";
connect("https://push.test", fakeServer().options);
connect("https://push.test", { WebSocket, fetch, storage: localStorage });
connect("https://push.test", { WebSocket: Ws });
order.on("status", async ({ paid }) => { await Promise.resolve(paid); });
order.on("state", (state) => state.name === "waiting" && new Date(state.until));
const settled: "closed" | "paid" | "partially_refunded" | "refunded" = (await order.settled({ timeout: 60_000 })).status;
for await (const { data, offset } of group) console.log(data.title, offset ?? 0, settled);
export const useThem = () => [useOrder("x").outcome?.paid, useGroup<{ title: string }>("/ws/feed/x/").latest?.data.title];
`;

let folder = "";
let output = "";

beforeAll(async () => {
  folder = mkdtempSync(resolve("test/.readme-types-")); // inside the project, where imports resolve
  wrong.forEach(([, code], i) => writeFileSync(join(folder, `wrong-${i}.ts`), HEAD + code));
  writeFileSync(join(folder, "right.ts"), HEAD + right);
  const config = { extends: "../tsconfig.client.json", include: ["*.ts"], compilerOptions: { noUnusedLocals: false } };
  writeFileSync(join(folder, "tsconfig.json"), JSON.stringify(config));
  const compiled = run("node_modules/.bin/tsc", ["-p", folder, "--pretty", "false"]);
  output = await compiled.then(
    ({ stdout }) => stdout,
    (error: { stdout: string }) => error.stdout,
  );
}, 30_000);
afterAll(() => rmSync(folder, { recursive: true }));

/** Returns the compiler's messages about one file. */
const messagesOf = (file: string) =>
  output.split(/^(?=\S)/m).filter((message) => message.includes(`/${file}(`) || message.startsWith(`${file}(`));

describe("does not compile:", () => {
  it.each(wrong.map(([title, , message], i) => [title, message, i] as const))("%s", (_title, message, i) => {
    const messages = messagesOf(`wrong-${i}.ts`);
    expect(messages).toHaveLength(1);
    expect(messages.join("")).toContain(message);
  });
});

it("valid code compiles with the WebSocket of any platform", () => {
  expect(messagesOf("right.ts")).toEqual([]);
  expect(output.split(/^(?=\S)/m)).toHaveLength(wrong.length);
});
