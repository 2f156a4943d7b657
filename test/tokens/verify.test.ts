// Tokens that are accepted, and forgeries that are refused. Runs in Node and in workerd, as their Web Crypto differs.
import { sign as signByHono } from "hono/jwt";
import { describe, expect, it } from "vitest";
import type { TokenSettings } from "../../src/core/settings.ts";
import { verifyToken } from "../../src/tokens/verify.ts";
import {
  claims,
  hmac,
  hs256,
  Issuer,
  KEYS_URL,
  NOW,
  pair,
  part,
  pem,
  SECRET,
  signedBy,
  token,
  type Pair,
} from "./signing.ts";

const rsa = await pair("RS256", "rsa-1");
const ec = await pair("ES256", "ec-1");
const ed = await pair("EdDSA", "ed-1");
const stranger = {
  rsa: await pair("RS256", "rsa-1"),
  ec: await pair("ES256", "ec-1"),
  ed: await pair("EdDSA", "ed-1"),
};
const short = await pair("short", "short");
const forEncryption = await pair("RS256", "enc");
const p384 = await pair("ES384", "p384");
const pss = await pair("PS256", "pss");

const issuer = new Issuer(
  rsa.jwk,
  ec.jwk,
  ed.jwk,
  short.jwk,
  p384.jwk,
  pss.jwk,
  { ...forEncryption.jwk, use: "enc" },
  { ...rsa.jwk, kid: "for-rs512", alg: "RS512" },
  { ...rsa.jwk, kid: "for-signing-only", key_ops: ["sign"] },
  { ...rsa.jwk, kid: "twice" },
  { ...rsa.jwk, kid: "twice" },
  { kty: "EC", crv: "P-256", kid: "broken", x: "AQAB", y: "AQAB" },
  { kty: "oct", kid: "secret", k: part(SECRET) },
  { ...rsa.privateJwk, kid: "private" },
  "no key at all",
  null,
);

const both: TokenSettings = { secrets: [SECRET], jwksUrl: KEYS_URL, issuer: null, audience: null, maxSeconds: 86_400 };
const secretOnly = { ...both, jwksUrl: null };
const keysOnly = { ...both, secrets: [] };

const verify = (jwt: string, settings: TokenSettings = both, now = NOW) =>
  verifyToken(jwt, settings, now, issuer.fetch);

/** The reason of a refusal, or "let in". Expects no part of the token in the detail. */
async function verdict(jwt: string, settings: TokenSettings = both): Promise<string> {
  const read = await verify(jwt, settings);
  if (read.ok) return "let in";
  const { reason, detail } = read.reason;
  for (const piece of [jwt, ...jwt.split("."), "ann@shop", "feed_news", SECRET].filter((piece) => piece.length > 2)) {
    expect(detail).not.toContain(piece);
  }
  return reason;
}

describe("a token is accepted", () => {
  it("if signed with the secret, and gives subject, groups, permission, info and expiry", async () => {
    const exp = NOW / 1000 + 90;
    const jwt = await signByHono(
      { sub: "ann", groups: ["feed_*", "alarm"], publish: true, info: { name: "Ann" }, exp, iat: NOW / 1000 },
      SECRET,
    );
    expect(await verify(jwt)).toEqual({
      ok: true,
      value: {
        sub: "ann",
        groups: ["feed_*", "alarm"],
        publish: true,
        info: { name: "Ann" },
        issuedAt: NOW,
        expiresAt: NOW + 90_000,
      },
    });
  });

  it.each<[string, Pair]>([
    ["RS256", rsa],
    ["ES256", ec],
    ["EdDSA", ed],
  ])("if signed by the issuer with %s", async (_alg, { privateJwk }) => {
    const jwt = await signByHono(claims(), privateJwk);
    for (const settings of [both, keysOnly]) {
      expect(await verify(jwt, settings)).toMatchObject({
        value: { sub: "ann@shop", groups: ["feed_news"], publish: false, info: null, expiresAt: NOW + 60_000 },
      });
    }
  });

  it.each<[string, () => Promise<string>]>([
    ["with a time in fractions of a second", () => hs256({ exp: NOW / 1000 + 0.5 })],
    ["valid from this second on", () => hs256({ nbf: NOW / 1000 })],
    ["of an issuer whose clock is 5 s ahead", () => hs256({ nbf: NOW / 1000 + 5, iat: NOW / 1000 + 5 })],
    ["of the type at+jwt", () => hs256({}, { typ: "at+jwt" })],
    ["of the type application/JWT", () => hs256({}, { typ: "application/JWT" })],
    ["without a type", () => token({ alg: "HS256" }, claims(), hmac())],
    ["with a kid beside the secret", () => hs256({}, { kid: "rsa-1" })],
    ["without a kid, by the only key for its algorithm", () => token({ alg: "EdDSA" }, claims(), ed.sign)],
    ["with unknown claims", () => hs256({ jti: "1", scope: "all", iss: 7, aud: {} })],
    ["with own keys in its header, which are ignored", () => hs256({}, { jku: "https://evil.test", jwk: ed.jwk })],
  ])("%s", async (_case, make) => expect(await verdict(await make())).toBe("let in"));

  it("with a duplicate member, by the last one as in RFC 7519", async () => {
    const jwt = await token(
      `{"alg":"none","alg":"HS256"}`,
      `{"sub":"bob",${JSON.stringify(claims()).slice(1)}`,
      hmac(),
    );
    expect(await verify(jwt)).toMatchObject({ value: { sub: "ann@shop" } });
  });
});

