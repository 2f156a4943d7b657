// Tests GroupConnection under a fake clock: states, backoff, close codes, heartbeats and tokens.
import { describe, expect, it, onTestFinished, vi } from "vitest";
import { backoffMs } from "../../src/client/backoff.ts";
import type { State } from "../../src/client/index.ts";
import { closeCodes, verdictOf } from "../../src/core/codes.ts";
import { valuesOf, newBiz, scene, settle } from "../support/clock.ts";

const PATH = "/ws/alarm/";

describe("the pause before a reconnect", () => {
  /** A seeded generator: every run draws the same numbers. */
  function* seededRandom(seed: number): Generator<number, never> {
    for (let state = seed; ;) {
      state = (Math.imul(state, 1_664_525) + 1_013_904_223) >>> 0;
      yield state / 2 ** 32;
    }
  }

  it.each([
    [1, 1000],
    [2, 2000],
    [3, 4000],
    [4, 8000],
    [5, 16_000],
    [6, 20_000],
    [60, 20_000],
    [2000, 20_000],
  ])("after %i losses is uniformly distributed between 500 and %i ms", (losses, most) => {
    const random = seededRandom(losses);
    const pauses = Array.from({ length: 10_000 }, () => backoffMs(losses, random.next().value));
    expect(Math.min(...pauses)).toBeGreaterThanOrEqual(500);
    expect(Math.max(...pauses)).toBeLessThan(most);
    for (let tenth = 0; tenth < 10; tenth++) {
      const width = (most - 500) / 10;
      const from = 500 + tenth * width;
      const share = pauses.filter((pause) => pause >= from && pause < from + width).length / pauses.length;
      expect(share).toBeGreaterThan(0.085);
      expect(share).toBeLessThan(0.115);
    }
  });

  it("doubles with each loss, is reported in `until`, and is short again after an answered heartbeat", async () => {
    const { server, clock, client } = scene();
    const group = client.group(PATH);
    const states = valuesOf<State>((f) => group.on("state", f));
    await clock.pass(0);
    server.disconnectNetwork();
    const pauses: number[] = [];
    for (let i = 0; i < 7; i++) {
      await settle();
      const { state } = group;
      if (state.name !== "waiting") return expect.fail(state.name);
      expect(state).toMatchObject({ code: 1006, reason: "lost" });
      pauses.push(state.until - clock.now());
      await clock.pass(state.until - clock.now());
    }
    expect(pauses).toEqual([1000, 2000, 4000, 8000, 16_000, 20_000, 20_000]);
    server.restoreNetwork();
    await clock.pass(20_000);
    expect(group.state).toEqual({ name: "open" });
    await clock.pass(25_000);
    server.connections[0]?.close(1012);
    expect(group.state).toMatchObject({ name: "waiting", until: clock.now() + 1000, code: 1012 });
    expect(states.slice(0, 4).map(({ name }) => name)).toEqual(["connecting", "open", "waiting", "connecting"]);
  });

  it("is longer by a random part of the welcome's spread", async () => {
    const { server, clock, client } = scene();
    const group = client.group(PATH);
    await clock.pass(0);
    const { state: before } = group;
    expect(before).toEqual({ name: "open" });
    const welcome = { type: "welcome", epoch: "00000001", offset: 0, latest: 0, recovered: true, heartbeat: 25 };
    server.connections[0]?.send(JSON.stringify({ ...welcome, spread: 30 }));
    server.connections[0]?.close(1012);
    // The scene's random number is the largest: 1,000 ms of backoff, and all of the 30 s.
    expect(group.state).toMatchObject({ name: "waiting", until: clock.now() + 31_000 });
  });

  it("keeps growing if the server accepts connections and closes them at once", async () => {
    const { server, clock, client } = scene();
    const group = client.group(PATH);
    const pauses: number[] = [];
    for (let i = 0; i < 4; i++) {
      await clock.pass(0);
      server.connections[0]?.close(1011);
      if (group.state.name === "waiting") pauses.push(group.state.until - clock.now());
      await clock.pass(pauses.at(-1) ?? 0);
    }
    expect(pauses).toEqual([1000, 2000, 4000, 8000]);
  });
});

