// An issuer's keys: kept, asked for again when they are old or a new one turns up, never more often than allowed, and not missed at once.
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
  settings = { secret: SECRET, jwksUrl: KEYS_URL, issuer: null, audience: null }; // of its own: keys are kept by settings
});

/** "let in" or why not, `after` ms from now, of a token that is good for a day. */
async function verdict(by: Pair, after = 0): Promise<string> {
  const jwt = await signedBy(by, { exp: NOW / 1000 + 86_400 });
  const read = await verifyToken(jwt, settings, NOW + after, issuer.fetch);
  return read.ok ? "let in" : read.reason.reason;
}

/** The detail that goes into the log. */
async function detail(by: Pair, after = 0): Promise<string> {
  const read = await verifyToken(await signedBy(by), settings, NOW + after, issuer.fetch);
  return read.ok ? "let in" : read.reason.detail;
}

const fails = (): never => {
  throw new TypeError("fetch failed");
};

describe("keys", () => {
  it("are asked for once in ten minutes, whoever comes", async () => {
    expect(await verdict(first)).toBe("let in");
    expect(await verdict(first, 10 * MINUTE - 1)).toBe("let in");
    expect(issuer.asked).toHaveLength(1);
    expect(issuer.asked[0]?.url).toBe(KEYS_URL);
    expect(await verdict(first, 10 * MINUTE)).toBe("let in");
    expect(issuer.asked).toHaveLength(2);
  });

  it("are not asked for by a token that is signed with the secret, or is no token", async () => {
    await verifyToken(await hs256(), settings, NOW, issuer.fetch);
    await verifyToken("not.a.token", settings, NOW, issuer.fetch);
    expect(issuer.asked).toHaveLength(0);
  });

  it("that the issuer has taken back are no good after ten minutes", async () => {
    await verdict(first);
    issuer.answer = () => Issuer.tells(second.jwk);
    expect(await verdict(first, 10 * MINUTE)).toBe("token_invalid");
    expect(await verdict(second, 10 * MINUTE)).toBe("let in");
  });

  it("of one issuer are not another's", async () => {
    await verdict(first);
    const other = new Issuer(second.jwk);
    const elsewhere = { ...settings, jwksUrl: "https://other.test/keys" };
    const jwt = await signedBy(first);
    expect(await verifyToken(jwt, elsewhere, NOW, other.fetch)).toMatchObject({ reason: { reason: "token_invalid" } });
  });

  it("with things among them that are none are used all the same", async () => {
    issuer = new Issuer(null, 7, "key", [], {}, { kty: "new" }, { kty: "EC", crv: "P-256", kid: "first" }, second.jwk);
    expect(await verdict(second)).toBe("let in");
    expect(await verdict(first)).toBe("token_invalid");
  });
});

describe("a token signed with a key that is not known", () => {
  it("has the issuer asked again at once, if ten seconds have passed", async () => {
    await verdict(first);
    issuer.answer = () => Issuer.tells(first.jwk, second.jwk);
    expect(await verdict(second, 10 * SECOND)).toBe("let in");
    expect(await verdict(first, 10 * SECOND)).toBe("let in");
    expect(issuer.asked).toHaveLength(2);
  });

  it("is refused, and a hundred of them in ten seconds ask once", async () => {
    for (let i = 0; i < 100; i++) {
      const kid = `made-up-${i}`;
      expect(await verdict({ ...strangers, kid }, i * 99)).toBe("token_invalid");
    }
    expect(issuer.asked).toHaveLength(1);
    expect(await verdict(strangers, 10 * SECOND)).toBe("token_invalid");
    expect(issuer.asked).toHaveLength(2);
  });

  it("is told to come again while somebody else's question is out, which no other request waits for", async () => {
    await verdict(first);
    const answered = Promise.withResolvers<Response>();
    issuer.answer = () => answered.promise;
    const asking = verdict(second, MINUTE);
    await vi.waitUntil(() => issuer.asked.length === 2, { timeout: 30_000 });
    expect(await verdict(strangers, MINUTE + 1)).toBe("token_keys_unavailable");
    expect(await verdict(first, MINUTE + 1)).toBe("let in");
    expect(issuer.asked).toHaveLength(2);
    answered.resolve(Issuer.tells(first.jwk, second.jwk));
    expect(await asking).toBe("let in");
    expect(await verdict(strangers, MINUTE + 2)).toBe("token_invalid");
  });

  it("is told to come again while the issuer is away: nobody can say whether there is such a key", async () => {
    await verdict(first);
    issuer.answer = fails;
    expect(await verdict(second, MINUTE)).toBe("token_keys_unavailable");
    expect(await verdict(second, MINUTE + 9 * SECOND)).toBe("token_keys_unavailable");
    expect(issuer.asked).toHaveLength(2);
  });
});

