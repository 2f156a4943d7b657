// Malformed requests and frames, each with one documented response below 500. Other members are not affected.
import { describe, expect, inject, it } from "vitest";
import { backend, Client, getGroup, newBiz } from "../support/client.ts";
import { closeCode, rawFrame, rawSocket, rawStatus, writeRaw } from "../support/raw.ts";

const PERIOD = 1000;
const server = inject("url");
const { host } = new URL(server);
const bytes = (...values: number[]) => Uint8Array.from(values);

/** Connects a healthy member to the group that receives the malformed input. */
async function connectMember() {
  const biz = newBiz();
  const page = await Client.connect(server, `/ws/order/${biz}/`);
  return {
    biz,
    page,
    expectNoFrame: async () => {
      const marker = newBiz();
      await backend(server, "POST", `/groups/order_${biz}/send`, { type: "send.message", message: marker });
      expect(await page.next()).toBe(JSON.stringify(marker));
    },
  };
}

const CLAIMS_2_63_BYTES = Buffer.concat([bytes(0x81, 0xff, 0x7f), Buffer.alloc(7, 0xff), Buffer.alloc(4)]);
const KEY = "X-API-Key: development-api-key";
const UPGRADE = `Origin: ${server}\nConnection: Upgrade\nUpgrade: websocket\nSec-WebSocket-Version: 13\nSec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==`;
const post = (path: string, body: string, ...headers: string[]) =>
  `POST ${path} HTTP/1.1\nHost: ${host}\n${[KEY, ...headers].join("\n")}\nContent-Length: ${body.length}\n\n${body}`;
const get = (path: string, ...headers: string[]) =>
  `GET ${path} HTTP/1.1\nHost: ${host}\n${headers.map((header) => `${header}\n`).join("")}\n`;
const upgrade = (path: string, change: (headers: string) => string = (headers) => headers) =>
  get(path, change(UPGRADE));

