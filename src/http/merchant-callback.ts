// `POST /callback/:biz/`: stores the merchant's own report on an order. Access by API key or
// Standard Webhooks signature.
import { merchantFacts } from "../callbacks/merchant.ts";
import { settingName } from "../callbacks/configured.ts";
import { paymentIndex } from "../core/payment-index.ts";
import { recordOwn } from "../core/delivery.ts";
import { isObject, parseExact, type Json, type JsonObject } from "../core/json.ts";
import { no, ok, type Result } from "../core/result.ts";
import { log } from "../observe/log.ts";
import { hasScope } from "../core/api-key.ts";
import { apiKeyOf, respondLacksScope, respondUnauthorized } from "./api-key.ts";
import { decodeBody, readBody } from "./body.ts";
import type { RouteContext } from "./context.ts";
import { bizInPath } from "./order-biz.ts";
import type { Problem } from "./problem.ts";
import { respondBadSetting, respondProblem } from "./respond-problem.ts";
import type { OrderOutcome } from "./response-schemas.ts";
import { groupOf } from "../env.ts";
import { indexPlace } from "../callbacks/order-id.ts";

export async function merchantCallback(c: RouteContext): Promise<Response> {
  const body = await readBody(c.req.raw);
  const key = await apiKeyOf(c);
  if (key !== null && !hasScope(key, "callbacks")) return respondLacksScope(c, "callbacks");
  const signature = key !== null ? ok(false) : await isSignedByMerchant(c, body);
  if (!signature.ok) return respondBadSetting(c, settingName("standard"), signature.reason);
  const isSigned = signature.value;
  if (key === null && !isSigned) return respondUnauthorized(c);
  const biz = await bizInPath(c);
  if (biz === null) return respondProblem(c, "unknown_order");
  const group = `order_${biz}`;
  const report = readReport(body, biz, isSigned);
  if (!report.ok) return respondProblem(c, report.reason.reason, report.reason);
  const facts = merchantFacts("backend", report.value.json);
  if (!facts.ok) return respondProblem(c, "bad_callback", { detail: facts.reason });
  const raw = c.var.settings.orders.forward === null ? null : report.value.text;
  const arrival = { facts: facts.value, orderId: null, raw };
  const order = groupOf(c.env, group);
  const { result, frame } = await recordOwn(
    biz,
    arrival,
    paymentIndex((name) => groupOf(c.env, name), indexPlace),
    (all) => order.record(all),
  );
  if (result === "erased") return respondProblem(c, "order_erased");
  if (result === "full") return respondProblem(c, "order_full");
  const reason = result === "new" ? "stored" : "duplicate";
  const detail = key === null ? "signed" : `by API key ${key.name}`;
  log(c.env, { event: "callback", provider: "backend", group, reason, detail, ms: Date.now() - c.var.startedAtMs });
  return c.json(frame satisfies OrderOutcome);
}

/**
 * Whether the body carries a Standard Webhooks signature under `CALLBACK_STANDARD`. An invalid
 * setting is an error of its own:
 * after a 401 a sender with a valid signature would stop retrying.
 */
async function isSignedByMerchant(c: RouteContext, body: Uint8Array<ArrayBuffer>): Promise<Result<boolean, string>> {
  const standard = await c.var.installation.providers.get(c.env, "standard");
  if (!standard.ok) return standard.reason.reason === "not_set" ? ok(false) : no(standard.reason.expected);
  return ok(await standard.value.isAuthentic({ headers: c.req.raw.headers, body }, Date.now()));
}

/**
 * Parses the body. Its `biz` must equal the URL's; a signed body requires it, because the signature
 * excludes the URL.
 */
function readReport(
  body: Uint8Array,
  biz: string,
  isSigned: boolean,
): Result<{ readonly json: JsonObject; readonly text: string }, Problem> {
  const text = decodeBody(body);
  const parsed = text === null ? null : text === "" ? ok<Json>({}) : parseExact(text);
  if (text === null || parsed === null || !parsed.ok) return no({ reason: "not_json" });
  if (!isObject(parsed.value)) return no({ reason: "bad_callback", detail: "the body is an object, or empty" });
  const named = parsed.value["biz"] ?? (isSigned ? null : biz);
  if (named !== biz)
    return no({ reason: "bad_callback", detail: "biz: the order of the URL, which a signed body has to name" });
  return ok({ json: parsed.value, text });
}
