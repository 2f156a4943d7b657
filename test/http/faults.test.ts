// Errors outside of the client's control: an invalid setting, a full group, an unreachable object.
import { env } from "cloudflare:workers";
import { runInDurableObject } from "cloudflare:test";
import { expect, it } from "vitest";
import { app } from "../support/app.ts";
import { handshake, captureErrors, newBiz, stubOf } from "../support/workerd.ts";

const key = { Authorization: `Bearer ${env.API_KEYS}` };

it("an invalid setting rejects every request; response and log name it without its value", async () => {
  const log = captureErrors();
  const bad = { ...env, TIME_ZONE: "Mars/Olympus" };
  for (const path of ["/healthz", `/callback/${newBiz()}/`, "/groups/alarm"]) {
    const response = await app.request(path, { headers: key }, bad);
    const body = await response.text();
    expect(JSON.parse(body)).toMatchObject({
      status: 500,
      reason: "bad_setting",
      detail: expect.stringContaining("TIME_ZONE"),
    });
    expect(body).not.toContain("Olympus");
  }
  expect(log()).toContainEqual(expect.objectContaining({ event: "setting", setting: "TIME_ZONE" }));
  expect(JSON.stringify(log())).not.toContain("Olympus");
});

it("a full group responds 503 and keeps its members", async () => {
  const biz = newBiz();
  const group = `order_${biz}`;
  const first = await handshake(`/ws/order/${biz}/`);
  await runInDurableObject(stubOf(group), (_object, state) => {
    state.acceptWebSocket = () => {
      throw new Error("only 32768 websockets can be accepted on a single Durable Object instance");
    };
  });
  const response = await handshake(`/ws/order/${biz}/`);
  expect(await response.json()).toMatchObject({ status: 503, reason: "group_full" });
  const member = first.webSocket ?? expect.fail("no WebSocket");
  const frame = new Promise((resolve) => member.addEventListener("message", ({ data }) => resolve(data)));
  member.accept();
  member.send("still here");
  expect(await frame).toBe('"still here"');
  member.close();
});

it.each([
  ["overloaded", { overloaded: true }, 503, "group_unavailable"],
  ["unreachable for now", { retryable: true }, 503, "group_unavailable"],
  ["broken", {}, 500, "internal"],
])("an object that is %s is logged as a fault and fails the callback", async (_case, marks, status, reason) => {
  const log = captureErrors();
  const record = () => Promise.reject(Object.assign(new Error("lost"), marks));
  const unreachable = { ...env, GROUP: { getByName: () => ({ record }) } };
  const response = await app.request(`/callback/${newBiz()}/`, { method: "POST", headers: key }, unreachable);
  expect(await response.json()).toMatchObject({ status, reason });
  expect(response.headers.get("Retry-After")).toBe(status === 503 ? "1" : null);
  expect(log()).toEqual([
    { event: "fault", reason, route: expect.stringContaining("/callback"), detail: "Error: lost" },
  ]);
});
