// alipay-sdk cannot sign notifications: node:crypto signs them, and the SDK must verify them as well.
import { createSign, createVerify, generateKeyPairSync, type KeyObject } from "node:crypto";
import { AlipaySdk } from "alipay-sdk";
import { describe, expect, it } from "vitest";
import { alipay } from "../../src/callbacks/alipay.ts";
import type { Webhook } from "../../src/core/callback.ts";
import { bare, cny, configured, lost, network, NOW, payment, stage, verifyOne, webhook } from "./delivery.ts";

const pair = () => generateKeyPairSync("rsa", { modulusLength: 2048 });
const theirs = pair();
const ours = pair();
const pem = (key: KeyObject) => key.export({ type: "spki", format: "pem" }).toString();
const privatePem = (key: KeyObject) => key.export({ type: "pkcs8", format: "pem" }).toString();

const fields = {
  notify_id: "N1",
  notify_type: "trade_status_sync",
  notify_time: "2026-11-22 20:00:00",
  charset: "utf-8",
  version: "1.0",
  app_id: "2021000000000001",
  seller_id: "2088000000000001",
  out_trade_no: "ORD-1",
  trade_no: "T1",
  trade_status: "TRADE_SUCCESS",
  total_amount: "19.99",
  gmt_payment: "2026-11-22 19:59:58",
  subject: "红包🧧 & a=b+c%d",
};

type Fields = Readonly<Record<string, string>>;

const content = (signed: Fields, encode: (text: string) => Buffer): Buffer =>
  Buffer.concat(
    Object.keys(signed)
      .toSorted()
      .flatMap((name, index) => [Buffer.from(index === 0 ? "" : "&"), encode(`${name}=${signed[name] ?? ""}`)]),
  );

const utf8 = (text: string) => Buffer.from(text, "utf8");
const sign = (signed: Fields, key = theirs.privateKey, algorithm = "RSA-SHA256", encode = utf8) =>
  createSign(algorithm).update(content(signed, encode)).sign(key, "base64");

const form = (all: Fields) => new URLSearchParams(all).toString();
const deliver = (signed: Fields, more: Fields = {}) =>
  webhook({}, form({ ...signed, sign_type: "RSA2", sign: sign(signed), ...more }));

const paid = payment("paid", "T1", cny("19.99"));
const refund = (amount: string) => ({
  kind: "refund",
  refundId: "R1",
  paymentId: "T1",
  money: cny(amount),
  cumulative: true,
});
const half = { refund_fee: "5.00", out_biz_no: "R1" };

const rows: readonly (readonly [row: string, more: Fields, facts: object[]])[] = [
  ["TRADE_SUCCESS, refunded = yes", half, [paid, refund("5")]],
  ["TRADE_SUCCESS", {}, [paid]],
  ["TRADE_FINISHED, refunded = yes", { trade_status: "TRADE_FINISHED", ...half }, [paid, refund("5")]],
  ["TRADE_FINISHED", { trade_status: "TRADE_FINISHED" }, [paid]],
  ["WAIT_BUYER_PAY", { trade_status: "WAIT_BUYER_PAY", gmt_payment: "" }, [payment("pending", "T1", cny("19.99"))]],
  [
    "TRADE_CLOSED, refunded = yes",
    { trade_status: "TRADE_CLOSED", refund_fee: "19.99", out_biz_no: "R1" },
    [paid, refund("19.99")],
  ],
  [
    "TRADE_CLOSED, was_paid = yes",
    { trade_status: "TRADE_CLOSED" },
    [paid, { kind: "voided", voidId: null, paymentId: "T1", money: null }],
  ],
  ["TRADE_CLOSED", { trade_status: "TRADE_CLOSED", gmt_payment: "" }, [payment("closed", "T1", cny("19.99"))]],
];

const setting = { alipayPublicKey: pem(theirs.publicKey), appId: fields.app_id, sellerId: fields.seller_id };

