// Tokens of connections: where a request carries them, their rights, and their expiry.
import { env } from "cloudflare:workers";
import { beforeEach, describe, expect, it, vi } from "vitest";
import { captureLog } from "../support/deliver.ts";
import {
  backend,
  connect,
  evict,
  handshake,
  newBiz,
  newFeed,
  fireAlarm,
  stopClock,
  type Page,
} from "../support/workerd.ts";
import { claims, hmac, token } from "../tokens/signing.ts";

const HOUR = 3600;
const sign = (more: object): Promise<string> =>
  token({ alg: "HS256" }, { ...claims(), exp: Date.now() / 1000 + HOUR, ...more }, hmac(env.TOKEN_SECRET));
const v1 = (bearer?: string): Record<string, string> => ({
  "Sec-WebSocket-Protocol": bearer === undefined ? "belfry.v1" : `belfry.v1, belfry.bearer.${bearer}`,
});

let log: ReturnType<typeof captureLog>;
beforeEach(() => {
  stopClock();
  log = captureLog();
});

const refusalOf = async (path: string, headers: Record<string, string>): Promise<unknown> => {
  const response = await handshake(path, headers);
  return response.status === 101 ? "let in" : (await response.json<{ reason: string }>()).reason;
};

describe("a token is accepted", () => {
  it.each<[string, (text: string) => { query?: string; headers?: Record<string, string> }]>([
    ["as a subprotocol", (text) => ({ headers: v1(text) })],
    ["in Authorization", (text) => ({ headers: { Authorization: `Bearer ${text}` } })],
    ["in the cookie belfry_token", (text) => ({ headers: { Cookie: `theme=dark; belfry_token=${text}` } })],
    ["in the query", (text) => ({ query: `?token=${text}` })],
  ])("%s", async (_how, carry) => {
    const { group, path } = newFeed();
    const { query = "", headers = {} } = carry(await sign({ groups: [group] }));
    const response = await handshake(path + query, headers);
    expect(response.status).toBe(101);
    expect(response.headers.get("Sec-WebSocket-Protocol") ?? "").not.toContain("bearer");
    response.webSocket?.accept();
    response.webSocket?.close();
  });

  it("from a client without an Origin, for open groups too, if it covers the group", async () => {
    const biz = newBiz();
    const no = { Origin: "" };
    const path = `/ws/order/${biz}/`;
    expect(await refusalOf(path, no)).toBe("origin_missing");
    expect(await refusalOf(path, { ...no, Authorization: `Bearer ${await sign({ groups: ["feed_*"] })}` })).toBe(
      "token_wrong_group",
    );
    expect(await refusalOf(path, { ...no, Authorization: `Bearer ${await sign({ groups: [`order_${biz}`] })}` })).toBe(
      "let in",
    );
  });

  it.each<[string, (text: string) => Record<string, string>]>([
    ["in a cookie", (text) => ({ Cookie: `belfry_token=${text}` })],
    ["as a subprotocol", (text) => ({ "Sec-WebSocket-Protocol": `belfry.plain, belfry.bearer.${text}` })],
    ["in Authorization", (text) => ({ Authorization: `Bearer ${text}` })],
    ["beside an API key", (text) => ({ Cookie: `belfry_token=${text}`, "X-API-Key": "development-api-key" })],
  ])("but not from a foreign Origin: %s", async (_how, carry) => {
    const { group, path } = newFeed();
    const headers = carry(await sign({ groups: [group] }));
    expect(await refusalOf(path, { ...headers, Origin: "https://evil.example" })).toBe("origin_refused");
  });
});

describe("in an open group", () => {
  it("an invalid token is rejected, and an invalid cookie ignored", async () => {
    const path = `/ws/order/${newBiz()}/`;
    expect(await refusalOf(path, { Authorization: "Bearer a.b.c" })).toBe("token_invalid");
    expect(await refusalOf(path, { Cookie: "belfry_token=a.b.c" })).toBe("let in");
  });

  it("a token identifies its user, and its expiry does not close the connection", async () => {
    const biz = newBiz();
    const group = `order_${biz}`;
    const page = await connect(
      `/ws/order/${biz}/`,
      v1(await sign({ groups: [group], sub: "ann", exp: Date.now() / 1000 + 1 })),
    );
    await page.nextJson();
    expect(await fireAlarm(group)).toBe(false);
    vi.setSystemTime(Date.now() + 60_000);
    const sent = await backend("POST", `/groups/${group}/users/ann/send`, { type: "send.message", message: "for ann" });
    expect(await sent.json()).toMatchObject({ connections: 1 });
    expect(await page.nextJson()).toEqual({ type: "publication", data: "for ann" });
  });
});

