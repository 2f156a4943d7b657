// Alipay's asynchronous notifications: RSA2 over the sorted, decoded form fields
// (opendocs.alipay.com/open/203/105286). RSA with SHA-1 is rejected. The signed time is not
// checked: Alipay repeats a notification for 25 hours, with the same notify_id. No I/O.
import { verified, type Callback, type VerificationError } from "../core/callback.ts";
import type { Fact } from "../core/fact.ts";
import { no, ok, type Result } from "../core/result.ts";
import type { Adapter } from "./adapter.ts";
import { parseAlipayTime, queryAlipay, YUAN, type AlipayAccess } from "./alipay-query.ts";
import { fromBase64, fromBinary, textOf } from "./bytes.ts";
import { header, majorAmount, orderIdAt } from "./content.ts";
import { parseForm, signedForm } from "./form.ts";
import { callbackOf, documentRules, matchRule, otherAccount, type EventRule, type ParsedEvent } from "./mapping.ts";
import { nameOrLength, reject, rejectMissing } from "./reject.ts";
import { replyWith } from "./reply.ts";
import { matchesIdentity, onlyId, Setting, type Identity } from "./setting.ts";
import { isRsaSigned, type Key } from "./signature.ts";

interface Config {
  readonly keys: readonly Key[];
  readonly appId: Identity;
  /** The account that receives the payment. */
  readonly sellerId: Identity;
  /** Paths of the order id in the form's fields. */
  readonly order: readonly string[];
  readonly access: AlipayAccess | null;
}

type Fields = ReadonlyMap<string, string>;

/** By `trade_status`. `refunded`: refund_fee is above zero; `was_paid`: gmt_payment is present. */
const rules: readonly EventRule[] = [
  // A partial refund repeats TRADE_SUCCESS; refund_fee is the total refunded so far.
  { event: "TRADE_SUCCESS", where: { refunded: ["yes"] }, factKinds: ["paid", "refund"] },
  { event: "TRADE_SUCCESS", factKinds: ["paid"] },
  { event: "TRADE_FINISHED", where: { refunded: ["yes"] }, factKinds: ["paid", "refund"] },
  { event: "TRADE_FINISHED", factKinds: ["paid"] },
  { event: "WAIT_BUYER_PAY", factKinds: ["pending"] },
  // TRADE_CLOSED means either an expired or a fully refunded trade.
  { event: "TRADE_CLOSED", where: { refunded: ["yes"] }, factKinds: ["paid", "refund"] },
  { event: "TRADE_CLOSED", where: { was_paid: ["yes"] }, factKinds: ["paid", "voided"] },
  { event: "TRADE_CLOSED", factKinds: ["closed"] },
];

export const alipay: Adapter<Config> = {
  name: "alipay",
  maxBodyBytes: 16_384,

  async configure(value) {
    const setting = new Setting(value, ["alipayPublicKey", "appId", "sellerId", "order", "appPrivateKey", "gateway"]);
    const keys = await setting.publicKeys("alipayPublicKey", setting.strings("alipayPublicKey"));
    const appId = setting.identity("appId");
    const sellerId = setting.identity("sellerId");
    const order = setting.orderPaths(TRADE);
    const privateKey = await setting.optionalPrivateKey("appPrivateKey");
    const gateway = setting.baseUrl("gateway", "https://openapi.alipay.com/gateway.do");
    if (setting.problem !== null) return no(setting.problem);
    // A query needs one app and finds a trade by out_trade_no only: an id from another field could
    // match another order.
    const queriedApp = order.join() === TRADE ? onlyId(appId) : null;
    const access = privateKey === null || queriedApp === null ? null : { privateKey, gateway, appId: queriedApp, keys };
    return ok({ keys, appId, sellerId, order, access });
  },

  async verify(config, webhook) {
    const fields = parseForm(webhook.body);
    if (fields === null) {
      const expected = "be an application/x-www-form-urlencoded form without repeated fields";
      return reject({ stage: "parse", field: "body", expected, received: `${webhook.body.length} bytes` });
    }
    const sign = fields.get("sign") ?? "";
    if (sign === "") return rejectMissing("sign");
    // A downgrade to `RSA`, which is SHA-1, must fail.
    const signType = fields.get("sign_type") ?? null;
    if (signType !== "RSA2") {
      return reject({ stage: "header", field: "sign_type", expected: "be RSA2", received: nameOrLength(signType) });
    }
    if (!(await isRsaSigned(config.keys, fromBase64(sign), signedForm(fields, "sign", "sign_type")))) {
      const expected = "match alipayPublicKey: Alipay's public key, not the app's own";
      return reject({ stage: "signature", field: "sign", expected });
    }
    return parseNotification(config, fields, contentCharset(header(webhook, "content-type")));
  },

  canQuery: ({ access }) => access !== null,
  query: async (config, orderId, io) =>
    config.access === null ? no("not_configured") : queryAlipay(config.access, orderId, io),

  // Alipay requires exactly these seven bytes (opendocs.alipay.com/open/203/105286).
  reply: (verdict) => replyWith({ success: "success", failure: "fail", type: "text/plain" }, verdict),
  mapping: documentRules(rules),
};

