// Tests order handles against the fake server: outcomes, polls, `settled()`, iteration and reloads.
import { describe, expect, it, onTestFinished } from "vitest";
import {
  BelfryError,
  type KeyValueStorage,
  type Order,
  type Outcome,
  type Publication,
  type State,
} from "../../src/client/index.ts";
import { fakeServer } from "../../src/client/testing.ts";
import type { OrderStatus } from "../../src/core/order.ts";
import { valuesOf, newBiz, scene, settle } from "../support/clock.ts";

const statuses = (outcomes: readonly Outcome[]) =>
  outcomes.map(({ status, version, source }) => [status, version, source]);

function orderScene(...args: Parameters<typeof scene>) {
  const base = scene(...args);
  const biz = newBiz();
  const order = base.client.order(biz);
  const outcomes = valuesOf<Outcome>((f) => order.on("status", f));
  return { ...base, biz, order, outcomes, remote: base.server.order(biz) };
}

describe("the status of an order", () => {
  it("is emitted as pending first, then once per change", async () => {
    const { biz, clock, outcomes, remote, order } = orderScene();
    await clock.pass(0);
    expect(outcomes).toEqual([{ biz, status: "pending", paid: false, version: 0, source: "snapshot" }]);
    for (const status of ["failed", "paid", "partially_refunded", "refunded"] as const) remote.becomes(status);
    expect(statuses(outcomes.slice(1))).toEqual([
      ["failed", 1, "push"],
      ["paid", 2, "push"],
      ["partially_refunded", 3, "push"],
      ["refunded", 4, "push"],
    ]);
    expect(outcomes.map(({ paid }) => paid)).toEqual([false, false, true, true, false]);
    expect(order.outcome).toBe(outcomes.at(-1));
  });

  it("is emitted again for a further refund, and for no other repetition", async () => {
    const { clock, outcomes, remote } = orderScene();
    await clock.pass(0);
    for (const status of ["failed", "failed", "paid", "paid", "partially_refunded", "partially_refunded"] as const) {
      remote.becomes(status);
    }
    expect(statuses(outcomes.slice(1))).toEqual([
      ["failed", 1, "push"],
      ["paid", 2, "push"],
      ["partially_refunded", 3, "push"],
      ["partially_refunded", 4, "push"],
    ]);
    expect(remote.version).toBe(4);
  });

  it("is emitted as a snapshot if it existed before the connection", async () => {
    const { server, clock, client } = scene();
    const biz = newBiz();
    server.order(biz).becomes("paid");
    const outcomes = valuesOf<Outcome>((f) => client.order(biz).on("status", f));
    await clock.pass(0);
    expect(statuses(outcomes)).toEqual([["paid", 1, "snapshot"]]);
  });

  it("is emitted once to a late listener, at its current version", async () => {
    const { client, biz, clock, remote } = orderScene();
    await clock.pass(0);
    remote.becomes("failed");
    const later = valuesOf<Outcome>((f) => client.order(biz).on("status", f));
    expect(later).toEqual([]); // emitted in a microtask, after `on` has returned
    await settle();
    const latest = valuesOf<Outcome>((f) => client.order(biz).on("status", f));
    remote.becomes("paid");
    await settle();
    expect(statuses(later)).toEqual([
      ["failed", 1, "push"],
      ["paid", 2, "push"],
    ]);
    expect(statuses(latest)).toEqual([["paid", 2, "push"]]);
  });

  it("is not emitted to a listener that is unsubscribed or aborted", async () => {
    const { order, clock, remote } = orderScene();
    const stop = new AbortController();
    const unsubscribed: Outcome[] = [];
    const unsubscribe = order.on("status", (outcome) => unsubscribed.push(outcome));
    const stopped: Outcome[] = [];
    order.on("status", (outcome) => stopped.push(outcome), { signal: stop.signal });
    const never: Outcome[] = [];
    order.on("status", (outcome) => never.push(outcome), { signal: AbortSignal.abort() });
    unsubscribe();
    await clock.pass(0);
    stop.abort();
    remote.becomes("paid");
    expect([unsubscribed.length, stopped.length, never.length]).toEqual([0, 1, 0]);
  });

  it("is emitted to every listener, even if one throws", async () => {
    const { order, clock, remote } = orderScene();
    await clock.pass(0);
    const thrown: unknown[] = [];
    const uncaught = (error: unknown) => thrown.push(error);
    const listeners = process.listeners("uncaughtException");
    process.removeAllListeners("uncaughtException").on("uncaughtException", uncaught);
    onTestFinished(() => {
      process.removeAllListeners("uncaughtException");
      for (const listener of listeners) process.on("uncaughtException", listener);
    });
    order.on("status", () => expect.fail("an error of the page"));
    const outcomes = valuesOf<Outcome>((f) => order.on("status", f));
    remote.becomes("paid");
    expect(outcomes).toHaveLength(1);
    await settle();
    expect(thrown.length).toBeGreaterThan(0);
  });
});

