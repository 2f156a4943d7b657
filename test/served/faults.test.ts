// Faults of a real platform and network: the platform's alarm after a `produce` that hangs, and half-open connections.
import { afterAll, beforeAll, expect, it } from "vitest";
import { Client, getGroup, newBiz } from "../support/client.ts";
import { rawFrame, rawSocket } from "../support/raw.ts";
import { startServer, type Server } from "../support/server.ts";

const HEARTBEAT = '{"type":"heartbeat"}';
const PERIOD = 500;
const isResult = { type: "result", data: expect.any(String) };

let server: Server;
beforeAll(async () => {
  server = await startServer({ PUSH_EVERY_SECONDS: String(PERIOD / 1000) }, "test/support/faulty-worker.ts");
}, 60_000);
afterAll(() => server.stop());

it("a produce that never ends loses its own tick only, by the platform's alarm, and is logged", async () => {
  const project = `hangs-${newBiz()}`;
  const page = await Client.connect(server.url, `/ws/alarm/${project}/`);
  const other = await Client.connect(server.url, `/ws/alarm/${newBiz()}/`);
  const first = await page.arrival();
  for (let frame = 1; frame <= 4; frame++) {
    const { at, frame: text } = await page.arrival();
    expect(JSON.parse(text)).toEqual(isResult);
    // Every second tick hangs, so a frame arrives every second period. The schedule does not shift.
    expect(Math.abs(at - first.at - frame * 2 * PERIOD)).toBeLessThan(PERIOD / 2);
  }
  for (let tick = 0; tick < 8; tick++) expect(await other.nextJson()).toEqual(isResult);
  const lines = server.log().match(/\{"event":"push".*"timed_out".*\}/g) ?? [];
  expect(lines.map((line) => JSON.parse(line))).toContainEqual({
    event: "push",
    group: `alarm_${project}`,
    reason: "timed_out",
    detail: `no result within ${PERIOD} ms`,
    ms: expect.any(Number),
  });
  expect(lines).toHaveLength(4);
  await page.leave();
  expect(await getGroup(server.url, `alarm_${project}`)).toMatchObject({ connections: 0, next_push: null });
});

/**
 * Opens a connection that sends one heartbeat and then stalls without closing, as a phone in a tunnel.
 * It counts as silent after 75 s by the platform's clock, which tests cannot advance. So this Worker
 * dates the heartbeat 75 s back. test/group/leaving.test.ts tests the limit of 75 s.
 */
async function halfOpen(path: string) {
  const { socket, received } = await rawSocket(server.url, path);
  socket.write(rawFrame(0x81, Buffer.from(HEARTBEAT)));
  await expect.poll(received).toContain(HEARTBEAT);
  socket.pause();
  return socket;
}

it("a half-open connection is closed by the next tick, and the other members receive their ticks", async () => {
  const project = newBiz();
  const page = await Client.connect(server.url, `/ws/alarm/${project}/`);
  const socket = await halfOpen(`/ws/alarm/${project}/`);
  await expect.poll(() => getGroup(server.url, `alarm_${project}`)).toMatchObject({ connections: 1 });
  for (let tick = 0; tick < 4; tick++) expect(await page.nextJson()).toEqual(isResult);
  expect(await getGroup(server.url, `alarm_${project}`)).toMatchObject({
    connections: 1,
    next_push: expect.any(String),
  });
  expect(socket.destroyed).toBe(false);
});

it("a group whose last connection is half-open deletes its alarm, although the close is never answered", async () => {
  const project = newBiz();
  const socket = await halfOpen(`/ws/alarm/${project}/`);
  await expect.poll(() => getGroup(server.url, `alarm_${project}`)).toMatchObject({ connections: 0, next_push: null });
  expect(socket.destroyed).toBe(false);
});