describe("a token is refused", () => {
  const nones = [
    "none",
    "None",
    "NONE",
    "nOnE",
    "none ",
    "",
    "null",
    null,
    undefined,
    0,
    true,
    ["none"],
    ["HS256"],
    {},
  ];
  it.each(nones.map((alg) => [JSON.stringify(alg), alg]))("with alg %s, signed or not", async (_name, alg) => {
    const unsigned = `${part({ alg, typ: "JWT" })}.${part(claims())}.`;
    for (const settings of [both, secretOnly, keysOnly]) {
      expect(await verdict(unsigned, settings)).toBe("token_invalid");
      expect(await verdict(unsigned.slice(0, -1), settings)).toBe("token_invalid");
      expect(await verdict(`${unsigned}AA`, settings)).toBe("token_invalid");
      expect(await verdict(await token({ alg }, claims(), hmac()), settings)).toBe("token_invalid");
      expect(await verdict(await token({ alg }, claims(), rsa.sign), settings)).toBe("token_invalid");
    }
  });

  const confused = (key: string | Uint8Array<ArrayBuffer>) => () =>
    token({ alg: "HS256", kid: "rsa-1" }, claims(), hmac(key));
  it.each<[string, () => Promise<string>]>([
    ["the public key's PEM", confused(pem(rsa.spki))],
    ["the public key's PEM without its last line break", confused(pem(rsa.spki).trim())],
    ["the public key's bytes", confused(rsa.spki)],
    ["the public key's JWK", confused(JSON.stringify(rsa.jwk))],
    ["the public key's modulus", confused(String(rsa.jwk["n"]))],
    ["the URL of the keys", confused(KEYS_URL)],
    ["one zero byte", confused(new Uint8Array(1))],
  ])("if signed by HS256 with %s as the secret", async (_case, make) => {
    const jwt = await make();
    for (const settings of [both, secretOnly, keysOnly]) expect(await verdict(jwt, settings)).toBe("token_invalid");
  });

  it.each<[string, string, () => Promise<string>, TokenSettings?]>([
    ["signed with another secret", "wrong signature", () => token({ alg: "HS256" }, claims(), hmac(`${SECRET}!`))],
    ["HS384 with the right secret", "alg must be", () => token({ alg: "HS384" }, claims(), hmac(SECRET, "SHA-384"))],
    ["HS512 with the right secret", "alg must be", () => token({ alg: "HS512" }, claims(), hmac(SECRET, "SHA-512"))],
    [
      "RS256 with an HMAC of the right secret",
      "wrong signature",
      () => token({ alg: "RS256", kid: "rsa-1" }, claims(), hmac()),
    ],
    ["HS256 if only keys are set", "TOKEN_SECRET is not set", () => hs256(), keysOnly],
    [
      "HS256 with a secret among the issuer's keys",
      "TOKEN_SECRET is not set",
      () => hs256({}, { kid: "secret" }),
      keysOnly,
    ],
    ["RS256 if only the secret is set", "TOKEN_JWKS_URL is not set", () => signedBy(rsa), secretOnly],
    ["EdDSA if only the secret is set", "TOKEN_JWKS_URL is not set", () => signedBy(ed), secretOnly],
    [
      "without a setting",
      "neither TOKEN_SECRET nor TOKEN_JWKS_URL is set",
      () => hs256(),
      { ...both, secrets: [], jwksUrl: null },
    ],
    ["RS256 by a stranger", "wrong signature", () => signedBy(stranger.rsa)],
    ["ES256 by a stranger", "wrong signature", () => signedBy(stranger.ec)],
    ["EdDSA by a stranger", "wrong signature", () => signedBy(stranger.ed)],
    ["by a key unknown to the issuer", "no key matches", () => signedBy({ ...rsa, kid: "rsa-2" })],
    ["by another key than its kid", "no key matches", () => signedBy({ ...rsa, kid: "ec-1" })],
    ["by a key of another algorithm than its alg", "no key matches", () => signedBy({ ...rsa, alg: "ES256" })],
    ["with a number as kid", "kid must be", () => signedBy(rsa, {}, { kid: 1 })],
    ["with a kid that is a path", "no key matches", () => signedBy(rsa, {}, { kid: "../../dev/null" })],
    ["by a key for encryption", "no key matches", () => signedBy(forEncryption)],
    ["by a key for another algorithm", "no key matches", () => signedBy(rsa, {}, { kid: "for-rs512" })],
    ["by a key without the operation verify", "no key matches", () => signedBy(rsa, {}, { kid: "for-signing-only" })],
    ["by a key of 1024 bits", "at least 2048 bits", () => signedBy(short)],
    ["by a duplicate key", "several keys match", () => signedBy(rsa, {}, { kid: "twice" })],
    ["by a broken key", "cannot be imported", () => signedBy(ec, {}, { kid: "broken" })],
    ["by a key with its private half", "cannot be imported", () => signedBy(rsa, {}, { kid: "private" })],
    [
      "without a kid, with several matching keys",
      "several keys match",
      () => token({ alg: "RS256" }, claims(), rsa.sign),
    ],
    ["ES384, which is not supported", "alg must be", () => signedBy(p384)],
    ["PS256, which is not supported", "alg must be", () => signedBy(pss)],
    ["ES256 with a key of another curve", "no key matches", () => signedBy({ ...p384, alg: "ES256" })],
    ["by the key in its own header", "wrong signature", () => signedBy(stranger.ed, {}, { jwk: stranger.ed.jwk })],
    [
      "by a key at a URL in its header",
      "wrong signature",
      () => signedBy(stranger.ed, {}, { jku: "https://evil.test/keys" }),
    ],
    [
      "by a certificate at a URL in its header",
      "wrong signature",
      () => signedBy(stranger.rsa, {}, { x5u: "https://evil.test/keys" }),
    ],
    ["with crit", "crit", () => hs256({}, { crit: ["exp"], exp: 1 })],
    ["with crit b64", "crit", () => hs256({}, { crit: ["b64"], b64: false })],
    ["with an empty crit", "crit", () => hs256({}, { crit: [] })],
    ["with crit null", "crit", () => hs256({}, { crit: null })],
    ["of another type", "typ", () => hs256({}, { typ: "logout+jwt" })],
    ["of the type null", "typ", () => hs256({}, { typ: null })],
    ["of a list as type", "typ", () => hs256({}, { typ: ["JWT"] })],
  ])("%s: %s", async (_case, detail, make, settings) => {
    const jwt = await make();
    expect(await verdict(jwt, settings)).toBe("token_invalid");
    expect(await verify(jwt, settings)).toMatchObject({ reason: { detail: expect.stringContaining(detail) } });
  });

  it("without a fetch from any other URL than the issuer's", () => {
    for (const { url, init } of issuer.requests) {
      expect([url, init.redirect]).toEqual([KEYS_URL, "manual"]);
    }
  });

  const s = NOW / 1000;
  it.each([
    ["token_expired", { exp: s }],
    ["token_expired", { exp: s - 0.001 }],
    ["token_expired", { exp: s - 4 }],
    ["token_expired", { exp: s - 3600 }],
    ["token_expired", { exp: 0 }],
    ["token_expired", { exp: -1 }],
    ["token_expired", { exp: -1e300 }],
    ["token_expired", { exp: s - 60, nbf: s - 120 }],
    ["token_invalid", { exp: undefined }],
    ["token_invalid", { exp: null }],
    ["token_invalid", { exp: String(s + 60) }],
    ["token_invalid", { exp: "tomorrow" }],
    ["token_invalid", { exp: [s + 60] }],
    ["token_invalid", { exp: true }],
    ["token_invalid", { exp: Number.NaN }],
    ["token_invalid", { exp: NOW + 60_000 }],
    ["token_invalid", { exp: 1e300 }],
    ["token_not_yet_valid", { nbf: s + 6 }],
    ["token_not_yet_valid", { nbf: s + 30, exp: s + 60 }],
    ["token_not_yet_valid", { nbf: NOW }],
    ["token_invalid", { nbf: String(s) }],
    ["token_invalid", { nbf: null }],
    ["token_invalid", { nbf: -1 }],
    ["token_invalid", { iat: String(s) }],
    ["token_invalid", { iat: NOW }],
    ["token_invalid", { iat: {} }],
  ])("as %s with %j", async (reason, wrong) => expect(await verdict(await hs256(wrong))).toBe(reason));

  it.each([
    ["NaN", "token_invalid"],
    ["Infinity", "token_invalid"],
    ["1e999", "token_invalid"],
    ["-1e999", "token_expired"],
    ["9007199254740993", "token_invalid"],
  ])("with the text %s as exp", async (exp, reason) => {
    const text = JSON.stringify(claims()).replace(/"exp":[^,}]+/, `"exp":${exp}`);
    expect(await verdict(await token({ alg: "HS256" }, text, hmac()))).toBe(reason);
  });

  it.each([
    { sub: undefined },
    { sub: null },
    { sub: "" },
    { sub: 7 },
    { sub: ["ann"] },
    { sub: "x".repeat(201) },
    { sub: "." },
    { sub: ".." },
    { sub: "\ud800" },
    { groups: undefined },
    { groups: null },
    { groups: [] },
    { groups: "feed_news" },
    { groups: "*" },
    { groups: { 0: "feed_news", length: 1 } },
    { groups: ["feed_news", 7] },
    { groups: ["feed_news", null] },
    { groups: [["feed_news"]] },
    { groups: [""] },
    { groups: ["feed news"] },
    { groups: ["feed_*_news"] },
    { groups: ["*news"] },
    { groups: ["**"] },
    { groups: ["feed_[a-z]"] },
    { groups: ["feed_news\n"] },
    { groups: ["x".repeat(100)] },
    { groups: Array.from({ length: 101 }, () => "a") },
    { publish: "true" },
    { publish: 1 },
    { publish: null },
    { publish: ["feed_news"] },
    { info: "x".repeat(1023) },
    { info: { name: "x".repeat(1024) } },
  ])("with the claims %j", async (wrong) => expect(await verdict(await hs256(wrong))).toBe("token_invalid"));

  it("if longer than 4096 characters, before it is parsed", async () => {
    const long = await hs256({ padding: "x".repeat(3000) });
    expect(long.length).toBeGreaterThan(4096);
    expect(await verdict(long)).toBe("token_invalid");
    expect(await verdict(`${"x".repeat(10_000_000)}.x.x`)).toBe("token_invalid");
    expect(await verdict(await hs256({ padding: "x".repeat(2000) }))).toBe("let in");
  });
});