describe("an outcome", () => {
  it("is not taken from a text of another member or an event of a backend", async () => {
    const { biz, order, client, clock, outcomes, remote } = orderScene();
    const publications = valuesOf<Publication>((f) => order.on("publication", f));
    await clock.pass(0);
    const forged = { biz, paid: true, status: "paid" };
    await client.order(biz).publish(JSON.stringify(forged));
    remote.relay(forged);
    remote.connections[0]?.send(JSON.stringify({ type: "publication", data: forged }));
    remote.connections[0]?.send(JSON.stringify({ ...forged, type: "paid" }));
    remote.connections[0]?.send(JSON.stringify(forged));
    expect(outcomes.map(({ status }) => status)).toEqual(["pending"]);
    expect(publications).toEqual([
      { data: JSON.stringify(forged), offset: null, id: null },
      { data: forged, offset: null, id: null },
      { data: forged, offset: null, id: null },
    ]);
  });

  it("is not taken from data of another order or from malformed data", async () => {
    const { biz, clock, outcomes, remote } = orderScene();
    await clock.pass(0);
    const send = (data: unknown) =>
      remote.connections[0]?.send(JSON.stringify({ type: "publication", offset: 9, id: "x-9", data }));
    send({ biz: newBiz(), paid: true, status: "paid" });
    send({ biz, paid: true });
    send("paid");
    send(null);
    for (const text of ["", "{", "null", "7", '"paid"', "[]"]) remote.connections[0]?.send(text);
    expect(outcomes).toHaveLength(1);
  });

  it("of an older version is ignored", async () => {
    const { clock, outcomes, remote, server, biz } = orderScene();
    await clock.pass(0);
    remote.becomes("failed");
    remote.becomes("paid");
    const old = { type: "publication", offset: 1, id: "x-1", data: { biz, paid: false, status: "failed" } };
    remote.connections[0]?.send(JSON.stringify(old));
    server.disconnectNetwork();
    server.restoreNetwork();
    await clock.pass(20_000);
    expect(outcomes.map(({ version }) => version)).toEqual([0, 1, 2]);
  });

  it("of a new epoch replaces a later version of the old epoch", async () => {
    const { clock, outcomes, remote, server, order, biz } = orderScene();
    await clock.pass(0);
    remote.becomes("failed");
    server.disconnectNetwork();
    server.group(`/ws/order/${biz}/`).forget();
    server.restoreNetwork();
    await clock.pass(1000);
    expect(statuses(outcomes).at(-1)).toEqual(["pending", 0, "snapshot"]);
    expect(order.outcome?.version).toBe(0);
  });

  it("that is in flight when the connection is lost arrives with the next connection", async () => {
    const pending: (() => void)[] = [];
    const { clock, outcomes, remote, server } = orderScene({}, { deliver: (callback) => void pending.push(callback) });
    remote.becomes("paid");
    await clock.pass(0);
    pending.shift()?.(); // the handshake
    pending.shift()?.(); // the welcome
    await settle(); // the client's heartbeat is on its way
    pending.length = 0;
    expect(outcomes).toEqual([]);
    const [connection] = server.connections;
    expect(connection?.query.get("offset")).toBeNull();
    connection?.close(1006);
    pending.shift()?.();
    await clock.pass(1000);
    expect(server.connections).toHaveLength(0);
    pending.shift()?.();
    expect(server.connections[0]?.query.get("offset")).toBe("0");
    pending.splice(0).forEach((callback) => callback());
    await settle();
    expect(statuses(outcomes)).toEqual([["paid", 1, "snapshot"]]);
  });
});

