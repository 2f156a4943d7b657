// A group as a page sees it: its publications, what was missed, who comes and goes, and what can be asked of it.
import { describe, expect, it } from "vitest";
import type { Joined, Missed, Publication } from "../../src/client/index.ts";
import { valuesOf, scene, settle } from "../support/clock.ts";

const FEED = "/ws/feed/news/";

function groupScene(path = FEED, ...args: Parameters<typeof scene>) {
  const made = scene(...args);
  const group = made.client.group(path);
  const told = valuesOf<Publication>((f) => group.on("publication", f));
  const missed = valuesOf<Missed>((f) => group.on("missed", f));
  return { ...made, group, told, missed, remote: made.server.group(path) };
}

describe("publications", () => {
  it("come in order, with their position and id; what is not kept has none", async () => {
    const { clock, group, told, remote } = groupScene();
    await clock.pass(0);
    remote.publish({ title: "Rain" });
    remote.publish(null);
    remote.connections[0]?.send('{"type":"publication","data":"for you"}');
    expect(told).toEqual([
      { data: { title: "Rain" }, offset: 1, id: "00000001-1" },
      { data: null, offset: 2, id: "00000001-2" },
      { data: "for you", offset: null, id: null },
    ]);
    expect(group.latest).toBe(told[2]);
  });

  it("that were missed come once, in order, however the connection went; there is nothing to fetch anew then", async () => {
    const { clock, told, missed, remote, server } = groupScene();
    await clock.pass(0);
    remote.publish(1);
    server.cut();
    for (let n = 2; n <= 5; n++) remote.publish(n);
    server.mend();
    await clock.pass(1000);
    remote.publish(6);
    server.hang();
    await clock.pass(34_999);
    remote.publish(7);
    server.mend();
    await clock.pass(20_000);
    expect(told.map(({ data }) => data)).toEqual([1, 2, 3, 4, 5, 6, 7]);
    expect(missed).toEqual([]);
  });

  it("for everybody else move the position on", async () => {
    const { clock, told, remote, server } = groupScene();
    await clock.pass(0);
    remote.connections[0]?.send('{"type":"publication","offset":7,"id":"00000001-7"}');
    server.cut();
    server.mend();
    await clock.pass(1000);
    expect(server.connections[0]?.query.get("offset")).toBe("7");
    expect(told).toEqual([]);
  });

  it("that are not all there any more are missed, and it is said where the group stands", async () => {
    const { clock, told, missed, remote, server } = groupScene();
    await clock.pass(0);
    remote.publish(1);
    server.cut();
    for (let n = 2; n <= 150; n++) remote.publish(n);
    server.mend();
    await clock.pass(1000);
    expect(missed).toEqual([{ epoch: "00000001", offset: 150 }]);
    remote.publish(151);
    expect(told.map(({ data }) => data)).toEqual([1, 151]);

    server.cut();
    remote.forget();
    server.mend();
    await clock.pass(3000);
    expect(missed.at(-1)).toEqual({ epoch: "00000002", offset: 0 });
  });

  it("are told to all who share the connection, and to each as often as it listens", async () => {
    const { clock, client, group, told, remote } = groupScene();
    await clock.pass(0);
    const other = client.group(FEED);
    const there = valuesOf<Publication>((f) => (other.on("publication", f), other.on("publication", f)));
    remote.publish(1);
    other.close();
    remote.publish(2);
    expect([told.length, there.length, group.latest?.data]).toEqual([2, 2, 2]);
  });

  it("are iterated over from the beginning of the iteration, none lost while the page is busy", async () => {
    const { clock, client, remote } = groupScene();
    await clock.pass(0);
    remote.publish(0);
    const seen: unknown[] = [];
    const all = (async () => {
      for await (const { data } of client.group<number>(FEED)) {
        seen.push(data satisfies number);
        await settle();
        if (data === 4) break;
      }
    })();
    for (let n = 1; n <= 5; n++) remote.publish(n);
    await all;
    expect(seen).toEqual([1, 2, 3, 4]);
  });
});

it("an alarm group's latest tick comes on connecting, and again after it has begun anew", async () => {
  const { clock, client, server } = scene();
  const remote = server.group("/ws/alarm/");
  remote.publish("tick 1");
  const group = client.group("/ws/alarm/");
  const missed = valuesOf<Missed>((f) => group.on("missed", f));
  await clock.pass(0);
  expect(group.latest?.data).toBe("tick 1");
  server.cut();
  remote.forget();
  remote.publish("tick 1 of another life");
  server.mend();
  await clock.pass(1000);
  expect([group.latest?.data, missed.length]).toEqual(["tick 1 of another life", 1]);
});