describe("a malformed request", () => {
  it.each<[string, (biz: string) => string, number]>([
    ["an unknown path", () => get("/nowhere"), 404],
    ["an unknown WebSocket path", () => upgrade("/ws/nowhere/"), 404],
    ["an id that is too short", () => upgrade("/ws/order/short/"), 404],
    ["an id of 20,000 characters", () => upgrade(`/ws/order/${"a".repeat(20_000)}/`), 404],
    ["an id followed by a line feed", (biz) => upgrade(`/ws/order/${biz}%0A/`), 404],
    ["an id that is not UTF-8", () => upgrade("/ws/order/%FF/"), 404],
    ["a path that leaves /ws", () => upgrade("/ws/../../etc/passwd"), 404],
    [
      "a handshake without Upgrade",
      (biz) => upgrade(`/ws/order/${biz}/`, (h) => h.replace(/Upgrade: websocket\n/, "")),
      404,
    ],
    ["a handshake for h2c", (biz) => upgrade(`/ws/order/${biz}/`, (h) => h.replace("websocket", "h2c")), 404],
    ["a handshake by POST", (biz) => upgrade(`/ws/order/${biz}/`).replace("GET", "POST"), 400],
    [
      "a handshake without its key",
      (biz) => upgrade(`/ws/order/${biz}/`, (h) => h.replace(/\nSec-WebSocket-Key.*/, "")),
      400,
    ],
    [
      "a handshake of version 8",
      (biz) => upgrade(`/ws/order/${biz}/`, (h) => h.replace("Version: 13", "Version: 8")),
      426,
    ],
    ["a handshake without Origin", (biz) => upgrade(`/ws/order/${biz}/`, (h) => h.replace(/Origin.*\n/, "")), 403],
    [
      "a handshake of an opaque origin",
      (biz) => upgrade(`/ws/order/${biz}/`, (h) => h.replace(/Origin.*/, "Origin: null")),
      403,
    ],
    [
      "a handshake of a foreign page",
      (biz) => upgrade(`/ws/order/${biz}/`, (h) => h.replace(/Origin.*/, "Origin: https://evil.example")),
      403,
    ],
    [
      "a handshake with two origins",
      (biz) => upgrade(`/ws/order/${biz}/`, (h) => `${h}\nOrigin: https://evil.example`),
      403,
    ],
    [
      "a handshake with unknown protocols",
      (biz) => upgrade(`/ws/order/${biz}/`, (h) => `${h}\nSec-WebSocket-Protocol: mqtt`),
      400,
    ],
    ["a callback without a key", (biz) => post(`/callback/${biz}/`, "").replace(`${KEY}\n`, ""), 401],
    [
      "a callback with a wrong key",
      (biz) => post(`/callback/${biz}/`, "").replace(KEY, "X-API-Key: wrong-key-wrong-key"),
      401,
    ],
    [
      "a callback with control characters as key",
      (biz) => post(`/callback/${biz}/`, "").replace(KEY, "X-API-Key: a\u0001b"),
      401,
    ],
    ["a callback with a Latin-1 key", (biz) => post(`/callback/${biz}/`, "").replace(KEY, "X-API-Key: é"), 401],
    ["a callback with an invalid order id", () => post("/callback/SHORT/", ""), 404],
    ["a callback by GET", (biz) => get(`/callback/${biz}/`, KEY), 405],
    ["a callback by OPTIONS", (biz) => get(`/callback/${biz}/`, KEY).replace("GET", "OPTIONS"), 405],
    ["a callback that is not JSON", (biz) => post(`/callback/${biz}/`, "paid=true"), 400],
    ["a callback that is not UTF-8", (biz) => post(`/callback/${biz}/`, '{"paid":"\u00ff"}'), 400],
    [
      "a callback that claims gzip but is not compressed",
      (biz) => post(`/callback/${biz}/`, "abc", "Content-Encoding: gzip"),
      400,
    ],
    ["a callback nested 30,000 deep", (biz) => post(`/callback/${biz}/`, "[".repeat(30_000)), 400],
    ["a callback that is a list", (biz) => post(`/callback/${biz}/`, "[]"), 422],
    ["a callback that contradicts itself", (biz) => post(`/callback/${biz}/`, '{"paid":true,"status":"failed"}'), 422],
    ["a callback of 70,000 bytes", (biz) => post(`/callback/${biz}/`, "x".repeat(70_000)), 413],
    [
      "a callback of 70,000 bytes without Content-Length",
      (biz) =>
        post(`/callback/${biz}/`, "").replace(
          "Content-Length: 0\n\n",
          `Transfer-Encoding: chunked\n\n11170\n${"x".repeat(0x11170)}\n0\n\n`,
        ),
      413,
    ],
    ["a callback of a negative length", (biz) => post(`/callback/${biz}/`, "").replace("Length: 0", "Length: -5"), 400],
    ["an event of an unknown type", (biz) => post(`/groups/order_${biz}/send`, '{"type":"shout"}'), 422],
    ["an event without a type", (biz) => post(`/groups/order_${biz}/send`, "{}"), 422],
    [
      "an event that looks like an outcome",
      (biz) => post(`/groups/order_${biz}/send`, `{"type":"send.message","message":{"biz":"${biz}","paid":true}}`),
      422,
    ],
    ["a group of no consumer", () => post("/groups/room_7/send", "{}"), 404],
    ["a group with a NUL in its name", () => get("/groups/alarm%00", KEY), 422],
    ["a group with a broken escape as name", () => get("/groups/%ZZ", KEY), 422],
    ["a batch that is a list", () => post("/send", "[]"), 422],
    ["a batch of 2 MiB", () => post("/send", "x".repeat(2_097_152)), 413],
    ["a batch nested 30,000 deep", () => post("/send", `{"items":${"[".repeat(30_000)}`), 400],
    ["a user with a broken escape as sub", (biz) => post(`/groups/order_${biz}/users/%FF/send`, "{}"), 422],
    [
      "a key with a control character",
      (biz) => post(`/groups/order_${biz}/send`, '{"type":"send.message","message":1}', "Idempotency-Key: a\u0001b"),
      422,
    ],
    ["a page of connections above the limit", (biz) => get(`/groups/order_${biz}/connections?limit=1e9`, KEY), 422],
    ["an invalid channel", () => post("/channels/alarm!7/send", "{}"), 422],
    ["a request without Host", () => "GET /healthz HTTP/1.1\n\n", 400],
    ["a request that is not HTTP", () => "hello\n\n", 400],
  ])("%s is refused", async (_case, request, status) => {
    const { biz, expectNoFrame } = await connectMember();
    expect(await rawStatus(server, request(biz))).toBe(status);
    await expectNoFrame();
  });
});