describe("in a feed", () => {
  const reply = async (page: Page, request: object): Promise<unknown> => {
    page.send(JSON.stringify({ id: 1, ...request }));
    return page.nextJson();
  };

  it("a token without the right to publish can only read", async () => {
    const { group, path } = newFeed();
    const page = await connect(path, v1(await sign({ groups: [group] })));
    await page.nextJson();
    expect(await reply(page, { type: "publish", data: "x" })).toMatchObject({
      id: 1,
      error: { code: 403, reason: "not_allowed" },
    });
    const writer = await connect(path, v1(await sign({ groups: ["feed_*"], sub: "ben", publish: true })));
    await writer.nextJson();
    expect(await page.nextJson()).toMatchObject({ type: "join", sub: "ben" });
    writer.send('{"id":1,"type":"publish","data":{"n":1.0}}');
    expect(await page.next()).toContain('"offset":1');
    expect(await writer.next()).toContain('"data":{"n":1.0}}');
    expect(await writer.nextJson()).toMatchObject({ type: "reply", id: 1, result: { offset: 1, connections: 2 } });
  });

  it("an expiring token raises a request to refresh, and a new one keeps the connection, also across hibernation", async () => {
    const { group, path } = newFeed();
    const page = await connect(path, v1(await sign({ groups: [group], exp: Date.now() / 1000 + 60 })));
    await page.nextJson();
    await evict(group);
    expect(await fireAlarm(group)).toBe(true);
    expect(await page.nextJson()).toMatchObject({
      type: "error",
      code: 4205,
      reason: "token_expires",
      temporary: true,
    });
    const exp = Date.now() / 1000 + HOUR;
    const renewed = await reply(page, { type: "refresh", token: await sign({ groups: [group], exp }) });
    expect(renewed).toEqual({ type: "reply", id: 1, result: { expires_at: new Date(exp * 1000).toISOString() } });
    vi.setSystemTime(Date.now() + 25_001);
    await backend("POST", `/groups/${group}/send`, { type: "send.message", message: "still here" });
    expect(await page.nextJson()).toMatchObject({ data: "still here" });
  });

  it("an expired token cannot publish, though its connection stays open for a refresh", async () => {
    const { group, path } = newFeed();
    const page = await connect(path, v1(await sign({ groups: [group], publish: true, exp: Date.now() / 1000 + 60 })));
    await page.nextJson();
    await fireAlarm(group);
    expect(await page.nextJson()).toMatchObject({ reason: "token_expires" });
    expect(await reply(page, { type: "publish", data: "late" })).toMatchObject({
      id: 1,
      error: { code: 401, reason: "token_refused" },
    });
  });

  it("is notified once that its token has expired, while others expire too", async () => {
    const { group, path } = newFeed();
    const soon = (seconds: number) => sign({ groups: [group], exp: Date.now() / 1000 + seconds });
    const [first, second] = [await connect(path, v1(await soon(60))), await connect(path, v1(await soon(70)))];
    await second.nextJson();
    await fireAlarm(group);
    await fireAlarm(group);
    expect(await second.nextJson()).toMatchObject({ reason: "token_expires" });
    await backend("POST", `/groups/${group}/send`, { type: "send.message", message: "after both" });
    expect(await first.nextJson()).toMatchObject({ type: "welcome" });
    expect(await first.nextJson()).toMatchObject({ reason: "token_expires" });
    expect(await first.nextJson()).toMatchObject({ data: "after both" });
  });

  it("without a refresh a v1 connection is closed with 4205 after 25 seconds, a plain one at once", async () => {
    const { group, path } = newFeed();
    const text = await sign({ groups: [group], exp: Date.now() / 1000 + 60 });
    const [page, plain] = [await connect(path, v1(text)), await connect(path, { Authorization: `Bearer ${text}` })];
    await fireAlarm(group);
    expect(await plain.closed).toEqual({ code: 4205, reason: "token_expired" });
    const notified = Date.now();
    await fireAlarm(group);
    expect(await page.closed).toEqual({ code: 4205, reason: "token_expired" });
    expect(Date.now() - notified).toBe(25_000);
  });

  it.each<[string, (group: string) => Promise<string>]>([
    ["another user's", (group) => sign({ groups: [group], sub: "eve" })],
    ["for other groups", () => sign({ groups: ["feed_other"] })],
    ["expired", (group) => sign({ groups: [group], exp: Date.now() / 1000 - 1 })],
    ["unsigned", async () => "a.b.c"],
  ])("a new token that is %s is rejected; the log has the reason and not the token", async (_case, made) => {
    const { group, path } = newFeed();
    const page = await connect(path, v1(await sign({ groups: [group] })));
    await page.nextJson();
    const text = await made(group);
    expect(await reply(page, { type: "refresh", token: text })).toMatchObject({
      id: 1,
      error: { code: 401, reason: "token_refused" },
    });
    expect(log("refusal")).toContain(group);
    expect(log()).not.toContain(text);
    expect(await reply(page, { type: "ping" })).toMatchObject({ result: { time: Date.now() } });
  });
});