describe("a close code", () => {
  const codes = Object.entries(closeCodes).filter(([reason]) => reason !== "left");
  const named = (wanted: string) => codes.filter(([, code]) => verdictOf(code) === wanted);

  it.each(named("stay_away"))(
    "%s closes the connection for good, with its reason in the state",
    async (reason, code) => {
      const { server, clock, client } = scene();
      const group = client.group(PATH);
      await clock.pass(0);
      server.connections[0]?.close(code, reason);
      expect(group.state).toEqual({ name: "closed", code, reason });
      server.wake();
      await clock.pass(3_600_000);
      expect(server.dialled).toBe(1);
      expect(clock.waiting).toBe(0);
    },
  );

  it.each(named("back_off"))("%s reconnects after a pause", async (reason, code) => {
    const { server, clock, client } = scene();
    const group = client.group(PATH);
    await clock.pass(0);
    server.connections[0]?.close(code, reason);
    expect(group.state).toEqual({ name: "waiting", until: clock.now() + 1000, code, reason });
    await clock.pass(999);
    expect(server.dialled).toBe(1);
    await clock.pass(1);
    expect(server.dialled).toBe(2);
    expect(group.state.name).toBe("open");
  });

  it.each(named("come_back"))(
    "%s reconnects at once the first time, and after a pause the second time",
    async (reason, code) => {
      const { server, clock, client } = scene();
      const group = client.group(PATH);
      await clock.pass(0);
      server.connections[0]?.close(code, reason);
      await clock.pass(0);
      expect([server.dialled, group.state.name]).toEqual([2, "open"]);
      server.connections[0]?.close(code, reason);
      await clock.pass(0);
      expect(server.dialled).toBe(2);
      await clock.pass(2000);
      expect(server.dialled).toBe(3);
    },
  );

  it("that the client does not know is classified by its range", async () => {
    const { server, clock, client } = scene();
    const group = client.group(PATH);
    await clock.pass(0);
    server.connections[0]?.close(4042, "moved_to_mars");
    expect(group.state).toEqual({ name: "closed", code: 4042, reason: "moved_to_mars" });
  });

  it("that refused a group leaves the path open to a later handle", async () => {
    const { server, clock, client } = scene();
    server.refuse(4010, "token_wrong_group");
    const refused = client.group(PATH);
    await clock.pass(0);
    expect(refused.state).toEqual({ name: "closed", code: 4010, reason: "token_wrong_group" });
    server.restoreNetwork();
    const another = client.group(PATH);
    await clock.pass(0);
    expect([refused.state.name, another.state.name]).toEqual(["closed", "open"]);
  });
});

describe("a heartbeat", () => {
  it("is sent behind the welcome and every 25 seconds, whatever else is received", async () => {
    const sentAt: number[] = [];
    const { server, clock, connect } = scene();
    const { WebSocket } = server.options;
    class RecordingSocket extends WebSocket {
      override send(text: string): void {
        if (text === '{"type":"heartbeat"}') sentAt.push(clock.now());
        super.send(text);
      }
    }
    const startedAt = clock.now();
    connect({ WebSocket: RecordingSocket }).group(PATH);
    for (let s = 0; s < 125; s++) {
      await clock.pass(1000);
      server.group(PATH).publish(s);
    }
    expect(sentAt.map((at) => at - startedAt)).toEqual([0, 25_000, 50_000, 75_000, 100_000, 125_000]);
    expect(server.dialled).toBe(1);
  });

  it("that stays unanswered for 10 seconds ends the connection", async () => {
    const { server, clock, client } = scene();
    const group = client.group(PATH);
    await clock.pass(20_000);
    server.stallNetwork();
    await clock.pass(14_999);
    expect(group.state.name).toBe("open");
    await clock.pass(1);
    expect(group.state).toMatchObject({ name: "waiting", code: 1006, reason: "no_answer" });
  });

  it("is preceded by a welcome, which must arrive within 10 seconds", async () => {
    const { server, clock, client } = scene();
    server.stallNetwork();
    const group = client.group(PATH);
    await clock.pass(9999);
    expect(group.state.name).toBe("connecting");
    await clock.pass(1);
    expect(group.state).toMatchObject({ name: "waiting", reason: "no_answer" });
    server.restoreNetwork();
    await clock.pass(1000);
    expect(group.state.name).toBe("open");
  });

  it("that timed out makes the client ignore the old socket", async () => {
    const pending: (() => void)[] = [];
    const { clock, server, client } = scene({}, { deliver: (callback) => void pending.push(callback) });
    const group = client.group(PATH);
    const publications = valuesOf((f) => group.on("publication", f));
    const next = () => pending.shift()?.();
    await clock.pass(0);
    next(); // the handshake
    next(); // the welcome
    expect(group.state.name).toBe("open");
    server.group(PATH).publish("late");
    await clock.pass(35_000);
    expect(group.state.name).toBe("waiting");
    next();
    expect(publications).toEqual([]);
  });
});

