// Groups covered by a token, and its accepted claims. Tests of verification are in test/tokens/.
import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { coversGroup, tokenOf } from "../../src/core/token.ts";

const exp = 2_000_000_000;

describe("a token", () => {
  it.each<[string[], string, boolean]>([
    [["feed_news"], "feed_news", true],
    [["feed_news"], "feed_news2", false],
    [["feed_news"], "feed_new", false],
    [["feed_news"], "Feed_news", false],
    [["feed_*"], "feed_news", true],
    [["feed_*"], "feed_", true],
    [["feed_*"], "feed", false],
    [["feed_*"], "feeds_news", false],
    [["feed*"], "feeds_news", true],
    [["feed_*"], "xfeed_news", false],
    [["feed.*"], "feed_news", false],
    [["*"], "anything", true],
    [["alarm", "feed_a*", "feed_b"], "feed_b", true],
    [["alarm", "feed_a*", "feed_b"], "feed_bc", false],
  ])("with groups %j covers %s: %s", (groups, group, covered) => expect(coversGroup({ groups }, group)).toBe(covered));

  const name = fc.stringMatching(/^[A-Za-z0-9._-]{1,12}$/);

  it("with a prefix covers exactly the names with that prefix", () =>
    fc.assert(
      fc.property(name, name, (prefix, group) => {
        expect(coversGroup({ groups: [`${prefix}*`] }, group)).toBe(group.startsWith(prefix));
        expect(coversGroup({ groups: [`${prefix}*`] }, prefix + group)).toBe(true);
        expect(coversGroup({ groups: ["*"] }, group)).toBe(true);
      }),
    ));

  it("with names covers exactly those names", () =>
    fc.assert(
      fc.property(fc.array(name, { minLength: 1 }), name, (groups, group) => {
        expect(coversGroup({ groups }, group)).toBe(groups.includes(group));
        for (const own of groups) expect(coversGroup({ groups }, own)).toBe(true);
      }),
    ));

  it("with more entries covers at least the same groups", () =>
    fc.assert(
      fc.property(fc.array(name), fc.array(name), name, (some, more, group) => {
        const covered = coversGroup({ groups: some }, group);
        expect(coversGroup({ groups: [...some, ...more] }, group) || !covered).toBe(true);
      }),
    ));
});

describe("claims", () => {
  const right = { sub: "ann", groups: ["feed_news"], exp };

  it("default to a token without the right to publish and without info", () => {
    const expected = {
      sub: "ann",
      groups: ["feed_news"],
      publish: false,
      info: null,
      issuedAt: null,
      expiresAt: exp * 1000,
    };
    expect(tokenOf(right)).toEqual({ ok: true, value: expected });
    expect(tokenOf({ ...right, publish: true, info: [1] })).toEqual({
      ok: true,
      value: { ...expected, publish: true, info: [1] },
    });
  });

  it.each([
    { sub: "x".repeat(200) },
    { sub: "订单-🧧" },
    { groups: ["x".repeat(99)] },
    { groups: [`${"x".repeat(99)}*`] },
    { groups: ["*"] },
    { groups: Array.from({ length: 100 }, () => "a") },
    { info: "x".repeat(1022) },
    { info: { a: [null, true, "b"] } },
    { exp: 10_000_000_000 },
    { nbf: 0, iat: 0.5 },
  ])("may be %j", (claims) => expect(tokenOf({ ...right, ...claims })).toMatchObject({ ok: true, value: {} }));

  it.each([
    [{ exp: 10_000_000_001 }, "exp"],
    [{ sub: "x".repeat(201) }, "sub"],
    [{ groups: [`${"x".repeat(100)}*`] }, "groups"],
    [{ groups: Array.from({ length: 101 }, () => "a") }, "groups"],
    [{ info: "x".repeat(1023) }, "info"],
  ])("may not be %j", (claims, named) => {
    const read = tokenOf({ ...right, ...claims });
    expect(read).toMatchObject({ reason: { reason: "token_invalid", detail: expect.stringContaining(named) } });
  });
});
