// Alipay's asynchronous notifications: RSA2 over the sorted, decoded form fields (opendocs.alipay.com/open/203/105286). Never RSA (SHA-1),
// whatever `sign_type` says. No time window: Alipay repeats for 25 hours, with the same notify_id. No I/O.
import type { Callback, Unproved } from "../core/callback.ts";
import { no, ok, type Result } from "../core/result.ts";
import type { Adapter } from "./adapter.ts";
import { alipayTime, queryAlipay, type AlipayAccess } from "./alipay-query.ts";
import { fromBase64, fromBinary, textOf } from "./bytes.ts";
import { header, major, noAmount, unproved } from "./content.ts";
import { parseForm, signedForm } from "./form.ts";
import { becomes, callbackOf, printed, type Row, type Told } from "./mapping.ts";
import { replyIn } from "./reply.ts";
import { Setting } from "./setting.ts";
import { isRsaSigned, type Key } from "./signature.ts";

interface Config {
  readonly keys: readonly Key[];
  readonly appId: string;
  readonly sellerId: string | null;
  readonly access: AlipayAccess | null;
}

/** By `trade_status`. `refunded` is whether refund_fee is more than nothing; `was_paid` whether there is a gmt_payment. */
const events: readonly Row[] = [
  // A partial refund looks like another success; what has been refunded so far is in refund_fee.
  { event: "TRADE_SUCCESS", where: { refunded: ["yes"] }, becomes: ["paid", "refund"] },
  { event: "TRADE_SUCCESS", becomes: ["paid"] },
  { event: "TRADE_FINISHED", where: { refunded: ["yes"] }, becomes: ["paid", "refund"] },
  { event: "TRADE_FINISHED", becomes: ["paid"] },
  { event: "WAIT_BUYER_PAY", becomes: ["pending"] },
  // Closed is one word for two things: never paid in time, or refunded in full.
  { event: "TRADE_CLOSED", where: { refunded: ["yes"] }, becomes: ["paid", "refund"] },
  { event: "TRADE_CLOSED", where: { was_paid: ["yes"] }, becomes: ["paid", "voided"] },
  { event: "TRADE_CLOSED", becomes: ["closed"] },
];

export const alipay: Adapter<Config> = {
  name: "alipay",

  async configure(value) {
    const setting = new Setting(value, ["alipayPublicKey", "appId", "sellerId", "appPrivateKey", "gateway"]);
    const keys = await setting.publicKeys("alipayPublicKey", setting.strings("alipayPublicKey"));
    const appId = setting.string("appId");
    const sellerId = setting.optionalString("sellerId");
    const privateKey = await setting.optionalPrivateKey("appPrivateKey");
    const gateway = setting.base("gateway", "https://openapi.alipay.com/gateway.do");
    if (setting.problem !== null) return no(setting.problem);
    return ok({ keys, appId, sellerId, access: privateKey === null ? null : { privateKey, gateway, appId, keys } });
  },

  async verify(config, webhook) {
    const fields = parseForm(webhook.body);
    if (fields === null) return unproved("parse", "not a form, or a field occurs twice");
    const sign = fields.get("sign") ?? "";
    if (sign === "") return unproved("header", "no sign");
    // The sender may not choose: `RSA` is SHA-1.
    if (fields.get("sign_type") !== "RSA2") return unproved("header", "another sign_type");
    if (!(await isRsaSigned(config.keys, fromBase64(sign), signedForm(fields, "sign", "sign_type")))) {
      return unproved("signature", "wrong sign, or the key is the app's own and not Alipay's");
    }
    return provedBy(config, fields, contentCharset(header(webhook, "content-type")));
  },

  canQuery: ({ access }) => access !== null,
  query: async (config, orderId, io) =>
    config.access === null ? no("not_configured") : queryAlipay(config.access, orderId, io),

  // Exactly these seven bytes (opendocs.alipay.com/open/203/105286).
  reply: (verdict) => replyIn({ success: "success", failure: "fail", type: "text/plain" }, verdict),
  mapping: printed(events),
};

/** What Alipay's charsets are called in the Encoding Standard; none but these is decoded. */
const charsets: ReadonlyMap<string, string> = new Map([
  ["utf-8", "utf-8"],
  ["utf8", "utf-8"],
  ["gbk", "gbk"],
  ["gb2312", "gbk"],
  ["gb18030", "gb18030"],
]);

const contentCharset = (type: string | null): string | null => /charset=["']?([\w-]+)/i.exec(type ?? "")?.[1] ?? null;

function provedBy(
  config: Config,
  fields: ReadonlyMap<string, string>,
  contentCharset: string | null,
): Result<readonly Callback[], Unproved> {
  // The field is signed, the header is not; without either it is UTF-8.
  const charset = charsets.get((fields.get("charset") ?? contentCharset ?? "utf-8").toLowerCase());
  if (charset === undefined) return unproved("parse", "another charset");
  const texts = new Map<string, string>();
  for (const name of READ) {
    const text = textOf(fromBinary(fields.get(name) ?? ""), charset);
    if (text === null) return unproved("parse", "a field that is not in its charset");
    if (text !== "") texts.set(name, text);
  }
  const text = (name: string) => texts.get(name) ?? null;
  if (text("app_id") !== config.appId) return unproved("identity", "another app_id");
  if (config.sellerId !== null && text("seller_id") !== config.sellerId)
    return unproved("identity", "another seller_id");
  const callback = callbackOf(told(text));
  return callback.ok ? ok([callback.value]) : callback;
}

/** The fields that are read; the others may hold whatever the merchant and the buyer wrote. */
const READ = [
  "app_id",
  "gmt_payment",
  "notify_id",
  "notify_time",
  "notify_type",
  "out_biz_no",
  "out_trade_no",
  "refund_fee",
  "seller_id",
  "total_amount",
  "trade_no",
  "trade_status",
];

function told(text: (name: string) => string | null): Told {
  const refunded = text("refund_fee");
  const isTrade = text("notify_type") === "trade_status_sync";
  const flags: Readonly<Record<string, boolean>> = {
    // A payment nobody refunded may well say refund_fee=0.00.
    refunded: refunded !== null && !/^0+(\.0+)?$/.test(refunded),
    was_paid: text("gmt_payment") !== null,
  };
  const type = (isTrade ? text("trade_status") : text("notify_type")) ?? "";
  return {
    provider: "alipay",
    eventId: text("notify_id"),
    type,
    at: alipayTime(text("notify_time")),
    orderId: text("out_trade_no"),
    paymentId: text("trade_no"),
    becomes: isTrade ? becomes(events, type, (field) => (flags[field] === true ? "yes" : "no")) : [],
    payment: major(text("total_amount"), "CNY"),
    // Everything refunded so far; out_biz_no names the latest refund of it.
    refund: { id: text("out_biz_no"), amount: refunded === null ? noAmount : major(refunded, "CNY"), cumulative: true },
  };
}
