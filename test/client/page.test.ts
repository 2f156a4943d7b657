// @vitest-environment happy-dom
// What the client takes from a page by itself: its WebSocket and fetch, its storage, its clock, and the events by which it comes back.
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

it("it needs no option", async () => {
  const biz = newBiz();
  const settled = client.order(biz).settled({ timeout: 60_000 });
  await vi.advanceTimersByTimeAsync(0);
  server.order(biz).becomes("failed");
  server.cut();
  await vi.advanceTimersByTimeAsync(5000);
  server.order(biz).becomes("paid");
  server.mend();
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
])("it comes back at once on %s, also where that does not bubble", async (event, target) => {
  const group = client.group("/ws/alarm/");
  await vi.advanceTimersByTimeAsync(0);
  server.cut();
  await vi.advanceTimersByTimeAsync(100_000);
  server.mend();
  expect(group.state.name).toBe("waiting");
  target().dispatchEvent(new Event(event, { bubbles: false }));
  await vi.advanceTimersByTimeAsync(0);
  expect(group.state.name).toBe("open");
});

it("a page that is hidden does not come back for that, but for the network it does", async () => {
  const group = client.group("/ws/alarm/");
  await vi.advanceTimersByTimeAsync(0);
  server.cut();
  await vi.advanceTimersByTimeAsync(100_000);
  server.mend();
  hidden = true;
  document.dispatchEvent(new Event("visibilitychange"));
  await vi.advanceTimersByTimeAsync(0);
  expect(group.state.name).toBe("waiting");
  window.dispatchEvent(new Event("online"));
  await vi.advanceTimersByTimeAsync(0);
  expect(group.state.name).toBe("open");
});

it("a page that may not look at its storage works as well", async () => {
  vi.spyOn(globalThis, "sessionStorage", "get").mockImplementation(() => {
    throw new DOMException("no", "SecurityError");
  });
  const sandboxed = connect("/");
  const order = sandboxed.order(newBiz());
  await vi.advanceTimersByTimeAsync(0);
  expect(order.outcome?.status).toBe("pending");
  sandboxed.close();
});

it("it listens to nothing any more once it is closed", async () => {
  client.group("/ws/alarm/");
  await vi.advanceTimersByTimeAsync(0);
  client.close();
  window.dispatchEvent(new Event("online"));
  await vi.advanceTimersByTimeAsync(60_000);
  expect([server.dialled, vi.getTimerCount()]).toEqual([1, 0]);
});
