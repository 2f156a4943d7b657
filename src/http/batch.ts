// Many sends in one request, each with its own answer: what is wrong with one costs the others nothing. Keeps nothing.
import * as v from "valibot";
import { utf8 } from "../callbacks/bytes.ts";
import { describeIssue } from "../callbacks/merchant.ts";
import type { Json } from "../core/json.ts";
import { BODY_BYTES } from "../core/limits.ts";
import { note } from "../observe/note.ts";
import { no, ok, type Result } from "../core/result.ts";
import type { BatchResults } from "./response-schemas.ts";
import { readJson } from "./body.ts";
import { faultOf } from "./fault.ts";
import { wordsOf, type Refusal } from "./problem.ts";
import { refuse } from "./respond-problem.ts";
import { Batch, Item } from "./request-schemas.ts";
import { sendingOf, targetOf, type GroupStub, type Sending, type Sent } from "./send-event.ts";
import type { RouteContext } from "./context.ts";

/** An item that can be sent. */
interface Ready {
  readonly group: string;
  readonly sending: Sending;
}

/** Why one was not, and the group it was for, where that is known. */
interface Refused extends Refusal {
  readonly group: string | null;
}

export async function sendBatch(c: RouteContext): Promise<Response> {
  if (c.req.header("Idempotency-Key") !== undefined)
    return refuse(c, "bad_batch", { detail: "each item has an idempotency_key of its own" });
  const body = await readJson(c.req.raw);
  if (!body.ok) return refuse(c, body.reason);
  const batch = v.safeParse(Batch, body.value);
  if (!batch.success) return refuse(c, "bad_batch", { detail: describeIssue(batch.issues[0]) });
  const items = await Promise.all(batch.output.items.map(readItem));
  const stubOf = stubsOf(c.env);
  const results = await Promise.all(items.map((item) => sendItem(c.env, item, stubOf)));
  return c.json({ items: results.map((result) => answerOf(c, result)) } satisfies BatchResults);
}

/** One stub for each group: what goes by the same one arrives in the order in which it was called. */
function stubsOf({ GROUP }: Env): (group: string) => GroupStub {
  const stubs = new Map<string, GroupStub>();
  return (group) => {
    const stub = stubs.get(group) ?? GROUP.getByName(group);
    stubs.set(group, stub);
    return stub;
  };
}

async function readItem(item: unknown): Promise<Result<Ready, Refused>> {
  const parsed = v.safeParse(Item, item);
  if (!parsed.success) return no({ group: null, reason: "bad_item", detail: describeIssue(parsed.issues[0]) });
  const target = targetOf(parsed.output);
  if (!target.ok) return no({ group: null, ...target.reason });
  const { group } = target.value;
  const event = parsed.output.event as Json; // `readJson` parsed it, and no schema has changed it
  if (utf8(JSON.stringify(event)).length > BODY_BYTES)
    return no({ group, reason: "body_too_large", detail: `an event has at most ${BODY_BYTES} bytes` });
  const sending = await sendingOf(target.value, event, parsed.output.idempotency_key ?? null);
  return sending.ok ? ok({ group, sending: sending.value }) : no({ group, ...sending.reason });
}

async function sendItem(
  env: Env,
  item: Result<Ready, Refused>,
  stubOf: (group: string) => GroupStub,
): Promise<Result<Sent, Refused>> {
  if (!item.ok) return item;
  const { group, sending } = item.value;
  try {
    const sent = await stubOf(group).send(sending);
    return sent.ok ? ok(sent.value) : no({ group, reason: "idempotency_key_reused" });
  } catch (error) {
    return no({ group, reason: faultOf(env, error, "/send") });
  }
}

function answerOf({ env, var: { startedAtMs } }: RouteContext, result: Result<Sent, Refused>) {
  if (result.ok) return { status: 200 as const, ...result.value };
  const { reason, group, detail } = result.reason;
  note(env, { event: "refusal", reason, group, detail: detail ?? null, ms: Date.now() - startedAtMs });
  return wordsOf(reason, detail);
}
