// @vitest-environment happy-dom
// Tests the client's defaults in a page: WebSocket, fetch, sessionStorage, timers and wake events.
import { afterEach, beforeEach, expect, it, vi } from "vitest";
import { connect, type Client } from "../../src/client/index.ts";
import { fakeServer, type FakeServer } from "../../src/client/testing.ts";
import { newBiz } from "../support/clock.ts";

let server: FakeServer;
let client: Client;
let hidden = false;

beforeEach(() => {
  vi.useFakeTimers();
  server = fakeServer();
  vi.stubGlobal("WebSocket", server.options.WebSocket);
  vi.stubGlobal("fetch", server.options.fetch);
  vi.spyOn(document, "hidden", "get").mockImplementation(() => hidden);
  hidden = false;
  sessionStorage.clear();
  client = connect("/");
});

afterEach(() => {
  client.close();
  vi.restoreAllMocks();
  vi.unstubAllGlobals();
  vi.useRealTimers();
});

it("a client works without options", async () => {
  const biz = newBiz();
  const settled = client.order(biz).settled({ timeout: 60_000 });
  await vi.advanceTimersByTimeAsync(0);
  server.order(biz).becomes("failed");
  server.disconnectNetwork();
  await vi.advanceTimersByTimeAsync(5000);
  server.order(biz).becomes("paid");
  server.restoreNetwork();
  await vi.advanceTimersByTimeAsync(20_000);
  expect(await settled).toMatchObject({ biz, status: "paid", version: 2 });
  expect(sessionStorage.length).toBe(1);
  expect(Object.values(sessionStorage)).toEqual(['["00000001",2,"paid"]']);
});

it.each([
  ["online", () => window],
  ["pageshow", () => window],
  ["visibilitychange", () => document],
  ["resume", () => document],
])("a client reconnects at once on %s, even if the event does not bubble", async (event, target) => {
  const group = client.group("/ws/alarm/");
  await vi.advanceTimersByTimeAsync(0);
  server.disconnectNetwork();
  await vi.advanceTimersByTimeAsync(100_000);
  server.restoreNetwork();
  expect(group.state.name).toBe("waiting");
  target().dispatchEvent(new Event(event, { bubbles: false }));
  await vi.advanceTimersByTimeAsync(0);
  expect(group.state.name).toBe("open");
});

it("a hidden page reconnects on online, and not on visibilitychange", async () => {
  const group = client.group("/ws/alarm/");
  await vi.advanceTimersByTimeAsync(0);
  server.disconnectNetwork();
  await vi.advanceTimersByTimeAsync(100_000);
  server.restoreNetwork();
  hidden = true;
  document.dispatchEvent(new Event("visibilitychange"));
  await vi.advanceTimersByTimeAsync(0);
  expect(group.state.name).toBe("waiting");
  window.dispatchEvent(new Event("online"));
  await vi.advanceTimersByTimeAsync(0);
  expect(group.state.name).toBe("open");
});

it("a client works in a page where reading sessionStorage throws", async () => {
  vi.spyOn(globalThis, "sessionStorage", "get").mockImplementation(() => {
    throw new DOMException("no", "SecurityError");
  });
  const sandboxed = connect("/");
  const order = sandboxed.order(newBiz());
  await vi.advanceTimersByTimeAsync(0);
  expect(order.outcome?.status).toBe("pending");
  sandboxed.close();
});

it("a closed client has no wake listeners and no timers", async () => {
  client.group("/ws/alarm/");
  await vi.advanceTimersByTimeAsync(0);
  client.close();
  window.dispatchEvent(new Event("online"));
  await vi.advanceTimersByTimeAsync(60_000);
  expect([server.dialled, vi.getTimerCount()]).toEqual([1, 0]);
});
