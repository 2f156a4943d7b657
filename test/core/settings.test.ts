// Settings are read once. The error for an invalid one names it and leaves out its value.
import { describe, expect, it } from "vitest";
import { readSettings, settingsOf, type Vars } from "../../src/core/settings.ts";

const read = (vars: Vars) => readSettings(vars);

describe("settings", () => {
  it("have defaults, which contain no secret", () => {
    expect(read({})).toEqual({
      ok: true,
      value: {
        allowedOrigins: [],
        apiKeys: [],
        timeZone: "UTC",
        pushEveryMs: 60_000,
        orders: {
          statusUrl: null,
          statusKey: null,
          forward: null,
          retentionMs: null,
          requireRegistered: true,
          idKeys: [],
          issuedIds: false,
        },
        tokens: { secret: null, jwksUrl: null, issuer: null, audience: null },
        isDevelopment: false,
      },
    });
  });

  it("are parsed from the vars of the platform", () => {
    const vars = {
      ALLOWED_ORIGINS: " shop.example , https://pay.example ",
      API_KEYS: "first-key-0123456, second-key-012345",
      TIME_ZONE: "Asia/Shanghai",
      PUSH_EVERY_SECONDS: "0.1",
    };
    expect(read(vars)).toMatchObject({
      value: {
        allowedOrigins: [{ host: "shop.example" }, { host: "pay.example", scheme: "https" }],
        apiKeys: ["first-key-0123456", "second-key-012345"],
        timeZone: "Asia/Shanghai",
        pushEveryMs: 100,
      },
    });
  });

  it.each<[keyof Vars, string]>([
    ["ALLOWED_ORIGINS", "https://shop.example/path"],
    ["ALLOWED_ORIGINS", "shop.example,*.example"],
    ["TIME_ZONE", "Mars/Olympus"],
    ["PUSH_EVERY_SECONDS", "0.05"],
    ["PUSH_EVERY_SECONDS", "a minute"],
    ["PUSH_EVERY_SECONDS", "Infinity"],
    ["PUSH_EVERY_SECONDS", "-60"],
    ["PUSH_EVERY_SECONDS", "86401"],
    ["ORDER_STATUS_URL", "https://shop.example/orders"],
    ["ORDER_STATUS_URL", "ftp://shop.example/{biz}"],
    ["FORWARD_URL", "shop.example"],
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
    expect(read({ ORDER_ID_KEY: "the-newest-key-of-all, one-that-is-older" })).toMatchObject({
      value: { orders: { idKeys: ["the-newest-key-of-all", "one-that-is-older"] } },
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

  it("hold the bearer of status queries", () => {
    expect(read({ ORDER_STATUS_KEY: " the-key " })).toMatchObject({ value: { orders: { statusKey: "the-key" } } });
    expect(read({ ORDER_STATUS_KEY: "" })).toMatchObject({ value: { orders: { statusKey: null } } });
  });

  it("contain the keys and claims for verifying tokens", () => {
    const vars = {
      TOKEN_SECRET: "32-characters-are-just-enough-xy",
      TOKEN_JWKS_URL: " https://issuer.example/.well-known/jwks.json ",
      TOKEN_ISSUER: "https://issuer.example/",
      TOKEN_AUDIENCE: "belfry",
    };
    const tokens = {
      secret: "32-characters-are-just-enough-xy",
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
