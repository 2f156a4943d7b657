// A connection under a clock that is told when to go: its states, its pauses, what it makes of a close, and that it notices silence.
import { describe, expect, it, onTestFinished, vi } from "vitest";
import { pauseMs } from "../../src/client/backoff.ts";
import type { State } from "../../src/client/index.ts";
import { closeCodes, verdictOf } from "../../src/core/codes.ts";
import { valuesOf, newBiz, scene, settle } from "../support/clock.ts";

const PATH = "/ws/alarm/";

describe("the pause before another try", () => {
  /** A generator of its own, so that the same numbers are drawn every time. */
  function* draws(seed: number): Generator<number, never> {
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
  ])("after %i losses is anything from half a second to %i ms, all of it equally likely", (losses, most) => {
    const random = draws(losses);
    const pauses = Array.from({ length: 10_000 }, () => pauseMs(losses, random.next().value));
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

  it("grows from loss to loss, says when it ends, and is short again once a connection has lasted", async () => {
    const { server, clock, client } = scene();
    const group = client.group(PATH);
    const states = valuesOf<State>((f) => group.on("state", f));
    await clock.pass(0);
    server.cut();
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
    server.mend();
    await clock.pass(20_000);
    expect(group.state).toEqual({ name: "open" });
    await clock.pass(25_000);
    server.connections[0]?.close(1012);
    expect(group.state).toMatchObject({ name: "waiting", until: clock.now() + 1000, code: 1012 });
    expect(states.slice(0, 4).map(({ name }) => name)).toEqual(["connecting", "open", "waiting", "connecting"]);
  });

  it("goes on growing for a server that lets in and throws out", async () => {
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

describe("the verdict of a close code is obeyed", () => {
  const codes = Object.entries(closeCodes).filter(([reason]) => reason !== "left");
  const named = (wanted: string) => codes.filter(([, code]) => verdictOf(code) === wanted);

  it.each(named("stay_away"))("%s: stays away, and says why", async (reason, code) => {
    const { server, clock, client } = scene();
    const group = client.group(PATH);
    await clock.pass(0);
    server.connections[0]?.close(code, reason);
    expect(group.state).toEqual({ name: "closed", code, reason });
    server.wake();
    await clock.pass(3_600_000);
    expect(server.dialled).toBe(1);
    expect(clock.waiting).toBe(0);
  });

  it.each(named("back_off"))("%s: comes back after a pause", async (reason, code) => {
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

  it.each(named("come_back"))("%s: comes back at once; said again and again, after a pause", async (reason, code) => {
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
  });

  it("also that of a code which is younger than the client", async () => {
    const { server, clock, client } = scene();
    const group = client.group(PATH);
    await clock.pass(0);
    server.connections[0]?.close(4042, "moved_to_mars");
    expect(group.state).toEqual({ name: "closed", code: 4042, reason: "moved_to_mars" });
  });

  it("a path that was refused can be asked for again", async () => {
    const { server, clock, client } = scene();
    server.refuse(4010, "token_wrong_group");
    const refused = client.group(PATH);
    await clock.pass(0);
    expect(refused.state).toEqual({ name: "closed", code: 4010, reason: "token_wrong_group" });
    server.mend();
    const another = client.group(PATH);
    await clock.pass(0);
    expect([refused.state.name, another.state.name]).toEqual(["closed", "open"]);
  });
});

describe("silence", () => {
  it("a heartbeat goes every 25 seconds, whatever else comes", async () => {
    const beats: number[] = [];
    const { server, clock, connect } = scene();
    const { WebSocket } = server.options;
    class Heard extends WebSocket {
      override send(text: string): void {
        if (text === '{"type":"heartbeat"}') beats.push(clock.now());
        super.send(text);
      }
    }
    const begun = clock.now();
    connect({ WebSocket: Heard }).group(PATH);
    for (let s = 0; s < 125; s++) {
      await clock.pass(1000);
      server.group(PATH).publish(s);
    }
    expect(beats.map((at) => at - begun)).toEqual([25_000, 50_000, 75_000, 100_000, 125_000]);
    expect(server.dialled).toBe(1);
  });

  it("of 10 seconds after a heartbeat is the end of a connection", async () => {
    const { server, clock, client } = scene();
    const group = client.group(PATH);
    await clock.pass(20_000);
    server.hang();
    await clock.pass(14_999);
    expect(group.state.name).toBe("open");
    await clock.pass(1);
    expect(group.state).toMatchObject({ name: "waiting", code: 1006, reason: "no_answer" });
  });

  it("instead of a welcome is the end of a try", async () => {
    const { server, clock, client } = scene();
    server.hang();
    const group = client.group(PATH);
    await clock.pass(9999);
    expect(group.state.name).toBe("connecting");
    await clock.pass(1);
    expect(group.state).toMatchObject({ name: "waiting", reason: "no_answer" });
    server.mend();
    await clock.pass(1000);
    expect(group.state.name).toBe("open");
  });

  it("a connection that was given up is not heard any more", async () => {
    const later: (() => void)[] = [];
    const { clock, server, client } = scene({}, { deliver: (act) => void later.push(act) });
    const group = client.group(PATH);
    const told = valuesOf((f) => group.on("publication", f));
    const next = () => later.shift()?.();
    await clock.pass(0);
    next(); // the handshake
    next(); // the welcome
    expect(group.state.name).toBe("open");
    server.group(PATH).publish("late");
    await clock.pass(35_000);
    expect(group.state.name).toBe("waiting");
    next();
    expect(told).toEqual([]);
  });
});

describe("a wake", () => {
  it("ends a pause at once, and the next pauses are short again", async () => {
    const { server, clock, client } = scene();
    const group = client.group(PATH);
    await clock.pass(0);
    server.cut();
    await clock.pass(60_000);
    const before = server.dialled;
    server.wake();
    await clock.pass(0);
    expect(server.dialled).toBe(before + 1);
    expect(group.state).toMatchObject({ name: "waiting", until: clock.now() + 1000 });
  });

  it("asks an open connection whether it lives, and asks once", async () => {
    const { server, clock, client } = scene();
    const group = client.group(PATH);
    await clock.pass(5000);
    server.hang();
    for (let s = 0; s < 9; s++) {
      server.wake();
      await clock.pass(1000);
    }
    expect(group.state.name).toBe("open");
    await clock.pass(1000);
    expect(group.state.name).toBe("waiting");
  });

  it("begins a try anew that hangs in the old network, and leaves a young one alone", async () => {
    const { server, clock, client } = scene();
    server.hang();
    client.group(PATH);
    await clock.pass(500);
    server.wake();
    await clock.pass(0);
    expect(server.dialled).toBe(1);
    await clock.pass(1000);
    server.mend();
    server.wake();
    server.wake();
    await clock.pass(0);
    expect([server.dialled, server.connections.length]).toEqual([2, 1]);
  });
});

describe("one connection per URL", () => {
  it("is shared by all that one client opens", async () => {
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

  it("is shared by all clients of a page, and by no two of a server: those may be two people's", async () => {
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

  it("who closes and opens in one breath dials once", async () => {
    const { server, clock, client } = scene();
    client.group(PATH).close();
    client.group(PATH).close();
    client.group(PATH);
    await clock.pass(0);
    expect(server.dialled).toBe(1);
  });
});

describe("a token", () => {
  it("is asked for once, for all connections, and again only when it has run out", async () => {
    let asked = 0;
    const { server, clock, client } = scene({ getToken: async () => `token-${++asked}` });
    client.group("/ws/feed/a/");
    client.group("/ws/feed/b/");
    await clock.pass(0);
    expect(server.connections.map(({ token }) => token)).toEqual(["token-1", "token-1"]);
    server.cut();
    server.mend();
    await clock.pass(1000);
    expect(server.connections.map(({ token }) => token)).toEqual(["token-1", "token-1"]);
    for (const { path } of server.connections) {
      server.connections.find((connection) => connection.path === path)?.close(4205, "token_expired");
      await clock.pass(4000);
    }
    expect(server.connections.map(({ token }) => token)).toEqual(["token-2", "token-2"]);
    expect(asked).toBe(2);
  });

  it("that runs out is renewed without a new connection", async () => {
    let asked = 0;
    const { server, clock, client } = scene({ getToken: () => `token-${++asked}` });
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
  ])("a getToken that %s is asked again after a pause", async (_how, fail) => {
    let asked = 0;
    const { server, clock, client } = scene({ getToken: () => (++asked < 3 ? fail() : "token") });
    const group = client.group("/ws/feed/a/");
    await clock.pass(0);
    expect(group.state).toMatchObject({ name: "waiting", reason: "no_token" });
    await clock.pass(3000);
    expect([asked, server.dialled, group.state.name]).toEqual([3, 1, "open"]);
  });

  it("that never comes is asked for anew", async () => {
    let asked = 0;
    const { clock, client } = scene({
      getToken: () => (++asked === 1 ? new Promise<string>(() => undefined) : "token"),
    });
    const group = client.group("/ws/feed/a/");
    await clock.pass(11_000);
    expect([asked, group.state.name]).toEqual([2, "open"]);
  });

  it("that no WebSocket takes stands in no error", async () => {
    class Picky {
      constructor(_url: string, protocols: string[]) {
        throw new SyntaxError(`The subprotocol '${protocols.at(-1)}' is invalid`);
      }
      addEventListener(): void {}
      send(): void {}
      close(): void {}
    }
    const { clock, client } = scene({ WebSocket: Picky, getToken: () => "a secret" });
    const group = client.group("/ws/feed/a/");
    const told = valuesOf<unknown>((f) => (group.on("state", f), group.on("error", f)));
    await clock.pass(0);
    expect(group.state).toMatchObject({ name: "waiting", reason: "lost" });
    expect(JSON.stringify(told)).not.toContain("secret");
  });
});

describe("where a client connects to", () => {
  it.each([
    ["https://push.test", "wss://push.test/ws/alarm/", "https://push.test/orders/"],
    ["http://localhost:8787/", "ws://localhost:8787/ws/alarm/", "http://localhost:8787/orders/"],
    ["wss://push.test/bell/?x=1#y", "wss://push.test/bell/ws/alarm/", "https://push.test/bell/orders/"],
  ])("%s", async (url, wanted, wantedHttp) => {
    const { clock, server } = scene();
    const { connect } = await import("../../src/client/index.ts");
    const asked: string[] = [];
    class Seen extends server.options.WebSocket {
      constructor(at: string, protocols: string[]) {
        super(at, protocols);
        asked.push(at);
      }
    }
    const fetch = (at: string) => (asked.push(at), Promise.reject(new Error("no")));
    const client = connect(url, { ...server.options, clock, fetch, WebSocket: Seen });
    onTestFinished(() => client.close());
    client.group("/ws/alarm/");
    client.order(newBiz());
    await clock.pass(0);
    server.wake();
    expect(asked[0]).toBe(wanted);
    expect(asked.at(-1)).toMatch(new RegExp(`^${wantedHttp}[a-z0-9]{32}$`));
  });

  it("no order has an id like that", () => {
    const { client } = scene();
    expect(() => client.order("../groups/x")).toThrow(TypeError);
  });
});

describe("close()", () => {
  it("ends everything: no timer, no listener for wakes, no connection", async () => {
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

  it("comes by the signal too, also by one that was aborted before", async () => {
    const stop = new AbortController();
    const { server, clock, client, connect } = scene({ signal: stop.signal });
    client.group(PATH);
    await clock.pass(0);
    stop.abort();
    expect(server.connections).toHaveLength(0);
    expect(() => client.group(PATH)).toThrow("aborted");
    expect(() => connect({ signal: stop.signal }).group(PATH)).toThrow("aborted");
  });

  it("from within a listener is the end of it", async () => {
    const { server, clock, client } = scene();
    const biz = newBiz();
    server.order(biz).becomes("paid");
    const order = client.order(biz);
    const told = valuesOf((f) => order.on("status", (outcome) => (f(outcome), client.close())));
    await clock.pass(0);
    server.order(biz).becomes("refunded");
    await clock.pass(60_000);
    expect([told.length, server.connections.length, clock.waiting]).toEqual([1, 0, 0]);

    const group = client.group(PATH);
    group.on("state", ({ name }) => name === "open" && group.close());
    await clock.pass(60_000);
    expect([group.state.name, server.connections.length, clock.waiting]).toEqual(["closed", 0, 0]);
  });
});