describe("a wake", () => {
  it("reconnects at once and resets the backoff", async () => {
    const { server, clock, client } = scene();
    const group = client.group(PATH);
    await clock.pass(0);
    server.disconnectNetwork();
    await clock.pass(60_000);
    const before = server.dialled;
    server.wake();
    await clock.pass(0);
    expect(server.dialled).toBe(before + 1);
    expect(group.state).toMatchObject({ name: "waiting", until: clock.now() + 1000 });
  });

  it("sends one heartbeat on an open connection", async () => {
    const { server, clock, client } = scene();
    const group = client.group(PATH);
    await clock.pass(5000);
    server.stallNetwork();
    for (let s = 0; s < 9; s++) {
      server.wake();
      await clock.pass(1000);
    }
    expect(group.state.name).toBe("open");
    await clock.pass(1000);
    expect(group.state.name).toBe("waiting");
  });

  it("restarts a connect that is older than a second, and leaves a newer one alone", async () => {
    const { server, clock, client } = scene();
    server.stallNetwork();
    client.group(PATH);
    await clock.pass(500);
    server.wake();
    await clock.pass(0);
    expect(server.dialled).toBe(1);
    await clock.pass(1000);
    server.restoreNetwork();
    server.wake();
    server.wake();
    await clock.pass(0);
    expect([server.dialled, server.connections.length]).toEqual([2, 1]);
  });
});

describe("one connection per URL", () => {
  it("is shared by all handles of a client", async () => {
    const { server, clock, client } = scene();
    const biz = newBiz();
    const handles = [
      client.order(biz),
      client.order(biz),
      client.group(`/ws/order/${biz}/`),
      client.group(`ws/order/${biz}`),
    ];
    await clock.pass(0);
    expect(server.dialled).toBe(1);
    for (const handle of handles.slice(1)) handle.close();
    expect(server.connections).toHaveLength(1);
    expect(handles.map(({ state }) => state.name)).toEqual(["open", "closed", "closed", "closed"]);
    handles[0]?.close();
    expect(server.connections).toHaveLength(0);
    expect(clock.waiting).toBe(0);
  });

  it("is shared by all clients of a page, and by none on a server", async () => {
    const { server, clock, connect } = scene();
    const biz = newBiz();
    connect().order(biz);
    connect().order(biz);
    await clock.pass(0);
    expect(server.dialled).toBe(2);

    vi.stubGlobal("document", {});
    onTestFinished(() => void vi.unstubAllGlobals());
    const [one, other] = [connect(), connect()];
    const orders = [one.order(biz), other.order(biz)];
    await clock.pass(0);
    expect(server.dialled).toBe(3);
    one.close();
    expect(orders.map(({ state }) => state.name)).toEqual(["closed", "open"]);
    other.close();
    expect(server.connections).toHaveLength(2);
  });

  it("is dialled once if handles are closed and opened in the same task", async () => {
    const { server, clock, client } = scene();
    client.group(PATH).close();
    client.group(PATH).close();
    client.group(PATH);
    await clock.pass(0);
    expect(server.dialled).toBe(1);
  });
});

describe("a token", () => {
  it("is requested once for all connections, and again when it has expired", async () => {
    let requests = 0;
    const { server, clock, client } = scene({ getToken: async () => `token-${++requests}` });
    client.group("/ws/feed/a/");
    client.group("/ws/feed/b/");
    await clock.pass(0);
    expect(server.connections.map(({ token }) => token)).toEqual(["token-1", "token-1"]);
    server.disconnectNetwork();
    server.restoreNetwork();
    await clock.pass(1000);
    expect(server.connections.map(({ token }) => token)).toEqual(["token-1", "token-1"]);
    for (const { path } of server.connections) {
      server.connections.find((connection) => connection.path === path)?.close(4205, "token_expired");
      await clock.pass(4000);
    }
    expect(server.connections.map(({ token }) => token)).toEqual(["token-2", "token-2"]);
    expect(requests).toBe(2);
  });

  it("that is about to expire is refreshed on the open connection", async () => {
    let requests = 0;
    const { server, clock, client } = scene({ getToken: () => `token-${++requests}` });
    const group = client.group("/ws/feed/a/");
    const errors = valuesOf((f) => group.on("error", f));
    await clock.pass(0);
    const [connection] = server.connections;
    connection?.send('{"type":"error","code":4205,"reason":"token_expires","message":"","temporary":true}');
    await clock.pass(0);
    expect(connection?.received).toEqual(['{"type":"refresh","id":0,"token":"token-2"}']);
    expect([server.dialled, errors]).toEqual([1, []]);
  });

  it.each([
    ["throws", () => expect.fail("no session")],
    ["is rejected", () => Promise.reject(new Error("no session"))],
  ])("is requested again after a pause if getToken %s", async (_how, fail) => {
    let requests = 0;
    const { server, clock, client } = scene({ getToken: () => (++requests < 3 ? fail() : "token") });
    const group = client.group("/ws/feed/a/");
    await clock.pass(0);
    expect(group.state).toMatchObject({ name: "waiting", reason: "no_token" });
    await clock.pass(3000);
    expect([requests, server.dialled, group.state.name]).toEqual([3, 1, "open"]);
  });

  it("that is not delivered in time is requested again", async () => {
    let requests = 0;
    const { clock, client } = scene({
      getToken: () => (++requests === 1 ? new Promise<string>(() => undefined) : "token"),
    });
    const group = client.group("/ws/feed/a/");
    await clock.pass(11_000);
    expect([requests, group.state.name]).toEqual([2, "open"]);
  });

  it("that the WebSocket rejects is kept out of states and errors", async () => {
    class RejectingSocket {
      constructor(_url: string, protocols: string[]) {
        throw new SyntaxError(`The subprotocol '${protocols.at(-1)}' is invalid`);
      }
      addEventListener(): void {}
      send(): void {}
      close(): void {}
    }
    const { clock, client } = scene({ WebSocket: RejectingSocket, getToken: () => "a secret" });
    const group = client.group("/ws/feed/a/");
    const emitted = valuesOf<unknown>((f) => (group.on("state", f), group.on("error", f)));
    await clock.pass(0);
    expect(group.state).toMatchObject({ name: "waiting", reason: "lost" });
    expect(JSON.stringify(emitted)).not.toContain("secret");
  });
});