describe("a poll", () => {
  it("is not sent while the connection is open", async () => {
    const { server, clock, client, connect } = scene();
    client.order(newBiz());
    connect().order(newBiz());
    await clock.pass(3_600_000);
    expect(server.polled).toBe(0);
  });

  it("is sent after 2 seconds without a connection, then with delays that grow to 15 seconds", async () => {
    const { clock, server, remote, outcomes } = orderScene();
    server.refuse(4102, "group_unavailable");
    const times: number[] = [];
    for (let ms = 0; ms <= 80_000; ms += 125) {
      if (server.polled > times.length) times.push(ms);
      await clock.pass(125);
    }
    expect(times).toEqual([2000, 5000, 9500, 16_250, 26_375, 41_375, 56_375, 71_375]);
    remote.becomes("paid");
    while (outcomes.length < 2) await clock.pass(125);
    expect(statuses(outcomes)).toEqual([
      ["pending", 0, "poll"],
      ["paid", 1, "poll"],
    ]);
    const { polled } = server;
    await clock.pass(600_000);
    server.wake();
    expect(server.polled).toBe(polled); // the order is settled
  });

  it("is sent once after each reconnect and 2 seconds after each loss, until the order is settled", async () => {
    const { clock, server, remote } = orderScene();
    await clock.pass(0);
    expect(server.polled).toBe(0);
    for (let i = 1; i <= 3; i++) {
      server.connections[0]?.close(1012);
      await clock.pass(60_000);
      expect([server.dialled, server.polled]).toEqual([i + 1, i]);
    }
    server.disconnectNetwork();
    await clock.pass(1999);
    expect(server.polled).toBe(3);
    await clock.pass(1);
    expect(server.polled).toBe(4);
    remote.becomes("paid");
    server.restoreNetwork();
    await clock.pass(60_000);
    const { polled } = server;
    server.connections[0]?.close(1012);
    await clock.pass(60_000);
    expect([server.connections.length, server.polled]).toEqual([1, polled]); // and the connection is back
  });

  it("that settles the order is the last, even without a connection", async () => {
    const { clock, server, remote, outcomes } = orderScene({ getToken: () => new Promise<string>(() => undefined) });
    remote.becomes("paid");
    await clock.pass(9000);
    expect([statuses(outcomes), server.polled]).toEqual([[["paid", 1, "poll"]], 1]);
  });

  it("is sent once on a wake, even if the connection is open", async () => {
    const { clock, server, remote, outcomes } = orderScene();
    await clock.pass(1000);
    server.stallNetwork();
    remote.becomes("paid");
    server.restoreNetwork();
    server.wake();
    server.wake();
    await clock.pass(0);
    expect([server.polled, statuses(outcomes).at(-1)]).toEqual([1, ["paid", 1, "poll"]]);
  });

  it("continues after a failed attempt, ends when the order settles, and resumes if that is reverted", async () => {
    const { clock, server, remote, outcomes } = orderScene();
    server.refuse(4102, "group_unavailable");
    remote.becomes("failed");
    await clock.pass(60_000);
    expect(statuses(outcomes)).toEqual([["failed", 1, "poll"]]);
    const { polled } = server;
    expect(polled).toBeGreaterThan(4);
    await clock.pass(15_000);
    expect(server.polled).toBe(polled + 1);
    server.wake();
    await clock.pass(0);
    expect(server.polled).toBe(polled + 2);

    remote.becomes("paid");
    await clock.pass(15_000);
    expect(statuses(outcomes).at(-1)).toEqual(["paid", 2, "poll"]);
    const settledAt = server.polled;
    await clock.pass(600_000);
    expect(server.polled).toBe(settledAt);

    server.restoreNetwork();
    remote.becomes("failed"); // its capture failed at the provider
    await clock.pass(60_000);
    expect(statuses(outcomes).at(-1)).toEqual(["failed", 3, "snapshot"]);
    server.disconnectNetwork();
    await clock.pass(2000);
    expect(server.polled).toBe(settledAt + 1);
  });

  it("is aborted after 10 seconds without a response, and repeated", async () => {
    const { clock, server, order } = orderScene();
    server.stallNetwork();
    await clock.pass(14_000);
    expect(server.polled).toBe(1);
    await clock.pass(1000);
    expect([server.polled, order.outcome]).toEqual([2, null]);
  });

  it.each([
    ["has an error status", { ok: false, json: () => Promise.reject(new SyntaxError()) }],
    ["is invalid JSON", { ok: true, json: () => Promise.reject(new SyntaxError()) }],
    ["is null", { ok: true, json: () => Promise.resolve(null) }],
    ["is of another order", { ok: true, json: async () => ({ biz: newBiz(), status: "paid", version: 1 }) }],
    ["has no version", { ok: true, json: async () => ({ status: "paid" }) }],
  ])("is ignored if its response %s", async (_what, response) => {
    const { clock, server, outcomes } = orderScene({ fetch: () => Promise.resolve(response) });
    server.refuse(4102, "group_unavailable");
    await clock.pass(60_000);
    expect(outcomes).toEqual([]);
  });
});

