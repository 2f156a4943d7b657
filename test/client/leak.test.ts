// Tests that closed clients are garbage-collected.
import { setFlagsFromString } from "node:v8";
import { runInNewContext } from "node:vm";
import { expect, it } from "vitest";
import { fakeServer } from "../../src/client/testing.ts";
import { connect } from "../../src/client/index.ts";
import { FakeClock, settle } from "../support/clock.ts";

setFlagsFromString("--expose-gc");
const collect = runInNewContext("gc") as () => void; // V8 defines it under --expose-gc

const BIZ = "0123456789abcdefghijklmnopqrstuv";

it("the heap does not grow over 10,000 clients that connect and close", { timeout: 60_000 }, async () => {
  const clock = new FakeClock();
  const server = fakeServer();
  const stop = new AbortController(); // outlives every client
  const heap = async () => {
    for (let i = 0; i < 2; i++) {
      await settle();
      collect();
    }
    return process.memoryUsage().heapUsed;
  };
  const visit = async (i: number) => {
    const client = connect("https://push.test", { ...server.options, clock, signal: stop.signal, getToken: () => "t" });
    const order = client.order(BIZ);
    order.on("status", () => undefined, { signal: stop.signal });
    const settled = order.settled({ timeout: 60_000, signal: stop.signal }).catch(() => undefined);
    const group = client.group(`/ws/feed/${i % 10}/`);
    void group.ping({ signal: stop.signal }).catch(() => undefined);
    const iteration = (async () => {
      for await (const _ of group) expect.fail("nothing is published");
    })();
    await settle();
    if (i % 2 === 0) client.close();
    else for (const handle of [order, group]) handle.close();
    if (i % 2 === 1) client.close();
    await Promise.all([settled, iteration]);
  };
  for (let i = 0; i < 5000; i++) await visit(i); // warms up caches and the compiler
  const before = await heap();
  for (let i = 0; i < 10_000; i++) await visit(i);
  const growth = (await heap()) - before;
  expect(growth / 10_000).toBeLessThan(20); // bytes per client: less than one object
  expect([server.connections.length, clock.waiting]).toEqual([0, 0]);
});
