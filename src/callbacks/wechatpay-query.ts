// Queries WeChat Pay for a transaction by the merchant's order id. The request is signed, and the
// response's signature is checked. Read-only.
import type { Fact } from "../core/fact.ts";
import type { JsonObject } from "../core/json.ts";
import { no, ok, type Result } from "../core/result.ts";
import type { ProviderIo } from "./adapter.ts";
import { requestApi } from "./api-request.ts";
import { jsonObject, minorAmount, parseIsoTime, textAt } from "./content.ts";
import { isoDigits } from "./currencies.ts";
import { buildFacts, matchRule, type EventRule } from "./mapping.ts";
import { matchesIdentity, type Identity } from "./setting.ts";
import { rsaSign, type Key } from "./signature.ts";
import { checkSigned, type SerialKeys } from "./wechatpay-signature.ts";

export interface WechatpayAccess {
  readonly privateKey: Key;
  /** Serial of the merchant's own certificate. */
  readonly serial: string;
  /** The key with which WeChat signs the response. */
  readonly publicKeyId: string | null;
  readonly base: string;
  readonly mchid: string;
  readonly appid: Identity;
  readonly keys: SerialKeys;
}

/** By `trade_state`. REFUND lacks the refunded amount and is left to the refund's notification. */
const rules: readonly EventRule[] = [
  { event: "SUCCESS", factKinds: ["paid"] },
  { event: "REFUND", factKinds: [] },
  { event: "NOTPAY", factKinds: ["pending"] },
  { event: "USERPAYING", factKinds: ["pending"] },
  { event: "PAYERROR", factKinds: ["failed"] },
  { event: "CLOSED", factKinds: ["closed"] },
  { event: "REVOKED", factKinds: ["closed"] },
];

export async function queryWechatpay(
  access: WechatpayAccess,
  orderId: string,
  io: ProviderIo,
): Promise<Result<readonly Fact[], "unknown_order" | "try_again">> {
  const path = `/v3/pay/transactions/out-trade-no/${encodeURIComponent(orderId)}?mchid=${encodeURIComponent(access.mchid)}`;
  const response = await requestApi(io, access.base + path, {
    headers: {
      accept: "application/json",
      authorization: await authorization(access, path, io),
      // Required: WeChat rejects requests without a User-Agent.
      "user-agent": "belfry",
      ...(access.publicKeyId === null ? {} : { "wechatpay-serial": access.publicKeyId }),
    },
  });
  if (response === null) return no("try_again");
  const json = jsonObject(response.body);
  // ORDER_NOT_EXIST since 2024, ORDERNOTEXIST before. Errors may be unsigned; accepting this one
  // only postpones the next query.
  if (response.status === 404 && /^ORDER_?NOT_?EXIST$/.test(textAt(json, "code") ?? "")) return no("unknown_order");
  if (response.status !== 200 || json === null) return no("try_again");
  if (!(await checkSigned(access.keys, response, io.now)).ok) return no("try_again");
  if (textAt(json, "out_trade_no") !== orderId || textAt(json, "mchid") !== access.mchid) return no("try_again");
  if (!matchesIdentity(access.appid, textAt(json, "appid"))) return no("try_again");
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
  const factKinds = matchRule(rules, textAt(json, "trade_state") ?? "", () => null);
  // A stable event id: the result of a repeated query is a duplicate.
  const eventId = `query:${paymentId ?? textAt(json, "out_trade_no") ?? ""}`;
  return buildFacts(
    factKinds,
    { instance: "wechatpay", eventId, at: parseIsoTime(textAt(json, "success_time")) },
    {
      paymentId,
      payment: minorAmount(textAt(json, "amount.total"), textAt(json, "amount.currency") ?? "CNY", isoDigits),
    },
  );
}
