// belfry(): routes under a prefix, calls without HTTP, and errors of a Worker's code with their remedies.
import { createExecutionContext } from "cloudflare:test";
import { env } from "cloudflare:workers";
import { describe, expect, it } from "vitest";
import { belfry, BelfryRefusal, stripe, type Consumer } from "../../src/belfry.ts";
import { groupOf, type BelfryEnv } from "../../src/env.ts";
import { alarm, feed } from "../support/consumers.ts";
import { connect, newBiz, Page } from "../support/workerd.ts";

const HOST = "http://belfry.localhost";
const key = { Authorization: `Bearer ${env.API_KEYS}` };
const push = belfry({ basePath: "/push", consumers: [alarm, feed], providers: [stripe] });

const request = (path: string, init: RequestInit = {}, changed: Partial<BelfryEnv> = {}, worker = push) =>
  worker.fetch(new Request(`${HOST}${path}`, init), { ...env, ...changed }, createExecutionContext());

async function connectBelow(path: string, headers: Record<string, string> = {}): Promise<Page> {
  const response = await request(path, { headers: { Upgrade: "websocket", Origin: HOST, ...headers } });
  return new Page(response.webSocket ?? expect.fail(`no WebSocket: ${response.status} ${await response.text()}`));
}

describe("belfry() under a prefix", () => {
  it.each(["/push/healthz", "/push/healthz/"])("serves %s", async (path) => {
    expect(await (await request(path)).json()).toMatchObject({ status: "ok" });
  });

  it.each(["/healthz", "/pushed/healthz", "/", "/push", "/push/push/healthz", "//push/healthz"])(
    "responds 404 to %s",
    async (path) => {
      expect(await (await request(path)).json()).toMatchObject({ status: 404, reason: "unknown_path" });
    },
  );

  it("connects pages, accepts callbacks and sends to groups, users and batches", async () => {
    const biz = newBiz();
    const page = await connectBelow(`/push/ws/order/${biz}/`);
    expect((await request(`/push/callback/${biz}/`, { method: "POST", headers: key })).status).toBe(200);
    expect(await page.nextJson()).toEqual({ biz, paid: true, status: "paid" });
    const [group, member] = [`alarm_${newBiz()}`, `alarm_${newBiz()}`];
    const event = JSON.stringify({ type: "send.message", message: "hello" });
    const post = (path: string, body: string) => request(path, { method: "POST", headers: key, body });
    expect((await post(`/push/groups/${group}/send`, event)).status).toBe(200);
    // Users named `send` or `users` do not collide with the routes.
    expect(await (await post(`/push/groups/${member}/users/users/send`, event)).json()).toMatchObject({
      connections: 0,
    });
    const batch = JSON.stringify({ items: [{ group, event: JSON.parse(event) as unknown }] });
    expect(await (await post("/push/send", batch)).json()).toMatchObject({ items: [{ status: 200 }] });
    expect(await (await request(`/push/groups/${group}`, { headers: key })).json()).toMatchObject({ group });
  });

  it("serves the API documents of ASSETS; without the binding, the error has the remedy", async () => {
    expect((await request("/push/openapi.json")).status).toBe(200);
    const { ASSETS: _, ...rest } = env;
    const unbound = await push.fetch(new Request(`${HOST}/push/openapi.json`), rest);
    expect(await unbound.json()).toMatchObject({ status: 404, detail: expect.stringContaining("ASSETS") });
  });
});

describe("belfry() in the same Worker", () => {
  it("sends an event to a group, once per key, with the refusals of the route", async () => {
    const group = `alarm_${newBiz()}`;
    const page = await connect(`/ws/alarm/${group.slice("alarm_".length)}/`);
    await page.next(); // the first push
    const event = { type: "send.message", message: { n: 1 } };
    for (let times = 0; times < 2; times++) {
      expect(await push.send(env, group, event, { idempotencyKey: "k-1" })).toMatchObject({ connections: 1 });
    }
    expect(await page.nextJson()).toEqual({ n: 1 });
    await expect(push.send(env, "nobody", event)).rejects.toMatchObject({ reason: "unknown_group" });
    await expect(push.send(env, group, { type: "dance" })).rejects.toMatchObject({ reason: "unknown_event" });
    await expect(push.send(env, group, undefined)).rejects.toBeInstanceOf(BelfryRefusal);
    const other = push.send(env, group, { ...event, message: 2 }, { idempotencyKey: "k-1" });
    await expect(other).rejects.toMatchObject({ reason: "idempotency_key_reused" });
    await page.leave();
  });

  it("reports and reads an order", async () => {
    const biz = newBiz();
    const page = await connect(`/ws/order/${biz}/`);
    expect(await push.tell(env, biz)).toEqual({ biz, paid: true, status: "paid" });
    expect(await page.nextJson()).toMatchObject({ paid: true });
    expect(await push.order(env, biz)).toMatchObject({ status: "paid", payments: [{ provider: "backend" }] });
    await expect(push.tell(env, "SHORT")).rejects.toMatchObject({ reason: "unknown_order" });
    const wrong = push.tell(env, biz, { amount: 19.99, currency: "USD" });
    await expect(wrong).rejects.toThrow("an integer in minor units or a decimal string");
    await page.leave();
  });

  it("offers the same calls to a service binding", async () => {
    const biz = newBiz();
    const entrypoint = new push.Entrypoint(createExecutionContext(), env);
    expect(await entrypoint.tell(biz, { status: "failed" })).toMatchObject({ status: "failed" });
    expect(await entrypoint.order(biz)).toMatchObject({ status: "failed" });
    expect(await entrypoint.send("alarm_entry", { type: "send.message", message: 1 })).toMatchObject({
      connections: 0,
    });
  });
});

