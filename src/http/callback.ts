// The merchant's own callback, the articles' route: proved by an API key, or signed. Stores nothing itself; the order's group does.
import type { Context } from "hono";
import { merchantFacts } from "../callbacks/merchant.ts";
import { getProvider, settingName } from "../callbacks/configured.ts";
import { indexPlace } from "../callbacks/order-id.ts";
import { recordOwn } from "../core/delivery.ts";
import { isObject, parseExact, type Json, type JsonObject } from "../core/json.ts";
import { BIZ } from "../core/order.ts";
import { paymentIndex } from "../core/payment-index.ts";
import { no, ok, type Result } from "../core/result.ts";
import type { OrderOutcome } from "./answers.ts";
import { showsApiKey, unauthorized } from "./backend.ts";
import { decodeBody } from "./body.ts";
import { note } from "../observe/note.ts";
import type { Refusal } from "./problem.ts";
import { refuse, refuseSetting } from "./refuse.ts";
import type { App } from "./app.ts";

export async function callback(c: Context<App>): Promise<Response> {
  const body = new Uint8Array(await c.req.arrayBuffer());
  const hasKey = await showsApiKey(c);
  const signed = hasKey ? ok(false) : await isSignedByMerchant(c, body);
  if (!signed.ok) return refuseSetting(c, settingName("standard"), signed.reason);
  const isSigned = signed.value;
  if (!hasKey && !isSigned) return unauthorized(c);
  const biz = c.req.param("biz") ?? "";
  if (!BIZ.test(biz)) return refuse(c, "unknown_order");
  const group = `order_${biz}`;
  const said = readBody(body, biz, isSigned);
  if (!said.ok) return refuse(c, said.reason.reason, said.reason);
  const facts = merchantFacts("backend", said.value.json);
  if (!facts.ok) return refuse(c, "bad_callback", { detail: facts.reason });
  const raw = c.var.settings.orders.forward === null ? null : said.value.text;
  const arrival = { facts: facts.value, orderId: null, raw };
  const order = c.env.GROUP.getByName(group);
  const { result, frame } = await recordOwn(biz, arrival, paymentIndex(c.env.GROUP, indexPlace), (all) =>
    order.record(all),
  );
  if (result === "erased") return refuse(c, "order_erased");
  if (result === "full") return refuse(c, "order_full");
  const reason = result === "new" ? "stored" : "duplicate";
  const detail = isSigned ? "signed" : "by API key";
  note(c.env, { event: "callback", provider: "backend", group, reason, detail, ms: Date.now() - c.var.began });
  return c.json(frame satisfies OrderOutcome);
}

/**
 * Standard Webhooks, by the setting that its provider route goes by too; what is wrong with that, if it cannot be used: a 401 would tell
 * whoever did sign to give up.
 */
async function isSignedByMerchant(c: Context<App>, body: Uint8Array<ArrayBuffer>): Promise<Result<boolean, string>> {
  const standard = await getProvider(c.env, "standard");
  if (!standard.ok) return standard.reason.reason === "not_set" ? ok(false) : no(standard.reason.expected);
  return ok(await standard.value.isAuthentic({ headers: c.req.raw.headers, body }, Date.now()));
}

/** What the body says. It may not name another order than the URL; a signature does not cover the URL, so what is signed must name it. */
function readBody(
  body: Uint8Array,
  biz: string,
  isSigned: boolean,
): Result<{ readonly json: JsonObject; readonly text: string }, Refusal> {
  const text = decodeBody(body);
  const parsed = text === null ? null : text === "" ? ok<Json>({}) : parseExact(text);
  if (text === null || parsed === null || !parsed.ok) return no({ reason: "not_json" });
  if (!isObject(parsed.value)) return no({ reason: "bad_callback", detail: "the body is an object, or empty" });
  const named = parsed.value["biz"] ?? (isSigned ? null : biz);
  if (named !== biz)
    return no({ reason: "bad_callback", detail: "biz: the order of the URL, which a signed body has to name" });
  return ok({ json: parsed.value, text });
}
