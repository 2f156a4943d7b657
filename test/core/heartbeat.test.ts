// How the reconnects of a group are spread.
import { expect, it } from "vitest";
import { spreadSeconds } from "../../src/core/heartbeat.ts";

it("reconnects are spread over a second per 333 connections, and at once below that", () => {
  expect([0, 1, 332, 333, 10_000, 32_000].map(spreadSeconds)).toEqual([0, 0, 0, 1, 30, 96]);
});
