// Writes events to the operator: a log line, a counter, and a data point where Analytics is bound.
import { logLine, type LogLine } from "../core/log.ts";
import { Counters, type Sample } from "../core/counters.ts";
import type { BelfryEnv } from "../env.ts";

/** Counts since this isolate started. The platform decides whether Workers and objects share an isolate. */
const isolate = new Counters();

export const isolateSamples = (): readonly Sample[] => isolate.samples();

/** Logs one event: as an error if the operator has to act, otherwise as information. */
export function log(env: BelfryEnv, line: LogLine): void {
  if (needsAction(line)) console.error(logLine(line));
  else console.log(logLine(line));
  isolate.count(line);
  env.ANALYTICS?.writeDataPoint(dataPoint(line));
}

function needsAction(line: LogLine): boolean {
  switch (line.event) {
    case "push":
      return line.reason !== "sent";
    case "callback":
      return line.reason === "refused" || line.reason === "try_again";
    case "connect":
    case "leave":
    case "act":
    case "refusal":
      return false;
    case "reconcile":
    case "forward":
    case "setting":
    case "fault":
      return true;
  }
}

/**
 * Sampled by consumer. Blobs: event, reason, group, and provider or mode. Doubles: duration in ms, and
 * the number of connections of a tick.
 */
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
