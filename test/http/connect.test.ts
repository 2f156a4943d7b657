// WebSocket handshakes: accepted and refused ones. A refused handshake wakes no object.
import { env } from "cloudflare:workers";
import { listDurableObjectIds } from "cloudflare:test";
import { describe, expect, it } from "vitest";
import { ADMISSION_HEADER, anybody, encodeAdmission } from "../../src/core/admission.ts";
import { connect, handshake, newBiz, stubOf } from "../support/workerd.ts";
import { claims, hmac, token } from "../tokens/signing.ts";

const key = env.API_KEYS;
const biz = newBiz();
const path = `/ws/order/${biz}/`;
const no: Record<string, string> = {};

describe("a handshake is refused", () => {
  it.each<[string, string, Record<string, string>, number, string]>([
    ["from a foreign page", path, { Origin: "https://evil.example" }, 403, "origin_refused"],
    ["from an opaque origin", path, { Origin: "null" }, 403, "origin_refused"],
    ["from a host that only begins like ours", path, { Origin: "http://belfry.localhost.evil" }, 403, "origin_refused"],
    ["from a host below ours", path, { Origin: "http://sub.belfry.example" }, 403, "origin_refused"],
    [
      "from a foreign page that holds an API key",
      path,
      { Origin: "https://evil.example", "X-API-Key": key },
      403,
      "origin_refused",
    ],
    [
      "from a foreign page on an unknown path, for its origin",
      "/ws/nowhere/",
      { Origin: "https://evil.example" },
      403,
      "origin_refused",
    ],
    ["with a wrong key and no origin", path, { Origin: "", "X-API-Key": "wrong-key-wrong-key" }, 403, "origin_missing"],
    ["for an id of 31 characters", `/ws/order/${biz.slice(1)}/`, no, 404, "unknown_path"],
    ["for an id of 33 characters", `/ws/order/${biz}0/`, no, 404, "unknown_path"],
    ["for an id with a capital", `/ws/order/${biz.slice(1)}A/`, no, 404, "unknown_path"],
    ["for an id with an escape", `/ws/order/${biz}%0A/`, no, 404, "unknown_path"],
    ["for a path with a prefix", `/ws/x/order/${biz}/`, no, 404, "unknown_path"],
    ["for a path with a suffix", `/ws/order/${biz}/x/`, no, 404, "unknown_path"],
    ["for no id", "/ws/order/", no, 404, "unknown_path"],
    ["for a group of a single channel", `/ws/channel/${biz}/`, no, 404, "unknown_path"],
    ["for a malformed project", "/ws/alarm/a%20b/", no, 404, "unknown_path"],
    ["for a path that is not a WebSocket's", "/ws/", no, 404, "unknown_path"],
    ["with unknown subprotocols", path, { "Sec-WebSocket-Protocol": "graphql-ws, mqtt" }, 400, "unsupported_protocol"],
    [
      "with a bearer and no protocol",
      path,
      { "Sec-WebSocket-Protocol": `belfry.bearer.${key}` },
      400,
      "unsupported_protocol",
    ],
    [
      "with an API key in a subprotocol, which logs would keep",
      path,
      { "Sec-WebSocket-Protocol": `belfry.plain, belfry.bearer.${key}` },
      403,
      "token_invalid",
    ],
    ["without an Upgrade", path, { Upgrade: "" }, 404, "upgrade_required"],
    ["for an upgrade to something else", path, { Upgrade: "h2c" }, 404, "upgrade_required"],
  ])("%s", async (_case, url, headers, status, reason) => {
    const objects = await listDurableObjectIds(env.GROUP);
    const response = await handshake(url, headers);
    expect(await response.json()).toMatchObject({ status, reason });
    expect(response.status).toBe(status);
    expect(response.headers.get("Content-Type")).toBe("application/problem+json");
    expect(await listDurableObjectIds(env.GROUP)).toHaveLength(objects.length);
  });

  it("without Origin and API key", async () => {
    const { exports } = await import("cloudflare:workers");
    const response = await exports.default.fetch(`http://belfry.localhost${path}`, {
      headers: { Upgrade: "websocket" },
    });
    expect(await response.json()).toMatchObject({ status: 403, reason: "origin_missing" });
  });
});

const tokenFor = (group: string): Promise<string> =>
  token({ alg: "HS256" }, { ...claims(), groups: [group], exp: Date.now() / 1000 + 60 }, hmac(env.TOKEN_SECRET));

describe("a handshake is accepted", async () => {
  it.each<[string, string, Record<string, string>, string | null]>([
    ["from our own host", path, { Origin: "http://belfry.localhost:80" }, null],
    ["without a closing slash", `/ws/order/${biz}`, no, null],
    ["with a query", `${path}?x=1`, no, null],
    ["for the alarm group without a project", "/ws/alarm/", no, null],
    ["with belfry.v1", path, { "Sec-WebSocket-Protocol": "belfry.v1" }, "belfry.v1"],
    ["with both protocols, in belfry.v1", path, { "Sec-WebSocket-Protocol": "belfry.plain, belfry.v1" }, "belfry.v1"],
    ["with belfry.plain", path, { "Sec-WebSocket-Protocol": "belfry.plain" }, "belfry.plain"],
    ["with belfry.plain beside others", path, { "Sec-WebSocket-Protocol": "mqtt, belfry.plain" }, "belfry.plain"],
    [
      "with belfry.plain and a bearer, which is never echoed",
      path,
      { "Sec-WebSocket-Protocol": `belfry.plain, belfry.bearer.${await tokenFor(`order_${biz}`)}` },
      "belfry.plain",
    ],
  ])("%s", async (_case, url, headers, echo) => {
    const response = await handshake(url, headers);
    expect(response.status).toBe(101);
    expect(response.headers.get("Sec-WebSocket-Protocol")).toBe(echo);
    response.webSocket?.accept();
    response.webSocket?.close();
  });

  it.each<[string, Record<string, string>]>([
    ["Authorization", { Authorization: `Bearer ${key}` }],
    ["X-API-Key", { "X-API-Key": key }],
  ])("without an Origin, by an API key in %s", async (_where, headers) => {
    const { exports } = await import("cloudflare:workers");
    const response = await exports.default.fetch(`http://belfry.localhost${path}`, {
      headers: { Upgrade: "websocket", ...headers },
    });
    expect(response.status).toBe(101);
    response.webSocket?.accept();
    response.webSocket?.close();
  });

  it("with the Worker's admission, even if the request has an admission header", async () => {
    const group = `alarm_${newBiz()}`;
    const member = { ...anybody, sub: "admin", mayPublish: true };
    const forged = encodeAdmission({ mode: "v1", member, position: null });
    const page = await connect(`/ws/alarm/${group.slice("alarm_".length)}/`, { [ADMISSION_HEADER]: forged });
    const { listed } = await stubOf(group).connections("", 10);
    expect(listed).toMatchObject([{ mode: "plain", sub: null }]);
    await page.leave();
  });

  it("and a page receives frames of its own group only", async () => {
    const [here, there] = [await connect(path), await connect(`/ws/order/${newBiz()}/`)];
    there.send("there");
    here.send("here");
    expect(await here.next()).toBe('"here"');
  });
});
