// The channel layer for backends: events into groups, to users and channels; a look at a group; the end of a connection. Keeps nothing.
import * as v from "valibot";
import { describeIssue } from "../callbacks/merchant.ts";
import { consumers } from "../consumers/index.ts";
import { historyText } from "../core/frames.ts";
import { channelName, parseChannel } from "../core/group.ts";
import type { Json } from "../core/json.ts";
import { findByGroup } from "../core/route.ts";
import type { Connections, Disconnected, GroupState, Sent } from "./response-schemas.ts";
import { readJson } from "./body.ts";
import { refuse } from "./respond-problem.ts";
import { ConnectionsQuery, HistoryQuery } from "./request-schemas.ts";
import { sendingOf, targetOf, type Address } from "./send-event.ts";
import type { RouteContext } from "./context.ts";

/** `group_send`: an event to everybody in the group. */
export const sendToGroup = (c: RouteContext): Promise<Response> => sendOne(c, { group: c.req.param("group") ?? "" });

/** To all connections of one user in the group. */
export const sendToUser = (c: RouteContext): Promise<Response> =>
  sendOne(c, { group: c.req.param("group") ?? "", user: subIn(new URL(c.req.url).pathname) });

/** `send`: to one connection. */
export const sendToChannel = (c: RouteContext): Promise<Response> =>
  sendOne(c, { channel: c.req.param("channel") ?? "" });

/** Read from the path itself: where an escape is none, the router takes it for text, and some user may be called just that. */
function subIn(path: string): string {
  try {
    return decodeURIComponent(path.split("/")[4] ?? "");
  } catch {
    return ""; // URIError; nobody is called this
  }
}

async function sendOne(c: RouteContext, address: Address): Promise<Response> {
  const target = targetOf(address);
  if (!target.ok) return refuse(c, target.reason.reason, target.reason);
  const event = await readJson(c.req.raw);
  if (!event.ok) return refuse(c, event.reason);
  const sending = await sendingOf(target.value, event.value, c.req.header("Idempotency-Key") ?? null);
  if (!sending.ok) return refuse(c, sending.reason.reason, sending.reason);
  const sent = await c.env.GROUP.getByName(target.value.group).send(sending.value);
  return sent.ok ? c.json(sent.value satisfies Sent) : refuse(c, "idempotency_key_reused");
}

/** How many are connected, when the next push is due, and where the group stands. */
export async function lookAtGroup(c: RouteContext): Promise<Response> {
  const found = findByGroup(consumers, c.req.param("group") ?? "");
  if (!found.ok) return refuse(c, found.reason);
  const { group, consumer } = found.value;
  const { connections, users, nextPush, epoch, offset } = await c.env.GROUP.getByName(group).look();
  const next_push = nextPush === null ? null : isoTime(nextPush);
  const state = { group, consumer: consumer.name, connections, users, next_push, position: { epoch, offset } };
  return c.json(state satisfies GroupState);
}

/** Who is connected, in pages by the order of their channels. */
export async function listConnections(c: RouteContext): Promise<Response> {
  const found = findByGroup(consumers, c.req.param("group") ?? "");
  if (!found.ok) return refuse(c, found.reason);
  const query = v.safeParse(ConnectionsQuery, c.req.query());
  if (!query.success) return refuse(c, "bad_query", { detail: describeIssue(query.issues[0]) });
  const { group } = found.value;
  const { after, limit } = query.output;
  const channel = after === undefined ? null : parseChannel(after);
  if (channel !== null && (!channel.ok || channel.value.group !== group))
    return refuse(c, "bad_query", { detail: "after: a channel of this group" });
  const last = channel?.value.connection ?? "";
  // One more, to know whether there is a next page.
  const { connections, users, listed } = await c.env.GROUP.getByName(group).connections(last, limit + 1);
  const members = listed.slice(0, limit).map(({ id, mode, sub, info, since }) => ({
    channel: channelName(group, id),
    mode,
    sub,
    info: JSON.parse(info) as Json, // the group made the text
    since: isoTime(since),
  }));
  const next = listed.length > limit ? (members.at(-1)?.channel ?? null) : null;
  return c.json({ connections, users, members, next } satisfies Connections);
}

/** What is kept of what was published, oldest first. */
export async function listPublications(c: RouteContext): Promise<Response> {
  const found = findByGroup(consumers, c.req.param("group") ?? "");
  if (!found.ok) return refuse(c, found.reason);
  const query = v.safeParse(HistoryQuery, c.req.query());
  if (!query.success) return refuse(c, "bad_query", { detail: describeIssue(query.issues[0]) });
  const { after, limit } = query.output;
  const { publications, epoch, offset } = await c.env.GROUP.getByName(found.value.group).history(after, limit);
  const told = publications.map(({ offset, at, frame }) => ({ offset, at: isoTime(at), frame }));
  return new Response(historyText({ epoch, offset }, told), { headers: { "Content-Type": "application/json" } });
}

/** Ends one connection; that it has gone already is no error. */
export async function disconnect(c: RouteContext): Promise<Response> {
  const channel = parseChannel(c.req.param("channel") ?? "");
  if (!channel.ok) return refuse(c, "malformed_channel");
  const { group, connection } = channel.value;
  const found = findByGroup(consumers, group);
  if (!found.ok) return refuse(c, found.reason);
  const connections = await c.env.GROUP.getByName(group).disconnect(connection);
  return c.json({ connections } satisfies Disconnected);
}

const isoTime = (at: number): string => new Date(at).toISOString();
