// How the reconnects of a group are spread, and its heartbeats grow with it.
import { expect, it } from "vitest";
import { heartbeatSeconds, spreadSeconds } from "../../src/core/heartbeat.ts";

it("reconnects are spread over a second per 333 connections, and at once below that", () => {
  expect([0, 1, 332, 333, 10_000, 32_000].map(spreadSeconds)).toEqual([0, 0, 0, 1, 30, 96]);
});

it("heartbeats are 25 s apart, and 50 s in a group of 10,000 or more", () => {
  expect([1, 100, 200, 5000, 10_000, 32_000].map(heartbeatSeconds)).toEqual([25, 25, 26, 38, 50, 50]);
});
