// Asks WeChat Pay for a transaction by the merchant's order id: the question signed, the answer's signature checked. Changes nothing there.
import type { Fact } from "../core/fact.ts";
import type { JsonObject } from "../core/json.ts";
import { no, ok, type Result } from "../core/result.ts";
import type { ProviderIo } from "./adapter.ts";
import { ask } from "./ask.ts";
import { isoTime, jsonObject, minor, textAt } from "./content.ts";
import { isoDigits } from "./currencies.ts";
import { becomes, factsOf, type Row } from "./mapping.ts";
import { isOf, type Identity } from "./setting.ts";
import { rsaSign, type Key } from "./signature.ts";
import { checkSigned, type SerialKeys } from "./wechatpay-signature.ts";

export interface WechatpayAccess {
  readonly privateKey: Key;
  /** Of the merchant's own certificate. */
  readonly serial: string;
  /** Which of its keys WeChat is to answer with. */
  readonly publicKeyId: string | null;
  readonly base: string;
  readonly mchid: string;
  readonly appid: Identity;
  readonly keys: SerialKeys;
}

/** By `trade_state`. REFUND states no amount, so the order may have none of its money left: the refund's notification proves both. */
const states: readonly Row[] = [
  { event: "SUCCESS", becomes: ["paid"] },
  { event: "REFUND", becomes: [] },
  { event: "NOTPAY", becomes: ["pending"] },
  { event: "USERPAYING", becomes: ["pending"] },
  { event: "PAYERROR", becomes: ["failed"] },
  { event: "CLOSED", becomes: ["closed"] },
  { event: "REVOKED", becomes: ["closed"] },
];

export async function queryWechatpay(
  access: WechatpayAccess,
  orderId: string,
  io: ProviderIo,
): Promise<Result<readonly Fact[], "unknown_order" | "try_again">> {
  const path = `/v3/pay/transactions/out-trade-no/${encodeURIComponent(orderId)}?mchid=${encodeURIComponent(access.mchid)}`;
  const answer = await ask(io, access.base + path, {
    headers: {
      accept: "application/json",
      authorization: await authorization(access, path, io),
      // WeChat refuses a request without one.
      "user-agent": "belfry",
      ...(access.publicKeyId === null ? {} : { "wechatpay-serial": access.publicKeyId }),
    },
  });
  if (answer === null) return no("try_again");
  const json = jsonObject(answer.body);
  // ORDER_NOT_EXIST since 2024, ORDERNOTEXIST before. Not every error is signed, and to believe this one only means to ask again later.
  if (answer.status === 404 && /^ORDER_?NOT_?EXIST$/.test(textAt(json, "code") ?? "")) return no("unknown_order");
  if (answer.status !== 200 || json === null) return no("try_again");
  if (!(await checkSigned(access.keys, answer, io.now)).ok) return no("try_again");
  if (textAt(json, "out_trade_no") !== orderId || textAt(json, "mchid") !== access.mchid) return no("try_again");
  if (!isOf(access.appid, textAt(json, "appid"))) return no("try_again");
  const facts = factsOfTransaction(json);
  return facts === null ? no("try_again") : ok(facts);
}

async function authorization(
  { privateKey, mchid, serial }: WechatpayAccess,
  path: string,
  io: ProviderIo,
): Promise<string> {
  const timestamp = Math.floor(io.now / 1000);
  const signature = await rsaSign(privateKey, `GET\n${path}\n${timestamp}\n${io.nonce}\n\n`);
  const fields = { mchid, nonce_str: io.nonce, signature, timestamp: String(timestamp), serial_no: serial };
  const list = Object.entries(fields).map(([name, value]) => `${name}="${value}"`);
  return `WECHATPAY2-SHA256-RSA2048 ${list.join(",")}`;
}

function factsOfTransaction(json: JsonObject): Fact[] | null {
  const paymentId = textAt(json, "transaction_id");
  const kinds = becomes(states, textAt(json, "trade_state") ?? "", () => null);
  // An id of the answer's own, the same whenever it is asked: what has been reported once is not news.
  const eventId = `query:${paymentId ?? textAt(json, "out_trade_no") ?? ""}`;
  return factsOf(
    kinds,
    { instance: "wechatpay", eventId, at: isoTime(textAt(json, "success_time")) },
    {
      paymentId,
      payment: minor(textAt(json, "amount.total"), textAt(json, "amount.currency") ?? "CNY", isoDigits),
    },
  );
}