describe("an Alipay notification", async () => {
  const provider = await configured("alipay", setting);

  it("that alipay-sdk verifies is verified", async () => {
    const sdk = new AlipaySdk({
      appId: fields.app_id,
      privateKey: privatePem(ours.privateKey),
      alipayPublicKey: setting.alipayPublicKey,
      keyType: "PKCS8",
    });
    const all = { ...fields, sign_type: "RSA2", sign: sign(fields) };
    expect(sdk.checkNotifySignV2({ ...all })).toBe(true);
    const callback = await verifyOne(provider, webhook({}, form(all)));
    expect(callback).toMatchObject({
      eventId: "N1",
      type: "TRADE_SUCCESS",
      orderId: "ORD-1",
      paymentId: "T1",
      at: NOW,
    });
    expect(bare(callback.facts)).toEqual([paid]);
  });

  it.each(rows)("%s", async (_row, more, facts) => {
    expect(bare((await verifyOne(provider, deliver({ ...fields, ...more }))).facts)).toEqual(facts);
  });

  it("has a test for every rule", () => {
    expect(rows.map(([row]) => row)).toEqual(alipay.mapping.map(([row]) => row));
  });

  it("with refund_fee=0.00 is a payment without a refund", async () => {
    expect(bare((await verifyOne(provider, deliver({ ...fields, refund_fee: "0.00" }))).facts)).toEqual([paid]);
  });

  it("about something other than a trade is accepted without facts", async () => {
    expect((await verifyOne(provider, deliver({ ...fields, notify_type: "open_app_auth_notify" }))).facts).toEqual([]);
  });

  it.each([
    ["gbk", "GBK"],
    ["gb2312", "gb2312"],
    ["gb18030", "GB18030"],
  ])("in %s is verified over its original bytes", async (_name, charset) => {
    // Node cannot encode GBK: these are the bytes of the two characters 语雀.
    const signed: Fields = {
      ...fields,
      charset,
      subject: "\u00d3\u00ef\u00c8\u00b8",
      out_trade_no: "\u00d3\u00ef\u00c8\u00b8-1",
    };
    const latin1 = (text: string) => Buffer.from(text, "latin1");
    const escaped = (value: string) =>
      [...latin1(value)]
        .map((byte) => (byte < 128 ? encodeURIComponent(String.fromCharCode(byte)) : `%${byte.toString(16)}`))
        .join("");
    const all: Fields = { ...signed, sign_type: "RSA2", sign: sign(signed, theirs.privateKey, "RSA-SHA256", latin1) };
    const body = Object.entries(all)
      .map(([name, value]) => `${name}=${escaped(value)}`)
      .join("&");
    expect((await verifyOne(provider, webhook({}, body))).orderId).toBe("语雀-1");
  });

  it.each([{ app_id: "2021000000000002" }, { seller_id: "2088000000000002" }, { seller_id: "" }])(
    "of %o is authentic but yields no facts",
    async (change) => {
      const callback = await verifyOne(provider, deliver({ ...fields, ...change }));
      expect(callback).toMatchObject({ facts: [], ignored: "other_account" });
    },
  );

  it.each([
    [{ notify_type: "fund_auth_freeze", seller_id: "", auth_no: "AUTH-1", out_order_no: "ORD-1" }, null],
    [{ notify_type: "", msg_method: "alipay.merchant.tradecomplain.changed", seller_id: "" }, null],
    [{ notify_type: "fund_auth_freeze", seller_id: "", app_id: "2021000000000002" }, "other_account"],
  ])("of another kind, %o, is accepted without a seller", async (change, ignored) => {
    expect(await verifyOne(provider, deliver({ ...fields, ...change }))).toMatchObject({ facts: [], ignored });
  });

  it.each(["appId", "sellerId"])("requires %s in the setting: one id, several or any", async (name) => {
    const configured = async (value: unknown) => (await alipay.configure({ ...setting, [name]: value })).ok;
    expect(await alipay.configure({ ...setting, [name]: undefined })).toEqual({
      ok: false,
      reason: `${name} must be the ${name} whose events count, a list of them, or "any" (received no value)`,
    });
    expect(await Promise.all([configured("1"), configured(["1", "2"]), configured("any"), configured([])])).toEqual([
      true,
      true,
      true,
      false,
    ]);
  });

  it.each([
    ["passback_params", "ORD-9", "ORD-9"],
    ["passback_params.order_id", '{"order_id":"ORD-9"}', "ORD-9"],
    [["passback_params.order_id", "out_trade_no"], "ORD-9", "ORD-1"],
  ])("has its order id at the setting's path: %s, %s", async (order, passback_params, orderId) => {
    const other = await configured("alipay", { ...setting, order });
    expect((await verifyOne(other, deliver({ ...fields, passback_params }))).orderId).toBe(orderId);
  });

  it("has the time of each change, independent of the time of sending", async () => {
    const later = { notify_time: "2026-11-23 21:00:00", gmt_create: "2026-11-22 19:59:00" };
    const times = { ...half, gmt_refund: "2026-11-22 20:30:00.320", gmt_close: "2026-11-22 20:31:00", ...later };
    const sent = async (change: Fields) =>
      (await verifyOne(provider, deliver({ ...fields, ...times, ...change }))).facts;
    const second = 1000;
    expect((await sent({})).map(({ at }) => at)).toEqual([NOW - 2 * second, NOW + 1800 * second + 320]);
    const unpaid = { refund_fee: "", gmt_payment: "" };
    expect((await sent({ ...unpaid, trade_status: "WAIT_BUYER_PAY" })).map(({ at }) => at)).toEqual([
      NOW - 60 * second,
    ]);
    expect((await sent({ ...unpaid, trade_status: "TRADE_CLOSED" })).map(({ at }) => at)).toEqual([
      NOW + 1860 * second,
    ]);
  });

  it("of a trade in another currency has that currency", async () => {
    const callback = await verifyOne(provider, deliver({ ...fields, ...half, trans_currency: "HKD" }));
    expect(callback.facts).toMatchObject([{ money: { currency: "HKD" } }, { money: { currency: "HKD" } }]);
  });

  it("that is 25 hours late is verified, since Alipay repeats for that long", async () => {
    expect(await stage(provider, deliver(fields), NOW + 25 * 3_600_000)).toBe("verified");
  });

  it("is accepted with both keys while Alipay's key is replaced", async () => {
    const rotating = await configured("alipay", {
      ...setting,
      alipayPublicKey: [pem(ours.publicKey), setting.alipayPublicKey],
    });
    expect(await stage(rotating, deliver(fields))).toBe("verified");
  });

  it("is verified with a bare base64 key, as Alipay's console prints it", async () => {
    const bareKey = theirs.publicKey.export({ type: "spki", format: "der" }).toString("base64");
    expect(await stage(await configured("alipay", { ...setting, alipayPublicKey: bareKey }), deliver(fields))).toBe(
      "verified",
    );
  });

  it.each([
    ["a byte of a field changed", () => deliver(fields, { total_amount: "19.98" }), "signature"],
    [
      "a byte of the signature changed",
      () => deliver(fields, { sign: sign(fields).replace(/^./, (first) => (first === "A" ? "B" : "A")) }),
      "signature",
    ],
    ["a field added", () => deliver(fields, { refund_fee: "0.00" }), "signature"],
    ["the app's own key", () => deliver(fields, { sign: sign(fields, ours.privateKey) }), "signature"],
    [
      "a SHA-1 signature called RSA2",
      () => deliver(fields, { sign: sign(fields, theirs.privateKey, "RSA-SHA1") }),
      "signature",
    ],
    [
      "a SHA-1 signature",
      () => deliver(fields, { sign_type: "RSA", sign: sign(fields, theirs.privateKey, "RSA-SHA1") }),
      "header",
    ],
    ["no sign", () => webhook({}, form({ ...fields, sign_type: "RSA2" })), "header"],
    ["no sign_type", () => webhook({}, form({ ...fields, sign: sign(fields) })), "header"],
    ["an empty body", () => webhook({}, ""), "header"],
    [
      "a field twice",
      () => webhook({}, `${form({ ...fields, sign_type: "RSA2", sign: sign(fields) })}&out_trade_no=EVIL`),
      "parse",
    ],
    [
      "a byte order mark before it",
      () => webhook({}, `\u{feff}${form({ ...fields, sign_type: "RSA2", sign: sign(fields) })}`),
      "parse",
    ],
    ["a JSON body", () => webhook({}, JSON.stringify(fields)), "parse"],
    ["a broken escape", () => webhook({}, "sign=%zz"), "parse"],
    ["an unsupported charset", () => deliver({ ...fields, charset: "utf-7" }), "parse"],
  ])("with %s is rejected", async (_what, delivery, at) => {
    expect(await stage(provider, delivery())).toBe(at);
  });

  it.each<[string, () => Webhook | Promise<Webhook>, "no_event_id" | "unpriced"]>([
    ["an unreadable amount", () => deliver({ ...fields, total_amount: "-19.99" }), "unpriced"],
    ["no notify_id", () => deliver({ ...fields, notify_id: "" }), "no_event_id"],
  ])("with %s is accepted without an amount or without facts", async (_what, delivery, what) => {
    const { facts, ignored } = await verifyOne(provider, await delivery());
    if (what === "unpriced") expect(facts).toMatchObject([{ kind: "payment", money: null }]);
    else expect([facts, ignored]).toEqual([[], what]);
  });
});