it("members come and go", async () => {
  const { clock, group, remote } = groupScene();
  const joined = valuesOf<Joined>((f) => group.on("join", f));
  const left = valuesOf<Joined>((f) => group.on("leave", f));
  await clock.pass(0);
  remote.join({ sub: "ann", info: { name: "Ann" } });
  expect(await group.presence()).toMatchObject({ users: 1, members: [{ sub: "ann" }] });
  remote.leave({ sub: "ann", info: null });
  expect(joined).toEqual([{ sub: "ann", info: { name: "Ann" }, connections: 1, users: 1 }]);
  expect(left).toEqual([{ sub: "ann", info: null, connections: 1, users: 0 }]);
});

describe("a request", () => {
  it("is answered by its id, whoever shares the connection", async () => {
    const { clock, client, group, told, remote } = groupScene();
    const other = client.group(FEED);
    await clock.pass(0);
    const answers = Promise.all([group.ping(), other.publish({ n: 1 }), group.history(), other.history({ after: 1 })]);
    await clock.pass(0);
    expect(await answers).toEqual([
      { time: clock.now() },
      { epoch: "00000001", offset: 1, connections: 1 },
      {
        epoch: "00000001",
        offset: 1,
        publications: [{ offset: 1, id: "00000001-1", at: new Date(clock.now()).toISOString(), data: { n: 1 } }],
      },
      { epoch: "00000001", offset: 1, publications: [] },
    ]);
    expect(told).toHaveLength(1);
    const ids = remote.connections[0]?.received.map((text) => (JSON.parse(text) as { id: number }).id);
    expect(ids).toEqual([1, 2, 3, 4]);
  });

  it("is rejected with the server's reason", async () => {
    const { clock, client } = scene();
    const refused = client.group("/ws/alarm/").publish("me");
    void clock.pass(0);
    await expect(refused).rejects.toMatchObject({ reason: "not_allowed", code: 403, temporary: false });
  });

  it("waits for the connection, and goes once", async () => {
    const { clock, server, group, told } = groupScene();
    server.cut();
    const published = group.publish("early");
    await clock.pass(500);
    server.mend();
    await clock.pass(1000);
    expect(await published).toMatchObject({ offset: 1 });
    expect(told).toHaveLength(1);
  });

  it("that was sent when the connection went is rejected, and not sent again", async () => {
    const { clock, server, group, remote } = groupScene();
    await clock.pass(0);
    server.hang();
    const failed = group.publish("did it arrive?", { timeout: 60_000 }).catch((error: unknown) => error);
    await clock.pass(35_000);
    expect(await failed).toMatchObject({ reason: "no_answer", code: 1006, temporary: true });
    server.mend();
    await clock.pass(60_000);
    expect([remote.offset, remote.connections[0]?.received]).toEqual([0, []]);
  });

  it("can be given up, and fails on a handle that is closed", async () => {
    const { clock, server, group } = groupScene();
    server.hang();
    const stop = new AbortController();
    const stopped = group.ping({ signal: stop.signal });
    const timed = group.ping({ timeout: 500 });
    const closed = group.ping();
    const failures = Promise.allSettled([stopped, timed, closed]);
    stop.abort(new Error("enough"));
    await clock.pass(500);
    group.close();
    expect(await failures).toMatchObject([
      { reason: { message: "enough" } },
      { reason: { reason: "timeout" } },
      { reason: { reason: "left", temporary: false } },
    ]);
    await expect(group.ping()).rejects.toMatchObject({ reason: "left" });
    expect(clock.waiting).toBe(0);
  });
});

it("an error of the server's is told", async () => {
  const { clock, group, server } = groupScene();
  const errors = valuesOf<Error>((f) => group.on("error", f));
  await clock.pass(0);
  server.connections[0]?.send('{"type":"error","code":400,"reason":"bad_request","message":"what","temporary":false}');
  expect(errors).toMatchObject([
    { name: "BelfryError", code: 400, reason: "bad_request", message: "what", temporary: false },
  ]);
});

it("frames of a type that is younger than the client are ignored", async () => {
  const { clock, group, server, told } = groupScene();
  await clock.pass(0);
  server.connections[0]?.send('{"type":"fireworks","data":1,"offset":9}');
  expect([told, group.state.name]).toEqual([[], "open"]);
});
