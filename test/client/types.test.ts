// What must not compile does not, and what a user writes does. Runs nothing of it.
import { execFile } from "node:child_process";
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { join, resolve } from "node:path";
import { promisify } from "node:util";
import { afterAll, beforeAll, describe, expect, it } from "vitest";

const run = promisify(execFile);

/** What every snippet begins with. */
const HEAD = `
import { connect } from "../../src/client/index.ts";
const client = connect("https://push.test");
const order = client.order("0123456789abcdefghijklmnopqrstuv");
const group = client.group<{ title: string }>("/ws/feed/news/");
`;

const wrong: readonly [what: string, code: string, complaint: string][] = [
  ["an event that no order has", `order.on("paid", () => {});`, `'"paid"' is not assignable`],
  ["an event that no group has", `group.on("status", () => {});`, `'"status"' is not assignable`],
  ["a missed publication of an order", `order.on("missed", () => {});`, `'"missed"' is not assignable`],
  [
    "an outcome that there is not",
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
  ["a settled order that nobody waited for", `order.settled().status;`, "Property 'status' does not exist"],
  [
    "a wait as a condition",
    `if (order.settled()) console.log("paid");`,
    "This condition will always return true since this 'Promise",
  ],
  ["a handle as its outcome", `export const paid: boolean = order.outcome.paid;`, "'order.outcome' is possibly 'null'"],
  ["a group to be settled", `await group.settled();`, "Property 'settled' does not exist"],
  ["presence in an order", `await order.presence();`, "Property 'presence' does not exist"],
  [
    "an object relayed in an order",
    `await order.publish({ biz: "x" });`,
    "not assignable to parameter of type 'string'",
  ],
  ["what is no JSON published", `await group.publish(() => 1);`, "not assignable to parameter of type 'Json'"],
  [
    "a state that there is not",
    `order.on("state", ({ name }) => name === "disconnected");`,
    `and '"disconnected"' have no overlap`,
  ],
  [
    "when an open connection tries again",
    `if (order.state.name === "open") console.log(order.state.until);`,
    "Property 'until' does not exist",
  ],
  [
    "a publication's data of another type",
    `group.on("publication", ({ data }) => data.titel);`,
    "Property 'titel' does not exist",
  ],
  ["an outcome that is changed", `if (order.outcome) order.outcome.paid = true;`, "read-only property"],
  [
    "a token that is none",
    `connect("https://push.test", { getToken: async () => ({ token: "x" }) });`,
    "is not assignable to type",
  ],
  ["an option that there is not", `connect("https://push.test", { retries: 3 });`, "'retries' does not exist"],
  ["a wait with an option that there is not", `await order.settled({ timeoutMs: 5 });`, "'timeoutMs' does not exist"],
  ["an async undo", `await (order.on("state", () => {}).then());`, "Property 'then' does not exist"],
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
let said = "";

beforeAll(async () => {
  folder = mkdtempSync(resolve("test/.readme-types-")); // inside the project, where the compiler finds what is imported
  wrong.forEach(([, code], i) => writeFileSync(join(folder, `wrong-${i}.ts`), HEAD + code));
  writeFileSync(join(folder, "right.ts"), HEAD + right);
  const config = { extends: "../tsconfig.client.json", include: ["*.ts"], compilerOptions: { noUnusedLocals: false } };
  writeFileSync(join(folder, "tsconfig.json"), JSON.stringify(config));
  const compiled = run("node_modules/.bin/tsc", ["-p", folder, "--pretty", "false"]);
  said = await compiled.then(
    ({ stdout }) => stdout,
    (error: { stdout: string }) => error.stdout,
  );
}, 30_000);
afterAll(() => rmSync(folder, { recursive: true }));

/** What the compiler says of one file. */
const saidOf = (file: string) =>
  said.split(/^(?=\S)/m).filter((complaint) => complaint.includes(`/${file}(`) || complaint.startsWith(`${file}(`));

describe("does not compile:", () => {
  it.each(wrong.map(([what, , complaint], i) => [what, complaint, i] as const))("%s", (_what, complaint, i) => {
    const complaints = saidOf(`wrong-${i}.ts`);
    expect(complaints).toHaveLength(1);
    expect(complaints.join("")).toContain(complaint);
  });
});

it("compiles: what a user writes, with any platform's WebSocket", () => {
  expect(saidOf("right.ts")).toEqual([]);
  expect(said.split(/^(?=\S)/m)).toHaveLength(wrong.length);
});
