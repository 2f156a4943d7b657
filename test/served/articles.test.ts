// The two articles, played over real WebSockets against the Worker as `npm start` runs it, one push a second.
import { describe, expect, inject, it } from "vitest";
import { startServer } from "../support/server.ts";
import { backend, Client, getGroup, newBiz } from "../support/client.ts";

const server = inject("url");
const PERIOD = 1000;
const TIME = /^\d{4}-\d\d-\d\d \d\d:\d\d:\d\d$/;
const isResult = { type: "result", data: expect.stringMatching(TIME) };

const connect = (path: string) => Client.connect(server, path);
const alarmPath = () => `/ws/alarm/${newBiz()}/`;
const groupOf = (path: string) => `alarm_${path.split("/")[3]}`;

describe("the first article: an order", () => {
  it("relays, pushes the callback to all, tells the late, pushes nothing twice, and keeps orders apart", async () => {
    const biz = newBiz();
    const [first, second] = [await connect(`/ws/order/${biz}/`), await connect(`/ws/order/${biz}/`)];
    const elsewhere = await connect(`/ws/order/${newBiz()}/`);
    first.send('{"a":1}');
    for (const page of [first, second]) expect(await page.next()).toBe('"{\\"a\\":1}"');
    first.send(new Uint8Array([1, 2]));
    for (const page of [first, second]) expect(await page.next()).toBe("null");
    first.send("x".repeat(100_000));
    for (const page of [first, second]) expect(await page.next()).toHaveLength(100_002);

    const outcome = { biz, paid: true, status: "paid" };
    const reply = await backend(server, "POST", `/callback/${biz}/`);
    expect([reply.status, await reply.json()]).toEqual([200, outcome]);
    for (const page of [first, second]) expect(await page.nextJson()).toEqual(outcome);
    const late = await connect(`/ws/order/${biz}/`);
    expect(await late.nextJson()).toEqual(outcome);

    expect((await backend(server, "POST", `/callback/${biz}/`)).status).toBe(200);
    first.send("ping");
    for (const page of [first, second, late]) expect(await page.next()).toBe('"ping"');
    elsewhere.send("alone");
    expect(await elsewhere.next()).toBe('"alone"');
  });

  it("keeps an outcome over a restart of the server", { timeout: 60_000 }, async () => {
    const own = await startServer();
    try {
      const biz = newBiz();
      expect((await backend(own.url, "POST", `/callback/${biz}/`)).status).toBe(200);
      await own.restart(); // killed by SIGKILL, right after the reply
      const page = await Client.connect(own.url, `/ws/order/${biz}/`);
      expect(await page.nextJson()).toEqual({ biz, paid: true, status: "paid" });
    } finally {
      await own.stop();
    }
  });
});

