// Length limits of messages. Neither a long message nor a broken member loses a frame of another.
import { runInDurableObject } from "cloudflare:test";
import { describe, expect, it } from "vitest";
import {
  connect,
  getGroup,
  sendMarker,
  newAlarmGroup,
  newBiz,
  fireAlarm,
  stopClock,
  stubOf,
} from "../support/workerd.ts";

const text = (length: number, character = "x"): string => character.repeat(length);
const binary = (length: number): ArrayBuffer => new Uint8Array(length).buffer;

describe("a message one longer than its consumer allows", () => {
  it.each<[string, number, (length: number) => string | ArrayBuffer]>([
    ["a text in an order's group", 131_073, text],
    ["a binary message in an order's group", 131_073, binary],
  ])("%s of %i closes its connection with 1009 and reaches no member", async (_what, length, make) => {
    const biz = newBiz();
    const [page, long] = [await connect(`/ws/order/${biz}/`), await connect(`/ws/order/${biz}/`)];
    long.send(make(length));
    expect(await long.closed).toEqual({ code: 1009, reason: "frame_too_large" });
    const marked = await sendMarker(`order_${biz}`);
    expect(await page.next()).toBe(marked);
    expect(await getGroup(`order_${biz}`)).toMatchObject({ connections: 1 });
  });

  it.each<[string, (length: number) => string | ArrayBuffer]>([
    ["a text", text],
    ["a binary message", binary],
  ])("%s of 32769 in an alarm group closes its connection with 1009 and reaches no member", async (_what, make) => {
    stopClock();
    const { group, path } = newAlarmGroup();
    const [page, long] = [await connect(path), await connect(path)];
    long.send(make(32_769));
    expect(await long.closed).toEqual({ code: 1009, reason: "frame_too_large" });
    const marked = await sendMarker(group);
    expect(await page.next()).toBe(marked);
    await fireAlarm(group);
    expect(await page.nextJson()).toMatchObject({ type: "result" });
  });

  it.each<[string, (length: number) => string | ArrayBuffer]>([
    ["a text", text],
    ["a binary message", binary],
  ])("%s of 32769 on a single channel closes it with 1009", async (_what, make) => {
    stopClock();
    const page = await connect("/ws/channel/");
    page.send(make(32_769));
    expect(await page.closed).toEqual({ code: 1009, reason: "frame_too_large" });
  });
});

describe("a message as long as its consumer allows", () => {
  it("is relayed in an order's group: 131072 characters, 131072 bytes", async () => {
    const biz = newBiz();
    const [page, long] = [await connect(`/ws/order/${biz}/`), await connect(`/ws/order/${biz}/`)];
    const longest = text(131_072);
    long.send(longest);
    expect(await page.next()).toBe(`"${longest}"`);
    long.send(binary(131_072));
    expect(await page.next()).toBe("null");
    expect(await getGroup(`order_${biz}`)).toMatchObject({ connections: 2 });
  });

  it("is echoed on a single channel: 32768 characters of any number of bytes", async () => {
    stopClock();
    const page = await connect("/ws/channel/");
    const message = text(32_768 - '{"message":""}'.length, "钟");
    page.send(`{"message":"${message}"}`);
    expect(await page.next()).toBe(`"${message}"`);
    page.send(binary(32_768));
    expect(await page.nextJson()).toMatchObject({ type: "error", data: expect.stringContaining("binary") });
  });

  it("is ignored in an alarm group: 32768 characters, 32768 bytes", async () => {
    stopClock();
    const { group, path } = newAlarmGroup();
    const page = await connect(path);
    page.send(text(32_768));
    page.send(binary(32_768));
    await fireAlarm(group);
    expect(await page.nextJson()).toMatchObject({ type: "result" });
    expect(await getGroup(group)).toMatchObject({ connections: 1 });
  });
});

it("a member whose socket breaks during a send loses no frame of another member", async () => {
  const biz = newBiz();
  const pages = [];
  for (let i = 0; i < 3; i++) pages.push(await connect(`/ws/order/${biz}/`));
  // The newest connection is listed first, so both others follow it.
  const broken = pages.pop();
  await runInDurableObject(stubOf(`order_${biz}`), (_object, state) => {
    const [newest = expect.fail("nobody there")] = state.getWebSockets();
    newest.send = () => {
      throw new TypeError("Can't call WebSocket send() after close().");
    };
  });
  broken?.send("from the broken one itself");
  for (const page of pages) expect(await page.next()).toBe('"from the broken one itself"');
});