describe("settled()", () => {
  it.each<OrderStatus>(["closed", "paid", "partially_refunded", "refunded"])("resolves with %s", async (status) => {
    const { clock, order, remote } = orderScene();
    const settled = order.settled();
    await clock.pass(0);
    remote.becomes(status);
    expect(await settled).toMatchObject({ status, source: "push" });
    expect(await order.settled()).toBe(order.outcome);
  });

  it("keeps waiting at failed, and the connection stays open after it resolves", async () => {
    const { clock, server, order, remote, outcomes } = orderScene();
    let settled: Outcome | null = null;
    void order.settled().then((outcome) => (settled = outcome));
    await clock.pass(0);
    remote.becomes("failed");
    await clock.pass(0);
    expect(settled).toBeNull();
    remote.becomes("closed");
    await clock.pass(60_000);
    expect(settled).toMatchObject({ status: "closed" });
    remote.becomes("paid");
    remote.becomes("refunded");
    expect(outcomes.map(({ status }) => status)).toEqual(["pending", "failed", "closed", "paid", "refunded"]);
    expect(settled).toMatchObject({ status: "closed" });
    expect(server.connections).toHaveLength(1);
  });

  it("keeps waiting on an order that is failed when the page opens", async () => {
    const { server, clock, client } = scene();
    const biz = newBiz();
    server.order(biz).becomes("failed");
    const settled: string[] = [];
    void client
      .order(biz)
      .settled()
      .then(({ status, source }) => settled.push(status, source));
    await clock.pass(600_000);
    expect([settled, server.connections.length]).toEqual([[], 1]);
    server.order(biz).becomes("pending"); // the next attempt
    server.order(biz).becomes("paid");
    await settle();
    expect(settled).toEqual(["paid", "push"]);
  });

  it("is rejected on timeout, on abort and when the connection is closed for good", async () => {
    const { clock, server, order } = orderScene();
    const timed = order.settled({ timeout: 60_000 });
    const stop = new AbortController();
    const stopped = order.settled({ signal: stop.signal });
    const aborted = order.settled({ signal: AbortSignal.abort("no more") });
    const cut = order.settled({ timeout: Infinity });
    const failures = Promise.allSettled([timed, stopped, aborted, cut]);
    await clock.pass(59_999);
    stop.abort(new Error("the dialog was closed"));
    await clock.pass(1);
    server.connections[0]?.close(4000, "disconnected");
    await clock.pass(0);
    const reasons = (await failures).map((result) => (result.status === "rejected" ? result.reason : null));
    expect(reasons[0]).toBeInstanceOf(BelfryError);
    expect(reasons[0]).toMatchObject({ reason: "timeout" });
    expect(reasons[1]).toMatchObject({ message: "the dialog was closed" });
    expect(reasons[2]).toBe("no more");
    expect(reasons[3]).toMatchObject({ reason: "disconnected", code: 4000, temporary: false });
    await expect(order.settled()).rejects.toMatchObject({ reason: "disconnected" });
    expect(clock.waiting).toBe(0);
  });

  it("accepts a timeout longer than a platform timer", async () => {
    const { clock, order, remote } = orderScene();
    const settled = order.settled({ timeout: 90 * 86_400_000 });
    await clock.pass(600_000);
    remote.becomes("paid");
    expect((await settled).status).toBe("paid");
  });
});

