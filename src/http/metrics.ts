// Prometheus' page: what this isolate has seen, and what the groups asked for have. Counts nothing itself.
import type { Context } from "hono";
import { consumers } from "../consumers/index.ts";
import { METRIC_GROUPS_MAX } from "../core/limits.ts";
import { findByGroup } from "../core/route.ts";
import { prometheus } from "../core/counters.ts";
import { isolateSamples } from "../observe/note.ts";
import { refuse } from "./refuse.ts";
import type { App } from "./app.ts";

/** `GET /metrics`, and `?group=` once for each group that is to be asked: asking wakes its object. */
export async function metrics(c: Context<App>): Promise<Response> {
  const groups = [...new Set(c.req.queries("group"))]; // twice the same sample, and Prometheus takes none
  if (groups.length > METRIC_GROUPS_MAX)
    return refuse(c, "bad_query", { detail: `at most ${METRIC_GROUPS_MAX} groups` });
  for (const group of groups) {
    const found = findByGroup(consumers, group);
    if (!found.ok) return refuse(c, found.reason);
  }
  const ofGroups = await Promise.all(groups.map((group) => c.env.GROUP.getByName(group).samples()));
  const text = prometheus([...isolateSamples(), ...ofGroups.flat()]);
  return new Response(text, { headers: { "Content-Type": "text/plain; version=0.0.4; charset=utf-8" } });
}
