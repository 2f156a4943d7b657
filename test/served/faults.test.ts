// Faults that only a real platform and a real network have: its own alarm behind a `produce` that hangs, a peer that is gone unsaid.
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

it("a produce that never ends costs its tick and no other, by the platform's own alarm, and the log says so", async () => {
  const project = `hangs-${newBiz()}`;
  const page = await Client.connect(server.url, `/ws/alarm/${project}/`);
  const other = await Client.connect(server.url, `/ws/alarm/${newBiz()}/`);
  const first = await page.arrival();
  for (let frame = 1; frame <= 4; frame++) {
    const { at, frame: text } = await page.arrival();
    expect(JSON.parse(text)).toEqual(isResult);
    // Every second tick hangs, so a frame comes every second period, and the grid stays where it was.
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
 * A peer that has sent one heartbeat and then neither reads nor writes nor ends its TCP: a phone in a tunnel. 75 s must pass before
 * it counts as silent, by the platform's clock, which no test can turn; so the served Worker takes the heartbeat for 75 s older than
 * it is. That the limit itself is 75 s, test/group/leaving.test.ts shows.
 */
async function halfOpen(path: string) {
  const { socket, received } = await rawSocket(server.url, path);
  socket.write(rawFrame(0x81, Buffer.from(HEARTBEAT)));
  await expect.poll(received).toContain(HEARTBEAT);
  socket.pause();
  return socket;
}

it("a half-open peer is counted out by the next tick, and the others notice nothing", async () => {
  const project = newBiz();
  const page = await Client.connect(server.url, `/ws/alarm/${project}/`);
  const socket = await halfOpen(`/ws/alarm/${project}/`);
  await expect
    .poll(() => getGroup(server.url, `alarm_${project}`), { timeout: 3000 })
    .toMatchObject({ connections: 1 });
  for (let tick = 0; tick < 4; tick++) expect(await page.nextJson()).toEqual(isResult);
  expect(await getGroup(server.url, `alarm_${project}`)).toMatchObject({
    connections: 1,
    next_push: expect.any(String),
  });
  expect(socket.destroyed).toBe(false);
});

it("a half-open peer that was the last leaves no alarm, though it never answers the close", async () => {
  const project = newBiz();
  const socket = await halfOpen(`/ws/alarm/${project}/`);
  await expect
    .poll(() => getGroup(server.url, `alarm_${project}`), { timeout: 3000 })
    .toMatchObject({ connections: 0, next_push: null });
  expect(socket.destroyed).toBe(false);
});
