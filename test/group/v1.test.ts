// belfry.v1 in one group: welcome, positions, recovery, and replies to requests.
import { describe, expect, it } from "vitest";
import {
  backend,
  callback,
  connect,
  evict,
  newAlarmGroup,
  newBiz,
  newFeed,
  fireAlarm,
  stopClock,
} from "../support/workerd.ts";

const v1 = { "Sec-WebSocket-Protocol": "belfry.v1" };

describe("an order's group", () => {
  it("sends a welcome with channel and position, and nothing else while the order is pending", async () => {
    const biz = newBiz();
    const page = await connect(`/ws/order/${biz}/`, v1);
    expect(await page.nextJson()).toEqual({
      type: "welcome",
      channel: expect.stringMatching(new RegExp(`^order_${biz}![0-9a-f]{32}$`)),
      epoch: expect.stringMatching(/^[0-9a-f]{8}$/),
      offset: 0,
      latest: 0,
      recovered: false,
      heartbeat: 25,
      spread: 0,
    });
    await callback(biz);
    const welcome = await page.nextJson();
    expect(welcome).toEqual({
      type: "publication",
      offset: 1,
      id: expect.stringMatching(/^[0-9a-f]{8}-1$/),
      data: { biz, paid: true, status: "paid" },
    });
    await page.leave();
    await evict(`order_${biz}`);
    const back = await connect(`/ws/order/${biz}/`, v1);
    expect(await back.nextJson()).toMatchObject({ type: "welcome", offset: 0, latest: 1, recovered: false });
    expect(await back.nextJson()).toEqual(welcome);
  });
});

describe("an alarm group", () => {
  it("sends ticks with positions, and the latest to a new member at once", async () => {
    stopClock();
    const { group, path } = newAlarmGroup();
    const page = await connect(path, v1);
    const welcome = (await page.nextJson()) as { epoch: string };
    await fireAlarm(group);
    expect(await page.nextJson()).toMatchObject({ type: "publication", offset: 1, data: { type: "result" } });
    const later = await connect(path, v1);
    expect(await later.nextJson()).toMatchObject({
      type: "welcome",
      epoch: welcome.epoch,
      offset: 0,
      latest: 1,
      recovered: false,
    });
    expect(await later.nextJson()).toMatchObject({ type: "publication", offset: 1 });
    const back = await connect(`${path}?epoch=${welcome.epoch}&offset=1`, v1);
    expect(await back.nextJson()).toMatchObject({ type: "welcome", offset: 1, recovered: true });
    back.send('{"id":7,"type":"ping"}');
    expect(await back.nextJson()).toEqual({ type: "reply", id: 7, result: { time: Date.now() } });
  });
});

describe("a connection that is lost right behind its welcome", () => {
  /** What a client without the missed frames does: it returns with the welcome's position. */
  const returnTo = async (path: string, { epoch, offset }: { epoch: string; offset: number }) => {
    const back = await connect(`${path}?epoch=${epoch}&offset=${offset}`, v1);
    expect(await back.nextJson()).toMatchObject({ type: "welcome", epoch, recovered: true });
    return back;
  };

  it("receives an order's outcome when it returns", async () => {
    const biz = newBiz();
    await callback(biz);
    const page = await connect(`/ws/order/${biz}/`, v1);
    const welcome = (await page.nextJson()) as { epoch: string; offset: number };
    const back = await returnTo(`/ws/order/${biz}/`, welcome);
    expect(await back.nextJson()).toMatchObject({ offset: 1, data: { biz, paid: true } });
  });

  it("receives the latest tick when it returns", async () => {
    stopClock();
    const { group, path } = newAlarmGroup();
    await connect(path, v1);
    await fireAlarm(group);
    const page = await connect(path, v1);
    const welcome = (await page.nextJson()) as { epoch: string; offset: number };
    const back = await returnTo(path, welcome);
    expect(await back.nextJson()).toMatchObject({ offset: 1, data: { type: "result" } });
  });
});

it("an order relays a text without a position", async () => {
  const biz = newBiz();
  const page = await connect(`/ws/order/${biz}/`, v1);
  await page.nextJson();
  const plain = await connect(`/ws/order/${biz}/`);
  page.send('{"id":"a","type":"publish","data":"hello"}');
  expect(await plain.next()).toBe('"hello"');
  expect(await page.nextJson()).toEqual({ type: "publication", data: "hello" });
  expect(await page.nextJson()).toMatchObject({ type: "reply", id: "a", result: { offset: 0, connections: 2 } });
});

describe("a feed", () => {
  const key = { ...v1, Authorization: "Bearer development-api-key" };
  const say = (group: string, message: unknown) =>
    backend("POST", `/groups/${group}/send`, { type: "send.message", message });

  it("sends a returning client everything missed, in order, in one frame", async () => {
    const { group, path } = newFeed();
    const page = await connect(path, key);
    const { epoch } = (await page.nextJson()) as { epoch: string };
    for (let i = 1; i <= 5; i++) await say(group, i);
    expect(await page.nextJson()).toEqual({ type: "publication", offset: 1, id: `${epoch}-1`, data: 1 });
    await page.leave();
    await evict(group);
    const back = await connect(`${path}?epoch=${epoch}&offset=2`, key);
    expect(await back.nextJson()).toMatchObject({ type: "welcome", epoch, offset: 2, latest: 5, recovered: true });
    expect(await back.nextJson()).toEqual({
      type: "publications",
      items: [3, 4, 5].map((n) => ({ offset: n, id: `${epoch}-${n}`, data: n })),
    });
    const none = await connect(path, key);
    expect(await none.nextJson()).toMatchObject({ type: "welcome", offset: 5, recovered: false });
    none.send('{"id":1,"type":"history","after":3}');
    expect(await none.nextJson()).toMatchObject({
      type: "reply",
      id: 1,
      result: { epoch, offset: 5, publications: [{ offset: 4 }, { offset: 5 }] },
    });
  });

  it("returns only the first of long publications, so that a short request cannot cause megabytes", async () => {
    const { group, path } = newFeed();
    for (let i = 1; i <= 6; i++) await say(group, "x".repeat(60_000));
    const page = await connect(path, key);
    await page.next();
    page.send('{"id":1,"type":"history"}');
    const first = await page.next();
    expect(first.length).toBeLessThan(262_144);
    expect(JSON.parse(first)).toMatchObject({
      result: { offset: 6, publications: [1, 2, 3, 4].map((offset) => ({ offset })) },
    });
    page.send('{"id":2,"type":"history","after":4}');
    expect(await page.nextJson()).toMatchObject({ result: { publications: [{ offset: 5 }, { offset: 6 }] } });
  });
});
