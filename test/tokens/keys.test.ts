// An issuer's keys: cached, fetched again after expiry or for an unknown key, at a limited rate.
import { afterEach, beforeEach, describe, expect, it, vi } from "vitest";
import type { TokenSettings } from "../../src/core/settings.ts";
import { verifyToken } from "../../src/tokens/verify.ts";
import { claims, hs256, Issuer, KEYS_URL, NOW, pair, SECRET, signedBy, type Pair } from "./signing.ts";

const first = await pair("ES256", "first");
const second = await pair("ES256", "second");
const strangers = await pair("ES256", "strangers");

const SECOND = 1000;
const MINUTE = 60 * SECOND;
const HOUR = 60 * MINUTE;

let issuer: Issuer;
let settings: TokenSettings;
beforeEach(() => {
  issuer = new Issuer(first.jwk);
  settings = { secrets: [SECRET], jwksUrl: KEYS_URL, issuer: null, audience: null, maxSeconds: 86_400 }; // a new object: keys are cached per settings object
});

/** "let in" or the reason of a refusal, `after` ms from now, for a token valid for a day. */
async function verdict(by: Pair, after = 0): Promise<string> {
  const jwt = await signedBy(by, { exp: NOW / 1000 + 86_400 });
  const read = await verifyToken(jwt, settings, NOW + after, issuer.fetch);
  return read.ok ? "let in" : read.reason.reason;
}

/** The detail in the log. */
async function detail(by: Pair, after = 0): Promise<string> {
  const read = await verifyToken(await signedBy(by), settings, NOW + after, issuer.fetch);
  return read.ok ? "let in" : read.reason.detail;
}

const fails = (): never => {
  throw new TypeError("fetch failed");
};

describe("keys", () => {
  it("are fetched once in ten minutes for all tokens", async () => {
    expect(await verdict(first)).toBe("let in");
    expect(await verdict(first, 10 * MINUTE - 1)).toBe("let in");
    expect(issuer.requests).toHaveLength(1);
    expect(issuer.requests[0]?.url).toBe(KEYS_URL);
    expect(await verdict(first, 10 * MINUTE)).toBe("let in");
    expect(issuer.requests).toHaveLength(2);
  });

  it("are not fetched for a token signed with the secret or an invalid token", async () => {
    await verifyToken(await hs256(), settings, NOW, issuer.fetch);
    await verifyToken("not.a.token", settings, NOW, issuer.fetch);
    expect(issuer.requests).toHaveLength(0);
  });

  it("that the issuer has removed are refused after ten minutes", async () => {
    await verdict(first);
    issuer.respond = () => Issuer.keysResponse(second.jwk);
    expect(await verdict(first, 10 * MINUTE)).toBe("token_invalid");
    expect(await verdict(second, 10 * MINUTE)).toBe("let in");
  });

  it("of one issuer do not verify tokens of another", async () => {
    await verdict(first);
    const other = new Issuer(second.jwk);
    const otherSettings = { ...settings, jwksUrl: "https://other.test/keys" };
    const jwt = await signedBy(first);
    expect(await verifyToken(jwt, otherSettings, NOW, other.fetch)).toMatchObject({
      reason: { reason: "token_invalid" },
    });
  });

  it("are used although the set also has invalid entries", async () => {
    issuer = new Issuer(null, 7, "key", [], {}, { kty: "new" }, { kty: "EC", crv: "P-256", kid: "first" }, second.jwk);
    expect(await verdict(second)).toBe("let in");
    expect(await verdict(first)).toBe("token_invalid");
  });
});

describe("a token signed with an unknown key", () => {
  it("causes another fetch if ten seconds have passed", async () => {
    await verdict(first);
    issuer.respond = () => Issuer.keysResponse(first.jwk, second.jwk);
    expect(await verdict(second, 10 * SECOND)).toBe("let in");
    expect(await verdict(first, 10 * SECOND)).toBe("let in");
    expect(issuer.requests).toHaveLength(2);
  });

  it("is refused, and a hundred of them in ten seconds cause one fetch", async () => {
    for (let i = 0; i < 100; i++) {
      const kid = `made-up-${i}`;
      expect(await verdict({ ...strangers, kid }, i * 99)).toBe("token_invalid");
    }
    expect(issuer.requests).toHaveLength(1);
    expect(await verdict(strangers, 10 * SECOND)).toBe("token_invalid");
    expect(issuer.requests).toHaveLength(2);
  });

  it("is refused with token_keys_unavailable during another request's fetch, which it does not await", async () => {
    await verdict(first);
    const response = Promise.withResolvers<Response>();
    issuer.respond = () => response.promise;
    const pending = verdict(second, MINUTE);
    await vi.waitUntil(() => issuer.requests.length === 2, { timeout: 30_000 });
    expect(await verdict(strangers, MINUTE + 1)).toBe("token_keys_unavailable");
    expect(await verdict(first, MINUTE + 1)).toBe("let in");
    expect(issuer.requests).toHaveLength(2);
    response.resolve(Issuer.keysResponse(first.jwk, second.jwk));
    expect(await pending).toBe("let in");
    expect(await verdict(strangers, MINUTE + 2)).toBe("token_invalid");
  });

  it("is refused with token_keys_unavailable while the issuer is unavailable", async () => {
    await verdict(first);
    issuer.respond = fails;
    expect(await verdict(second, MINUTE)).toBe("token_keys_unavailable");
    expect(await verdict(second, MINUTE + 9 * SECOND)).toBe("token_keys_unavailable");
    expect(issuer.requests).toHaveLength(2);
  });
});

