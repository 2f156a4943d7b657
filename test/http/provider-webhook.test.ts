// Webhooks of payment providers through the route: stored, pushed to the page and acknowledged, or rejected.
import { sign } from "node:crypto";
import { env } from "cloudflare:workers";
import { beforeEach, describe, expect, it } from "vitest";
import developmentKeys from "../../scripts/development-keys.json" with { type: "json" };
import { tampered } from "../../scripts/sign.ts";
import {
  bytes,
  currencyOf,
  deliveryOf,
  confirmedDelivery,
  orderView,
  providerNames,
  registerFor,
  replyOf,
  send,
  settingName,
  unreachable,
  unsigned,
  captureLog,
} from "../support/deliver.ts";
import { publicRequest, connect, getGroup, sendMarker, newBiz } from "../support/workerd.ts";

const success: Readonly<Record<string, string>> = { alipay: "success", adyen: "[accepted]" };
const failure: Readonly<Record<string, string>> = { alipay: "fail", wechatpay: '{"code":"FAIL","message":"失败"}' };

/** The captured log of each test. */
let log: (event?: string) => string;
beforeEach(() => {
  log = captureLog();
});

describe.each(providerNames)("a delivery of %s", (provider) => {
  const stored = [200, success[provider] ?? ""];
  const refused = [401, failure[provider] ?? ""];
  const tryAgain = [503, failure[provider] ?? ""];

  it("reaches the page and the backend's view, with amount and check", async () => {
    const biz = newBiz();
    await registerFor(provider, biz);
    const page = await connect(`/ws/order/${biz}/`);
    expect(await replyOf(await send(provider, confirmedDelivery(provider, biz)))).toEqual(stored);
    expect(await page.nextJson()).toEqual({ biz, paid: true, status: "paid" });
    const paid = { status: "paid", version: 1, amount: "19.99", currency: currencyOf(provider), checked: true };
    expect(await orderView(biz)).toMatchObject({ ...paid, mismatches: [], excess_payments: [], overpaid: "0" });
    expect(JSON.parse(log("callback"))).toMatchObject({ event: "callback", provider, reason: "stored" });
  });

  it("is acknowledged without a push if it is a duplicate", async () => {
    const biz = newBiz();
    await registerFor(provider, biz);
    const delivery = confirmedDelivery(provider, biz);
    await send(provider, delivery);
    const page = await connect(`/ws/order/${biz}/`);
    await page.next();
    expect(await replyOf(await send(provider, delivery))).toEqual(stored);
    const marked = await sendMarker(`order_${biz}`);
    expect(await page.next()).toBe(marked);
    expect(await orderView(biz)).toMatchObject({ status: "paid", version: 1 });
    expect(log()).toContain('"reason":"duplicate"');
  });

  it.each([
    ["with one byte changed", (biz: string) => tampered(deliveryOf(provider, biz), biz)],
    ["without its signature", (biz: string) => unsigned(deliveryOf(provider, biz))],
    ["with an empty body", () => ({ headers: {}, body: new Uint8Array() })],
  ])("%s is rejected and stores nothing", async (_case, forged) => {
    const biz = newBiz();
    const page = await connect(`/ws/order/${biz}/`);
    expect(await replyOf(await send(provider, forged(biz)))).toEqual(refused);
    const marked = await sendMarker(`order_${biz}`);
    expect(await page.next()).toBe(marked);
    expect(await orderView(biz)).toMatchObject({ status: "pending", version: 0, amount: null });
    expect(await getGroup(`order_${biz}`)).toMatchObject({ position: { offset: 0 } });
  });

  it("gets the retry reply while its order is unreachable", async () => {
    expect(await replyOf(await send(provider, confirmedDelivery(provider, newBiz()), unreachable()))).toEqual(tryAgain);
    expect(log()).toContain('"reason":"try_again","detail":"Error: Network connection lost."');
  });

  it("of 0.01 for a foreign order leaves that order payable and is visible to the backend only", async () => {
    const biz = newBiz();
    await registerFor(provider, biz);
    const page = await connect(`/ws/order/${biz}/`);
    // A repetition would not change the result, so the delivery is acknowledged.
    expect(await replyOf(await send(provider, confirmedDelivery(provider, biz, { amount: "0.01" })))).toEqual(stored);
    const marked = await sendMarker(`order_${biz}`);
    expect(await page.next()).toBe(marked);
    expect(await (await publicRequest(`/orders/${biz}`)).json()).toEqual({
      biz,
      status: "pending",
      paid: false,
      version: 0,
      expires_at: null,
    });
    const underpaid = { paid: "0.01", missing: "19.98" };
    expect(await orderView(biz)).toMatchObject({ status: "pending", underpaid, checked: false });
    await send(provider, confirmedDelivery(provider, biz));
    expect(await page.nextJson()).toEqual({ biz, paid: true, status: "paid" });
    expect(await orderView(biz)).toMatchObject({ status: "paid", checked: true, underpaid: null, overpaid: "0.01" });
  });

  it("responds 404 while the provider is not configured", async () => {
    const reply = await send(provider, deliveryOf(provider, newBiz()), { [settingName(provider)]: "" });
    expect(await reply.json()).toMatchObject({ status: 404, reason: "unknown_provider" });
  });

  it.each(["canary", '{"canary":1}', '"canary"'])(
    "responds 500 to the setting %s and keeps its value out of response and log",
    async (bad) => {
      const reply = await send(provider, deliveryOf(provider, newBiz()), { [settingName(provider)]: bad });
      const text = await reply.text();
      expect(JSON.parse(text)).toMatchObject({
        status: 500,
        reason: "bad_setting",
        detail: expect.stringContaining(settingName(provider)),
      });
      expect(JSON.parse(log("setting"))).toMatchObject({ event: "setting", setting: settingName(provider) });
      expect(text + log()).not.toContain("canary");
    },
  );

  it("keeps secret, signature and body out of the log, for every verdict", async () => {
    const biz = newBiz();
    const delivery = confirmedDelivery(provider, biz);
    for (const sent of [delivery, delivery, tampered(delivery, biz), unsigned(delivery)]) await send(provider, sent);
    await send(provider, delivery, unreachable());
    const lines = log("callback").split("\n");
    expect(lines).toHaveLength(5);
    const texts = [
      new TextDecoder().decode(delivery.body),
      ...Object.values(delivery.headers),
      env[settingName(provider)],
    ];
    // Each word of 12 characters or more, except names of fields.
    const words = texts.flatMap((text) => text.match(/[\w+/=-]{12,}(?![\w+/=-]|":)/g) ?? []);
    expect(words.length).toBeGreaterThan(2);
    for (const line of lines) {
      const { detail, ...rest } = JSON.parse(line) as { detail: string };
      expect(Object.keys(rest)).toEqual(["event", "provider", "group", "reason", "ms"]);
      for (const word of words.filter((word) => word !== detail)) expect(detail).not.toContain(word);
    }
  });
});

it.each(["nobody", "__proto__", "constructor", "STRIPE", "stripe%20"])(
  "the unknown provider %s responds 404",
  async (name) => {
    const reply = await send(name, deliveryOf("stripe", newBiz()));
    expect(await reply.json()).toMatchObject({ status: 404, reason: "unknown_provider" });
  },
);

describe("a body", () => {
  const sized = (bytes: number) => ({ headers: deliveryOf("stripe", newBiz()).headers, body: new Uint8Array(bytes) });

  it("of 128 KiB and one byte responds 413 without verification", async () => {
    const reply = await send("stripe", sized(131_073));
    expect(await reply.json()).toMatchObject({ status: 413, reason: "body_too_large" });
    expect(log("callback")).toBe("");
  });

  it("of 128 KiB is verified", async () => {
    expect((await send("stripe", sized(131_072))).status).toBe(401);
    expect(log()).toContain("signature");
  });

  it.each([
    ["alipay", 16_384],
    ["wechatpay", 16_384],
    ["adyen", 65_536],
  ])("to %s has at most %i bytes, checked before it is parsed", async (name, bytes) => {
    const headers = { "Content-Type": "application/json" };
    expect((await send(name, { headers, body: new Uint8Array(bytes) })).status).not.toBe(413);
    expect((await send(name, { headers, body: new Uint8Array(bytes + 1) })).status).toBe(413);
  });
});

it("a rejected delivery is logged with the stage, the field and what was expected", async () => {
  const body = new Uint8Array(Buffer.from("sign=x&sign_type=RSA"));
  expect(await replyOf(await send("alipay", { headers: {}, body }))).toEqual([401, "fail"]);
  const detail = "header: sign_type must be RSA2 (received RSA)";
  expect(JSON.parse(log("callback"))).toMatchObject({ event: "callback", reason: "refused", detail });
});

it("another method responds 405 with Allow", async () => {
  const reply = await publicRequest("/callbacks/stripe");
  expect([reply.status, reply.headers.get("Allow")]).toEqual([405, "POST"]);
});

it("the largest body in Alipay's GBK is stored and forwarded byte for byte", async () => {
  const biz = newBiz();
  const { app_id, seller_id } = Object.fromEntries(
    new URLSearchParams(new TextDecoder().decode(deliveryOf("alipay", biz).body)),
  );
  const about = { notify_id: "N1", notify_type: "trade_status_sync", out_trade_no: biz };
  const head = { app_id, charset: "gbk", gmt_payment: "2026-11-22 20:00:00", ...about };
  const tail = { subject: "", total_amount: "19.99", trade_no: "T1", trade_status: "TRADE_SUCCESS" };
  const [before = "", after = ""] = Object.entries({ ...head, ...(seller_id && { seller_id }), ...tail })
    .map(([name, value]) => `${name}=${value}`)
    .join("&")
    .split("subject=");
  const gbk = Buffer.alloc(14_000, Buffer.from([0xd3, 0xef])); // 语 repeated: bytes that are not UTF-8
  const content = Buffer.concat([Buffer.from(`${before}subject=`), gbk, Buffer.from(after)]);
  const key = { key: Buffer.from(developmentKeys.alipay, "base64"), format: "der", type: "pkcs8" } as const;
  const signature = encodeURIComponent(sign("sha256", content, key).toString("base64"));
  const body = new Uint8Array(Buffer.concat([content, Buffer.from(`&sign_type=RSA2&sign=${signature}`)]));

  const arrived: unknown[] = [];
  const record = (arrivals: readonly { raw: unknown }[]) => {
    arrived.push(...arrivals.map(({ raw }) => raw));
    return { result: "new" };
  };
  const claim = () => ({ biz, orphans: [] });
  const GROUP = { getByName: () => ({ claim, record }) } as unknown as Env["GROUP"]; // the route calls this method only
  const forward = { FORWARD_URL: "https://backend.example/hook", FORWARD_SECRET: env.FORWARD_SECRET };
  expect(await replyOf(await send("alipay", { headers: {}, body }, { GROUP, ...forward }))).toEqual([200, "success"]);
  expect(arrived).toEqual([`base64:${Buffer.from(body).toString("base64")}`]);
});

describe("an authentic delivery without an order", () => {
  const customer = { id: "evt_1", object: "event", type: "customer.created", livemode: false, data: { object: {} } };

  it("is acknowledged, which ends the provider's retries", async () => {
    expect(await replyOf(await send("stripe", deliveryOf("stripe", "", { event: customer })))).toEqual([200, ""]);
    expect(JSON.parse(log("callback"))).toMatchObject({ reason: "ignored", detail: "customer.created" });
  });

  it("is forwarded to the merchant's backend once", async () => {
    const changed = { FORWARD_URL: "https://backend.example/hook", FORWARD_SECRET: env.FORWARD_SECRET };
    const event = { ...customer, id: crypto.randomUUID() };
    for (const reason of ["ignored", "duplicate"]) {
      expect(await replyOf(await send("stripe", deliveryOf("stripe", "", { event }), changed))).toEqual([200, ""]);
      expect(JSON.parse(log("callback").split("\n").at(-1) ?? "")).toMatchObject({ reason });
    }
    expect((await send("stripe", deliveryOf("stripe", "", { event }), { ...changed, ...unreachable() })).status).toBe(
      503,
    );
  });
});

describe("a batch of Adyen", () => {
  const itemOf = (orderId: string): object => {
    const { notificationItems } = JSON.parse(new TextDecoder().decode(deliveryOf("adyen", orderId).body)) as {
      notificationItems: [object];
    };
    return notificationItems[0];
  };
  const batch = (...notificationItems: object[]) => ({
    headers: { "content-type": "application/json" },
    body: bytes(JSON.stringify({ live: "false", notificationItems })),
  });

  it("for two orders is stored in both before the success reply", async () => {
    const bizs = [newBiz(), newBiz()];
    await Promise.all(bizs.map((biz) => registerFor("adyen", biz)));
    const pages = await Promise.all(bizs.map((biz) => connect(`/ws/order/${biz}/`)));
    expect(await replyOf(await send("adyen", batch(...bizs.map(itemOf))))).toEqual([200, "[accepted]"]);
    for (const [i, biz] of bizs.entries()) {
      expect(await pages[i]?.nextJson()).toEqual({ biz, paid: true, status: "paid" });
    }
  });

  it("with one wrong signature is rejected as a whole and stores nothing", async () => {
    const [right, wrong] = [newBiz(), newBiz()];
    const forged = JSON.parse(JSON.stringify(itemOf(wrong)).replace('"value":1999', '"value":1')) as object;
    expect(await replyOf(await send("adyen", batch(itemOf(right), forged)))).toEqual([401, ""]);
    for (const biz of [right, wrong]) expect(await orderView(biz)).toMatchObject({ status: "pending", version: 0 });
  });

  it("with an unreachable order gets the retry reply", async () => {
    const bizs = [newBiz(), newBiz()];
    const reaches = (name: string) => (name === `order_${bizs[1]}` ? unreachable().GROUP : env.GROUP).getByName(name);
    await Promise.all(bizs.map((biz) => registerFor("adyen", biz)));
    const half = { GROUP: { getByName: reaches } as unknown as Env["GROUP"] }; // the route calls this method only
    expect((await send("adyen", batch(...bizs.map(itemOf)), half)).status).toBe(503);
    expect(await replyOf(await send("adyen", batch(...bizs.map(itemOf))))).toEqual([200, "[accepted]"]);
    for (const biz of bizs) expect(await orderView(biz)).toMatchObject({ status: "paid", version: 1 });
  });

  it("with an item of unknown order gets the retry reply, and stores the other item", async () => {
    const biz = newBiz();
    await registerFor("adyen", biz);
    const reply = await send("adyen", batch(itemOf(biz), itemOf("ORD-1001")), { ORDER_ID_KEY: "" });
    expect(reply.status).toBe(503);
    expect(await orderView(biz)).toMatchObject({ status: "paid" });
  });
});