describe("the second article: the alarm group", () => {
  it("pushes at once, then at a fixed rate without drift, to late members at the group's next tick", async () => {
    const path = alarmPath();
    const asked = performance.now();
    const page = await connect(path);
    const first = await page.arrival();
    console.log(`first push ${(first.at - asked).toFixed(0)} ms after the handshake began`);
    expect(first.at - asked).toBeLessThan(PERIOD / 4);
    let late: Client | null = null;
    const errors: number[] = [];
    for (let tick = 1; tick <= 12; tick++) {
      const { at, frame } = await page.arrival();
      expect(JSON.parse(frame)).toEqual(isResult);
      errors.push(at - first.at - tick * PERIOD);
      if (tick === 5) late = await connect(path);
      if (tick > 5) {
        const other = await (late ?? expect.fail()).arrival();
        expect(other.frame).toBe(frame);
        expect(Math.abs(other.at - at)).toBeLessThan(PERIOD / 4);
      }
    }
    const mean = errors.reduce((sum, error) => sum + Math.abs(error), 0) / errors.length;
    console.log(`mean error of 12 ticks: ${mean.toFixed(1)} ms, last tick: ${errors.at(-1)?.toFixed(1)} ms`);
    expect(mean).toBeLessThan(0.05 * PERIOD);
    // Drift would grow with every tick; what is left is how late one alarm rings.
    expect(Math.abs((errors.at(-1) ?? 0) - (errors[0] ?? 0))).toBeLessThan(0.1 * PERIOD);
  }, 30_000);

  it("goes on for those who stay, stops with the last, and starts afresh with a new first one", async () => {
    const path = alarmPath();
    const [first, second] = [await connect(path), await connect(path)];
    await first.next();
    expect(await first.leave()).toEqual({ code: 1000, reason: "" });
    expect(await second.nextJson()).toEqual(isResult);
    expect(await getGroup(server, groupOf(path))).toMatchObject({ connections: 1, next_push: expect.any(String) });
    expect(await second.leave(4001)).toEqual({ code: 1000, reason: "" });
    expect(await getGroup(server, groupOf(path))).toMatchObject({ connections: 0, next_push: null });

    const asked = performance.now();
    const third = await connect(path);
    expect((await third.arrival()).at - asked).toBeLessThan(PERIOD / 2);
  });

  it("ignores what a member writes, and keeps groups apart", async () => {
    const page = await connect(alarmPath());
    const other = await connect(alarmPath());
    await other.next();
    for (const text of ["ping", "{bad", '{"message":1}']) page.send(text);
    page.send(new Uint8Array([0]));
    for (let tick = 0; tick < 2; tick++) expect(await page.nextJson()).toEqual(isResult);
    expect(await other.nextJson()).toEqual(isResult);
  });

  it("loses a member whose TCP breaks, and with the last one its alarm", async () => {
    const path = alarmPath();
    const [stays, breaks] = [await connect(path), await connect(path)];
    await stays.next();
    breaks.socket.terminate();
    expect(await stays.nextJson()).toEqual(isResult);
    expect(await getGroup(server, groupOf(path))).toMatchObject({ connections: 1 });
    stays.socket.terminate();
    await expect.poll(() => getGroup(server, groupOf(path))).toMatchObject({ connections: 0, next_push: null });
  });

  it("leaves no alarm behind when the server is killed, and starts afresh", { timeout: 60_000 }, async () => {
    const own = await startServer({ PUSH_EVERY_SECONDS: "1" });
    try {
      const path = alarmPath();
      const page = await Client.connect(own.url, path);
      await page.next();
      await own.restart();
      expect(await page.closed).toMatchObject({ code: 1006 });
      // The alarm that was pending rings once more, finds nobody and is not set again.
      await expect.poll(() => getGroup(own.url, groupOf(path)), { timeout: 5000 }).toMatchObject({ next_push: null });
      const next = await Client.connect(own.url, path);
      expect(await next.nextJson()).toEqual(isResult);
    } finally {
      await own.stop();
    }
  });
});

describe("the second article: single channels", () => {
  it("each have their own clock", async () => {
    const first = await connect("/ws/channel/");
    const { at } = await first.arrival();
    await new Promise((resolve) => setTimeout(resolve, PERIOD / 2)); // half a period apart is what is tested
    const second = await connect("/ws/channel/");
    await second.arrival();
    const ticks = [await first.arrival(), await second.arrival()].map((arrival) => (arrival.at - at) / PERIOD);
    expect(ticks[0]).toBeCloseTo(1, 0);
    expect((ticks[1] ?? 0) - (ticks[0] ?? 0)).toBeGreaterThan(0.3);
  });

  it("answer ping, echo a message with its numbers, and say what was wrong with the rest", async () => {
    const page = await connect("/ws/channel/");
    expect(await page.nextJson()).toEqual(isResult);
    const answerTo = async (message: string | Uint8Array): Promise<string> => {
      page.send(message);
      for (;;) {
        const frame = await page.next();
        if (!frame.startsWith('{"type":"result"')) return frame;
      }
    };
    expect(JSON.parse(await answerTo("ping"))).toEqual({ type: "ping", data: expect.stringMatching(TIME) });
    expect(await answerTo('{"message":{"a":12345678901234567890,"b":2.0,"c":1e5}}')).toBe(
      '{"a":12345678901234567890,"b":2.0,"c":1e5}',
    );
    expect(await answerTo("{}")).toBe("null");
    for (const bad of ["ping ", "not json", "[1]", "1", '{"message":NaN}', new Uint8Array([1])]) {
      expect(JSON.parse(await answerTo(bad))).toEqual({ type: "error", data: expect.any(String) });
    }
    expect(await answerTo('{"type":"heartbeat"}')).toBe('{"type":"heartbeat"}');
    expect(await page.leave()).toEqual({ code: 1000, reason: "" });
  });

  it("are as many as there are pages: each of 40 gets its push", async () => {
    const pages = await Promise.all(Array.from({ length: 40 }, () => connect("/ws/channel/")));
    for (const page of pages) expect(await page.nextJson()).toEqual(isResult);
  });
});