describe("a malformed frame", () => {
  it.each<[string, Uint8Array, number]>([
    ["with an unknown opcode", rawFrame(0x83, bytes(0x61)), 1002],
    ["with reserved bits", rawFrame(0xa1, bytes(0x61)), 1002],
    ["that continues no message", rawFrame(0x80, bytes(0x61)), 1002],
    ["that is a fragmented ping", rawFrame(0x09, bytes(0x61)), 1002],
    [
      "that starts a message within another",
      Buffer.concat([rawFrame(0x01, bytes(0x61)), rawFrame(0x81, bytes(0x62))]),
      1002,
    ],
    ["that claims 2^63 bytes", CLAIMS_2_63_BYTES, 1009],
  ])("%s closes its own connection with %i", async (_case, frame, code) => {
    const { biz, expectNoFrame } = await connectMember();
    const bad = await Client.connect(server, `/ws/order/${biz}/`, { perMessageDeflate: false });
    writeRaw(bad, frame);
    expect(await closeCode(bad)).toBe(code);
    await expectNoFrame();
    await expect
      .poll(async () => (await backend(server, "GET", `/groups/order_${biz}`)).json())
      .toMatchObject({ connections: 1 });
  });

  it.each<[string, Uint8Array, number]>([
    ["that breaks the protocol", rawFrame(0x83, bytes(0x61)), 1002],
    ["one character above the limit of a page", rawFrame(0x81, Buffer.alloc(32_769, "x")), 1009],
    ["that claims 2^63 bytes", CLAIMS_2_63_BYTES, 1009],
  ])(
    "%s deletes the alarm if its connection was the group's last, although the close is never answered",
    async (_case, frame, code) => {
      const project = newBiz();
      const bad = await rawSocket(server, `/ws/alarm/${project}/`);
      await expect.poll(bad.received).toContain('"result"');
      bad.socket.write(frame);
      await expect.poll(bad.closed).toBe(code);
      // The limit is below a period: the next tick would find the group empty and end the push.
      await expect
        .poll(() => getGroup(server, `alarm_${project}`), { timeout: PERIOD / 2 })
        .toMatchObject({ connections: 0, next_push: null });
    },
  );

  it("of 30 MiB of NULs to an order's group stops no tick of an alarm group", { timeout: 30_000 }, async () => {
    const { biz, expectNoFrame } = await connectMember();
    const ticking = await Client.connect(server, `/ws/alarm/${newBiz()}/`);
    await ticking.next();
    const bad = await Client.connect(server, `/ws/order/${biz}/`);
    bad.send("\0".repeat(30 * 1024 * 1024));
    expect(await closeCode(bad)).toBe(1009);
    for (let tick = 1; tick <= 3; tick++) expect(await ticking.nextJson()).toMatchObject({ type: "result" });
    await expectNoFrame();
  });

  it("of 33 MiB closes its own connection with 1009", { timeout: 30_000 }, async () => {
    const { biz, expectNoFrame } = await connectMember();
    const bad = await Client.connect(server, `/ws/order/${biz}/`);
    bad.send("x".repeat(33 * 1024 * 1024));
    expect(await closeCode(bad)).toBe(1009);
    await expectNoFrame();
  });

  it.each<[string, Uint8Array, string]>([
    ["with text that is not UTF-8 is relayed as a JSON string with U+FFFD", rawFrame(0x81, bytes(0xff)), '"\ufffd"'],
    [
      "with half a surrogate pair is relayed with U+FFFD",
      rawFrame(0x81, bytes(0xed, 0xa0, 0x80)),
      '"\ufffd\ufffd\ufffd"',
    ],
    ["that is binary is relayed as null, as in the article", rawFrame(0x82, bytes(1, 2, 3)), "null"],
    ["with an empty text is relayed", rawFrame(0x81, bytes()), '""'],
    ["with an outcome in it is relayed as text", rawFrame(0x81, Buffer.from('{"paid":true}')), '"{\\"paid\\":true}"'],
  ])("%s", async (_case, frame, relayed) => {
    const { biz, page, expectNoFrame } = await connectMember();
    const odd = await Client.connect(server, `/ws/order/${biz}/`);
    writeRaw(odd, frame);
    expect(await page.next()).toBe(relayed);
    await expectNoFrame();
  });

  it.each<[string, Uint8Array]>([
    ["that is truncated", bytes(0x81, 0x85, 0, 0, 0, 0, 0x61)],
    ["that is a heartbeat", rawFrame(0x81, Buffer.from('{"type":"heartbeat"}'))],
  ])("%s is relayed to no other member", async (_case, frame) => {
    const { biz, expectNoFrame } = await connectMember();
    const odd = await Client.connect(server, `/ws/order/${biz}/`);
    writeRaw(odd, frame);
    odd.socket.terminate();
    await expectNoFrame();
  });

  it.each([
    ["1 byte", bytes(3)],
    ["code 999", bytes(0x03, 0xe7)],
    ["code 1005", bytes(0x03, 0xed)],
    ["code 5000", bytes(0x13, 0x88)],
    ["a reason that is not UTF-8", bytes(0x03, 0xe8, 0xff)],
  ])("that closes with %s is answered with 1000", async (_case, payload) => {
    const { biz, expectNoFrame } = await connectMember();
    const odd = await Client.connect(server, `/ws/order/${biz}/`);
    writeRaw(odd, rawFrame(0x88, payload));
    expect(await closeCode(odd)).toBe(1000);
    await expectNoFrame();
  });
});