/** The default field of the order id, and the key of a query. */
const TRADE = "out_trade_no";

/** The supported charsets, from Alipay's name to that of the Encoding Standard. */
const charsets: ReadonlyMap<string, string> = new Map([
  ["utf-8", "utf-8"],
  ["utf8", "utf-8"],
  ["gbk", "gbk"],
  ["gb2312", "gbk"],
  ["gb18030", "gb18030"],
]);

const contentCharset = (type: string | null): string | null => /charset=["']?([\w-]+)/i.exec(type ?? "")?.[1] ?? null;

function parseNotification(
  config: Config,
  fields: Fields,
  contentCharset: string | null,
): Result<readonly Callback[], VerificationError> {
  // The signed field takes precedence over the unsigned header; the default is UTF-8.
  const name = fields.get("charset") ?? contentCharset ?? "utf-8";
  const charset = charsets.get(name.toLowerCase());
  if (charset === undefined) {
    const expected = `be one of ${[...charsets.keys()].join(", ")}`;
    return reject({ stage: "parse", field: "charset", expected, received: nameOrLength(name) });
  }
  const texts = new Map<string, string>();
  for (const field of [...READ_FIELDS, ...config.order.map(firstStep)]) {
    const text = textOf(fromBinary(fields.get(field) ?? ""), charset);
    if (text === null) return reject({ stage: "parse", field, expected: `be text in ${charset}` });
    if (text !== "") texts.set(field, text);
  }
  const event = parseEvent(texts, config.order);
  if (!isOurs(config, texts, event.factKinds.length > 0)) return ok([otherAccount(event)]);
  return ok([withFactTimes(callbackOf(event), texts)]);
}

const firstStep = (path: string): string => path.split(".")[0] ?? path;

/** Decoded fields. Others may contain arbitrary text of the merchant and the buyer. */
const READ_FIELDS = [
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
 * A trade notification must name its app and seller. Other notifications name an app at most and
 * yield no facts (`hasFacts`), so a missing id is accepted.
 */
function isOurs({ appId, sellerId }: Config, texts: Fields, hasFacts: boolean): boolean {
  const matches = (identity: Identity, id: string | undefined) =>
    id === undefined ? !hasFacts || identity === "any" : matchesIdentity(identity, id);
  return matches(appId, texts.get("app_id")) && matches(sellerId, texts.get("seller_id"));
}

function parseEvent(texts: Fields, order: readonly string[]): ParsedEvent {
  const text = (name: string) => texts.get(name) ?? null;
  const isTrade = text("notify_type") === "trade_status_sync";
  const flags: Readonly<Record<string, boolean>> = {
    // An unrefunded payment may carry refund_fee=0.00.
    refunded: !/^(0+(\.0+)?)?$/.test(text("refund_fee") ?? ""),
    was_paid: texts.has("gmt_payment"),
  };
  const type = (isTrade ? text("trade_status") : (text("notify_type") ?? text("msg_method"))) ?? "";
  const yuan = (name: string) => majorAmount(text(name), text("trans_currency") ?? YUAN);
  return {
    instance: "alipay",
    eventId: text("notify_id"),
    type,
    at: parseAlipayTime(text("notify_time")),
    orderId: orderIdAt(Object.fromEntries(texts), order),
    paymentId: text("trade_no"),
    factKinds: isTrade ? matchRule(rules, type, (field) => (flags[field] === true ? "yes" : "no")) : [],
    // The full price; buyer_pay_amount is reduced by red envelopes and coupons.
    payment: yuan("total_amount"),
    // refund_fee is the total so far. out_biz_no is the latest refund, or the trade.
    refund: { id: text("out_biz_no"), amount: yuan("refund_fee"), cumulative: true },
  };
}

/** Sets the time of each fact; notify_time is the time of sending (yansongda/pay#142). */
const withFactTimes = (callback: Callback, texts: Fields): Callback =>
  verified({ ...callback, facts: callback.facts.map((fact) => withFactTime(fact, texts)) });

const withFactTime = (fact: Fact, texts: Fields): Fact => ({
  ...fact,
  at: parseAlipayTime(texts.get(timeField(fact)) ?? null) ?? fact.at,
});

function timeField(fact: Fact): string {
  if (fact.kind === "refund") return "gmt_refund";
  if (fact.kind !== "payment" || fact.status === "closed") return "gmt_close";
  return fact.status === "paid" ? "gmt_payment" : "gmt_create";
}
