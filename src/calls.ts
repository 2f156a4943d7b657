// What code in the same Worker calls in place of HTTP: send an event, report an order, read an order. Needs no API key; holds no state.
import { merchantFacts } from "./callbacks/merchant.ts";
import { paymentIndex } from "./core/payment-index.ts";
import { recordOwn } from "./core/delivery.ts";
import type { OrderFrame } from "./core/frames.ts";
import { parseExact, type JsonObject } from "./core/json.ts";
import { backendOrder, type BackendOrder } from "./core/order-view.ts";
import { settingsOf } from "./core/settings.ts";
import { groupOf, type BelfryEnv } from "./env.ts";
import { problemDetails, type Problem } from "./http/problem.ts";
import type { SendResult } from "./core/group-api.ts";
import { createSendRequest, resolveTarget } from "./http/send-event.ts";
import type { Installation } from "./installation.ts";
import { indexPlace, isBiz } from "./callbacks/order-id.ts";

/** A call that was refused: `reason` is the one that the HTTP route gives, and `message` says what was expected. */
export class BelfryRefusal extends Error {
  readonly reason: Problem["reason"];

  constructor({ reason, detail }: Problem) {
    const { title } = problemDetails(reason);
    super(detail === undefined ? title : `${title}: ${detail}`);
    this.name = "BelfryRefusal";
    this.reason = reason;
  }
}

export interface SendOptions {
  /** One user of the group, by the token's `sub`, in place of all members. */
  readonly user?: string;
  /** The same key sends the same event once. */
  readonly idempotencyKey?: string;
}

/** An event to the members of a group, as `POST /groups/:group/send`. Throws a `BelfryRefusal`. */
export async function send(
  { consumers }: Installation,
  env: BelfryEnv,
  group: string,
  event: unknown,
  { user, idempotencyKey }: SendOptions,
): Promise<SendResult> {
  const target = resolveTarget(consumers, { group, user });
  if (!target.ok) throw new BelfryRefusal(target.reason);
  const json = asJson(event);
  const sending = await createSendRequest(target.value, json, idempotencyKey ?? null);
  if (!sending.ok) throw new BelfryRefusal(sending.reason);
  const sent = await groupOf(env, group).send(sending.value);
  if (!sent.ok) throw new BelfryRefusal({ reason: "idempotency_key_reused" });
  return sent.value;
}

/** What became of an order: every field as in the body of `POST /callback/:biz/`; `{}` = it is paid. */
export interface OrderReport {
  readonly paid?: boolean;
  readonly status?: "pending" | "failed" | "closed" | "paid" | "partially_refunded" | "refunded";
  readonly event_id?: string;
  readonly payment_id?: string;
  /** Minor units as an integer, major units as a decimal string. */
  readonly amount?: number | string;
  readonly currency?: string;
}

/** The merchant's own report of an order, as `POST /callback/:biz/`; durable when it resolves. Throws a `BelfryRefusal`. */
export async function tell(env: BelfryEnv, biz: string, report: OrderReport): Promise<OrderFrame> {
  await checkBiz(env, biz);
  const json = asJson(report) as JsonObject; // an object's JSON is one
  const facts = merchantFacts("backend", json);
  if (!facts.ok) throw new BelfryRefusal({ reason: "bad_callback", detail: facts.reason });
  const settings = settingsOf(env);
  const raw = settings.ok && settings.value.orders.forward !== null ? JSON.stringify(json) : null;
  const order = groupOf(env, `order_${biz}`);
  const arrival = { facts: facts.value, orderId: null, raw };
  const index = paymentIndex((name) => groupOf(env, name), indexPlace);
  const { result, frame } = await recordOwn(biz, arrival, index, (arrivals) => order.record(arrivals));
  if (result === "erased") throw new BelfryRefusal({ reason: "order_erased" });
  if (result === "full") throw new BelfryRefusal({ reason: "order_full" });
  return frame;
}

/** The order as a backend sees it, as `GET /orders/:biz` with an API key. */
export async function order(env: BelfryEnv, biz: string): Promise<BackendOrder> {
  await checkBiz(env, biz);
  return backendOrder(biz, await groupOf(env, `order_${biz}`).order());
}

/** Throws for an id that no order can have. A bad setting is the first request's to report. */
async function checkBiz(env: BelfryEnv, biz: string): Promise<void> {
  const settings = settingsOf(env);
  if (!settings.ok || !(await isBiz(biz, settings.value.orders))) throw new BelfryRefusal({ reason: "unknown_order" });
}

/** What JSON makes of a value: what cannot be sent is refused here, before an object wakes. */
function asJson(value: unknown) {
  const text: unknown = JSON.stringify(value);
  const parsed = typeof text === "string" ? parseExact(text) : null;
  if (parsed === null || !parsed.ok) throw new BelfryRefusal({ reason: "not_json" });
  return parsed.value;
}
