// Alipay's asynchronous notifications: RSA2 over the sorted, decoded form fields (opendocs.alipay.com/open/203/105286). Never RSA (SHA-1),
// whatever `sign_type` is. No time window: Alipay repeats for 25 hours, with the same notify_id. No I/O.
import { proved, type Callback, type Unproved } from "../core/callback.ts";
import type { Fact } from "../core/fact.ts";
import { no, ok, type Result } from "../core/result.ts";
import type { Adapter } from "./adapter.ts";
import { alipayTime, queryAlipay, YUAN, type AlipayAccess } from "./alipay-query.ts";
import { fromBase64, fromBinary, textOf } from "./bytes.ts";
import { header, major, orderIdAt, unproved } from "./content.ts";
import { parseForm, signedForm } from "./form.ts";
import { becomes, callbackOf, otherAccount, printed, type Row, type Told } from "./mapping.ts";
import { replyIn } from "./reply.ts";
import { type Identity, isOf, onlyOf, Setting } from "./setting.ts";
import { isRsaSigned, type Key } from "./signature.ts";

interface Config {
  readonly keys: readonly Key[];
  readonly appId: Identity;
  /** The account that is paid. */
  readonly sellerId: Identity;
  /** Where the order's id stands among the form's fields. */
  readonly order: readonly string[];
  readonly access: AlipayAccess | null;
}

type Fields = ReadonlyMap<string, string>;

/** By `trade_status`. `refunded` is whether refund_fee is more than nothing, `was_paid` whether there is a gmt_payment. */
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
    const setting = new Setting(value, ["alipayPublicKey", "appId", "sellerId", "order", "appPrivateKey", "gateway"]);
    const keys = await setting.publicKeys("alipayPublicKey", setting.strings("alipayPublicKey"));
    const appId = setting.identity("appId");
    const sellerId = setting.identity("sellerId");
    const order = setting.orderPaths(TRADE);
    const privateKey = await setting.optionalPrivateKey("appPrivateKey");
    const gateway = setting.base("gateway", "https://openapi.alipay.com/gateway.do");
    if (setting.problem !== null) return no(setting.problem);
    // A query names one app, and a trade by its out_trade_no: an id from another field could be another order's.
    const asking = order.join() === TRADE ? onlyOf(appId) : null;
    const access = privateKey === null || asking === null ? null : { privateKey, gateway, appId: asking, keys };
    return ok({ keys, appId, sellerId, order, access });
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

/** The usual field of the order's id, and the one that a trade is asked for by. */
const TRADE = "out_trade_no";

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
  fields: Fields,
  contentCharset: string | null,
): Result<readonly Callback[], Unproved> {
  // The field is signed, the header is not; without either it is UTF-8.
  const charset = charsets.get((fields.get("charset") ?? contentCharset ?? "utf-8").toLowerCase());
  if (charset === undefined) return unproved("parse", "another charset");
  const texts = new Map<string, string>();
  for (const name of [...READ, ...config.order.map(firstStep)]) {
    const text = textOf(fromBinary(fields.get(name) ?? ""), charset);
    if (text === null) return unproved("parse", "a field that is not in its charset");
    if (text !== "") texts.set(name, text);
  }
  const event = told(texts, config.order);
  if (!isOurs(config, texts, event.becomes.length > 0)) return ok([otherAccount(event)]);
  return ok([timed(callbackOf(event), texts)]);
}

const firstStep = (path: string): string => path.split(".")[0] ?? path;

/** The fields that are read; the others may hold whatever the merchant and the buyer wrote. */
const READ = [
  "app_id",
  "gmt_close",
  "gmt_create",
  "gmt_payment",
  "gmt_refund",
  "msg_method",
  "notify_id",
  "notify_time",
  "notify_type",
  "out_biz_no",
  "refund_fee",
  "seller_id",
  "total_amount",
  "trade_no",
  "trade_status",
  "trans_currency",
];

/**
 * The notice of a trade names its app and its seller. Others name an app at most: they prove nothing, so what they leave
 * out is no fault.
 */
function isOurs({ appId, sellerId }: Config, texts: Fields, isProof: boolean): boolean {
  const isOfThis = (identity: Identity, id: string | undefined) =>
    id === undefined ? !isProof || identity === "any" : isOf(identity, id);
  return isOfThis(appId, texts.get("app_id")) && isOfThis(sellerId, texts.get("seller_id"));
}

function told(texts: Fields, order: readonly string[]): Told {
  const text = (name: string) => texts.get(name) ?? null;
  const isTrade = text("notify_type") === "trade_status_sync";
  const flags: Readonly<Record<string, boolean>> = {
    // A payment nobody refunded may well state refund_fee=0.00.
    refunded: !/^(0+(\.0+)?)?$/.test(text("refund_fee") ?? ""),
    was_paid: texts.has("gmt_payment"),
  };
  const type = (isTrade ? text("trade_status") : (text("notify_type") ?? text("msg_method"))) ?? "";
  const yuan = (name: string) => major(text(name), text("trans_currency") ?? YUAN);
  return {
    instance: "alipay",
    eventId: text("notify_id"),
    type,
    at: alipayTime(text("notify_time")),
    orderId: orderIdAt(Object.fromEntries(texts), order),
    paymentId: text("trade_no"),
    becomes: isTrade ? becomes(events, type, (field) => (flags[field] === true ? "yes" : "no")) : [],
    // The price of the trade: from buyer_pay_amount a red envelope or a coupon is already subtracted.
    payment: yuan("total_amount"),
    // Everything refunded so far. out_biz_no names the latest refund of it, or the trade where the refund has no number.
    refund: { id: text("out_biz_no"), amount: yuan("refund_fee"), cumulative: true },
  };
}

/** Each fact with the time at which it happened: notify_time is that of each sending (yansongda/pay#142). */
const timed = (callback: Callback, texts: Fields): Callback =>
  proved({ ...callback, facts: callback.facts.map((fact) => timedFact(fact, texts)) });

const timedFact = (fact: Fact, texts: Fields): Fact => ({
  ...fact,
  at: alipayTime(texts.get(timeField(fact)) ?? null) ?? fact.at,
});

function timeField(fact: Fact): string {
  if (fact.kind === "refund") return "gmt_refund";
  if (fact.kind !== "payment" || fact.status === "closed") return "gmt_close";
  return fact.status === "paid" ? "gmt_payment" : "gmt_create";
}
