// Channels' grammar of allowed origins, entry by entry.
import { describe, expect, it } from "vitest";
import { originAllowed, parseOriginPattern } from "../../src/core/origin.ts";

const allowed = (list: string[], origin: string | null, own = "https://own.example") =>
  originAllowed(
    list.map((entry) => parseOriginPattern(entry) ?? expect.fail(`${entry} is invalid`)),
    origin,
    own,
  );

describe("an origin", () => {
  it.each<[string[], string | null, boolean]>([
    [[], "https://own.example", true],
    [[], "https://OWN.example:443", true],
    [[], "http://own.example", false],
    [[], "https://own.example:8443", false],
    [["https://shop.example/"], "https://shop.example", true],
    [[], "https://other.example", false],
    [[], "https://own.example.evil", false],
    [[], null, false],
    [[], "null", false],
    [["*"], "https://any.example", true],
    [["*"], "null", true],
    [["*"], null, false],
    [["shop.example"], "https://shop.example", true],
    [["shop.example"], "http://shop.example:8000", true],
    [["shop.example:9000"], "http://shop.example:8000", true],
    [["shop.example"], "https://www.shop.example", false],
    [["shop.example"], "https://own.example", false],
    [[".shop.example"], "https://shop.example", true],
    [[".shop.example"], "https://a.b.shop.example", true],
    [[".shop.example"], "https://notshop.example", false],
    [["https://shop.example"], "https://shop.example", true],
    [["https://shop.example"], "https://shop.example:443", true],
    [["https://shop.example"], "http://shop.example", false],
    [["https://shop.example"], "https://shop.example:8443", false],
    [["https://shop.example:8443"], "https://shop.example:8443", true],
    [["http://.shop.example"], "http://a.shop.example", true],
    [["SHOP.example"], "https://shop.EXAMPLE", true],
    [["one.example", "two.example"], "https://two.example", true],
    [["[::1]"], "http://[::1]:8787", true],
    [["127.0.0.1"], "http://127.0.0.1:8787", true],
    [["shop.example"], "https://shop.example@evil.example", false],
    [["shop.example"], "https://evil.example/shop.example", false],
    [["shop.example"], "shop.example", false],
    [["shop.example"], "", false],
    [["shop.example"], "https://shop.example, https://evil.example", false],
  ])("against %j: %s is allowed: %s", (list, origin, verdict) => expect(allowed(list, origin)).toBe(verdict));
});

it.each([
  "https://",
  "a b",
  "**",
  "*.shop.example",
  "https://*.shop.example",
  "shop.example/path",
  "user@shop.example",
])("%s is an invalid entry", (entry) => expect(parseOriginPattern(entry)).toBeNull());
