// `POST /send`: sends up to 100 events. Each item has its own result; an invalid one leaves the
// others unaffected.
import * as v from "valibot";
import { utf8 } from "../callbacks/bytes.ts";
import { describeIssue } from "../callbacks/merchant.ts";
import type { SendRequest } from "../core/group-api.ts";
import type { Json } from "../core/json.ts";
import { BODY_BYTES } from "../core/limits.ts";
import { no, ok, type Result } from "../core/result.ts";
import { groupOf, type BelfryEnv } from "../env.ts";
import { log } from "../observe/log.ts";
import { keyCovers } from "./api-key.ts";
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
  const items = await Promise.all(batch.output.items.map((item) => readItem(c, item)));
  const results = await sendItems(c.env, items);
  return c.json({ items: results.map((result) => itemResult(c, result)) } satisfies BatchResponse);
}

type ItemResult = Result<SendResponse, ItemProblem>;

/** Sends valid items, one call per group; the results are in the order of the items. */
async function sendItems(env: BelfryEnv, items: readonly Result<ValidItem, ItemProblem>[]): Promise<ItemResult[]> {
  const results: ItemResult[] = items.map((item) => (item.ok ? no({ group: null, reason: "internal" }) : item));
  const byGroup = Map.groupBy(
    items.flatMap((item, index) => (item.ok ? [{ index, ...item.value }] : [])),
    ({ group }) => group,
  );
  await Promise.all(
    [...byGroup].map(async ([group, entries]) => {
      const sent = await sendAllTo(
        env,
        group,
        entries.map(({ request }) => request),
      );
      for (const [i, { index }] of entries.entries()) results[index] = sent[i] ?? no({ group, reason: "internal" });
    }),
  );
  return results;
}

/** The results of one group, in order. A failed call is the result of each of its items. */
async function sendAllTo(env: BelfryEnv, group: string, requests: readonly SendRequest[]): Promise<ItemResult[]> {
  try {
    const sent = await groupOf(env, group).sendAll(requests);
    return sent.map((outcome) => (outcome.ok ? ok(outcome.value) : no({ group, reason: "idempotency_key_reused" })));
  } catch (error) {
    const reason = logFault(env, error, "/send");
    return requests.map(() => no({ group, reason }));
  }
}

async function readItem(c: RouteContext, item: unknown): Promise<Result<ValidItem, ItemProblem>> {
  const parsed = v.safeParse(BatchItem, item);
  if (!parsed.success) return no({ group: null, reason: "bad_item", detail: describeIssue(parsed.issues[0]) });
  const target = resolveTarget(c.var.installation.consumers, parsed.output);
  if (!target.ok) return no({ group: null, ...target.reason });
  const { group } = target.value;
  if (!keyCovers(c, group)) return no({ group, reason: "key_lacks_scope", detail: `publish:${group}` });
  const event = parsed.output.event as Json; // `readJson` parsed it, and the schema leaves it unchanged
  if (utf8(JSON.stringify(event)).length > BODY_BYTES)
    return no({ group, reason: "body_too_large", detail: `an event has at most ${BODY_BYTES} bytes` });
  const request = await createSendRequest(target.value, event, parsed.output.idempotency_key ?? null);
  return request.ok ? ok({ group, request: request.value }) : no({ group, ...request.reason });
}

function itemResult({ env, var: { startedAtMs } }: RouteContext, result: ItemResult) {
  if (result.ok) return { status: 200 as const, ...result.value };
  const { reason, group, detail } = result.reason;
  log(env, { event: "refusal", reason, group, detail: detail ?? null, ms: Date.now() - startedAtMs });
  return problemDetails(reason, detail);
}
