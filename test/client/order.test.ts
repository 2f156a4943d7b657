// An order as a page sees it: what is believed, what is told and how often, when it is asked over HTTP and when not.
import { describe, expect, it, onTestFinished } from "vitest";
import {
  BelfryError,
  type Keep,
  type Order,
  type Outcome,
  type Publication,
  type State,
} from "../../src/client/index.ts";
import { fakeServer } from "../../src/client/testing.ts";
import type { OrderStatus } from "../../src/core/order.ts";
import { valuesOf, newBiz, scene, settle } from "../support/clock.ts";

const statuses = (told: readonly Outcome[]) => told.map(({ status, version, source }) => [status, version, source]);

function orderScene(...args: Parameters<typeof scene>) {
  const made = scene(...args);
  const biz = newBiz();
  const order = made.client.order(biz);
  const told = valuesOf<Outcome>((f) => order.on("status", f));
  return { ...made, biz, order, told, remote: made.server.order(biz) };
}

describe("what is told of an order", () => {
  it("is that it is pending, then each change, once", async () => {
    const { biz, clock, told, remote, order } = orderScene();
    await clock.pass(0);
    expect(told).toEqual([{ biz, status: "pending", paid: false, version: 0, source: "snapshot" }]);
    for (const status of ["failed", "paid", "partially_refunded", "refunded"] as const) remote.becomes(status);
    expect(statuses(told.slice(1))).toEqual([
      ["failed", 1, "push"],
      ["paid", 2, "push"],
      ["partially_refunded", 3, "push"],
      ["refunded", 4, "push"],
    ]);
    expect(told.map(({ paid }) => paid)).toEqual([false, false, true, true, false]);
    expect(order.outcome).toBe(told.at(-1));
  });

  it("is a further refund, and no other status again", async () => {
    const { clock, told, remote } = orderScene();
    await clock.pass(0);
    for (const status of ["failed", "failed", "paid", "paid", "partially_refunded", "partially_refunded"] as const) {
      remote.becomes(status);
    }
    expect(statuses(told.slice(1))).toEqual([
      ["failed", 1, "push"],
      ["paid", 2, "push"],
      ["partially_refunded", 3, "push"],
      ["partially_refunded", 4, "push"],
    ]);
    expect(remote.version).toBe(4);
  });

  it("is what has been there before the page", async () => {
    const { server, clock, client } = scene();
    const biz = newBiz();
    server.order(biz).becomes("paid");
    const told = valuesOf<Outcome>((f) => client.order(biz).on("status", f));
    await clock.pass(0);
    expect(statuses(told)).toEqual([["paid", 1, "snapshot"]]);
  });

  it("is told to who listens later, as it is by then, and never twice", async () => {
    const { client, biz, clock, remote } = orderScene();
    await clock.pass(0);
    remote.becomes("failed");
    const later = valuesOf<Outcome>((f) => client.order(biz).on("status", f));
    expect(later).toEqual([]); // not before `on` has given its undo
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

  it("is nothing after the undo, and nothing after the signal", async () => {
    const { order, clock, remote } = orderScene();
    const stop = new AbortController();
    const undone: Outcome[] = [];
    const undo = order.on("status", (outcome) => undone.push(outcome));
    const stopped: Outcome[] = [];
    order.on("status", (outcome) => stopped.push(outcome), { signal: stop.signal });
    const never: Outcome[] = [];
    order.on("status", (outcome) => never.push(outcome), { signal: AbortSignal.abort() });
    undo();
    await clock.pass(0);
    stop.abort();
    remote.becomes("paid");
    expect([undone.length, stopped.length, never.length]).toEqual([0, 1, 0]);
  });

  it("is told to every listener, also beside one that throws", async () => {
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
    order.on("status", () => expect.fail("a fault of the page's"));
    const told = valuesOf<Outcome>((f) => order.on("status", f));
    remote.becomes("paid");
    expect(told).toHaveLength(1);
    await settle();
    expect(thrown.length).toBeGreaterThan(0);
  });
});

describe("what is believed", () => {
  it("is no text that another member wrote, and no event that a backend sent", async () => {
    const { biz, order, client, clock, told, remote } = orderScene();
    const publications = valuesOf<Publication>((f) => order.on("publication", f));
    await clock.pass(0);
    const lie = { biz, paid: true, status: "paid" };
    await client.order(biz).publish(JSON.stringify(lie));
    remote.relay(lie);
    remote.connections[0]?.send(JSON.stringify({ type: "publication", data: lie }));
    remote.connections[0]?.send(JSON.stringify({ ...lie, type: "paid" }));
    remote.connections[0]?.send(JSON.stringify(lie));
    expect(told.map(({ status }) => status)).toEqual(["pending"]);
    expect(publications).toEqual([
      { data: JSON.stringify(lie), offset: null, id: null },
      { data: lie, offset: null, id: null },
      { data: lie, offset: null, id: null },
    ]);
  });

  it("is nothing about another order, and nothing that is no outcome", async () => {
    const { biz, clock, told, remote } = orderScene();
    await clock.pass(0);
    const send = (data: unknown) =>
      remote.connections[0]?.send(JSON.stringify({ type: "publication", offset: 9, id: "x-9", data }));
    send({ biz: newBiz(), paid: true, status: "paid" });
    send({ biz, paid: true });
    send("paid");
    send(null);
    for (const text of ["", "{", "null", "7", '"paid"', "[]"]) remote.connections[0]?.send(text);
    expect(told).toHaveLength(1);
  });

  it("never goes back: what is older than what is known is no news", async () => {
    const { clock, told, remote, server, biz } = orderScene();
    await clock.pass(0);
    remote.becomes("failed");
    remote.becomes("paid");
    const old = { type: "publication", offset: 1, id: "x-1", data: { biz, paid: false, status: "failed" } };
    remote.connections[0]?.send(JSON.stringify(old));
    server.cut();
    server.mend();
    await clock.pass(20_000);
    expect(told.map(({ version }) => version)).toEqual([0, 1, 2]);
  });

  it("but a server that has lost its orders is believed when it begins anew", async () => {
    const { clock, told, remote, server, order, biz } = orderScene();
    await clock.pass(0);
    remote.becomes("failed");
    server.cut();
    server.group(`/ws/order/${biz}/`).forget();
    server.mend();
    await clock.pass(1000);
    expect(statuses(told).at(-1)).toEqual(["pending", 0, "snapshot"]);
    expect(order.outcome?.version).toBe(0);
  });

  it("an outcome that was still on its way when the connection went comes with the next one", async () => {
    const later: (() => void)[] = [];
    const { clock, told, remote, server } = orderScene({}, { deliver: (act) => void later.push(act) });
    remote.becomes("paid");
    await clock.pass(0);
    later.shift()?.(); // the handshake
    later.shift()?.(); // the welcome
    later.length = 0;
    expect(told).toEqual([]);
    const [connection] = server.connections;
    expect(connection?.query.get("offset")).toBeNull();
    connection?.close(1006);
    later.shift()?.();
    await clock.pass(1000);
    expect(server.connections).toHaveLength(0);
    later.shift()?.();
    expect(server.connections[0]?.query.get("offset")).toBe("0");
    later.splice(0).forEach((act) => act());
    await settle();
    expect(statuses(told)).toEqual([["paid", 1, "snapshot"]]);
  });
});

describe("the poll", () => {
  it("is not asked while the connection is up and answers", async () => {
    const { server, clock, client, connect } = scene();
    client.order(newBiz());
    connect().order(newBiz());
    await clock.pass(3_600_000);
    expect(server.polled).toBe(0);
  });

  it("is asked after 2 seconds without a connection, then less and less often, down to every 15 seconds", async () => {
    const { clock, server, remote, told } = orderScene();
    server.refuse(4102, "group_unavailable");
    const times: number[] = [];
    for (let ms = 0; ms <= 80_000; ms += 125) {
      if (server.polled > times.length) times.push(ms);
      await clock.pass(125);
    }
    expect(times).toEqual([2000, 5000, 9500, 16_250, 26_375, 41_375, 56_375, 71_375]);
    remote.becomes("paid");
    while (told.length < 2) await clock.pass(125);
    expect(statuses(told)).toEqual([
      ["pending", 0, "poll"],
      ["paid", 1, "poll"],
    ]);
    const { polled } = server;
    await clock.pass(600_000);
    server.wake();
    expect(server.polled).toBe(polled); // the order is settled
  });

  it("is asked once after each reconnect, begins afresh with the next loss, and not at all once the order is settled", async () => {
    const { clock, server, remote } = orderScene();
    await clock.pass(0);
    expect(server.polled).toBe(0);
    for (let i = 1; i <= 3; i++) {
      server.connections[0]?.close(1012);
      await clock.pass(60_000);
      expect([server.dialled, server.polled]).toEqual([i + 1, i]);
    }
    server.cut();
    await clock.pass(1999);
    expect(server.polled).toBe(3);
    await clock.pass(1);
    expect(server.polled).toBe(4);
    remote.becomes("paid");
    server.mend();
    await clock.pass(60_000);
    const { polled } = server;
    server.connections[0]?.close(1012);
    await clock.pass(60_000);
    expect([server.connections.length, server.polled]).toEqual([1, polled]); // and the connection is back
  });

  it("that settles the order is the last, whatever the connection does", async () => {
    const { clock, server, remote, told } = orderScene({ getToken: () => new Promise<string>(() => undefined) });
    remote.becomes("paid");
    await clock.pass(9000);
    expect([statuses(told), server.polled]).toEqual([[["paid", 1, "poll"]], 1]);
  });

  it("is asked once at a wake, also while the connection seems to be up", async () => {
    const { clock, server, remote, told } = orderScene();
    await clock.pass(1000);
    server.hang();
    remote.becomes("paid");
    server.mend();
    server.wake();
    server.wake();
    await clock.pass(0);
    expect([server.polled, statuses(told).at(-1)]).toEqual([1, ["paid", 1, "poll"]]);
  });

  it("goes on after a failed attempt, ends with each outcome that settles the order, and begins again where one is undone", async () => {
    const { clock, server, remote, told } = orderScene();
    server.refuse(4102, "group_unavailable");
    remote.becomes("failed");
    await clock.pass(60_000);
    expect(statuses(told)).toEqual([["failed", 1, "poll"]]);
    const { polled } = server;
    expect(polled).toBeGreaterThan(4);
    await clock.pass(15_000);
    expect(server.polled).toBe(polled + 1);
    server.wake();
    await clock.pass(0);
    expect(server.polled).toBe(polled + 2);

    remote.becomes("paid");
    await clock.pass(15_000);
    expect(statuses(told).at(-1)).toEqual(["paid", 2, "poll"]);
    const settledAt = server.polled;
    await clock.pass(600_000);
    expect(server.polled).toBe(settledAt);

    server.mend();
    remote.becomes("failed"); // its capture failed at the provider
    await clock.pass(60_000);
    expect(statuses(told).at(-1)).toEqual(["failed", 3, "snapshot"]);
    server.cut();
    await clock.pass(2000);
    expect(server.polled).toBe(settledAt + 1);
  });

  it("is given up after 10 seconds without an answer, and asked again", async () => {
    const { clock, server, order } = orderScene();
    server.hang();
    await clock.pass(14_000);
    expect(server.polled).toBe(1);
    await clock.pass(1000);
    expect([server.polled, order.outcome]).toEqual([2, null]);
  });

  it.each([
    ["is refused", { ok: false, json: () => Promise.reject(new SyntaxError()) }],
    ["is no JSON", { ok: true, json: () => Promise.reject(new SyntaxError()) }],
    ["is null", { ok: true, json: () => Promise.resolve(null) }],
    ["is of another order", { ok: true, json: async () => ({ biz: newBiz(), status: "paid", version: 1 }) }],
    ["has no version", { ok: true, json: async () => ({ status: "paid" }) }],
  ])("whose answer %s is no news", async (_what, answer) => {
    const { clock, server, told } = orderScene({ fetch: () => Promise.resolve(answer) });
    server.refuse(4102, "group_unavailable");
    await clock.pass(60_000);
    expect(told).toEqual([]);
  });
});

describe("settled()", () => {
  it.each<OrderStatus>(["closed", "paid", "partially_refunded", "refunded"])("comes with %s", async (status) => {
    const { clock, order, remote } = orderScene();
    const settled = order.settled();
    await clock.pass(0);
    remote.becomes(status);
    expect(await settled).toMatchObject({ status, source: "push" });
    expect(await order.settled()).toBe(order.outcome);
  });

  it("does not come with a failed attempt, and the connection stays for what comes later", async () => {
    const { clock, server, order, remote, told } = orderScene();
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
    expect(told.map(({ status }) => status)).toEqual(["pending", "failed", "closed", "paid", "refunded"]);
    expect(settled).toMatchObject({ status: "closed" });
    expect(server.connections).toHaveLength(1);
  });

  it("does not come for a page that opens on a failed order, until another attempt pays it", async () => {
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

  it("is rejected when its time is up, by its signal, and when the connection is closed for good", async () => {
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

  it("waits as long as it is told, however long that is", async () => {
    const { clock, order, remote } = orderScene();
    const settled = order.settled({ timeout: 90 * 86_400_000 });
    await clock.pass(600_000);
    remote.becomes("paid");
    expect((await settled).status).toBe("paid");
  });
});

describe("an iteration over an order", () => {
  it("gives how it stands, then each change, and ends with the connection", async () => {
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

  it("left early is no listener any more", async () => {
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

describe("over a reload of the page", () => {
  it("what was known is there at once, and only what is new comes", async () => {
    const server = fakeServer();
    const biz = newBiz();
    const page = async (act: (order: Order) => void) => {
      const { clock, client } = scene({ ...server.options });
      const order = client.order(biz);
      const told = valuesOf<Outcome>((f) => order.on("status", f));
      const states = valuesOf<State>((f) => order.on("state", f));
      await settle();
      await clock.pass(0);
      act(order);
      client.close();
      return { told: statuses(told), states };
    };
    const first = await page(() => server.order(biz).becomes("failed"));
    expect(first.told).toEqual([
      ["pending", 0, "snapshot"],
      ["failed", 1, "push"],
    ]);
    const reloaded = await page(() => expect(server.connections[0]?.query.get("offset")).toBe("1"));
    expect(reloaded.told).toEqual([["failed", 1, "snapshot"]]);
    server.order(biz).becomes("paid");
    const again = await page(() => undefined);
    expect(again.told).toEqual([
      ["failed", 1, "snapshot"],
      ["paid", 2, "snapshot"],
    ]);
    server.group(`/ws/order/${biz}/`).forget();
    const forgotten = await page(() => undefined);
    expect(forgotten.told).toEqual([
      ["paid", 2, "snapshot"],
      ["pending", 0, "snapshot"],
    ]);
  });

  it.each<[string, Keep | null]>([
    ["has none", null],
    [
      "is full",
      {
        getItem: () => null,
        setItem: () => {
          throw new Error("full");
        },
      },
    ],
    ["holds another's", { getItem: () => "{]", setItem: () => undefined }],
  ])("a page that %s works as well", async (_what, storage) => {
    const { clock, remote, told } = orderScene({ storage });
    await clock.pass(0);
    remote.becomes("paid");
    expect(statuses(told)).toEqual([
      ["pending", 0, "snapshot"],
      ["paid", 1, "push"],
    ]);
  });
});
