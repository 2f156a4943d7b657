// Asks Alipay for a trade by the merchant's order id: alipay.trade.query, signed with the app's key, the answer's signature checked.
// What is not signed by Alipay is no answer, an error no more than a success.
import type { Fact } from "../core/fact.ts";
import { isObject, parseExact, type JsonObject } from "../core/json.ts";
import { no, ok, type Result } from "../core/result.ts";
import type { ProviderIo } from "./adapter.ts";
import { ask } from "./ask.ts";
import { fromBase64, textOf, toBinary, utf8 } from "./bytes.ts";
import { isoTime, major, textAt } from "./content.ts";
import { signedForm } from "./form.ts";
import { becomes, factsOf, type Row } from "./mapping.ts";
import { isRsaSigned, rsaSign, type Key } from "./signature.ts";

export interface AlipayAccess {
  readonly privateKey: Key;
  readonly gateway: string;
  readonly appId: string;
  /** Alipay's, to check the answer with. */
  readonly keys: readonly Key[];
}

/** By `trade_status`. The answer does not tell what was refunded: that comes by notification. */
const states: readonly Row[] = [
  { event: "TRADE_SUCCESS", becomes: ["paid"] },
  { event: "TRADE_FINISHED", becomes: ["paid"] },
  { event: "WAIT_BUYER_PAY", becomes: ["pending"] },
  { event: "TRADE_CLOSED", where: { was_paid: ["yes"] }, becomes: ["paid", "voided"] },
  { event: "TRADE_CLOSED", becomes: ["closed"] },
];

const ANSWER = "alipay_trade_query_response";

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
    ["timestamp", beijingTime(io.now)],
    ["version", "1.0"],
  ]);
  const bytes = new Map([...fields].map(([name, value]) => [name, toBinary(utf8(value))]));
  // A request is signed with its sign_type, unlike a notification.
  const sign = await rsaSign(access.privateKey, textOf(signedForm(bytes)) ?? "");
  const answer = await ask(io, `${access.gateway}?charset=utf-8`, {
    method: "POST",
    headers: { "content-type": "application/x-www-form-urlencoded;charset=utf-8" },
    body: new URLSearchParams([...fields, ["sign", sign]]).toString(),
  });
  const text = answer?.status === 200 ? textOf(answer.body) : null;
  const trade = text === null ? null : await signedAnswer(access.keys, text);
  if (trade === null) return no("try_again");
  // Nobody has opened the cashier yet: Alipay makes the trade when the buyer does.
  if (textAt(trade, "sub_code") === "ACQ.TRADE_NOT_EXIST") return no("unknown_order");
  if (textAt(trade, "code") !== "10000" || textAt(trade, "out_trade_no") !== orderId) return no("try_again");
  const facts = factsOfTrade(trade);
  return facts === null ? no("try_again") : ok(facts);
}

async function signedAnswer(keys: readonly Key[], text: string): Promise<JsonObject | null> {
  const json = parseExact(text);
  const trade = json.ok && isObject(json.value) ? json.value[ANSWER] : undefined;
  const signed = rawObject(text, ANSWER);
  const sign = json.ok ? textAt(json.value, "sign") : null;
  if (!isObject(trade) || signed === null || sign === null) return null;
  return (await isRsaSigned(keys, fromBase64(sign), utf8(signed))) ? trade : null;
}

/** The text of a top-level member that is an object, as it stands there: that is what Alipay signs. Null if the name is not the first. */
function rawObject(text: string, name: string): string | null {
  const start = new RegExp(`^\\s*\\{\\s*"${name}"\\s*:\\s*(?=\\{)`).exec(text)?.[0].length;
  if (start === undefined) return null;
  let depth = 0;
  // Strings whole, so that a brace or a quote inside one counts for nothing.
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
  const kinds = becomes(states, textAt(trade, "trade_status") ?? "", () => (paidAt === null ? "no" : "yes"));
  // An id of the answer's own, the same whenever it is asked: what has been reported once is not news.
  return factsOf(
    kinds,
    { instance: "alipay", eventId: `query:${paymentId ?? ""}`, at: alipayTime(paidAt) },
    {
      paymentId,
      payment: major(textAt(trade, "total_amount"), textAt(trade, "trans_currency") ?? YUAN),
    },
  );
}

/** What an amount is in where no `trans_currency` stands beside it. */
export const YUAN = "CNY";

const BEIJING_MS = 8 * 3_600_000;

/** `2026-11-18 20:26:40`, in the one zone that Alipay has and never names. */
const beijingTime = (now: number): string => new Date(now + BEIJING_MS).toISOString().slice(0, 19).replace("T", " ");

export const alipayTime = (text: string | null): number | null =>
  text === null ? null : isoTime(`${text.replace(" ", "T")}+08:00`);
