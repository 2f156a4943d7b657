// The log's lines and the Prometheus page.
import { env } from "cloudflare:workers";
import { describe, expect, it } from "vitest";
import { app } from "../support/app.ts";
import { log } from "../../src/observe/log.ts";
import { captureLog } from "../support/deliver.ts";
import {
  publicRequest,
  backend,
  callback,
  connect,
  handshake,
  getGroup,
  newAlarmGroup,
  newBiz,
  fireAlarm,
  stopClock,
} from "../support/workerd.ts";

const lines = (text: string): Record<string, unknown>[] =>
  text === "" ? [] : text.split("\n").map((line) => JSON.parse(line) as Record<string, unknown>); // every line is one object

describe("the log has", () => {
  it("each connection with its mode and duration", async () => {
    const log = captureLog();
    const biz = newBiz();
    const page = await connect(`/ws/order/${biz}/`, { "Sec-WebSocket-Protocol": "belfry.v1" });
    await page.leave();
    const ms = expect.any(Number);
    expect(lines(log("connect"))).toEqual([
      { event: "connect", group: `order_${biz}`, reason: "joined", mode: "v1", ms },
    ]);
    expect(lines(log("leave"))).toEqual([{ event: "leave", group: `order_${biz}`, reason: "left", ms }]);
  });

  it("one line for a connection that the Worker closes, despite its close event", async () => {
    const log = captureLog();
    const { group, path } = newAlarmGroup();
    await connect(path);
    const page = await connect(path, { "Sec-WebSocket-Protocol": "belfry.v1" });
    const { channel } = (await page.nextJson()) as { channel: string };
    await backend("DELETE", `/channels/${channel}`);
    await page.closed;
    await getGroup(group);
    expect(lines(log("leave"))).toEqual([{ event: "leave", group, reason: "disconnected", ms: expect.any(Number) }]);
  });

  it("each sent tick with the number of connections", async () => {
    stopClock();
    const log = captureLog();
    const { group, path } = newAlarmGroup();
    await connect(path);
    await connect(path);
    await fireAlarm(group);
    expect(lines(log("push"))).toEqual([{ event: "push", group, reason: "sent", connections: 2, ms: 0 }]);
  });

  it("each refusal with its group", async () => {
    const log = captureLog();
    const biz = newBiz();
    await handshake(`/ws/order/${biz}/`, { Origin: "https://evil.example" });
    expect(lines(log("refusal"))).toEqual([
      { event: "refusal", reason: "origin_refused", group: `order_${biz}`, detail: null, ms: expect.any(Number) },
    ]);
  });

  it("a data point per line if Analytics is bound", async () => {
    stopClock();
    const points: unknown[] = [];
    const bound = { ...env, ANALYTICS: { writeDataPoint: (point: unknown) => void points.push(point) } };
    captureLog();
    await app.request("/callback/x/", { method: "POST" }, bound);
    log(bound, { event: "push", group: "alarm_7", reason: "sent", connections: 2, ms: 30 });
    expect(points).toEqual([
      { indexes: [""], blobs: ["refusal", "unauthorized", "", ""], doubles: [0, 0] },
      { indexes: ["alarm"], blobs: ["push", "sent", "alarm_7", ""], doubles: [30, 2] },
    ]);
  });
});

describe("GET /metrics", () => {
  it("requires an API key", async () => expect((await publicRequest("/metrics")).status).toBe(401));

  it("counts the events of this isolate", async () => {
    const biz = newBiz();
    await callback(biz);
    const response = await backend("GET", "/metrics");
    expect(response.headers.get("Content-Type")).toBe("text/plain; version=0.0.4; charset=utf-8");
    expect(await response.text()).toMatch(/^belfry_callbacks_total\{provider="backend",reason="stored"\} [1-9]/m);
  });

  it("includes the requested groups", async () => {
    const biz = newBiz();
    const group = `order_${biz}`;
    await connect(`/ws/order/${biz}/`);
    await callback(biz);
    const text = await (await backend("GET", `/metrics?group=${group}&group=alarm`)).text();
    expect(text).toContain(`belfry_connections{group="${group}"} 1\n`);
    expect(text).toContain(`belfry_offset{group="${group}"} 1\n`);
    expect(text).toContain(`belfry_frames_total{group="${group}"} 1\n`);
    expect(text).toContain('belfry_connections{group="alarm"} 0\n');
    expect(text.match(/^# TYPE belfry_connections gauge$/gm)).toHaveLength(1);
  });

  it("includes a repeated group once", async () => {
    const text = await (await backend("GET", "/metrics?group=alarm&group=alarm")).text();
    expect(text.match(/^belfry_connections\{group="alarm"\}/gm)).toHaveLength(1);
  });

  it("counts connections with a position, by whether they recovered", async () => {
    const { group, path } = newAlarmGroup();
    const v1 = { "Sec-WebSocket-Protocol": "belfry.v1" };
    const { epoch } = (await (await connect(path, v1)).nextJson()) as { epoch: string };
    for (const position of [`epoch=${epoch}&offset=0`, "epoch=other&offset=0", "epoch=other&offset=0"])
      await connect(`${path}?${position}`, v1);
    const text = await (await backend("GET", `/metrics?group=${group}`)).text();
    expect(text).toContain(`belfry_recoveries_total{group="${group}",recovered="true"} 1\n`);
    expect(text).toContain(`belfry_recoveries_total{group="${group}",recovered="false"} 2\n`);
  });

  it.each([
    ["group=nobody_7", 404, "unknown_group"],
    ["group=a%20b", 422, "malformed_group"],
    [Array.from({ length: 21 }, (_, i) => `group=alarm_${i}`).join("&"), 422, "bad_query"],
  ])("?%s is rejected", async (query, status, reason) => {
    expect(await (await backend("GET", `/metrics?${query}`)).json()).toMatchObject({ status, reason });
  });
});