describe("an error of the Worker's code has its remedy in the message, for", () => {
  const scores: Consumer = {
    ...alarm,
    name: "scores",
    paths: ["/ws/scores/:match/"],
    key: { param: "match", shape: /^\d+$/ },
  };

  it.each<[string, Parameters<typeof belfry>[0], string]>([
    [
      "two consumers with the same name",
      { consumers: [scores, { ...scores, paths: ["/ws/x/"] }] },
      'Two consumers have the name "scores"',
    ],
    [
      "two consumers with the same path",
      { consumers: [alarm, { ...scores, paths: ["/ws/alarm/:other/"] }] },
      'have the same path "/ws/alarm/:other/"',
    ],
    [
      "a consumer with a name of Belfry's own",
      { consumers: [{ ...scores, name: "payments" }] },
      'Two consumers have the name "payments"',
    ],
    [
      "a name with an underscore",
      { consumers: [{ ...scores, name: "live_scores" }] },
      'name "live_scores" must be 1 to 64 of',
    ],
    [
      "a path outside /ws/",
      { consumers: [{ ...scores, paths: ["/scores/:match/"] }] },
      "must begin with /ws/ and end with /",
    ],
    [
      "a path without its closing slash",
      { consumers: [{ ...scores, paths: ["/ws/scores/:match"] }] },
      "must begin with /ws/ and end with /",
    ],
    [
      "a basePath without a slash",
      { basePath: "push" },
      'basePath must begin with one / and end without one, like "/push": received "push"',
    ],
    ["a basePath with a slash at its end", { basePath: "/push/" }, "basePath must begin with one /"],
    ["a basePath with two slashes", { basePath: "//push" }, "basePath must begin with one /"],
  ])("%s", (_case, options, text) => {
    expect(() => belfry(options)).toThrow(text);
  });

  it.each([0, Number.NaN, -1, Infinity, 99])("a push every %s ms", async (period) => {
    const often = belfry({ consumers: [{ ...scores, push: { every: () => period, produce: () => null } }] });
    const problem = await (await request("/healthz", {}, {}, often)).json();
    expect(problem).toMatchObject({
      status: 500,
      reason: "bad_setting",
      detail: expect.stringContaining("consumer scores has a push whose every() must return"),
    });
  });

  it("a missing GROUP binding, or a binding of another name", async () => {
    const { GROUP, ...rest } = env;
    const unbound = await push.fetch(new Request(`${HOST}/push/healthz`), rest as unknown as BelfryEnv); // the env of a Worker without the binding
    expect(await unbound.json()).toMatchObject({
      reason: "bad_setting",
      detail: expect.stringContaining('name = "GROUP", class_name = "Group"'),
    });
    const named = belfry({ name: "ROOMS" });
    const bound = { ...rest, ROOMS: GROUP } as unknown as BelfryEnv; // the option sets the binding's name
    expect((await named.fetch(new Request(`${HOST}/healthz`), bound)).status).toBe(200);
  });

  it("a call of a provider that is not installed", async () => {
    const left = await request("/push/callbacks/paypal", { method: "POST", body: "{}" });
    expect(await left.json()).toMatchObject({ status: 404, reason: "unknown_provider" });
    expect((await request("/push/callbacks/stripe", { method: "POST", body: "{}" })).status).toBe(401);
  });
});

describe("JURISDICTION", () => {
  it("sets the jurisdiction of every object", () => {
    const requested: string[] = [];
    const namespace = (where: string) => ({
      jurisdiction: (name: string) => namespace(name),
      getByName: (group: string) => requested.push(`${where} ${group}`),
    });
    const GROUP = namespace("anywhere") as unknown as BelfryEnv["GROUP"]; // groupOf calls these methods only
    groupOf({ GROUP }, "order_a");
    groupOf({ GROUP, JURISDICTION: "" }, "order_b");
    groupOf({ GROUP, JURISDICTION: "eu" }, "order_c");
    expect(requested).toEqual(["anywhere order_a", "anywhere order_b", "eu order_c"]);
  });

  it("with an unknown value is an invalid setting", async () => {
    const refused = await (await request("/push/healthz", {}, { JURISDICTION: "mars" })).json();
    expect(refused).toMatchObject({ reason: "bad_setting", detail: "JURISDICTION must be eu, fedramp, or empty" });
  });
});