describe("while the issuer is unavailable", () => {
  it("its keys are valid for an hour and are fetched every ten seconds at most", async () => {
    await verdict(first);
    issuer.respond = fails;
    expect(await verdict(first, 10 * MINUTE)).toBe("let in");
    expect(await verdict(first, 10 * MINUTE + 9 * SECOND)).toBe("let in");
    expect(issuer.requests).toHaveLength(2);
    expect(await verdict(first, 10 * MINUTE + 10 * SECOND)).toBe("let in");
    expect(issuer.requests).toHaveLength(3);
    expect(await verdict(first, HOUR - 1)).toBe("let in");
    expect(await verdict(first, HOUR)).toBe("token_keys_unavailable");
  });

  it("tokens are refused without keys, and a fetch is tried every ten seconds at most", async () => {
    issuer.respond = fails;
    for (let i = 0; i < 100; i++) expect(await verdict(first, i * 99)).toBe("token_keys_unavailable");
    expect(issuer.requests).toHaveLength(1);
    expect(await detail(first, 9900)).toBe("TOKEN_JWKS_URL: no connection");
    issuer.respond = () => Issuer.keysResponse(first.jwk);
    expect(await verdict(first, 10 * SECOND)).toBe("let in");
  });

  it("tokens signed with the secret are accepted", async () => {
    issuer.respond = fails;
    await verdict(first);
    expect(await verifyToken(await hs256(), settings, NOW, issuer.fetch)).toMatchObject({ ok: true });
  });

  it("an invalid token is refused with token_invalid", async () => {
    issuer.respond = fails;
    const unsigned = `${(await signedBy(first)).split(".").slice(0, 2).join(".")}.`;
    const read = await verifyToken(unsigned, settings, NOW, issuer.fetch);
    expect(read).toMatchObject({ reason: { reason: "token_invalid" } });
  });
});

it("a fetch that never ends does not block the next one", async () => {
  await verdict(first);
  issuer.respond = () => new Promise<never>(() => {}); // the runtime has cancelled its request
  void verdict(second, MINUTE);
  await vi.waitUntil(() => issuer.requests.length === 2, { timeout: 30_000 });
  issuer.respond = () => Issuer.keysResponse(first.jwk, second.jwk);
  expect(await verdict(second, MINUTE + 10 * SECOND)).toBe("let in");
});

it("sixty requests without cached keys fetch once, and all tokens are accepted", async () => {
  const response = Promise.withResolvers<void>();
  issuer.respond = () => response.promise.then(() => Issuer.keysResponse(first.jwk));
  const verdicts = Array.from({ length: 60 }, (_, i) => verdict(first, i));
  await vi.waitUntil(() => issuer.requests.length === 1, { timeout: 30_000 });
  response.resolve();
  expect(await Promise.all(verdicts)).toEqual(verdicts.map(() => "let in"));
  await verdict(first, SECOND);
  expect(issuer.requests).toHaveLength(1);
});

it("a request that is cancelled while it fetches holds up the others for a second, and one of them fetches", async () => {
  issuer.respond = () => new Promise<never>(() => {}); // the runtime has cancelled its request
  void verdict(first);
  await vi.waitUntil(() => issuer.requests.length === 1, { timeout: 30_000 });
  issuer.respond = () => Issuer.keysResponse(first.jwk);
  const verdicts = Array.from({ length: 60 }, (_, i) => verdict(first, i));
  expect(await Promise.all(verdicts)).toEqual(verdicts.map(() => "let in"));
  expect(issuer.requests).toHaveLength(2);
});

