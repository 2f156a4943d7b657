// What a deployment refuses: the secrets of development, pages that are for development, and browsers where their setting is bad.
import { env } from "cloudflare:workers";
import { describe, expect, it } from "vitest";
import { allProviders } from "../../src/callbacks/providers.ts";
import { createApp } from "../../src/http/app.ts";
import { install } from "../../src/installation.ts";
import { app } from "../support/app.ts";
import { confirmedDelivery, providerNames, registerFor, replyOf, settingName } from "../support/deliver.ts";
import { newBiz } from "../support/workerd.ts";

describe("DEVELOPMENT=1", () => {
  it.each(["https://shop.example", "http://192.0.2.1", "http://localhost.shop.example", "http://[2001:db8::1]"])(
    "refuses every request to %s",
    async (origin) => {
      for (const path of ["/healthz", `/orders/${newBiz()}`, "/callbacks/stripe"]) {
        const method = path === "/callbacks/stripe" ? "POST" : "GET";
        const response = await app.request(`${origin}${path}`, { method }, { ...env });
        const problem = await response.json<{ detail: string }>();
        expect(problem).toMatchObject({ status: 500, reason: "bad_setting" });
        expect(problem.detail).toMatch(/^DEVELOPMENT must be 0/);
      }
    },
  );

  it.each(["http://localhost:8787", "http://127.0.0.1", "http://[::1]:8787", "http://shop.localhost"])(
    "serves %s",
    async (origin) => expect((await app.request(`${origin}/healthz`, {}, { ...env })).status).toBe(200),
  );
});

it.each(providerNames)(
  "the published secret of %s is a bad setting outside development, named by its field",
  async (name) => {
    const secrets = { API_KEYS: "", ORDER_ID_KEY: "", ORDER_STATUS_KEY: "", TOKEN_SECRET: "", FORWARD_SECRET: "" };
    const outside = { ...env, ...secrets, DEVELOPMENT: "0" };
    const response = await app.request(`/callbacks/${name}`, { method: "POST", body: "{}" }, outside);
    const problem = await response.json<{ detail: string }>();
    expect(problem).toMatchObject({ status: 500, reason: "bad_setting" });
    expect(problem.detail).toMatch(new RegExp(`^${settingName(name)} must have a value of your own in \\w+`));
  },
);

describe("a bad ALLOWED_ORIGINS", () => {
  const bad = { ...env, ALLOWED_ORIGINS: "https://shop.example/path" };

  it("refuses a page by the setting's name, and no payment", async () => {
    const biz = newBiz();
    await registerFor("stripe", biz);
    const headers = { Upgrade: "websocket", Origin: "https://shop.example" };
    const page = await app.request(`/ws/order/${biz}/`, { headers }, bad);
    expect(await page.json()).toMatchObject({ status: 500, reason: "bad_setting" });
    const { headers: signed, body } = confirmedDelivery("stripe", biz);
    const paid = await app.request("/callbacks/stripe", { method: "POST", headers: { ...signed }, body }, bad);
    expect(await replyOf(paid)).toEqual([200, ""]);
    const read = await app.request(`/orders/${biz}`, { headers: { Origin: "https://shop.example" } }, bad);
    expect(read.headers.get("Access-Control-Allow-Origin")).toBeNull();
    expect(await read.json()).toMatchObject({ status: "paid" });
  });
});

describe("the demo pages", () => {
  const withPages = createApp(install([], allProviders), true);
  const ASSETS = { fetch: async () => new Response("<!doctype html>") };
  const read = (path: string, settings: object) => withPages.request(path, {}, { ...env, ASSETS, ...settings });

  it.each(["/", "/checkout/", "/monitor/", "/console/", "/checkout"])("%s is 404 outside development", async (path) => {
    const response = await read(path, { PAGES: "0" });
    expect(await response.json()).toMatchObject({ status: 404, reason: "unknown_path" });
    expect((await read(path, { PAGES: "1" })).status).toBe(200);
    expect((await read(path, {})).status).toBe(200);
  });

  it.each(["/client.js", "/reference/", "/index.css"])("%s is served in any case", async (path) => {
    expect((await read(path, { PAGES: "0" })).status).toBe(200);
  });
});