describe("the URL of a client", () => {
  it.each([
    ["https://push.test", "wss://push.test/ws/alarm/", "https://push.test/orders/"],
    ["http://localhost:8787/", "ws://localhost:8787/ws/alarm/", "http://localhost:8787/orders/"],
    ["wss://push.test/bell/?x=1#y", "wss://push.test/bell/ws/alarm/", "https://push.test/bell/orders/"],
  ])("%s is the base of sockets and polls", async (url, socketUrl, orderUrl) => {
    const { clock, server } = scene();
    const { connect } = await import("../../src/client/index.ts");
    const requested: string[] = [];
    class RecordingSocket extends server.options.WebSocket {
      constructor(at: string, protocols: string[]) {
        super(at, protocols);
        requested.push(at);
      }
    }
    const fetch = (at: string) => (requested.push(at), Promise.reject(new Error("no")));
    const client = connect(url, { ...server.options, clock, fetch, WebSocket: RecordingSocket });
    onTestFinished(() => client.close());
    client.group("/ws/alarm/");
    client.order(newBiz());
    await clock.pass(0);
    server.wake();
    expect(requested[0]).toBe(socketUrl);
    expect(requested.at(-1)).toMatch(new RegExp(`^${orderUrl}[a-z0-9]{32}$`));
  });

  it("contains no invalid order id: order() throws", () => {
    const { client } = scene();
    expect(() => client.order("../groups/x")).toThrow(TypeError);
  });
});

describe("close()", () => {
  it("ends all connections, timers and wake listeners", async () => {
    const { server, clock, client } = scene();
    client.order(newBiz());
    const group = client.group(PATH);
    const states = valuesOf<State>((f) => group.on("state", f));
    await clock.pass(0);
    client.close();
    expect(states.at(-1)).toEqual({ name: "closed", code: 1000, reason: "left" });
    expect([server.connections.length, clock.waiting]).toEqual([0, 0]);
    server.wake();
    await clock.pass(60_000);
    expect(server.dialled).toBe(2);
  });

  it("is called when the signal is aborted, and an aborted signal rejects new handles", async () => {
    const stop = new AbortController();
    const { server, clock, client, connect } = scene({ signal: stop.signal });
    client.group(PATH);
    await clock.pass(0);
    stop.abort();
    expect(server.connections).toHaveLength(0);
    expect(() => client.group(PATH)).toThrow("aborted");
    expect(() => connect({ signal: stop.signal }).group(PATH)).toThrow("aborted");
  });

  it("inside a listener ends the connection", async () => {
    const { server, clock, client } = scene();
    const biz = newBiz();
    server.order(biz).becomes("paid");
    const order = client.order(biz);
    const outcomes = valuesOf((f) => order.on("status", (outcome) => (f(outcome), client.close())));
    await clock.pass(0);
    server.order(biz).becomes("refunded");
    await clock.pass(60_000);
    expect([outcomes.length, server.connections.length, clock.waiting]).toEqual([1, 0, 0]);

    const group = client.group(PATH);
    group.on("state", ({ name }) => name === "open" && group.close());
    await clock.pass(60_000);
    expect([group.state.name, server.connections.length, clock.waiting]).toEqual(["closed", 0, 0]);
  });
});
