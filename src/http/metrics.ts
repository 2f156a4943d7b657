// `GET /metrics`: the counters of this isolate and of the groups in `?group=`, as Prometheus text.
import { METRIC_GROUPS_MAX } from "../core/limits.ts";
import { findByGroup } from "../core/route.ts";
import { prometheus } from "../core/counters.ts";
import { isolateSamples } from "../observe/log.ts";
import type { RouteContext } from "./context.ts";
import { respondProblem } from "./respond-problem.ts";
import { groupOf } from "../env.ts";

/** `?group=` may repeat; reading a group's counters wakes its object. */
export async function getMetrics(c: RouteContext): Promise<Response> {
  const groups = [...new Set(c.req.queries("group"))]; // Prometheus rejects a page with a duplicate sample
  if (groups.length > METRIC_GROUPS_MAX)
    return respondProblem(c, "bad_query", { detail: `at most ${METRIC_GROUPS_MAX} groups` });
  for (const group of groups) {
    const found = findByGroup(c.var.installation.consumers, group);
    if (!found.ok) return respondProblem(c, found.reason);
  }
  const groupSamples = await Promise.all(groups.map((group) => groupOf(c.env, group).samples()));
  const text = prometheus([...isolateSamples(), ...groupSamples.flat()]);
  return new Response(text, { headers: { "Content-Type": "text/plain; version=0.0.4; charset=utf-8" } });
}
