// `POST /send`: sends up to 100 events. Each item has its own result; an invalid one leaves the
// others unaffected.
import * as v from "valibot";
import { utf8 } from "../callbacks/bytes.ts";
import { describeIssue } from "../callbacks/merchant.ts";
import type { Consumer } from "../consumers/consumer.ts";
import type { SendRequest } from "../core/group-api.ts";
import type { Json } from "../core/json.ts";
import { BODY_BYTES } from "../core/limits.ts";
import { no, ok, type Result } from "../core/result.ts";
import { groupOf, type BelfryEnv, type GroupStub } from "../env.ts";
import { log } from "../observe/log.ts";
import { readJson } from "./body.ts";
import type { RouteContext } from "./context.ts";
import { logFault } from "./fault.ts";
import { problemDetails, type Problem } from "./problem.ts";
import { Batch, BatchItem } from "./request-schemas.ts";
import { respondProblem } from "./respond-problem.ts";
import type { BatchResponse, SendResponse } from "./response-schemas.ts";
import { createSendRequest, resolveTarget } from "./send-event.ts";

interface ValidItem {
  readonly group: string;
  readonly request: SendRequest;
}

interface ItemProblem extends Problem {
  /** Null if the item's group is invalid. */
  readonly group: string | null;
}

export async function sendBatch(c: RouteContext): Promise<Response> {
  if (c.req.header("Idempotency-Key") !== undefined)
    return respondProblem(c, "bad_batch", { detail: "each item has an idempotency_key of its own" });
  const body = await readJson(c.req.raw);
  if (!body.ok) return respondProblem(c, body.reason);
  const batch = v.safeParse(Batch, body.value);
  if (!batch.success) return respondProblem(c, "bad_batch", { detail: describeIssue(batch.issues[0]) });
  const { consumers } = c.var.installation;
  const items = await Promise.all(batch.output.items.map((item) => readItem(consumers, item)));
  const stubOf = groupStubs(c.env);
  const results = await Promise.all(items.map((item) => sendItem(c.env, item, stubOf)));
  return c.json({ items: results.map((result) => itemResult(c, result)) } satisfies BatchResponse);
}

/** Caches one stub per group: calls through one stub arrive in the order they were made. */
function groupStubs(env: BelfryEnv): (group: string) => GroupStub {
  const stubs = new Map<string, GroupStub>();
  return (group) => {
    const stub = stubs.get(group) ?? groupOf(env, group);
    stubs.set(group, stub);
    return stub;
  };
}

async function readItem(consumers: readonly Consumer[], item: unknown): Promise<Result<ValidItem, ItemProblem>> {
  const parsed = v.safeParse(BatchItem, item);
  if (!parsed.success) return no({ group: null, reason: "bad_item", detail: describeIssue(parsed.issues[0]) });
  const target = resolveTarget(consumers, parsed.output);
  if (!target.ok) return no({ group: null, ...target.reason });
  const { group } = target.value;
  const event = parsed.output.event as Json; // `readJson` parsed it, and the schema leaves it unchanged
  if (utf8(JSON.stringify(event)).length > BODY_BYTES)
    return no({ group, reason: "body_too_large", detail: `an event has at most ${BODY_BYTES} bytes` });
  const request = await createSendRequest(target.value, event, parsed.output.idempotency_key ?? null);
  return request.ok ? ok({ group, request: request.value }) : no({ group, ...request.reason });
}

async function sendItem(
  env: BelfryEnv,
  item: Result<ValidItem, ItemProblem>,
  stubOf: (group: string) => GroupStub,
): Promise<Result<SendResponse, ItemProblem>> {
  if (!item.ok) return item;
  const { group, request } = item.value;
  try {
    const sent = await stubOf(group).send(request);
    return sent.ok ? ok(sent.value) : no({ group, reason: "idempotency_key_reused" });
  } catch (error) {
    return no({ group, reason: logFault(env, error, "/send") });
  }
}

function itemResult({ env, var: { startedAtMs } }: RouteContext, result: Result<SendResponse, ItemProblem>) {
  if (result.ok) return { status: 200 as const, ...result.value };
  const { reason, group, detail } = result.reason;
  log(env, { event: "refusal", reason, group, detail: detail ?? null, ms: Date.now() - startedAtMs });
  return problemDetails(reason, detail);
}
