// Tokens at the door: how they are carried, what they open, and how long they let their bearer stay.
import { env } from "cloudflare:workers";
import { beforeEach, describe, expect, it, vi } from "vitest";
import { wholeLog } from "../support/deliver.ts";
import { backend, connect, evict, handshake, newBiz, newFeed, ring, stopClock, type Page } from "../support/workerd.ts";
import { claims, hmac, token } from "../tokens/signing.ts";

const HOUR = 3600;
const sign = (more: object): Promise<string> =>
  token({ alg: "HS256" }, { ...claims(), exp: Date.now() / 1000 + HOUR, ...more }, hmac(env.TOKEN_SECRET));
const v1 = (bearer?: string): Record<string, string> => ({
  "Sec-WebSocket-Protocol": bearer === undefined ? "belfry.v1" : `belfry.v1, belfry.bearer.${bearer}`,
});

let log: ReturnType<typeof wholeLog>;
beforeEach(() => {
  stopClock();
  log = wholeLog();
});

const refusalOf = async (path: string, headers: Record<string, string>): Promise<unknown> => {
  const response = await handshake(path, headers);
  return response.status === 101 ? "let in" : (await response.json<{ reason: string }>()).reason;
};

describe("a token is carried", () => {
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

  it("by a client without an Origin, into a group that is open too, if it is for that group", async () => {
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

  it("never past an Origin that is not allowed", async () => {
    const { group, path } = newFeed();
    const text = await sign({ groups: [group] });
    expect(await refusalOf(path, { Origin: "https://evil.example", Cookie: `belfry_token=${text}` })).toBe(
      "origin_refused",
    );
  });
});

describe("in a group that is open", () => {
  it("a token shown on purpose that is no good is refused, a cookie that is none keeps nobody out", async () => {
    const path = `/ws/order/${newBiz()}/`;
    expect(await refusalOf(path, { Authorization: "Bearer a.b.c" })).toBe("token_invalid");
    expect(await refusalOf(path, { Cookie: "belfry_token=a.b.c" })).toBe("let in");
  });

  it("a token says who somebody is, and its end ends nothing", async () => {
    const biz = newBiz();
    const group = `order_${biz}`;
    const page = await connect(
      `/ws/order/${biz}/`,
      v1(await sign({ groups: [group], sub: "ann", exp: Date.now() / 1000 + 1 })),
    );
    await page.nextJson();
    expect(await ring(group)).toBe(false);
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

  it("a token without the right to publish gets no further than reading", async () => {
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

  it("a token that runs out is told of, and a new one keeps the connection, also across a sleep", async () => {
    const { group, path } = newFeed();
    const page = await connect(path, v1(await sign({ groups: [group], exp: Date.now() / 1000 + 60 })));
    await page.nextJson();
    await evict(group);
    expect(await ring(group)).toBe(true);
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

  it("without a new one it is closed with 4205 after 25 seconds, a plain one at once", async () => {
    const { group, path } = newFeed();
    const text = await sign({ groups: [group], exp: Date.now() / 1000 + 60 });
    const [page, plain] = [await connect(path, v1(text)), await connect(path, { Authorization: `Bearer ${text}` })];
    await ring(group);
    expect(await plain.closed).toEqual({ code: 4205, reason: "token_expired" });
    const told = Date.now();
    await ring(group);
    expect(await page.closed).toEqual({ code: 4205, reason: "token_expired" });
    expect(Date.now() - told).toBe(25_000);
  });

  it.each<[string, (group: string) => Promise<string>]>([
    ["somebody else's", (group) => sign({ groups: [group], sub: "eve" })],
    ["for other groups", () => sign({ groups: ["feed_other"] })],
    ["that has run out", (group) => sign({ groups: [group], exp: Date.now() / 1000 - 1 })],
    ["that nobody signed", async () => "a.b.c"],
  ])("a new token that is %s is not taken; the log says why, and does not repeat it", async (_what, made) => {
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