describe("with an issuer and an audience set", () => {
  const strict = { ...both, issuer: "https://issuer.test", audience: "belfry" };
  const right = { iss: "https://issuer.test", aud: "belfry" };
  it.each<[object, string]>([
    [right, "let in"],
    [{ ...right, aud: ["other", "belfry"] }, "let in"],
    [{ ...right, iss: undefined }, "token_invalid"],
    [{ ...right, iss: "https://issuer.test/" }, "token_invalid"],
    [{ ...right, iss: ["https://issuer.test"] }, "token_invalid"],
    [{ ...right, iss: null }, "token_invalid"],
    [{ ...right, aud: undefined }, "token_invalid"],
    [{ ...right, aud: "other" }, "token_invalid"],
    [{ ...right, aud: "belfry2" }, "token_invalid"],
    [{ ...right, aud: [] }, "token_invalid"],
    [{ ...right, aud: [["belfry"]] }, "token_invalid"],
    [{ ...right, aud: { belfry: true } }, "token_invalid"],
    [{ ...right, aud: null }, "token_invalid"],
  ])("a token with %j is %s", async (stated, expected) => {
    expect(await verdict(await hs256({ ...stated }), strict)).toBe(expected);
    expect(await verdict(await signedBy(ec, { ...stated }), strict)).toBe(expected);
  });
});

