// `POST …/send`: sends a backend's event to a group, a user or one connection. batch.ts shares its
// functions.
import * as v from "valibot";
import { sha256, toHex } from "../callbacks/bytes.ts";
import type { Consumer } from "../consumers/consumer.ts";
import { excludedOf, frameOf } from "../core/event.ts";
import { encode } from "../core/frames.ts";
import { parseChannel } from "../core/group.ts";
import type { Receiver, SendRequest } from "../core/group-api.ts";
import type { Json } from "../core/json.ts";
import { no, ok, type Result } from "../core/result.ts";
import { findByGroup } from "../core/route.ts";
import { groupOf } from "../env.ts";
import { keyCovers, respondLacksScope } from "./api-key.ts";
import { readJson } from "./body.ts";
import type { RouteContext } from "./context.ts";
import type { Problem } from "./problem.ts";
import { IdempotencyKey, Sub } from "./request-schemas.ts";
import { respondProblem } from "./respond-problem.ts";
import type { SendResponse } from "./response-schemas.ts";

/** The receivers as the request names them. */
export type SendAddress =
  | { readonly group: string; readonly user?: string | null | undefined }
  | { readonly channel: string };

export interface SendTarget {
  readonly group: string;
  readonly consumer: Consumer;
  readonly to: Receiver;
}

/** `POST /groups/:group/send`: Channels' `group_send`. */
export const sendToGroup = (c: RouteContext): Promise<Response> => sendEvent(c, { group: c.req.param("group") ?? "" });

/** `POST /groups/:group/users/:sub/send`: to every connection of one user in the group. */
export const sendToUser = (c: RouteContext): Promise<Response> =>
  sendEvent(c, { group: c.req.param("group") ?? "", user: subOfPath(new URL(c.req.url).pathname) });

/** `POST /channels/:channel/send`: Channels' `send`. */
export const sendToChannel = (c: RouteContext): Promise<Response> =>
  sendEvent(c, { channel: c.req.param("channel") ?? "" });

/**
 * Decodes the sub in the path; "" if its escapes are invalid. Hono's `param` would return an
 * invalid escape as text.
 */
function subOfPath(path: string): string {
  try {
    return decodeURIComponent(path.split("/")[4] ?? "");
  } catch {
    return ""; // URIError; an empty sub is malformed
  }
}

async function sendEvent(c: RouteContext, address: SendAddress): Promise<Response> {
  const target = resolveTarget(c.var.installation.consumers, address);
  if (!target.ok) return respondProblem(c, target.reason.reason, target.reason);
  const { group } = target.value;
  if (!keyCovers(c, group)) return respondLacksScope(c, `publish:${group}`);
  const event = await readJson(c.req.raw);
  if (!event.ok) return respondProblem(c, event.reason);
  const request = await createSendRequest(target.value, event.value, c.req.header("Idempotency-Key") ?? null);
  if (!request.ok) return respondProblem(c, request.reason.reason, request.reason);
  const sent = await groupOf(c.env, group).send(request.value);
  return sent.ok ? c.json(sent.value satisfies SendResponse) : respondProblem(c, "idempotency_key_reused");
}

/** Validates an address and finds the consumer of its group. */
export function resolveTarget(consumers: readonly Consumer[], address: SendAddress): Result<SendTarget, Problem> {
  if ("channel" in address) {
    const channel = parseChannel(address.channel);
    if (!channel.ok) return no({ reason: "malformed_channel" });
    return targetInGroup(consumers, channel.value.group, { kind: "connection", id: channel.value.connection });
  }
  const { group, user } = address;
  if (user == null) return targetInGroup(consumers, group, { kind: "group" });
  const sub = v.safeParse(Sub, user);
  return sub.success
    ? targetInGroup(consumers, group, { kind: "user", sub: sub.output })
    : no({ reason: "malformed_sub" });
}

function targetInGroup(consumers: readonly Consumer[], group: string, to: Receiver): Result<SendTarget, Problem> {
  const found = findByGroup(consumers, group);
  return found.ok ? ok({ ...found.value, to }) : no({ reason: found.reason });
}

/**
 * Builds the frame of an event. Runs before the object wakes, so that an invalid event costs one
 * request only.
 */
export async function createSendRequest(
  { group, consumer, to }: SendTarget,
  event: Json | undefined,
  key: string | null,
): Promise<Result<SendRequest, Problem>> {
  if (key !== null && !v.is(IdempotencyKey, key)) return no({ reason: "bad_idempotency_key" });
  const frame = frameOf(consumer.events, event);
  if (!frame.ok) return frame;
  const exclude = excludedOf(event, group);
  if (!exclude.ok) return exclude;
  // The digest covers receivers, event and `exclude`: the same key with any other request is
  // `idempotency_key_reused`.
  const idempotency = key === null ? null : { key, digest: toHex(await sha256(JSON.stringify([to, event ?? null]))) };
  return ok({ frame: encode(frame.value), to, exclude: exclude.value, idempotency });
}
