// wechatpay-axios-plugin signs and encrypts: the one WeChat Pay library whose GCM checks the tag.
import { generateKeyPairSync, type KeyObject } from "node:crypto";
import { Aes, Formatter, Rsa } from "wechatpay-axios-plugin";
import { describe, expect, it } from "vitest";
import { wechatpay } from "../../src/callbacks/wechatpay.ts";
import type { Webhook } from "../../src/core/callback.ts";
import {
  bare,
  cny,
  configured,
  flip,
  lost,
  network,
  NOW,
  NOW_SECONDS,
  payment,
  stage,
  verify,
  verifyOne,
  webhook,
} from "./delivery.ts";

const pair = () => generateKeyPairSync("rsa", { modulusLength: 2048 });
const platform = pair();
const publicKeyMode = pair();
const merchant = pair();
const pem = (key: KeyObject) => key.export({ type: "spki", format: "pem" }).toString();

const SERIAL = "5157F09EFDC096DE15EBE81A47057A7232F1B8E1";
const KEY_ID = "PUB_KEY_ID_0000000000000000000000000000000001";
const API_V3_KEY = "an-apiv3-key-made-for-this-test!";
const setting = {
  keys: { [SERIAL]: pem(platform.publicKey), [KEY_ID]: pem(publicKeyMode.publicKey) },
  apiV3Key: API_V3_KEY,
  mchid: "1900000001",
  appid: "wx0000000000000001",
};

const transaction = {
  mchid: setting.mchid,
  appid: setting.appid,
  out_trade_no: "ORD-1",
  transaction_id: "T1",
  trade_state: "SUCCESS",
  attach: "红包🧧",
  success_time: "2026-11-22T19:59:58+08:00",
  amount: { total: 1999, payer_total: 1999, currency: "CNY" },
};
const refund = {
  mchid: setting.mchid,
  out_trade_no: "ORD-1",
  transaction_id: "T1",
  refund_id: "R1",
  refund_status: "SUCCESS",
  amount: { total: 1999, refund: 500 },
};

const NONCE = "fdasflkja484";

function sealed(event_type: string, resource: object, more: object = {}, key = API_V3_KEY): string {
  const ciphertext = Aes.AesGcm.encrypt(JSON.stringify(resource), key, NONCE, "aad");
  const envelope = { algorithm: "AEAD_AES_256_GCM", ciphertext, associated_data: "aad", nonce: NONCE, ...more };
  return JSON.stringify({ id: "EV-1", create_time: "2026-11-22T20:00:00+08:00", event_type, resource: envelope });
}

function headers(
  body: string,
  { key = platform.privateKey, serial = SERIAL, at = NOW_SECONDS } = {},
): Record<string, string> {
  return {
    "Wechatpay-Timestamp": String(at),
    "Wechatpay-Nonce": "n1",
    "Wechatpay-Serial": serial,
    "Wechatpay-Signature": Rsa.sign(Formatter.joinedByLineFeed(String(at), "n1", body), key),
    "Wechatpay-Signature-Type": "WECHATPAY2-SHA256-RSA2048",
  };
}

const deliver = (body: string, options = {}) => webhook(headers(body, options), body);
const paidBody = sealed("TRANSACTION.SUCCESS", transaction);
const without = (name: string) => {
  const { [name]: _gone, ...rest } = headers(paidBody);
  return webhook(rest, paidBody);
};

const paid = payment("paid", "T1", cny("19.99"));
const failed = [{ kind: "refund_failed", refundId: "R1", paymentId: "T1", money: cny("5") }];

const rows: readonly (readonly [row: string, type: string, resource: object, facts: object[]])[] = [
  ["TRANSACTION.SUCCESS, trade_state = SUCCESS or REFUND", "TRANSACTION.SUCCESS", transaction, [paid]],
  [
    "TRANSACTION.FAIL",
    "TRANSACTION.FAIL",
    { ...transaction, trade_state: "PAY_FAIL" },
    [payment("failed", "T1", cny("19.99"))],
  ],
  [
    "REFUND.SUCCESS",
    "REFUND.SUCCESS",
    refund,
    [paid, { kind: "refund", refundId: "R1", paymentId: "T1", money: cny("5"), cumulative: false }],
  ],
  ["REFUND.ABNORMAL", "REFUND.ABNORMAL", { ...refund, refund_status: "ABNORMAL" }, failed],
  ["REFUND.CLOSED", "REFUND.CLOSED", { ...refund, refund_status: "CLOSED" }, failed],
];

