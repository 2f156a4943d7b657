// Queries a trade by the merchant's order id: alipay.trade.query, signed with the app's key. Both
// success and error responses count only with Alipay's signature.
import type { Fact } from "../core/fact.ts";
import { isObject, parseExact, type JsonObject } from "../core/json.ts";
import { no, ok, type Result } from "../core/result.ts";
import type { ProviderIo } from "./adapter.ts";
import { requestApi } from "./api-request.ts";
import { fromBase64, textOf, toBinary, utf8 } from "./bytes.ts";
import { majorAmount, parseIsoTime, textAt } from "./content.ts";
import { signedForm } from "./form.ts";
import { buildFacts, matchRule, type EventRule } from "./mapping.ts";
import { isRsaSigned, rsaSign, type Key } from "./signature.ts";

export interface AlipayAccess {
  readonly privateKey: Key;
  readonly gateway: string;
  readonly appId: string;
  /** Alipay's public keys, for the signature of the response. */
  readonly keys: readonly Key[];
}

/** By `trade_status`. Refunds are missing from the response and arrive by notification only. */
const rules: readonly EventRule[] = [
  { event: "TRADE_SUCCESS", factKinds: ["paid"] },
  { event: "TRADE_FINISHED", factKinds: ["paid"] },
  { event: "WAIT_BUYER_PAY", factKinds: ["pending"] },
  { event: "TRADE_CLOSED", where: { was_paid: ["yes"] }, factKinds: ["paid", "voided"] },
  { event: "TRADE_CLOSED", factKinds: ["closed"] },
];

const RESPONSE = "alipay_trade_query_response";

export async function queryAlipay(
  access: AlipayAccess,
  orderId: string,
  io: ProviderIo,
): Promise<Result<readonly Fact[], "unknown_order" | "try_again">> {
  const fields = new Map([
    ["app_id", access.appId],
    ["biz_content", JSON.stringify({ out_trade_no: orderId })],
    ["charset", "utf-8"],
    ["format", "JSON"],
    ["method", "alipay.trade.query"],
    ["sign_type", "RSA2"],
    ["timestamp", formatBeijingTime(io.now)],
    ["version", "1.0"],
  ]);
  const bytes = new Map([...fields].map(([name, value]) => [name, toBinary(utf8(value))]));
  // The signature of a request covers sign_type, unlike that of a notification.
  const sign = await rsaSign(access.privateKey, textOf(signedForm(bytes)) ?? "");
  const response = await requestApi(io, `${access.gateway}?charset=utf-8`, {
    method: "POST",
    headers: { "content-type": "application/x-www-form-urlencoded;charset=utf-8" },
    body: new URLSearchParams([...fields, ["sign", sign]]).toString(),
  });
  const text = response?.status === 200 ? textOf(response.body) : null;
  const trade = text === null ? null : await signedTrade(access.keys, text);
  if (trade === null) return no("try_again");
  // Alipay creates the trade when the buyer opens the cashier.
  if (textAt(trade, "sub_code") === "ACQ.TRADE_NOT_EXIST") return no("unknown_order");
  if (textAt(trade, "code") !== "10000" || textAt(trade, "out_trade_no") !== orderId) return no("try_again");
  const facts = factsOfTrade(trade);
  return facts === null ? no("try_again") : ok(facts);
}

async function signedTrade(keys: readonly Key[], text: string): Promise<JsonObject | null> {
  const json = parseExact(text);
  const trade = json.ok && isObject(json.value) ? json.value[RESPONSE] : undefined;
  const signed = rawObject(text, RESPONSE);
  const sign = json.ok ? textAt(json.value, "sign") : null;
  if (!isObject(trade) || signed === null || sign === null) return null;
  return (await isRsaSigned(keys, fromBase64(sign), utf8(signed))) ? trade : null;
}

/**
 * The source text of the first top-level member, which Alipay signs; null if `name` is not first.
 */
function rawObject(text: string, name: string): string | null {
  const start = new RegExp(`^\\s*\\{\\s*"${name}"\\s*:\\s*(?=\\{)`).exec(text)?.[0].length;
  if (start === undefined) return null;
  let depth = 0;
  // Strings match as a whole, which skips braces and quotes inside them.
  for (const token of text.slice(start).matchAll(/"(?:[^"\\]|\\.)*"|[{}]/g)) {
    if (token[0] === "{") depth += 1;
    if (token[0] === "}") depth -= 1;
    if (depth === 0) return text.slice(start, start + token.index + 1);
  }
  return null;
}

function factsOfTrade(trade: JsonObject): Fact[] | null {
  const paymentId = textAt(trade, "trade_no");
  const paidAt = textAt(trade, "send_pay_date");
  const factKinds = matchRule(rules, textAt(trade, "trade_status") ?? "", () => (paidAt === null ? "no" : "yes"));
  // A stable event id: the result of a repeated query is a duplicate.
  return buildFacts(
    factKinds,
    { instance: "alipay", eventId: `query:${paymentId ?? ""}`, at: parseAlipayTime(paidAt) },
    {
      paymentId,
      payment: majorAmount(textAt(trade, "total_amount"), textAt(trade, "trans_currency") ?? YUAN),
    },
  );
}

/** The currency of an amount without `trans_currency`. */
export const YUAN = "CNY";

const BEIJING_MS = 8 * 3_600_000;

/** `2026-11-18 20:26:40`: Alipay's times are in Beijing time, without a zone. */
const formatBeijingTime = (now: number): string =>
  new Date(now + BEIJING_MS).toISOString().slice(0, 19).replace("T", " ");

export const parseAlipayTime = (text: string | null): number | null =>
  text === null ? null : parseIsoTime(`${text.replace(" ", "T")}+08:00`);
