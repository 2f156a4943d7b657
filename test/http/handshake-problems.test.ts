// Every problem of a handshake in both modes: response and log line, without a request to the object.
import { env } from "cloudflare:workers";
import { describe, expect, it } from "vitest";
import { closeCodes, type CloseReason } from "../../src/core/codes.ts";
import { app } from "../support/app.ts";
import { problems, type ProblemReason } from "../../src/http/problem.ts";
import { captureLog } from "../support/deliver.ts";
import { claims, hmac, hs256, pair, signedBy, token } from "../tokens/signing.ts";

/** The reasons of a refused handshake, with and without a close code. */
type Refusal = Extract<ProblemReason, CloseReason> | "unsupported_protocol" | "unknown_path" | "upgrade_required";

/** The changes that cause a refusal. By default, a page of the own origin connects to an order. */
interface Attempt {
  readonly path?: string;
  readonly headers?: Record<string, string>;
  readonly token?: () => Promise<string>;
  readonly changed?: object;
  /** Wrong tokens that the same address has sent before. */
  readonly failures?: number;
  /** The response of the group's object, if the request reaches it. */
  readonly group?: () => Promise<Response>;
}

const FEED = "/ws/feed/news/";
const FOREIGN = { Origin: "https://evil.example" };
const now = () => Math.floor(Date.now() / 1000);
const signed = (wrong: object) =>
  token({ alg: "HS256" }, { ...claims(), exp: now() + 60, ...wrong }, hmac(env.TOKEN_SECRET));
const full = (reason: string) => async () => new Response(reason, { status: 503 });
const lost = () => Promise.reject(Object.assign(new Error("Network connection lost."), { retryable: true }));

// The type requires every reason.
const attempts: Record<Refusal, Attempt> = {
  unsupported_protocol: { headers: { "Sec-WebSocket-Protocol": "mqtt" } },
  unknown_path: { path: "/ws/nowhere/" },
  upgrade_required: { headers: { Upgrade: "" } },
  origin_refused: { headers: FOREIGN },
  origin_missing: { headers: { Origin: "" } },
  token_missing: { path: FEED },
  token_invalid: { path: FEED, token: () => hs256() },
  token_wrong_group: { path: FEED, token: () => signed({ groups: ["feed_new", "feed_new_*", "order_*"] }) },
  token_expired: { path: FEED, token: () => signed({ exp: now() - 1 }) },
  token_not_yet_valid: { path: FEED, token: () => signed({ nbf: now() + 30 }) },
  token_keys_unavailable: {
    path: FEED,
    token: async () => signedBy(await pair("ES256", "k"), { exp: now() + 60 }),
    changed: { TOKEN_JWKS_URL: "https://nobody.invalid/keys" },
  },
  too_many_upgrades: { path: FEED, headers: { "CF-Connecting-IP": "192.0.2.7" }, token: () => hs256(), failures: 100 },
  bad_setting: { changed: { TIME_ZONE: "Mars/Olympus" } },
  group_full: { group: full("group_full") },
  subject_full: { group: full("subject_full") },
  address_full: { group: full("address_full") },
  group_unavailable: { group: lost },
  internal: { group: () => Promise.reject(new Error("ours")) },
};

async function attempt(mode: "plain" | "v1", { path, headers, token, changed, group, failures = 0 }: Attempt) {
  const requests: string[] = [];
  const GROUP = {
    getByName: (name: string) => {
      requests.push(name);
      return { fetch: group ?? (() => expect.fail("an object was woken")) };
    },
  };
  const bearer = token === undefined ? [] : [`belfry.bearer.${await token()}`];
  const all: Record<string, string> = {
    Upgrade: "websocket",
    Origin: "http://belfry.localhost",
    "Sec-WebSocket-Protocol": [`belfry.${mode}`, ...bearer].join(", "),
    ...headers,
  };
  const given = Object.entries(all).filter(([, value]) => value !== "");
  const url = `http://belfry.localhost${path ?? `/ws/order/${"a".repeat(32)}/`}`;
  const settings = { ...env, GROUP, ...changed };
  const send = () => app.request(url, { headers: Object.fromEntries(given) }, settings);
  for (let i = 0; i < failures; i++) await send();
  const response = await send();
  return { response, requests, bearer: bearer[0]?.slice("belfry.bearer.".length) ?? null };
}

describe.each(Object.entries(attempts) as [Refusal, Attempt][])("%s", (reason, how) => {
  const ownLine = (log: string) =>
    log
      .split("\n")
      .map((line) => JSON.parse(line) as { reason: string; ms: number })
      .find((line) => line.reason === reason);

  it("in plain mode has its HTTP status and reason", async () => {
    const log = captureLog();
    const { response, requests, bearer } = await attempt("plain", how);
    expect(response.status).toBe(problems[reason][0]);
    expect(await response.json()).toMatchObject({ status: problems[reason][0], reason });
    expect(ownLine(log("refusal"))).toMatchObject({ event: "refusal", reason, ms: expect.any(Number) });
    expect(requests).toHaveLength(how.group === undefined ? 0 : 1);
    if (bearer !== null) expect(log()).not.toContain(bearer.split(".")[1]);
  });

  it("in belfry.v1 closes with its code, or has its HTTP status if it has no code", async () => {
    const log = captureLog();
    const { response, requests } = await attempt("v1", how);
    expect(ownLine(log("refusal"))).toMatchObject({ event: "refusal", reason });
    expect(requests).toHaveLength(how.group === undefined ? 0 : 1);
    if (!(reason in closeCodes)) return expect(response.status).toBe(problems[reason][0]);
    expect([response.status, response.headers.get("Sec-WebSocket-Protocol")]).toEqual([101, "belfry.v1"]);
    const socket = response.webSocket ?? expect.fail("no WebSocket");
    const closed = new Promise((resolve) =>
      socket.addEventListener("close", ({ code, reason }) => resolve([code, reason])),
    );
    socket.accept();
    expect(await closed).toEqual([closeCodes[reason as CloseReason], reason]); // compared with the list above
  });
});

it("the list above has every reason with a close code and an HTTP status", () => {
  const both = Object.keys(problems).filter((reason) => reason in closeCodes);
  expect(both.filter((reason) => !(reason in attempts))).toEqual([]);
});