describe("an iteration over an order", () => {
  it("yields the current outcome, then each change, and ends with the connection", async () => {
    const { clock, remote, client, order } = orderScene();
    await clock.pass(0);
    const seen: OrderStatus[] = [];
    const all = (async () => {
      for await (const { status } of order) seen.push(status);
    })();
    await settle();
    remote.becomes("failed");
    remote.becomes("paid");
    await settle();
    remote.becomes("refunded");
    client.close();
    await all;
    expect(seen).toEqual(["pending", "failed", "paid", "refunded"]);
  });

  it("removes its listener on break", async () => {
    const { clock, remote, order } = orderScene();
    await clock.pass(0);
    for await (const { status } of order) {
      expect(status).toBe("pending");
      break;
    }
    remote.becomes("paid");
    expect(order.outcome?.status).toBe("paid");
  });
});

describe("after a reload of the page", () => {
  it("the stored outcome is emitted at once, followed by newer ones only", async () => {
    const server = fakeServer();
    const biz = newBiz();
    const page = async (visit: (order: Order) => void) => {
      const { clock, client } = scene({ ...server.options });
      const order = client.order(biz);
      const outcomes = valuesOf<Outcome>((f) => order.on("status", f));
      const states = valuesOf<State>((f) => order.on("state", f));
      await settle();
      await clock.pass(0);
      visit(order);
      client.close();
      return { outcomes: statuses(outcomes), states };
    };
    const first = await page(() => server.order(biz).becomes("failed"));
    expect(first.outcomes).toEqual([
      ["pending", 0, "snapshot"],
      ["failed", 1, "push"],
    ]);
    const reloaded = await page(() => expect(server.connections[0]?.query.get("offset")).toBe("1"));
    expect(reloaded.outcomes).toEqual([["failed", 1, "snapshot"]]);
    server.order(biz).becomes("paid");
    const again = await page(() => undefined);
    expect(again.outcomes).toEqual([
      ["failed", 1, "snapshot"],
      ["paid", 2, "snapshot"],
    ]);
    server.group(`/ws/order/${biz}/`).forget();
    const forgotten = await page(() => undefined);
    expect(forgotten.outcomes).toEqual([
      ["paid", 2, "snapshot"],
      ["pending", 0, "snapshot"],
    ]);
  });

  it.each<[string, KeyValueStorage | null]>([
    ["is null", null],
    [
      "is full",
      {
        getItem: () => null,
        setItem: () => {
          throw new Error("full");
        },
      },
    ],
    ["holds invalid JSON", { getItem: () => "{]", setItem: () => undefined }],
  ])("an order works if the storage %s", async (_what, storage) => {
    const { clock, remote, outcomes } = orderScene({ storage });
    await clock.pass(0);
    remote.becomes("paid");
    expect(statuses(outcomes)).toEqual([
      ["pending", 0, "snapshot"],
      ["paid", 1, "push"],
    ]);
  });
});
