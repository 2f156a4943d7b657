// Tests group handles against the fake server: publications, recovery, presence and requests.
import { describe, expect, it } from "vitest";
import type { Joined, Missed, Publication } from "../../src/client/index.ts";
import { valuesOf, scene, settle } from "../support/clock.ts";

const FEED = "/ws/feed/news/";

function groupScene(path = FEED, ...args: Parameters<typeof scene>) {
  const base = scene(...args);
  const group = base.client.group(path);
  const publications = valuesOf<Publication>((f) => group.on("publication", f));
  const missed = valuesOf<Missed>((f) => group.on("missed", f));
  return { ...base, group, publications, missed, remote: base.server.group(path) };
}

describe("publications", () => {
  it("arrive in order with offset and id, which are null if the group does not keep them", async () => {
    const { clock, group, publications, remote } = groupScene();
    await clock.pass(0);
    remote.publish({ title: "Rain" });
    remote.publish(null);
    remote.connections[0]?.send('{"type":"publication","data":"for you"}');
    expect(publications).toEqual([
      { data: { title: "Rain" }, offset: 1, id: "00000001-1" },
      { data: null, offset: 2, id: "00000001-2" },
      { data: "for you", offset: null, id: null },
    ]);
    expect(group.latest).toBe(publications[2]);
  });

  it("published while disconnected are recovered once and in order, without `missed`", async () => {
    const { clock, publications, missed, remote, server } = groupScene();
    await clock.pass(0);
    remote.publish(1);
    server.disconnectNetwork();
    for (let n = 2; n <= 5; n++) remote.publish(n);
    server.restoreNetwork();
    await clock.pass(1000);
    remote.publish(6);
    server.stallNetwork();
    await clock.pass(34_999);
    remote.publish(7);
    server.restoreNetwork();
    await clock.pass(20_000);
    expect(publications.map(({ data }) => data)).toEqual([1, 2, 3, 4, 5, 6, 7]);
    expect(missed).toEqual([]);
  });

  it("without data advance the position", async () => {
    const { clock, publications, remote, server } = groupScene();
    await clock.pass(0);
    remote.connections[0]?.send('{"type":"publication","offset":7,"id":"00000001-7"}');
    server.disconnectNetwork();
    server.restoreNetwork();
    await clock.pass(1000);
    expect(server.connections[0]?.query.get("offset")).toBe("7");
    expect(publications).toEqual([]);
  });

  it("that the group no longer keeps are reported by `missed` with the current position", async () => {
    const { clock, publications, missed, remote, server } = groupScene();
    await clock.pass(0);
    remote.publish(1);
    server.disconnectNetwork();
    for (let n = 2; n <= 150; n++) remote.publish(n);
    server.restoreNetwork();
    await clock.pass(1000);
    expect(missed).toEqual([{ epoch: "00000001", offset: 150 }]);
    remote.publish(151);
    expect(publications.map(({ data }) => data)).toEqual([1, 151]);

    server.disconnectNetwork();
    remote.forget();
    server.restoreNetwork();
    await clock.pass(3000);
    expect(missed.at(-1)).toEqual({ epoch: "00000002", offset: 0 });
  });

  it("are emitted to every listener of every handle on the connection", async () => {
    const { clock, client, group, publications, remote } = groupScene();
    await clock.pass(0);
    const other = client.group(FEED);
    const others = valuesOf<Publication>((f) => (other.on("publication", f), other.on("publication", f)));
    remote.publish(1);
    other.close();
    remote.publish(2);
    expect([publications.length, others.length, group.latest?.data]).toEqual([2, 2, 2]);
  });

  it("are buffered for an iteration from its start", async () => {
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

it("an alarm group sends its latest tick after connecting, and after a new epoch", async () => {
  const { clock, client, server } = scene();
  const remote = server.group("/ws/alarm/");
  remote.publish("tick 1");
  const group = client.group("/ws/alarm/");
  const missed = valuesOf<Missed>((f) => group.on("missed", f));
  await clock.pass(0);
  expect(group.latest?.data).toBe("tick 1");
  server.disconnectNetwork();
  remote.forget();
  remote.publish("tick 1 of another epoch");
  server.restoreNetwork();
  await clock.pass(1000);
  expect([group.latest?.data, missed.length]).toEqual(["tick 1 of another epoch", 1]);
});

it("join and leave are emitted, and presence returns the users", async () => {
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

it("joins and leaves of a crowd are emitted one by one", async () => {
  const { clock, group, server } = groupScene();
  const joined = valuesOf<Joined>((f) => group.on("join", f));
  const left = valuesOf<Joined>((f) => group.on("leave", f));
  await clock.pass(0);
  const members = [
    { sub: "ann", info: 1 },
    { sub: null, info: null },
  ];
  server.connections[0]?.send(JSON.stringify({ type: "joins", members, connections: 3, users: 1 }));
  server.connections[0]?.send(JSON.stringify({ type: "leaves", members, connections: 1, users: 0 }));
  expect(joined).toMatchObject([
    { sub: "ann", info: 1, connections: 3, users: 1 },
    { sub: null, info: null, connections: 3, users: 1 },
  ]);
  expect(left).toMatchObject([
    { sub: "ann", info: 1, connections: 1, users: 0 },
    { sub: null, info: null, connections: 1, users: 0 },
  ]);
});

describe("a request", () => {
  it("is matched with its reply by id, across handles of one connection", async () => {
    const { clock, client, group, publications, remote } = groupScene();
    const other = client.group(FEED);
    await clock.pass(0);
    const replies = Promise.all([group.ping(), other.publish({ n: 1 }), group.history(), other.history({ after: 1 })]);
    await clock.pass(0);
    expect(await replies).toEqual([
      { time: clock.now() },
      { epoch: "00000001", offset: 1, connections: 1 },
      {
        epoch: "00000001",
        offset: 1,
        publications: [{ offset: 1, id: "00000001-1", at: new Date(clock.now()).toISOString(), data: { n: 1 } }],
      },
      { epoch: "00000001", offset: 1, publications: [] },
    ]);
    expect(publications).toHaveLength(1);
    const ids = remote.connections[0]?.received.map((text) => (JSON.parse(text) as { id: number }).id);
    expect(ids).toEqual([1, 2, 3, 4]);
  });

  it("is rejected with the reason of the server", async () => {
    const { clock, client } = scene();
    const refused = client.group("/ws/alarm/").publish("me");
    void clock.pass(0);
    await expect(refused).rejects.toMatchObject({ reason: "not_allowed", code: 403, temporary: false });
  });

  it("waits for the connection and is sent once", async () => {
    const { clock, server, group, publications } = groupScene();
    server.disconnectNetwork();
    const published = group.publish("early");
    await clock.pass(500);
    server.restoreNetwork();
    await clock.pass(1000);
    expect(await published).toMatchObject({ offset: 1 });
    expect(publications).toHaveLength(1);
  });

  it("in flight when the connection is lost is rejected and not repeated", async () => {
    const { clock, server, group, remote } = groupScene();
    await clock.pass(0);
    server.stallNetwork();
    const failed = group.publish("did it arrive?", { timeout: 60_000 }).catch((error: unknown) => error);
    await clock.pass(35_000);
    expect(await failed).toMatchObject({ reason: "no_answer", code: 1006, temporary: true });
    server.restoreNetwork();
    await clock.pass(60_000);
    expect([remote.offset, remote.connections[0]?.received]).toEqual([0, []]);
  });

  it("is rejected on abort, on timeout and when the handle is closed", async () => {
    const { clock, server, group } = groupScene();
    server.stallNetwork();
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

it("an error frame of the server is emitted as `error`", async () => {
  const { clock, group, server } = groupScene();
  const errors = valuesOf<Error>((f) => group.on("error", f));
  await clock.pass(0);
  server.connections[0]?.send('{"type":"error","code":400,"reason":"bad_request","message":"what","temporary":false}');
  expect(errors).toMatchObject([
    { name: "BelfryError", code: 400, reason: "bad_request", message: "what", temporary: false },
  ]);
});

it("the deprecated network methods of the fake server act as the new ones", async () => {
  const { clock, group, server } = groupScene();
  await clock.pass(0);
  server.hang();
  await clock.pass(35_000);
  expect(group.state).toMatchObject({ name: "waiting", reason: "no_answer" });
  server.mend();
  await clock.pass(20_000);
  expect(group.state.name).toBe("open");
  server.cut();
  expect(group.state).toMatchObject({ name: "waiting", code: 1006, reason: "lost" });
});

it("frames of an unknown type are ignored", async () => {
  const { clock, group, server, publications } = groupScene();
  await clock.pass(0);
  server.connections[0]?.send('{"type":"fireworks","data":1,"offset":9}');
  expect([publications, group.state.name]).toEqual([[], "open"]);
});
