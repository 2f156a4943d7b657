// API keys: names, scopes, and the groups that a key may publish to.
import { describe, expect, it } from "vitest";
import { hasScope, mayPublish, parseApiKeys, type ApiKey } from "../../src/core/api-key.ts";

const SECRET = "0123456789abcdef";
const keysOf = (text: string): readonly ApiKey[] => {
  const parsed = parseApiKeys(text);
  return parsed.ok ? parsed.value : expect.fail(`${text} is malformed`);
};
const only = (text: string): ApiKey => keysOf(text)[0] ?? expect.fail("no key");

describe("API_KEYS", () => {
  it("lists keys without a name, each with every scope", () => {
    expect(keysOf(`${SECRET}, ${SECRET}2,`)).toEqual([
      { name: "key1", scopes: null, secret: SECRET },
      { name: "key2", scopes: null, secret: `${SECRET}2` },
    ]);
    expect(keysOf("")).toEqual([]);
  });

  it("lists keys with a name and scopes beside them", () => {
    expect(keysOf(`shop:callbacks,orders:${SECRET}; ${SECRET}2; news:publish:feed_*, read:${SECRET}3;`)).toEqual([
      { name: "shop", scopes: ["callbacks", "orders"], secret: SECRET },
      { name: "key2", scopes: null, secret: `${SECRET}2` },
      { name: "news", scopes: ["publish:feed_*", "read"], secret: `${SECRET}3` },
    ]);
  });

  it.each([
    ["an unknown scope", `shop:order:${SECRET}`],
    ["no scope", `shop::${SECRET}`],
    ["a name with a blank", `my shop:orders:${SECRET}`],
    ["no name", `:orders:${SECRET}`],
    ["a short secret", "shop:orders:0123456789abcde"],
    ["a secret with a slash", `shop:orders:${SECRET}/x`],
    ["two keys of one name", `shop:orders:${SECRET};shop:read:${SECRET}2`],
    ["a comma between named keys", `shop:orders:${SECRET},desk:read:${SECRET}2`],
    ["a group that is no name", `shop:publish:feed/news:${SECRET}`],
    ["a publish scope without a group", `shop:publish::${SECRET}`],
    ["name and secret only", `shop:${SECRET}`],
  ])("with %s is malformed", (_what, text) => {
    expect(parseApiKeys(text)).toEqual({ ok: false, reason: "malformed" });
  });
});

describe("a key", () => {
  it("without a name has every scope and publishes to every group", () => {
    const key = only(SECRET);
    expect((["callbacks", "orders", "read", "operate"] as const).every((scope) => hasScope(key, scope))).toBe(true);
    expect(mayPublish(key, "feed_news")).toBe(true);
  });

  it("with scopes has these and no other", () => {
    const key = only(`shop:callbacks,read:${SECRET}`);
    expect((["callbacks", "orders", "read", "operate"] as const).filter((scope) => hasScope(key, scope))).toEqual([
      "callbacks",
      "read",
    ]);
    expect(mayPublish(key, "feed_news")).toBe(false);
  });

  it("publishes to the group that is named, or to those that begin so", () => {
    const key = only(`news:publish:feed_news,publish:alarm_1*:${SECRET}`);
    const may = ["feed_news", "feed_news2", "feed_new", "alarm_1", "alarm_12", "alarm_2"].filter((group) =>
      mayPublish(key, group),
    );
    expect(may).toEqual(["feed_news", "alarm_1", "alarm_12"]);
    expect(mayPublish(only(`all:publish:*:${SECRET}`), "order_x")).toBe(true);
  });
});