describe("a query to Alipay", async () => {
  const gateway = "http://127.0.0.1:12112/gateway.do";
  const provider = await configured("alipay", { ...setting, appPrivateKey: privatePem(ours.privateKey), gateway });
  const trade = {
    code: "10000",
    msg: "Success",
    out_trade_no: "ORD-1",
    trade_no: "T1",
    trade_status: "TRADE_SUCCESS",
    total_amount: "19.99",
    send_pay_date: "2026-11-22 19:59:58",
    body: 'a "quoted" } brace',
  };

  function answer(response: object, key = theirs.privateKey): Response {
    const text = JSON.stringify(response);
    const signature = createSign("RSA-SHA256").update(text).sign(key, "base64");
    return new Response(`{"alipay_trade_query_response":${text},"sign":"${signature}"}`);
  }

  it("is signed with the app's key and carries the order id", async () => {
    const { io, requests } = network(() => answer(trade));
    expect((await provider.query("ORD-1", io)).ok).toBe(true);
    const sent = Object.fromEntries(new URLSearchParams(await new Response(requests[0]?.init.body ?? null).text()));
    expect(sent).toMatchObject({
      method: "alipay.trade.query",
      biz_content: '{"out_trade_no":"ORD-1"}',
      timestamp: "2026-11-22 20:00:00",
    });
    const { sign: signature, ...signed } = sent;
    expect(
      createVerify("RSA-SHA256")
        .update(content(signed, utf8))
        .verify(ours.publicKey, signature ?? "", "base64"),
    ).toBe(true);
  });

  it.each([
    ["TRADE_SUCCESS", {}, [paid]],
    ["TRADE_FINISHED", {}, [paid]],
    ["WAIT_BUYER_PAY", { send_pay_date: undefined }, [payment("pending", "T1", cny("19.99"))]],
    ["TRADE_CLOSED", { send_pay_date: undefined }, [payment("closed", "T1", cny("19.99"))]],
    ["TRADE_CLOSED", {}, [paid, { kind: "voided", voidId: null, paymentId: "T1", money: null }]],
  ])("of a trade in %s yields its facts", async (trade_status, more, facts) => {
    const found = await provider.query("ORD-1", network(() => answer({ ...trade, ...more, trade_status })).io);
    expect(found.ok && bare(found.value)).toEqual(facts);
  });

  it.each([
    [
      "the buyer has not opened the cashier",
      () => answer({ code: "40004", sub_code: "ACQ.TRADE_NOT_EXIST" }),
      "unknown_order",
    ],
    ["the response is signed with another key", () => answer(trade, ours.privateKey), "try_again"],
    [
      "the error is not signed",
      () => Response.json({ alipay_trade_query_response: { code: "40004", sub_code: "ACQ.TRADE_NOT_EXIST" } }),
      "try_again",
    ],
    [
      "a second response precedes the signed one",
      async () =>
        new Response(`{"alipay_trade_query_response":{"code":"10000"},${(await answer(trade).text()).slice(1)}`),
      "try_again",
    ],
    ["the response is about a different order", () => answer({ ...trade, out_trade_no: "ORD-2" }), "try_again"],
    ["Alipay is busy", () => answer({ code: "20000", sub_code: "aop.ACQ.SYSTEM_ERROR" }), "try_again"],
    ["the gateway fails", () => new Response("", { status: 502 }), "try_again"],
    ["the response is not JSON", () => new Response("<html>"), "try_again"],
    ["the connection is lost", lost, "try_again"],
  ])("returns no facts if %s", async (_what, response, reason) => {
    expect(await provider.query("ORD-1", network(response).io)).toEqual({ ok: false, reason });
  });

  it("has the trade's currency if it is not yuan", async () => {
    const found = await provider.query("ORD-1", network(() => answer({ ...trade, trans_currency: "HKD" })).io);
    expect(found.ok && bare(found.value)).toEqual([payment("paid", "T1", { ...cny("19.99"), currency: "HKD" })]);
  });

  it.each([
    ["several apps", { appId: ["2021000000000001", "2021000000000002"] }],
    ["any app", { appId: "any" }],
    ["another field for the order's id", { order: "passback_params" }],
  ])("is not available if the setting has %s", async (_what, change) => {
    const other = await configured("alipay", {
      ...setting,
      appPrivateKey: privatePem(ours.privateKey),
      gateway,
      ...change,
    });
    expect(await other.query("ORD-1", network(lost).io)).toEqual({ ok: false, reason: "not_configured" });
  });

  it("without the app's private key is not configured", async () => {
    expect(await (await configured("alipay", setting)).query("ORD-1", network(lost).io)).toEqual({
      ok: false,
      reason: "not_configured",
    });
  });
});
