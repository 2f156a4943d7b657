// The snippets of docs/coming-from-channels.md: its Django code calls the Worker, and its changes to the
// Worker replace the consumers of Channels.
import { execFile, execFileSync } from "node:child_process";
import { cpSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { createServer } from "node:http";
import { join, resolve } from "node:path";
import { promisify } from "node:util";
import { afterAll, beforeAll, describe, expect, inject, it } from "vitest";
import { apiKey, backend, Client, getGroup, newBiz } from "../support/client.ts";
import { startServer, type Server } from "../support/server.ts";
import { isInstalled } from "../support/shops.ts";
import { filesOf, snippetsOf, unpack } from "../support/snippets.ts";
import { portOf } from "../support/port.ts";

const PAGE = "docs/coming-from-channels.md";
const run = promisify(execFile);
const needsPython = isInstalled("python3") ? "" : ", skipped: python3 is not installed";

/** A folder with the shop's Django code. */
let shop: string;
beforeAll(() => {
  shop = mkdtempSync(resolve("test/.readme-channels-"));
  cpSync("test/support/shops/channels", shop, { recursive: true });
  cpSync("test/support/shops/django/stubs.py", join(shop, "stubs.py"));
  unpack(shop, filesOf("docs/examples.md", "python"));
  unpack(shop, filesOf(PAGE, "python"));
});
afterAll(() => rmSync(shop, { recursive: true }));

/** Calls a function of the shop. Returns its result. */
async function django(name: string, input: object): Promise<unknown> {
  const secrets = { BELFRY_API_KEY: apiKey, BELFRY_TOKEN_SECRET: "none", BELFRY_FORWARD_SECRET: "" };
  const env = { ...process.env, ...secrets, BELFRY_URL: inject("url") };
  const { stdout } = await run("python3", ["-B", "run.py", name, JSON.stringify(input)], { cwd: shop, env });
  return JSON.parse(stdout);
}

describe.skipIf(needsPython !== "")(`the Django code${needsPython}`, () => {
  const server = inject("url");

  it("reports a payment to a waiting page and to a later one", async () => {
    const biz = newBiz();
    const page = await Client.connect(server, `/ws/order/${biz}/`);
    for (let times = 0; times < 2; times++) {
      expect(await django("callback", { biz, payment: "p-1" })).toEqual({ biz, paid: true });
    }
    const late = await Client.connect(server, `/ws/order/${biz}/`);
    for (const each of [page, late]) expect(await each.nextJson()).toEqual({ biz, paid: true, status: "paid" });
    late.send("hello");
    expect(await page.next()).toBe('"hello"');
  });

  it("sends an event to a group and to one channel, and no outcome", async () => {
    const project = newBiz();
    const group = `alarm_${project}`;
    const [one, other] = [
      await Client.connect(server, `/ws/alarm/${project}/`),
      await Client.connect(server, `/ws/alarm/${project}/`),
    ];
    const next = async (page: Client) => {
      for (;;) {
        const frame = await page.nextJson();
        if (!JSON.stringify(frame).includes('"result"')) return frame;
      }
    };
    const event = { type: "send.message", message: { progress: 0.5 } };
    expect(await django("group_send", { group, event })).toMatchObject({ connections: 2 });
    for (const page of [one, other]) expect(await next(page)).toEqual({ progress: 0.5 });

    const { members } = (await (await backend(server, "GET", `/groups/${group}/connections`)).json()) as {
      members: { channel: string }[]; // docs/http.md
    };
    const [{ channel } = expect.fail("no member")] = members;
    expect(await django("send", { channel, event: { ...event, message: 1 } })).toMatchObject({ connections: 1 });
    expect(await django("group_send", { group, event: { ...event, message: 2 } })).toMatchObject({ connections: 2 });
    const received = [[await next(one)], [await next(other)]];
    for (const [at, page] of [one, other].entries()) if (received[at]?.[0] === 1) received[at].push(await next(page));
    expect(received.toSorted((a, b) => a.length - b.length)).toEqual([[2], [1, 2]]);

    const outcome = { type: "send.message", message: { biz: project, paid: true } };
    await expect(django("group_send", { group: `order_${project}`, event: outcome })).rejects.toThrow("422");
  });
});

it.skipIf(needsPython !== "")(`the earlier Django code compiles${needsPython}`, () => {
  const there = snippetsOf(PAGE, "python").filter((code) => code.startsWith("# there:"));
  expect(there).toHaveLength(6);
  for (const input of there) execFileSync("python3", ["-c", "compile(open(0).read(), 'there', 'exec')"], { input });
});

/** The alarm consumer with another `produce`. */
const alarmWith = (produce: string): string => `// The alarm group, as the page changes it.
import { resultFrame } from "../core/frames.ts";
import type { Consumer } from "./consumer.ts";
import { sendMessage } from "./events.ts";

export const alarm: Consumer = {
  name: "alarm",
  paths: ["/ws/alarm/", "/ws/alarm/:project/"],
  key: { param: "project", shape: /^[A-Za-z0-9._-]{1,93}$/ },
  access: "open",
  keeps: "cache",
  presence: true,
  events: { "send.message": sendMessage },
  push: {
    every: (settings) => settings.pushEveryMs,
${produce}  },
};
`;

describe("Belfry with the changes of the page", () => {
  const [room = "", produce = ""] = snippetsOf(PAGE, "ts");
  let copy: string;
  let server: Server;
  const measures: string[] = [];
  const django8000 = createServer(({ url = "" }, response) => {
    measures.push(url);
    const project = url.split("/")[2] ?? "";
    const measured = needsPython === "" ? django("measured", { project }) : Promise.resolve({ project, 量: 7 });
    void measured.then((result) => response.end(JSON.stringify(result)));
  });

  beforeAll(async () => {
    django8000.listen(0);
    const port = await portOf(django8000);
    copy = mkdtempSync(resolve("test/.readme-copy-")); // inside the project, where packages resolve
    cpSync("src", join(copy, "src"), { recursive: true });
    for (const file of ["tsconfig.base.json", "worker-configuration.d.ts"]) cpSync(file, join(copy, file));
    const edit = (name: string, change: (code: string) => string) => {
      const file = join(copy, "src/consumers", name);
      const before = readFileSync(file, "utf8");
      writeFileSync(file, change(before));
      expect(readFileSync(file, "utf8")).not.toBe(before);
    };
    writeFileSync(join(copy, "src/consumers/room.ts"), room);
    edit("index.ts", (code) =>
      code.replace("import", 'import { room } from "./room.ts";\nimport').replace("[order,", "[room, order,"),
    );
    writeFileSync(
      join(copy, "src/consumers/alarm.ts"),
      alarmWith(produce.replace("localhost:8000", `localhost:${port}`)),
    );
    // A period is the limit of `produce`, which starts Python here.
    server = await startServer(
      { ALLOWED_ORIGINS: "localhost", PUSH_EVERY_SECONDS: "10" },
      join(copy, "src/development.ts"),
    );
  }, 60_000);
  afterAll(async () => {
    await server.stop();
    django8000.close();
    rmSync(copy, { recursive: true });
  });

  it("passes the type check", { timeout: 60_000 }, () => run("npx", ["tsc", "-p", join(copy, "src")]));

  it("serves a room, whose members receive all texts of members and events of a backend", async () => {
    const [one, other] = [
      await Client.connect(server.url, "/ws/room/7/"),
      await Client.connect(server.url, "/ws/room/7/"),
    ];
    one.send('{"a":1}');
    for (const page of [one, other]) expect(await page.next()).toBe('"{\\"a\\":1}"');
    await backend(server.url, "POST", "/groups/room_7/send", { type: "send_message", message: { b: 2 } });
    for (const page of [one, other]) expect(await page.nextJson()).toEqual({ b: 2 });
    const unknown = await backend(server.url, "POST", "/groups/room_7/send", { type: "shout" });
    expect([unknown.status, ((await unknown.json()) as { reason: string }).reason]).toEqual([422, "unknown_event"]);
    await expect(Client.connect(server.url, "/ws/room/seven/")).rejects.toThrow("404");
  });

  it("fetches a group's result from Django once for all members, and never for an empty group", async () => {
    const first = await Client.connect(server.url, "/ws/alarm/7/");
    const result = { type: "result", data: { project: "7", 量: 7 } };
    expect(await first.nextJson()).toEqual(result);
    const second = await Client.connect(server.url, "/ws/alarm/7/");
    expect(await Promise.all([first.nextJson(), second.nextJson()])).toEqual([result, result]);
    expect(new Set(measures)).toEqual(new Set(["/measure/7/"]));
    await Promise.all([first.leave(), second.leave()]);
    const nextPush = async () => (await getGroup(server.url, "alarm_7")).next_push;
    await expect.poll(nextPush).toBeNull();
  });

  it("accepts pages of Django at any port of its host, and no others", async () => {
    const [command] = snippetsOf(PAGE, "sh");
    expect(command).toBe("npm start -- --var ALLOWED_ORIGINS:localhost\n");
    const from = (origin: string) => Client.connect(server.url, `/ws/order/${newBiz()}/`, { origin });
    await expect(from("http://localhost:8000")).resolves.toBeDefined();
    await expect(from("http://shop.example")).rejects.toThrow("403");
  });
});