describe("while the issuer is away", () => {
  it("its keys are good for an hour, and it is asked every ten seconds at most", async () => {
    await verdict(first);
    issuer.answer = fails;
    expect(await verdict(first, 10 * MINUTE)).toBe("let in");
    expect(await verdict(first, 10 * MINUTE + 9 * SECOND)).toBe("let in");
    expect(issuer.asked).toHaveLength(2);
    expect(await verdict(first, 10 * MINUTE + 10 * SECOND)).toBe("let in");
    expect(issuer.asked).toHaveLength(3);
    expect(await verdict(first, HOUR - 1)).toBe("let in");
    expect(await verdict(first, HOUR)).toBe("token_keys_unavailable");
  });

  it("nobody is let in without keys, and it is asked every ten seconds at most", async () => {
    issuer.answer = fails;
    for (let i = 0; i < 100; i++) expect(await verdict(first, i * 99)).toBe("token_keys_unavailable");
    expect(issuer.asked).toHaveLength(1);
    expect(await detail(first, 9900)).toBe("TOKEN_JWKS_URL: no connection");
    issuer.answer = () => Issuer.tells(first.jwk);
    expect(await verdict(first, 10 * SECOND)).toBe("let in");
  });

  it("tokens signed with the secret are let in as ever", async () => {
    issuer.answer = fails;
    await verdict(first);
    expect(await verifyToken(await hs256(), settings, NOW, issuer.fetch)).toMatchObject({ ok: true });
  });

  it("no token that has no right to be let in is told to come again", async () => {
    issuer.answer = fails;
    const unsigned = `${(await signedBy(first)).split(".").slice(0, 2).join(".")}.`;
    const read = await verifyToken(unsigned, settings, NOW, issuer.fetch);
    expect(read).toMatchObject({ reason: { reason: "token_invalid" } });
  });
});

it("a question that was never answered does not stand in the way of the next", async () => {
  await verdict(first);
  issuer.answer = () => new Promise<never>(() => {}); // its request has been ended from outside, with all that waited for it
  void verdict(second, MINUTE);
  await vi.waitUntil(() => issuer.asked.length === 2, { timeout: 30_000 });
  issuer.answer = () => Issuer.tells(first.jwk, second.jwk);
  expect(await verdict(second, MINUTE + 10 * SECOND)).toBe("let in");
});

it("those who come at once before there are any keys each ask, and all are let in", async () => {
  const answered = Promise.withResolvers<void>();
  issuer.answer = () => answered.promise.then(() => Issuer.tells(first.jwk));
  const verdicts = Array.from({ length: 5 }, (_, i) => verdict(first, i));
  await vi.waitUntil(() => issuer.asked.length === 5, { timeout: 30_000 });
  answered.resolve();
  expect(await Promise.all(verdicts)).toEqual(verdicts.map(() => "let in"));
  await verdict(first, SECOND);
  expect(issuer.asked).toHaveLength(5);
});

it("an older answer that comes late does not bring back a key that was taken back", async () => {
  const slow = Promise.withResolvers<Response>();
  issuer.answer = () => slow.promise;
  const early = verdict(first);
  await vi.waitUntil(() => issuer.asked.length === 1, { timeout: 30_000 });
  issuer.answer = () => Issuer.tells(second.jwk);
  expect(await verdict(second, SECOND)).toBe("let in");
  slow.resolve(Issuer.tells(first.jwk));
  await early;
  expect(await verdict(first, 2 * SECOND)).toBe("token_invalid");
});

describe("an answer that is no set of keys lets nobody in, and the log says what it was", () => {
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
  ])("%s", async (_what, answer, said) => {
    issuer.answer = answer;
    expect(await verdict(first)).toBe("token_keys_unavailable");
    expect(await detail(first)).toBe(`TOKEN_JWKS_URL: ${said}`);
    expect(issuer.asked[0]?.init.redirect).toBe("manual");
  });

  it("as large as it may be is one", async () => {
    issuer.answer = () => new Response(keys.padEnd(65_536));
    expect(await verdict(first)).toBe("let in");
  });

  it("without any key refuses every token", async () => {
    issuer = new Issuer();
    expect(await verdict(first)).toBe("token_invalid");
  });
});

describe("an issuer that is slow", () => {
  beforeEach(() => void vi.useFakeTimers({ toFake: ["setTimeout", "clearTimeout"] }));
  afterEach(() => void vi.useRealTimers());

  it.each<[string, (signal: AbortSignal) => Response | Promise<Response>]>([
    [
      "to answer",
      (signal) => new Promise((_, reject) => signal.addEventListener("abort", () => reject(signal.reason))),
    ],
    [
      "to tell its keys",
      (signal) => {
        const body = new ReadableStream<Uint8Array>({
          start: (stream) => signal.addEventListener("abort", () => stream.error(signal.reason)),
        });
        return new Response(body);
      },
    ],
  ])("%s is waited for five seconds", async (_what, answer) => {
    issuer.answer = ({ signal }) => answer(signal as AbortSignal); // every question has one
    const jwt = await signedBy(first, claims());
    const asking = verifyToken(jwt, settings, NOW, issuer.fetch);
    await vi.waitUntil(() => issuer.asked.length === 1, { timeout: 30_000 });
    expect(vi.getTimerCount()).toBe(1);
    vi.advanceTimersByTime(5000);
    const said = { reason: "token_keys_unavailable", detail: "TOKEN_JWKS_URL: no answer within 5000 ms" };
    expect(await asking).toEqual({ ok: false, reason: said });
  });

  it("and answers in time leaves no timer behind", async () => {
    expect(await verdict(first)).toBe("let in");
    expect(vi.getTimerCount()).toBe(0);
  });
});