it("an invalid `now` throws and refuses no token", async () => {
  await expect(verify(await hs256(), both, Number.NaN)).rejects.toThrow("currentDate");
});

describe("a text that is no token is refused", async () => {
  const [h = "", p = "", s = ""] = (await hs256()).split(".");
  const unusual = async (header: unknown, payload: unknown) => token(header, payload, hmac());
  const hs = { alg: "HS256" };
  it.each([
    "",
    ".",
    "..",
    "...",
    "....",
    "token",
    " ",
    "null",
    "undefined",
    "[object Object]",
    "{}",
    JSON.stringify({ payload: p, protected: h, signature: s }),
    h,
    `${h}.${p}`,
    `${h}.${p}.`,
    `.${p}.${s}`,
    `${h}..${s}`,
    `${h}.${p}.${s}.`,
    `.${h}.${p}.${s}`,
    `${h}.${p}.${s}.${s}`,
    `${h}.${p}.${s}.${s}.${s}`,
    ` ${h}.${p}.${s}`,
    `${h}.${p}.${s} `,
    `${h}.${p}.${s}\n`,
    `${h}.\n${p}.${s}`,
    `${h}.${p}.${s}=`,
    `${h}=.${p}.${s}`,
    `${h}.${p}==.${s}`,
    `${h}.${p}.${s.slice(0, -1)}`,
    `${h}.${p}.${s}A`,
    `${h}.${p}.${s.slice(0, -4)}+/+/`,
    `${h}.${p}.%41`,
    `${h}.${p}.${s}\0`,
    `${h}.${p}.令牌`,
    `令牌.${p}.${s}`,
    `${h}.${p}.A`,
    `A.${p}.${s}`,
    `${h}.A.${s}`,
    `${p}.${h}.${s}`,
    `Bearer ${h}.${p}.${s}`,
    `${h}.${p}.${s}, ${h}.${p}.${s}`,
    `${part("")}.${p}.${s}`,
    `${part("{")}.${p}.${s}`,
    `${part("null")}.${p}.${s}`,
    `${part("[]")}.${p}.${s}`,
    `${part('"HS256"')}.${p}.${s}`,
    `${part('{"alg":"HS256","alg":"none"}')}.${p}.${s}`,
    `${part('{"__proto__":{"alg":"HS256"}}')}.${p}.${s}`,
    await unusual(`\ufeff{"alg":"HS256"}`, "claims"),
    await unusual(hs, ""),
    await unusual(hs, "claims"),
    await unusual(hs, "null"),
    await unusual(hs, "[]"),
    await unusual(hs, [claims()]),
    await unusual(hs, JSON.stringify(JSON.stringify(claims()))),
    await unusual(hs, `${JSON.stringify(claims())}{}`),
    await unusual(hs, JSON.stringify(claims()).slice(0, -1)),
    await unusual(hs, "[".repeat(2500)),
    await unusual(hs, `{"__proto__":${JSON.stringify(claims())}}`),
    await unusual(hs, { constructor: claims(), toString: 1 }),
  ])("%j", async (jwt) => expect(await verdict(jwt)).toBe("token_invalid"));

  it("also with a payload that is not UTF-8", async () => {
    const input = `${h}._____w`;
    const key = await crypto.subtle.importKey(
      "raw",
      new TextEncoder().encode(SECRET),
      { name: "HMAC", hash: "SHA-256" },
      false,
      ["sign"],
    );
    const mac = new Uint8Array(await crypto.subtle.sign("HMAC", key, new TextEncoder().encode(input)));
    const signature = btoa(String.fromCharCode(...mac))
      .replaceAll("+", "-")
      .replaceAll("/", "_")
      .replace("=", "");
    expect(await verdict(`${input}.${signature}`)).toBe("token_invalid");
  });
});
