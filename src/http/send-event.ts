// An event on its way from a backend into a group, the same for one alone and for one of a batch: read, made a frame of, sent. Answers nobody.
import * as v from "valibot";
import { sha256, toHex } from "../callbacks/bytes.ts";
import type { Consumer } from "../consumers/consumer.ts";
import { consumers } from "../consumers/index.ts";
import { excludedOf, frameOf } from "../core/event.ts";
import { encode } from "../core/frames.ts";
import { parseChannel } from "../core/group.ts";
import type { Json } from "../core/json.ts";
import { no, ok, type Result } from "../core/result.ts";
import { findByGroup } from "../core/route.ts";
import type { Refusal } from "./problem.ts";
import { IdempotencyKey, Sub } from "./request-schemas.ts";

export type GroupStub = ReturnType<Env["GROUP"]["getByName"]>;

/** What a group takes. */
export type Sending = Parameters<GroupStub["send"]>[0];
/** What became of it. */
export type Sent = Extract<Awaited<ReturnType<GroupStub["send"]>>, { readonly ok: true }>["value"];

/** Where a backend says that an event goes: into a group, to one user in it, or to one connection. */
export type Address =
  | { readonly group: string; readonly user?: string | null | undefined }
  | { readonly channel: string };

/** Where it goes. */
export interface Target {
  readonly group: string;
  readonly consumer: Consumer;
  readonly to: Sending["to"];
}

export function targetOf(address: Address): Result<Target, Refusal> {
  if ("channel" in address) {
    const channel = parseChannel(address.channel);
    if (!channel.ok) return no({ reason: "malformed_channel" });
    return inGroup(channel.value.group, { kind: "connection", id: channel.value.connection });
  }
  const { group, user } = address;
  if (user == null) return inGroup(group, { kind: "group" });
  const sub = v.safeParse(Sub, user);
  return sub.success ? inGroup(group, { kind: "user", sub: sub.output }) : no({ reason: "malformed_sub" });
}

function inGroup(group: string, to: Sending["to"]): Result<Target, Refusal> {
  const found = findByGroup(consumers, group);
  return found.ok ? ok({ ...found.value, to }) : no({ reason: found.reason });
}

/** The frame is made here, before an object is woken: what cannot be sent wakes nobody. */
export async function sendingOf(
  { group, consumer, to }: Target,
  event: Json | undefined,
  key: string | null,
): Promise<Result<Sending, Refusal>> {
  if (key !== null && !v.is(IdempotencyKey, key)) return no({ reason: "bad_idempotency_key" });
  const frame = frameOf(consumer.events, event);
  if (!frame.ok) return frame;
  const exclude = excludedOf(event, group);
  if (!exclude.ok) return exclude;
  // Of everything that was asked for, so that a key stands for one thing only: whom it is for, and the event with whom it leaves out.
  const once = key === null ? null : { key, digest: toHex(await sha256(JSON.stringify([to, event ?? null]))) };
  return ok({ frame: encode(frame.value), to, exclude: exclude.value, once });
}