it("an older response that arrives late does not restore a removed key", async () => {
  const slow = Promise.withResolvers<Response>();
  issuer.respond = () => slow.promise;
  const early = verdict(first);
  await vi.waitUntil(() => issuer.requests.length === 1, { timeout: 30_000 });
  issuer.respond = () => Issuer.keysResponse(second.jwk);
  expect(await verdict(second, SECOND)).toBe("let in");
  slow.resolve(Issuer.keysResponse(first.jwk));
  await early;
  expect(await verdict(first, 2 * SECOND)).toBe("token_invalid");
});

describe("a response without a set of keys refuses every token, and the log has the cause", () => {
  const keys = JSON.stringify({ keys: [first.jwk] });
  const endless = () =>
    new ReadableStream<Uint8Array>({ pull: (stream) => stream.enqueue(new Uint8Array(16_384).fill(0x20)) });
  it.each<[string, () => Response, string]>([
    ["404", () => new Response(keys, { status: 404 }), "status 404"],
    ["500", () => new Response(keys, { status: 500 }), "status 500"],
    ["204", () => new Response(null, { status: 204 }), "status 204"],
    ["a redirect", () => new Response(keys, { status: 302, headers: { Location: "https://evil.test" } }), "status 302"],
    ["nothing", () => new Response(""), "the body must be a JWK Set"],
    ["no body", () => new Response(null), "the body must be a JWK Set"],
    ["HTML", () => new Response("<!doctype html>"), "the body must be a JWK Set"],
    ["half of it", () => new Response(keys.slice(0, -1)), "the body must be a JWK Set"],
    ["a list", () => Response.json([first.jwk]), "the body must be a JWK Set"],
    ["null", () => Response.json(null), "the body must be a JWK Set"],
    ["keys that are no list", () => Response.json({ keys: { 0: first.jwk, length: 1 } }), "the body must be a JWK Set"],
    ["one key alone", () => Response.json(first.jwk), "the body must be a JWK Set"],
    ["too much", () => new Response(keys.padEnd(65_537)), "more than 65536 bytes, or not UTF-8"],
    ["without end", () => new Response(endless()), "more than 65536 bytes, or not UTF-8"],
    ["not UTF-8", () => new Response(new Uint8Array([0xff, 0xfe])), "more than 65536 bytes, or not UTF-8"],
    ["cut short", () => new Response(new ReadableStream({ pull: fails })), "no connection"],
  ])("%s", async (_case, respond, detailText) => {
    issuer.respond = respond;
    expect(await verdict(first)).toBe("token_keys_unavailable");
    expect(await detail(first)).toBe(`TOKEN_JWKS_URL: ${detailText}`);
    expect(issuer.requests[0]?.init.redirect).toBe("manual");
  });

  it("a response of the maximum size is accepted", async () => {
    issuer.respond = () => new Response(keys.padEnd(65_536));
    expect(await verdict(first)).toBe("let in");
  });

  it("an empty set of keys refuses every token", async () => {
    issuer = new Issuer();
    expect(await verdict(first)).toBe("token_invalid");
  });
});

describe("an issuer", () => {
  beforeEach(() => void vi.useFakeTimers({ toFake: ["setTimeout", "clearTimeout"] }));
  afterEach(() => void vi.useRealTimers());

  it.each<[string, (signal: AbortSignal) => Response | Promise<Response>]>([
    [
      "a slow response",
      (signal) => new Promise((_, reject) => signal.addEventListener("abort", () => reject(signal.reason))),
    ],
    [
      "a slow body",
      (signal) => {
        const body = new ReadableStream<Uint8Array>({
          start: (stream) => signal.addEventListener("abort", () => stream.error(signal.reason)),
        });
        return new Response(body);
      },
    ],
  ])("with %s is aborted after five seconds", async (_case, respond) => {
    issuer.respond = ({ signal }) => respond(signal as AbortSignal); // every fetch passes a signal
    const jwt = await signedBy(first, claims());
    const pending = verifyToken(jwt, settings, NOW, issuer.fetch);
    await vi.waitUntil(() => issuer.requests.length === 1, { timeout: 30_000 });
    expect(vi.getTimerCount()).toBe(1);
    vi.advanceTimersByTime(5000);
    const reason = { reason: "token_keys_unavailable", detail: "TOKEN_JWKS_URL: no answer within 5000 ms" };
    expect(await pending).toEqual({ ok: false, reason });
  });

  it("that responds in time leaves no timer", async () => {
    expect(await verdict(first)).toBe("let in");
    expect(vi.getTimerCount()).toBe(0);
  });
});
