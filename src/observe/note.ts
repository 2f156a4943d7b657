// What happened, told to whoever runs the Worker: a line in the log, a count, and a data point where Analytics is bound. Decides nothing.
import { logLine, type LogLine } from "../core/log.ts";
import { Counters, type Sample } from "../core/counters.ts";
import type { BelfryEnv } from "../env.ts";

/** What this isolate has seen since it began. Workers and objects may share one, or not: the platform decides. */
const isolate = new Counters();

export const isolateSamples = (): readonly Sample[] => isolate.samples();

/** Notes one thing. What somebody has to look into is an error, the rest is news. */
export function note(env: BelfryEnv, line: LogLine): void {
  if (isTrouble(line)) console.error(logLine(line));
  else console.log(logLine(line));
  isolate.count(line);
  env.ANALYTICS?.writeDataPoint(dataPoint(line));
}

function isTrouble(line: LogLine): boolean {
  switch (line.event) {
    case "push":
      return line.reason !== "sent";
    case "callback":
      return line.reason === "refused" || line.reason === "try_again";
    case "connect":
    case "leave":
    case "refusal":
      return false;
    case "reconcile":
    case "forward":
    case "setting":
    case "fault":
      return true;
  }
}

/** Sampled by consumer; blobs are event, reason, group and what else tells it apart, doubles the duration in ms and a count. */
function dataPoint(line: LogLine): AnalyticsEngineDataPoint {
  const group = "group" in line ? (line.group ?? "") : "";
  const kind = line.event === "callback" ? line.provider : line.event === "connect" ? line.mode : "";
  const connections = line.event === "push" && line.reason === "sent" ? line.connections : 0;
  return {
    indexes: [group.split("_")[0] ?? ""],
    blobs: [line.event, line.reason, group, kind],
    doubles: ["ms" in line ? line.ms : 0, connections],
  };
}
