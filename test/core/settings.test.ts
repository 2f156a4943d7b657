// Settings are read once. The error for an invalid one names it and leaves out its value.
import { describe, expect, it } from "vitest";
import { readSettings, settingsOf, type Vars } from "../../src/core/settings.ts";

const read = (vars: Vars) => readSettings(vars);

describe("settings", () => {
  it("have defaults, which contain no secret", () => {
    expect(read({})).toEqual({
      ok: true,
      value: {
        allowedOrigins: { ok: true, value: [] },
        apiKeys: [],
        timeZone: "UTC",
        pushEveryMs: 60_000,
        orders: {
          statusUrl: null,
          statusKeys: [],
          forward: null,
          retentionMs: null,
          requireRegistered: true,
          idKeys: [],
          issuedIds: false,
        },
        tokens: { secrets: [], jwksUrl: null, issuer: null, audience: null, maxSeconds: 86_400 },
        connections: { perGroup: 10_000, perAddress: { order: 50, other: 500 } },
        isDevelopment: false,
        pages: false,
      },
    });
  });

  it("are parsed from the vars of the platform", () => {
    const vars = {
      ALLOWED_ORIGINS: " shop.example , https://pay.example ",
      API_KEYS: "9f1c04e7a25b4c1d8e3f60a7b9d2c5e1; shop:orders:2b7d90c4e1f84a6ab35cc0d1e8f97a64",
      TIME_ZONE: "Asia/Shanghai",
      PUSH_EVERY_SECONDS: "0.1",
    };
    expect(read(vars)).toMatchObject({
      value: {
        allowedOrigins: { value: [{ host: "shop.example" }, { host: "pay.example", scheme: "https" }] },
        apiKeys: [
          { name: "key1", scopes: null },
          { name: "shop", scopes: ["orders"] },
        ],
        timeZone: "Asia/Shanghai",
        pushEveryMs: 100,
      },
    });
  });

  it.each<[keyof Vars, string]>([
    ["TIME_ZONE", "Mars/Olympus"],
    ["PUSH_EVERY_SECONDS", "0.05"],
    ["PUSH_EVERY_SECONDS", "a minute"],
    ["PUSH_EVERY_SECONDS", "Infinity"],
    ["PUSH_EVERY_SECONDS", "-60"],
    ["PUSH_EVERY_SECONDS", "86401"],
    ["ORDER_STATUS_URL", "https://shop.example/orders"],
    ["ORDER_STATUS_URL", "ftp://shop.example/{biz}"],
    ["ORDER_STATUS_URL", "http://shop.example/{biz}"],
    ["FORWARD_URL", "shop.example"],
    ["FORWARD_URL", "http://shop.example/hook"],
    ["FORWARD_URL", "http://localhost.evil.example/hook"],
    ["CONNECTIONS_PER_ADDRESS", "-5"],
    ["CONNECTIONS_PER_ADDRESS", "50,500,5000"],
    ["CONNECTIONS_PER_ADDRESS", "1.5"],
    ["CONNECTIONS_PER_ADDRESS", "100001"],
    ["CONNECTIONS_PER_GROUP", "-2"],
    ["CONNECTIONS_PER_GROUP", "32001"],
    ["TOKEN_MAX_SECONDS", "59"],
    ["TOKEN_MAX_SECONDS", "a day"],
    ["PAGES", "yes"],
    ["ORDER_RETENTION_DAYS", "539"],
    ["ORDER_RETENTION_DAYS", "36501"],
    ["ORDER_RETENTION_DAYS", "-1"],
    ["ORDER_RETENTION_DAYS", "NaN"],
    ["ORDER_RETENTION_DAYS", "forever"],
    ["REQUIRE_REGISTERED", "yes"],
    ["REQUIRE_REGISTERED", "true"],
    ["ORDER_ID_KEY", "too-short-a-key"],
    ["ORDER_IDS", "mine"],
    ["ORDER_ID_KEY", "a-key-of-16-or-so,too-short"],
    ["TOKEN_SECRET", "31-characters-are-one-too-few-x"],
    ["TOKEN_JWKS_URL", "issuer.example/keys"],
    ["TOKEN_JWKS_URL", "http://issuer.example/keys"],
    ["TOKEN_JWKS_URL", "http://localhost.evil.example/keys"],
    ["TOKEN_JWKS_URL", "http://localhost@evil.example/keys"],
    ["TOKEN_JWKS_URL", "https://user:secret@issuer.example/keys"],
    ["TOKEN_JWKS_URL", "data:application/json,{}"],
    ["JURISDICTION", "mars"],
    ["DEVELOPMENT", "yes"],
    ["API_KEYS", "too-short"],
    ["API_KEYS", "a-key-with spaces-in-it"],
    ["API_KEYS", "密钥密钥密钥密钥密钥密钥密钥密钥"],
  ])("reject %s = %s with its name and without its value", (setting, value) => {
    const settings = read({ [setting]: value });
    expect(settings).toMatchObject({ ok: false, reason: { setting } });
    expect(JSON.stringify(settings)).not.toContain(value);
  });

  it("keep a bad ALLOWED_ORIGINS for the routes that need it", () => {
    for (const ALLOWED_ORIGINS of ["https://shop.example/path", "shop.example,*.example"]) {
      const settings = read({ ALLOWED_ORIGINS });
      expect(settings).toMatchObject({ value: { allowedOrigins: { reason: { setting: "ALLOWED_ORIGINS" } } } });
      expect(JSON.stringify(settings)).not.toContain("shop");
    }
  });

  it("bound the connections of one address by one number, or by one for orders and one for the rest", () => {
    const bound = (value: string) => read({ CONNECTIONS_PER_ADDRESS: value });
    expect(bound("20")).toMatchObject({ value: { connections: { perAddress: { order: 20, other: 20 } } } });
    expect(bound(" 5, 5000 ")).toMatchObject({ value: { connections: { perAddress: { order: 5, other: 5000 } } } });
  });

  it("admit pages of any port of this machine in development, unless they are listed", () => {
    const origins = (vars: Vars) => read({ DEVELOPMENT: "1", ...vars });
    expect(origins({})).toMatchObject({ value: { allowedOrigins: { value: [{ host: "localhost" }, {}, {}, {}] } } });
    const listed = { value: { allowedOrigins: { value: [{ host: "shop.example" }] } } };
    expect(origins({ ALLOWED_ORIGINS: "shop.example" })).toMatchObject(listed);
  });

  it("serve the demo pages in development, or where PAGES is 1", () => {
    const pages = (vars: Vars) => read(vars);
    expect(pages({ DEVELOPMENT: "1" })).toMatchObject({ value: { pages: true } });
    expect(pages({ DEVELOPMENT: "1", PAGES: "0" })).toMatchObject({ value: { pages: false } });
    expect(pages({ PAGES: "1" })).toMatchObject({ value: { pages: true } });
  });

  it("retain orders forever or for at least 540 days", () => {
    const retention = (days: string) => read({ ORDER_RETENTION_DAYS: days });
    expect(retention("")).toMatchObject({ value: { orders: { retentionMs: null } } });
    expect(retention(" 540 ")).toMatchObject({ value: { orders: { retentionMs: 540 * 86_400_000 } } });
  });

  it("require registered orders unless REQUIRE_REGISTERED is 0", () => {
    const required = (value: string) => read({ REQUIRE_REGISTERED: value });
    for (const value of ["", "1"])
      expect(required(value)).toMatchObject({ value: { orders: { requireRegistered: true } } });
    expect(required("0")).toMatchObject({ value: { orders: { requireRegistered: false } } });
  });

  it("accept several keys for order ids, the one for new orders first", () => {
    const [newest, older] = ["5d1e8f97a642b7d90c4e1f84a6ab35cc", "84a6ab35cc0d1e8f97a642b7d90c4e1f"];
    expect(read({ ORDER_ID_KEY: `${newest}, ${older}` })).toMatchObject({
      value: { orders: { idKeys: [newest, older] } },
    });
  });

  it("reject a FORWARD_URL without a valid FORWARD_SECRET", () => {
    for (const FORWARD_SECRET of [undefined, "", "too short", "whsec_short"]) {
      const settings = read({
        FORWARD_URL: "https://shop.example/hook",
        ...(FORWARD_SECRET === undefined ? {} : { FORWARD_SECRET }),
      });
      expect(settings).toMatchObject({ ok: false, reason: { setting: "FORWARD_SECRET" } });
    }
  });

  it("hold the bearers of status queries", () => {
    const [next, last] = ["84a6ab35cc0d1e8f97a642b7d90c4e1f", "5d1e8f97a642b7d90c4e1f84a6ab35cc"];
    expect(read({ ORDER_STATUS_KEY: ` ${next}, ${last} ` })).toMatchObject({
      value: { orders: { statusKeys: [next, last] } },
    });
    expect(read({ ORDER_STATUS_KEY: "" })).toMatchObject({ value: { orders: { statusKeys: [] } } });
  });

  it("contain the keys and claims for verifying tokens", () => {
    const vars = {
      TOKEN_SECRET: "32-characters-are-just-enough-xy, another-of-32-characters-or-more-0",
      TOKEN_JWKS_URL: " https://issuer.example/.well-known/jwks.json ",
      TOKEN_ISSUER: "https://issuer.example/",
      TOKEN_AUDIENCE: "belfry",
    };
    const tokens = {
      secrets: ["32-characters-are-just-enough-xy", "another-of-32-characters-or-more-0"],
      maxSeconds: 86_400,
      jwksUrl: "https://issuer.example/.well-known/jwks.json",
      issuer: "https://issuer.example/",
      audience: "belfry",
    };
    expect(read(vars)).toMatchObject({ value: { tokens } });
    expect(read({ TOKEN_JWKS_URL: "http://localhost:9000/keys" })).toMatchObject({ ok: true });
    expect(read({ TOKEN_JWKS_URL: "http://127.0.0.1/keys" })).toMatchObject({ ok: true });
  });

  it("are read once per env", () => {
    const vars = {};
    expect(settingsOf(vars)).toBe(settingsOf(vars));
  });
});
