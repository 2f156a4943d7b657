// Counters, and their text for Prometheus.
import { expect, it } from "vitest";
import { prometheus, Counters } from "../../src/core/counters.ts";

it("counts by name and labels, and prints help and type of each metric once", () => {
  const counters = new Counters();
  counters.count({ event: "refusal", reason: "origin_refused", group: null, detail: null, ms: 0 });
  counters.count({ event: "refusal", reason: "origin_refused", group: "alarm_7", detail: null, ms: 0 });
  counters.count({ event: "refusal", reason: "token_missing", group: "feed_news", detail: null, ms: 0 });
  counters.count({ event: "push", group: "alarm_7", reason: "sent", connections: 3, ms: 250 });
  expect(prometheus(counters.samples())).toBe(
    [
      "# HELP belfry_refusals_total rejected requests, by reason",
      "# TYPE belfry_refusals_total counter",
      'belfry_refusals_total{reason="origin_refused"} 2',
      'belfry_refusals_total{reason="token_missing"} 1',
      "# HELP belfry_push_seconds_total time spent on ticks",
      "# TYPE belfry_push_seconds_total counter",
      "belfry_push_seconds_total 0.25",
      "# HELP belfry_pushes_total ticks of periodic pushes, by result",
      "# TYPE belfry_pushes_total counter",
      'belfry_pushes_total{reason="sent"} 1',
      "",
    ].join("\n"),
  );
});

it("escapes quotes, backslashes and line breaks in labels", () => {
  const counters = new Counters();
  counters.add("belfry_refusals_total", { reason: 'a"b\\c\nd' });
  expect(prometheus(counters.samples())).toContain('{reason="a\\"b\\\\c\\nd"} 1');
});

it("prints an empty text without samples", () => expect(prometheus([])).toBe(""));
