// The merchant's own callback, signed by Standard Webhooks in place of an API key.
import { createHmac } from "node:crypto";
import { env } from "cloudflare:workers";
import { beforeEach, describe, expect, it } from "vitest";
import { app } from "../support/app.ts";
import { orderView, settingOf, captureLog } from "../support/deliver.ts";
import { publicRequest, connect, newBiz } from "../support/workerd.ts";

let log: (event?: string) => string;
beforeEach(() => {
  log = captureLog();
});

interface Signing {
  readonly secret?: string;
  /** Seconds since 1970. */
  readonly at?: number;
}

const secret = settingOf("standard")["secret"];

function signing(body: string, { secret: key = String(secret), at = Math.floor(Date.now() / 1000) }: Signing = {}) {
  const id = `msg_${crypto.randomUUID()}`;
  const signature = createHmac("sha256", Buffer.from(key.replace("whsec_", ""), "base64"))
    .update(`${id}.${at}.${body}`)
    .digest("base64");
  return { "webhook-id": id, "webhook-timestamp": String(at), "webhook-signature": `v1,${signature}` };
}

const post = (biz: string, body: string, headers: Record<string, string> = signing(body)): Promise<Response> =>
  publicRequest(`/callback/${biz}/`, { method: "POST", headers, body });

describe("a callback signed by the merchant's backend", () => {
  it.each([
    ["paid, by default", {}, "paid"],
    ["failed", { status: "failed" }, "failed"],
    ["refunded", { status: "refunded", event_id: "e-1" }, "refunded"],
  ])("needs no API key: the order is %s", async (_case, report, status) => {
    const biz = newBiz();
    const page = await connect(`/ws/order/${biz}/`);
    const response = await post(biz, JSON.stringify({ biz, ...report }));
    expect([response.status, await response.json()]).toEqual([200, { biz, paid: status === "paid", status }]);
    expect(await page.nextJson()).toEqual({ biz, paid: status === "paid", status });
  });

  it("may carry an amount, which is compared", async () => {
    const biz = newBiz();
    await post(biz, JSON.stringify({ biz, amount: 1999, currency: "USD", payment_id: "p-1" }));
    expect(await orderView(biz)).toMatchObject({ status: "paid", amount: "19.99", currency: "USD" });
  });

  it.each<[string, (biz: string) => string, number]>([
    ["names another order than its URL", () => JSON.stringify({ biz: newBiz() }), 422],
    ["names no order, as the signature excludes the URL", () => JSON.stringify({ paid: true }), 422],
    ["is empty", () => "", 422],
    ["is not an object", (biz) => JSON.stringify([biz]), 422],
    ["is not JSON", (biz) => `biz=${biz}`, 400],
  ])("is rejected if its body %s", async (_case, bodyFor, status) => {
    const biz = newBiz();
    expect(await (await post(biz, bodyFor(biz))).json()).toMatchObject({ status });
    expect(await orderView(biz)).toMatchObject({ status: "pending", version: 0 });
  });

  it.each<[string, (body: string) => Record<string, string>]>([
    ["another secret", (body) => signing(body, { secret: "whsec_YW5vdGhlciBzZWNyZXQsIGFub3RoZXIgc2VuZGVy" })],
    ["another body", () => signing("{}")],
    ["a time 301 s ago", (body) => signing(body, { at: Math.floor(Date.now() / 1000) - 301 })],
    ["no signature", () => ({})],
    ["a signature without a version", (body) => ({ ...signing(body), "webhook-signature": "AAAA" })],
  ])("responds 401 with %s", async (_case, headersFor) => {
    const biz = newBiz();
    const body = JSON.stringify({ biz });
    const response = await post(biz, body, headersFor(body));
    expect(await response.json()).toMatchObject({ status: 401, reason: "unauthorized" });
    expect(await orderView(biz)).toMatchObject({ status: "pending", version: 0 });
  });

  const postTo = (setting: string, headers: Record<string, string> = {}) => {
    const biz = newBiz();
    const body = JSON.stringify({ biz });
    const request = { method: "POST", headers: { ...signing(body), ...headers }, body };
    return app.request(`/callback/${biz}/`, request, { ...env, CALLBACK_STANDARD: setting });
  };

  it("responds 401 while CALLBACK_STANDARD is unset", async () => {
    expect((await postTo("")).status).toBe(401);
  });

  it("responds 500 and logs the reason if CALLBACK_STANDARD is invalid; an API key still works", async () => {
    const response = await postTo('{"secret":"canary!"}');
    const text = await response.text();
    expect(JSON.parse(text)).toMatchObject({
      status: 500,
      detail: expect.stringMatching(/^CALLBACK_STANDARD secret /),
    });
    expect(JSON.parse(log("setting"))).toMatchObject({ event: "setting", setting: "CALLBACK_STANDARD" });
    expect(text + log()).not.toContain("canary");
    expect((await postTo('{"secret":"canary!"}', { "X-API-Key": env.API_KEYS })).status).toBe(200);
  });

  it("keeps secret, signature and body out of the log", async () => {
    const biz = newBiz();
    const body = JSON.stringify({ biz });
    const [good, forged] = [signing(body), signing("{}")];
    await post(biz, body, good);
    await post(biz, body, forged);
    expect(log("callback")).toContain('"reason":"stored"');
    expect(log("refusal")).toContain('"reason":"unauthorized"');
    const secrets = [String(secret), good["webhook-signature"], forged["webhook-signature"], body];
    for (const word of secrets) expect(log()).not.toContain(word);
  });
});
