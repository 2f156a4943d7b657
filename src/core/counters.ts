// Counters and their Prometheus text. Pure; numbers in memory only.
import type { LogLine } from "./log.ts";

/** One value of a metric, with its labels. */
export interface Sample {
  readonly name: MetricName;
  readonly labels: Labels;
  readonly value: number;
}

type Labels = Readonly<Record<string, string>>;

/**
 * All metrics with kind and help text. A counter starts at 0 with its isolate or Durable Object.
 */
export const metrics = {
  belfry_connects_total: ["counter", "accepted WebSockets"],
  belfry_leaves_total: ["counter", "closed connections, by reason"],
  belfry_refusals_total: ["counter", "rejected requests, by reason"],
  belfry_callbacks_total: ["counter", "callbacks, by provider and result"],
  belfry_callback_seconds_total: ["counter", "time spent on callbacks"],
  belfry_pushes_total: ["counter", "ticks of periodic pushes, by result"],
  belfry_push_seconds_total: ["counter", "time spent on ticks"],
  belfry_faults_total: ["counter", "internal errors, invalid settings, failed queries and forwards"],
  belfry_publications_total: ["counter", "publications of the group, whatever the number of receivers"],
  belfry_frames_total: ["counter", "frames sent to connections"],
  belfry_recoveries_total: [
    "counter",
    "belfry.v1 clients that returned with a position, by whether recovery was complete",
  ],
  belfry_connections: ["gauge", "open connections"],
  belfry_users: ["gauge", "users with an open connection"],
  belfry_offset: ["gauge", "offset of the latest publication"],
} as const satisfies Record<string, readonly [kind: "counter" | "gauge", help: string]>;

export type MetricName = keyof typeof metrics;

/** Counts in memory, for the lifetime of the instance. */
export class Counters {
  readonly #samples = new Map<string, Sample>();

  add(name: MetricName, labels: Labels, by = 1): void {
    let key: string = name;
    for (const label in labels) key += `\n${label}\n${labels[label]}`; // labels contain no line break
    this.#samples.set(key, { name, labels, value: (this.#samples.get(key)?.value ?? 0) + by });
  }

  /** Counts a log line. */
  count(line: LogLine): void {
    const { reason } = line;
    switch (line.event) {
      case "connect":
        return this.add("belfry_connects_total", { mode: line.mode });
      case "leave":
        return this.add("belfry_leaves_total", { reason });
      case "refusal":
        return this.add("belfry_refusals_total", { reason });
      case "callback":
        this.add("belfry_callback_seconds_total", { provider: line.provider }, line.ms / 1000);
        return this.add("belfry_callbacks_total", { provider: line.provider, reason });
      case "push":
        this.add("belfry_push_seconds_total", {}, line.ms / 1000);
        return this.add("belfry_pushes_total", { reason });
      case "act":
        return;
      case "reconcile":
      case "forward":
      case "setting":
      case "fault":
        return this.add("belfry_faults_total", { event: line.event, reason });
    }
  }

  samples(): readonly Sample[] {
    return [...this.#samples.values()];
  }
}

/** The text format of Prometheus, version 0.0.4: each metric with its help, type and samples. */
export function prometheus(samples: readonly Sample[]): string {
  const names = new Set(samples.map(({ name }) => name));
  const lines = [...names].flatMap((name) => {
    const [kind, help] = metrics[name];
    const own = samples.filter((sample) => sample.name === name);
    return [`# HELP ${name} ${help}`, `# TYPE ${name} ${kind}`].concat(
      own.map(({ labels, value }) => `${name}${labelText(labels)} ${value}`),
    );
  });
  return lines.map((line) => `${line}\n`).join("");
}

function labelText(labels: Labels): string {
  const pairs = Object.entries(labels).map(([label, value]) => `${label}="${escaped(value)}"`);
  return pairs.length === 0 ? "" : `{${pairs.join(",")}}`;
}

const escaped = (value: string): string =>
  value.replaceAll("\\", "\\\\").replaceAll('"', '\\"').replaceAll("\n", "\\n");
