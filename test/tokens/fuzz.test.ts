// Every invalid text in place of a token is refused with a reason. The verification never throws.
import fc from "fast-check";
import { expect, it } from "vitest";
import { verifyToken } from "../../src/tokens/verify.ts";
import { hmac, hs256, Issuer, KEYS_URL, NOW, pair, part, SECRET, signedBy, token } from "./signing.ts";

const ec = await pair("ES256", "ec-1");
const issuer = new Issuer(ec.jwk);
const settings = { secrets: [SECRET], jwksUrl: KEYS_URL, issuer: null, audience: null, maxSeconds: 86_400 };

async function expectRefused(jwt: string): Promise<void> {
  const read = await verifyToken(jwt, settings, NOW, issuer.fetch);
  expect(read).toMatchObject({ ok: false, reason: { reason: expect.stringMatching(/^token_/) } });
}

const text = fc.oneof(fc.string(), fc.string({ unit: "binary" }), fc.json());
const alg = fc.constantFrom("HS256", "RS256", "ES256", "EdDSA");

it("any text is refused", () => fc.assert(fc.asyncProperty(text, expectRefused)));

it("any three parts are refused", () =>
  fc.assert(fc.asyncProperty(text, text, text, (...parts) => expectRefused(parts.map(part).join(".")))));

it("any header, payload and signature with a supported algorithm are refused", () =>
  fc.assert(
    fc.asyncProperty(alg, fc.dictionary(fc.string(), fc.jsonValue()), fc.jsonValue(), text, (alg, header, payload, s) =>
      expectRefused(`${part({ ...header, alg })}.${part(payload)}.${part(s)}`),
    ),
  ));

it("any payload other than an object of claims is refused, with a valid signature", () =>
  fc.assert(fc.asyncProperty(text, async (payload) => expectRefused(await token({ alg: "HS256" }, payload, hmac())))));

it("any claims with a valid signature are refused, or give a token whose members have their types", () => {
  const name = fc.constantFrom("sub", "groups", "exp", "nbf", "iat", "publish", "info");
  const wrong = fc.dictionary(name, fc.jsonValue());
  return fc.assert(
    fc.asyncProperty(wrong, async (wrong) => {
      const read = await verifyToken(await hs256(wrong), settings, NOW, issuer.fetch);
      if (!read.ok) {
        expect(read.reason.reason).toMatch(/^token_/);
        return;
      }
      const { sub, groups, publish, expiresAt } = read.value;
      expect([typeof sub, typeof publish, groups.length > 0, expiresAt > NOW]).toEqual([
        "string",
        "boolean",
        true,
        true,
      ]);
    }),
  );
});

it("a valid token with one changed character is refused", async () => {
  for (const jwt of [await hs256(), await signedBy(ec)]) {
    // Except the last character, whose lowest bits are unused.
    const place = fc.integer({ min: 0, max: jwt.length - 2 });
    const other = fc.stringMatching(/^[A-Za-z0-9_.= -]$/);
    await fc.assert(
      fc.asyncProperty(place, other, async (at, other) => {
        fc.pre(jwt[at] !== other);
        await expectRefused(jwt.slice(0, at) + other + jwt.slice(at + 1));
      }),
      { numRuns: 500 },
    );
  }
});
