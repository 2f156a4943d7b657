// The channel layer for backends: events into a group or to one channel, and a look at a group. Keeps nothing.
import type { Context } from "hono";
import { consumers } from "../consumers/index.ts";
import { frameOf } from "../core/event.ts";
import { encode } from "../core/frames.ts";
import { parseChannel } from "../core/group.ts";
import { findByGroup } from "../core/route.ts";
import { readJson } from "./body.ts";
import { problem } from "./problem.ts";
import type { App } from "./app.ts";

/** `group_send`: an event to everybody in the group. */
export const sendToGroup = (c: Context<App>): Promise<Response> => send(c, c.req.param("group") ?? "");

/** `send`: an event to one connection. */
export function sendToChannel(c: Context<App>): Promise<Response> | Response {
  const channel = parseChannel(c.req.param("channel") ?? "");
  return channel.ok ? send(c, channel.value.group, channel.value.connection) : problem("malformed_channel");
}

/** The frame is made here, before an object is woken: what cannot be sent wakes nobody. */
async function send(c: Context<App>, group: string, connection?: string): Promise<Response> {
  const found = findByGroup(consumers, group);
  if (!found.ok) return problem(found.reason);
  const body = await readJson(c.req.raw);
  if (!body.ok) return problem(body.reason);
  const frame = frameOf(found.value.consumer.events, body.value);
  if (!frame.ok) return problem(frame.reason.reason, frame.reason.detail);
  const to =
    connection === undefined ? ({ kind: "group" } as const) : ({ kind: "connection", id: connection } as const);
  const sending = { frame: encode(frame.value), to, exclude: null, once: null };
  const sent = await c.env.GROUP.getByName(group).send(sending);
  return sent.ok ? c.json(sent.value) : problem("idempotency_key_reused");
}

/** How many are connected, when the next push is due, and where the group stands. */
export async function lookAtGroup(c: Context<App>): Promise<Response> {
  const found = findByGroup(consumers, c.req.param("group") ?? "");
  if (!found.ok) return problem(found.reason);
  const { group, consumer } = found.value;
  const { connections, nextPush, epoch, offset } = await c.env.GROUP.getByName(group).look();
  const next_push = nextPush === null ? null : new Date(nextPush).toISOString();
  return c.json({ group, consumer: consumer.name, connections, next_push, position: { epoch, offset } });
}
