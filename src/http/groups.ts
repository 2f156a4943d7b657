// `/groups/:group`: state, connections and history of a group. `DELETE /channels/:channel`: ends a
// connection.
import * as v from "valibot";
import { describeIssue } from "../callbacks/merchant.ts";
import { historyText } from "../core/frames.ts";
import { channelName, parseChannel } from "../core/group.ts";
import type { Json } from "../core/json.ts";
import { findByGroup } from "../core/route.ts";
import { formatIsoTime } from "../core/time.ts";
import type { RouteContext } from "./context.ts";
import { ConnectionsQuery, HistoryQuery } from "./request-schemas.ts";
import { respondProblem } from "./respond-problem.ts";
import type { ConnectionsResponse, DisconnectResponse, GroupResponse } from "./response-schemas.ts";
import { groupOf } from "../env.ts";

/** Responds with the number of connections, the time of the next push and the group's position. */
export async function getGroup(c: RouteContext): Promise<Response> {
  const found = findByGroup(c.var.installation.consumers, c.req.param("group") ?? "");
  if (!found.ok) return respondProblem(c, found.reason);
  const { group, consumer } = found.value;
  const { connections, users, nextPush, epoch, offset } = await groupOf(c.env, group).state();
  const next_push = nextPush === null ? null : formatIsoTime(nextPush);
  const state = { group, consumer: consumer.name, connections, users, next_push, position: { epoch, offset } };
  return c.json(state satisfies GroupResponse);
}

/** Responds with one page of the group's connections, ordered by channel. */
export async function listConnections(c: RouteContext): Promise<Response> {
  const found = findByGroup(c.var.installation.consumers, c.req.param("group") ?? "");
  if (!found.ok) return respondProblem(c, found.reason);
  const query = v.safeParse(ConnectionsQuery, c.req.query());
  if (!query.success) return respondProblem(c, "bad_query", { detail: describeIssue(query.issues[0]) });
  const { group } = found.value;
  const { after, limit } = query.output;
  const channel = after === undefined ? null : parseChannel(after);
  if (channel !== null && (!channel.ok || channel.value.group !== group))
    return respondProblem(c, "bad_query", { detail: "after: a channel of this group" });
  const afterId = channel?.value.connection ?? "";
  // Requests one connection more than the page holds, to detect a next page.
  const { connections, users, listed } = await groupOf(c.env, group).connections(afterId, limit + 1);
  const members = listed.slice(0, limit).map(({ id, mode, sub, info, since }) => ({
    channel: channelName(group, id),
    mode,
    sub,
    info: JSON.parse(info) as Json, // the group stringified it
    since: formatIsoTime(since),
  }));
  const next = listed.length > limit ? (members.at(-1)?.channel ?? null) : null;
  return c.json({ connections, users, members, next } satisfies ConnectionsResponse);
}

/** Responds with the kept publications after an offset, oldest first. */
export async function listPublications(c: RouteContext): Promise<Response> {
  const found = findByGroup(c.var.installation.consumers, c.req.param("group") ?? "");
  if (!found.ok) return respondProblem(c, found.reason);
  const query = v.safeParse(HistoryQuery, c.req.query());
  if (!query.success) return respondProblem(c, "bad_query", { detail: describeIssue(query.issues[0]) });
  const { after, limit } = query.output;
  const { publications, epoch, offset } = await groupOf(c.env, found.value.group).history(after, limit);
  const items = publications.map(({ offset, at, frame }) => ({ offset, at: formatIsoTime(at), frame }));
  return new Response(historyText({ epoch, offset }, items), { headers: { "Content-Type": "application/json" } });
}

/** Ends one connection; succeeds as well if it has ended before. */
export async function disconnect(c: RouteContext): Promise<Response> {
  const channel = parseChannel(c.req.param("channel") ?? "");
  if (!channel.ok) return respondProblem(c, "malformed_channel");
  const { group, connection } = channel.value;
  const found = findByGroup(c.var.installation.consumers, group);
  if (!found.ok) return respondProblem(c, found.reason);
  const connections = await groupOf(c.env, group).disconnect(connection);
  return c.json({ connections } satisfies DisconnectResponse);
}