describe("a WeChat Pay notification", async () => {
  const provider = await configured("wechatpay", setting);

  it("signed and encrypted by another library is verified", async () => {
    const callback = await verifyOne(provider, deliver(paidBody));
    expect(callback).toMatchObject({
      eventId: "EV-1",
      type: "TRANSACTION.SUCCESS",
      orderId: "ORD-1",
      paymentId: "T1",
      at: NOW,
    });
  });

  it.each(rows)("%s", async (_row, type, resource, facts) => {
    expect(bare((await verifyOne(provider, deliver(sealed(type, resource)))).facts)).toEqual(facts);
  });

  it("has a test for every rule", () => {
    expect(rows.map(([row]) => row)).toEqual(wechatpay.mapping.map(([row]) => row));
  });

  it("is accepted by certificate and by public key during WeChat's migration", async () => {
    expect(await stage(provider, deliver(paidBody, { key: publicKeyMode.privateKey, serial: KEY_ID }))).toBe(
      "verified",
    );
    expect(await stage(provider, deliver(paidBody, { key: publicKeyMode.privateKey, serial: SERIAL }))).toBe(
      "signature",
    );
  });

  it("without a signature type counts as RSA", async () => {
    expect(await stage(provider, without("Wechatpay-Signature-Type"))).toBe("verified");
  });

  it("of another kind is accepted without facts", async () => {
    const body = sealed("PAYSCORE.USER_PAID", { mchid: setting.mchid, out_order_no: "1" });
    expect((await verifyOne(provider, deliver(body))).facts).toEqual([]);
  });

  it("with a changed GCM tag is rejected even though its signature matches", async () => {
    const envelope = (JSON.parse(paidBody) as { resource: { ciphertext: string } }).resource;
    const bytes = Buffer.from(envelope.ciphertext, "base64");
    bytes.writeUInt8(bytes.readUInt8(bytes.length - 1) ^ 1, bytes.length - 1);
    const body = paidBody.replace(envelope.ciphertext, bytes.toString("base64"));
    expect(await stage(provider, deliver(body))).toBe("decrypt");
  });

  it.each([
    ["a byte of the body changed", () => webhook(headers(paidBody), flip(paidBody)), "signature"],
    [
      "a byte of the signature changed",
      () =>
        webhook(
          { ...headers(paidBody), "Wechatpay-Signature": flip(headers(paidBody)["Wechatpay-Signature"] ?? "") },
          paidBody,
        ),
      "signature",
    ],
    ["a byte order mark before the body", () => webhook(headers(paidBody), `\u{feff}${paidBody}`), "signature"],
    ["an unknown serial", () => deliver(paidBody, { serial: "0000000000000000000000000000000000000000" }), "signature"],
    ["__proto__ for a serial", () => deliver(paidBody, { serial: "__proto__" }), "signature"],
    ["the merchant's own key", () => deliver(paidBody, { key: merchant.privateKey }), "signature"],
    ["no timestamp", () => without("Wechatpay-Timestamp"), "header"],
    ["no nonce", () => without("Wechatpay-Nonce"), "header"],
    ["no serial", () => without("Wechatpay-Serial"), "header"],
    ["no signature", () => without("Wechatpay-Signature"), "header"],
    [
      "two timestamps",
      () => webhook([...Object.entries(headers(paidBody)), ["wechatpay-timestamp", String(NOW_SECONDS)]], paidBody),
      "header",
    ],
    [
      "the type of SM2",
      () => webhook({ ...headers(paidBody), "Wechatpay-Signature-Type": "WECHATPAY2-SM2-WITH-SM3" }, paidBody),
      "header",
    ],
    ["301 s too old", () => deliver(paidBody, { at: NOW_SECONDS - 301 }), "time"],
    ["301 s too new", () => deliver(paidBody, { at: NOW_SECONDS + 301 }), "time"],
    [
      "another APIv3 key",
      () => deliver(sealed("TRANSACTION.SUCCESS", transaction, {}, "another-apiv3-key-of-32-bytes-!!")),
      "decrypt",
    ],
    ["another algorithm", () => deliver(sealed("TRANSACTION.SUCCESS", transaction, { algorithm: "NONE" })), "decrypt"],
    [
      "other associated data",
      () => deliver(sealed("TRANSACTION.SUCCESS", transaction, { associated_data: "" })),
      "decrypt",
    ],
    ["no resource", () => deliver(JSON.stringify({ id: "EV-1" })), "decrypt"],
    ["a body that is not JSON", () => deliver("hello"), "parse"],
  ])("with %s is rejected", async (_what, delivery, at) => {
    expect(await stage(provider, delivery())).toBe(at);
  });

  it.each<[string, () => Webhook | Promise<Webhook>, "no_event_id" | "unpriced"]>([
    [
      "an unreadable amount",
      () => deliver(sealed("TRANSACTION.SUCCESS", { ...transaction, amount: { total: 19.99 } })),
      "unpriced",
    ],
  ])("with %s is accepted without an amount or without facts", async (_what, delivery, what) => {
    const { facts, ignored } = await verifyOne(provider, await delivery());
    if (what === "unpriced") expect(facts).toMatchObject([{ kind: "payment", money: null }]);
    else expect([facts, ignored]).toEqual([[], what]);
  });

  it.each([
    ["another mchid", { mchid: "1900000002" }],
    ["no mchid", { mchid: undefined }],
    ["another appid", { appid: "wx2" }],
    ["no appid", { appid: undefined }],
  ])("with %s is authentic but yields no facts", async (_what, change) => {
    const delivery = deliver(sealed("TRANSACTION.SUCCESS", { ...transaction, ...change }));
    expect(await verifyOne(provider, delivery)).toMatchObject({ facts: [], ignored: "other_account" });
  });

  it("of a combined order yields the payment of each sub order, with separate event ids", async () => {
    const sub_orders = [1, 2].map((n) => ({
      mchid: setting.mchid,
      out_trade_no: `ORD-${n}`,
      transaction_id: `T${n}`,
      trade_state: "SUCCESS",
      amount: { total_amount: 100 * n, currency: "CNY" },
    }));
    const combined = { combine_mchid: "1900000009", combine_appid: setting.appid, sub_orders };
    const callbacks = await verify(provider, deliver(sealed("TRANSACTION.SUCCESS", combined)));
    expect(callbacks.map(({ eventId, orderId, facts }) => [eventId, orderId, bare(facts)])).toEqual([
      ["EV-1:1900000001:ORD-1", "ORD-1", [payment("paid", "T1", cny("1"))]],
      ["EV-1:1900000001:ORD-2", "ORD-2", [payment("paid", "T2", cny("2"))]],
    ]);
  });

  it.each([
    ["another merchant's sub order", { mchid: "1900000002" }, "other_account"],
    ["another merchant behind ours", { sub_mchid: "1900000002" }, "other_account"],
    ["ours behind a provider", { mchid: "1230000109", sub_mchid: setting.mchid }, null],
  ])("of a combined order counts by the merchant that receives the payment: %s", async (_what, change, ignored) => {
    const sub_orders = [
      { mchid: setting.mchid, out_trade_no: "ORD-1", transaction_id: "T1", trade_state: "SUCCESS", ...change },
    ];
    const combined = { combine_mchid: setting.mchid, combine_appid: setting.appid, sub_orders };
    const callback = await verifyOne(provider, deliver(sealed("TRANSACTION.SUCCESS", combined)));
    expect(callback).toMatchObject({ ignored, facts: ignored === null ? [{ status: "paid" }] : [] });
  });

  it("of a combined order without sub orders is accepted without facts", async () => {
    const combined = { combine_mchid: setting.mchid, combine_appid: setting.appid, sub_orders: [] };
    expect((await verifyOne(provider, deliver(sealed("TRANSACTION.SUCCESS", combined)))).facts).toEqual([]);
  });

  it.each([
    ["its merchant", setting.mchid, null],
    ["another merchant", "1900000002", "other_account"],
  ])("of a service provider counts for the sub-merchant: %s", async (_what, sub_mchid, ignored) => {
    const names = { mchid: undefined, appid: undefined, sp_mchid: "1230000109", sp_appid: setting.appid, sub_mchid };
    const callback = await verifyOne(provider, deliver(sealed("TRANSACTION.SUCCESS", { ...transaction, ...names })));
    expect(callback.ignored).toBe(ignored);
  });

  it.each([
    ["MCHTRANSFER.BILL.FINISHED", { out_bill_no: "B1", state: "SUCCESS" }, null],
    ["COMPLAINT.CREATE", { complaint_id: "C1", action_type: "CREATE_COMPLAINT" }, null],
    ["TRANSACTION.SUCCESS", { mchid: setting.mchid, order_id: "P1", out_order_no: "ORD-1" }, null],
    ["PAYSCORE.USER_PAID", { mchid: setting.mchid, appid: setting.appid, out_order_no: "ORD-1" }, null],
    ["PAYSCORE.USER_PAID", { mchid: "1900000002", appid: setting.appid, out_order_no: "ORD-1" }, "other_account"],
  ])("of %s without a payment is accepted", async (type, resource, ignored) => {
    expect(await verifyOne(provider, deliver(sealed(type, resource)))).toMatchObject({ facts: [], ignored });
  });

  it("has its order id at the setting's path, attach, which refunds lack", async () => {
    const other = await configured("wechatpay", { ...setting, order: ["attach.order_id", "out_trade_no"] });
    const orderOf = async (type: string, resource: object) =>
      (await verifyOne(other, deliver(sealed(type, resource)))).orderId;
    const attach = JSON.stringify({ order_id: "ORD-9" });
    expect(await orderOf("TRANSACTION.SUCCESS", { ...transaction, attach })).toBe("ORD-9");
    expect(await orderOf("TRANSACTION.SUCCESS", transaction)).toBe("ORD-1");
    expect(await orderOf("REFUND.SUCCESS", refund)).toBe(null);
  });

  it.each(["mchid", "appid"])("requires %s in the setting: one id, several or any", async (name) => {
    const configured = async (value: unknown) => (await wechatpay.configure({ ...setting, [name]: value })).ok;
    expect(await wechatpay.configure({ ...setting, [name]: undefined })).toEqual({
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

  it("requires an APIv3 key of 32 bytes", async () => {
    expect(await wechatpay.configure({ ...setting, apiV3Key: API_V3_KEY.slice(1) })).toEqual({
      ok: false,
      reason: "apiV3Key must be 32 bytes long (received 31 characters)",
    });
  });
});

describe("a query to WeChat Pay", async () => {
  const merchantPrivateKey = merchant.privateKey.export({ type: "pkcs8", format: "pem" }).toString();
  const access = { merchantPrivateKey, merchantSerial: "M1", publicKeyId: KEY_ID, apiBase: "http://127.0.0.1:12113" };
  const provider = await configured("wechatpay", { ...setting, ...access });

  const answer = (body: object, options = {}) => {
    const text = JSON.stringify(body);
    return new Response(text, { headers: headers(text, options) });
  };

  it("is signed with the merchant's key and names the key for the response", async () => {
    const { io, requests } = network(() => answer(transaction));
    const found = await provider.query("ORD-1", io);
    expect(found.ok && bare(found.value)).toEqual([paid]);
    const { url, init } = requests[0] ?? { url: new URL("http://none"), init: {} };
    expect(url.pathname + url.search).toBe("/v3/pay/transactions/out-trade-no/ORD-1?mchid=1900000001");
    const sent = init.headers as Record<string, string>; // as wechatpay-query.ts gives them
    expect(sent["wechatpay-serial"]).toBe(KEY_ID);
    const field = (name: string) => new RegExp(`${name}="([^"]*)"`).exec(sent["authorization"] ?? "")?.[1] ?? "";
    const message = Formatter.request("GET", url.pathname + url.search, field("timestamp"), field("nonce_str"), "");
    expect(Rsa.verify(message, field("signature"), merchant.publicKey)).toBe(true);
    expect(field("serial_no")).toBe("M1");
  });

  it.each([
    ["SUCCESS", "paid"],
    ["NOTPAY", "pending"],
    ["USERPAYING", "pending"],
    ["PAYERROR", "failed"],
    ["CLOSED", "closed"],
    ["REVOKED", "closed"],
  ])("of a transaction in %s yields the status %s", async (trade_state, status) => {
    const found = await provider.query("ORD-1", network(() => answer({ ...transaction, trade_state })).io);
    expect(found.ok && found.value).toMatchObject([{ kind: "payment", status, eventId: "query:T1" }]);
  });

  it.each([
    ["WeChat knows no such order", () => Response.json({ code: "ORDER_NOT_EXIST" }, { status: 404 }), "unknown_order"],
    ["there is no such path", () => new Response("", { status: 404 }), "try_again"],
    ["WeChat limits the rate", () => new Response("{}", { status: 429 }), "try_again"],
    ["WeChat fails", () => new Response("", { status: 502 }), "try_again"],
    ["the response is unsigned", () => Response.json(transaction), "try_again"],
    ["the response is signed with another key", () => answer(transaction, { key: merchant.privateKey }), "try_again"],
    ["the response is too old", () => answer(transaction, { at: NOW_SECONDS - 301 }), "try_again"],
    ["the response is about a different order", () => answer({ ...transaction, out_trade_no: "ORD-2" }), "try_again"],
    ["it is another app", () => answer({ ...transaction, appid: "wx2" }), "try_again"],
    ["the response is not JSON", () => new Response("<html>"), "try_again"],
    ["the connection is lost", lost, "try_again"],
  ])("returns no facts if %s", async (_what, response, reason) => {
    expect(await provider.query("ORD-1", network(response).io)).toEqual({ ok: false, reason });
  });

  it.each([
    ["several merchants", { mchid: ["1900000001", "1900000002"] }],
    ["any merchant", { mchid: "any" }],
    ["another field for the order's id", { order: "attach" }],
  ])("is not available if the setting has %s", async (_what, change) => {
    const other = await configured("wechatpay", { ...setting, ...access, ...change });
    expect(await other.query("ORD-1", network(lost).io)).toEqual({ ok: false, reason: "not_configured" });
  });

  it("without the merchant's private key is not configured", async () => {
    expect(await (await configured("wechatpay", setting)).query("ORD-1", network(lost).io)).toEqual({
      ok: false,
      reason: "not_configured",
    });
  });
});
