// PayPal signs a CRC-32 of the body, which is easy to forge: only deliveries that PayPal's API confirms are stored.
import { crc32 } from "node:zlib";
import { beforeEach, expect, it } from "vitest";
import type { Trouble } from "../../scripts/paypal-stand-in.ts";
import {
  bytes,
  deliveryOf,
  orderView,
  registerFor,
  replyOf,
  send,
  standInForPaypal,
  captureLog,
} from "../support/deliver.ts";
import { connect, newBiz } from "../support/workerd.ts";

let log: (event?: string) => string;
beforeEach(() => {
  log = captureLog();
});

const issued = (headers: Readonly<Record<string, string>>) => new Map(Object.entries(headers));

it("a delivery that PayPal confirms is stored, and the confirmation request has its exact bytes", async () => {
  const biz = newBiz();
  await registerFor("paypal", biz);
  const { headers, body } = deliveryOf("paypal", biz);
  const standIn = standInForPaypal();
  standIn.issue(issued(headers), body);
  expect(await replyOf(await send("paypal", { headers, body }))).toEqual([200, ""]);
  expect(standIn.asked.map(({ url }) => new URL(url).pathname)).toEqual([
    "/v1/oauth2/token",
    "/v1/notifications/verify-webhook-signature",
  ]);
  expect(standIn.asked[1]?.body).toContain(`"webhook_event":${new TextDecoder().decode(body)}}`);
  expect(await orderView(biz)).toMatchObject({ status: "paid" });
});

it("a forged body with the CRC-32 of a genuine signature is rejected", async () => {
  const [mine, theirs] = [newBiz(), newBiz()];
  await registerFor("paypal", mine, "0.01");
  await registerFor("paypal", theirs);
  const genuine = deliveryOf("paypal", mine, { amount: "0.01" });
  const standIn = standInForPaypal();
  standIn.issue(issued(genuine.headers), genuine.body);
  const event = JSON.parse(new TextDecoder().decode(deliveryOf("paypal", theirs).body)) as object;
  const body = withChecksum(JSON.stringify({ ...event, free: "a".repeat(64) }), crc32(genuine.body));
  expect(crc32(body)).toBe(crc32(genuine.body));

  const page = await connect(`/ws/order/${theirs}/`);
  expect(await replyOf(await send("paypal", { headers: genuine.headers, body }))).toEqual([401, ""]);
  // The signature is valid, but PayPal does not confirm the delivery.
  expect(standIn.asked).toHaveLength(2);
  expect(JSON.parse(log("callback"))).toMatchObject({ reason: "refused", detail: "the provider was asked: refused" });
  expect(await orderView(theirs)).toMatchObject({ status: "pending", version: 0 });
  expect((await send("paypal", genuine)).status).toBe(200);
  expect(await orderView(mine)).toMatchObject({ status: "paid", amount: "0.01" });
  page.send("still waiting");
  expect(await page.next()).toBe('"still waiting"');
});

it("a changed body is rejected without a request to PayPal", async () => {
  const standIn = standInForPaypal();
  const { headers, body } = deliveryOf("paypal", newBiz());
  expect((await send("paypal", { headers, body: body.map((byte, i) => (i === 20 ? byte ^ 1 : byte)) })).status).toBe(
    401,
  );
  expect(standIn.asked).toEqual([]);
});

it.each<[string, Trouble]>([
  ["is unreachable", { token: () => Promise.reject(new TypeError("fetch failed")) }],
  ["times out", { verify: () => Promise.reject(new DOMException("timed out", "TimeoutError")) }],
  ["responds 503", { verify: async () => new Response("", { status: 503 }) }],
  ["responds with HTML", { verify: async () => new Response("<html>") }],
  ["responds with an unknown status", { verify: async () => Response.json({ verification_status: "MAYBE" }) }],
  ["rejects the credentials", { token: async () => Response.json({}, { status: 401 }) }],
])("a delivery responds 503 if PayPal %s, and is stored only after a confirmation", async (_case, trouble) => {
  const biz = newBiz();
  const { headers, body } = deliveryOf("paypal", biz);
  standInForPaypal(trouble).issue(issued(headers), body);
  expect(await replyOf(await send("paypal", { headers, body }))).toEqual([503, ""]);
  expect(await orderView(biz)).toMatchObject({ status: "pending", version: 0 });
  expect(JSON.parse(log("callback"))).toMatchObject({ reason: "try_again" });
  standInForPaypal().issue(issued(headers), body);
  expect((await send("paypal", { headers, body })).status).toBe(200);
});

/**
 * `text` with some of its run of 64 `a` as `A`, so that its CRC-32 is `target`. CRC-32 is linear: what each letter's case changes can be
 * found one by one, and the right choice among them is a system of 32 equations.
 */
function withChecksum(text: string, target: number): Uint8Array<ArrayBuffer> {
  const plainBody = bytes(text);
  const start = text.indexOf("a".repeat(64)); // the text is ASCII
  const flip = (places: readonly number[]) =>
    plainBody.map((byte, i) => (places.includes(i - start) ? byte ^ 0x20 : byte));
  const plain = crc32(plainBody);
  /** By highest bit: a change of the checksum, and the letters that cause it. */
  const basis = new Map<number, { change: number; letters: readonly number[] }>();
  const reduce = (change: number, letters: readonly number[]) => {
    while (change !== 0) {
      const known = basis.get(Math.clz32(change));
      if (known === undefined) return { change, letters };
      change = (change ^ known.change) >>> 0;
      letters = [...letters, ...known.letters];
    }
    return { change, letters };
  };
  for (let letter = 0; letter < 64; letter++) {
    const reduced = reduce((crc32(flip([letter])) ^ plain) >>> 0, [letter]);
    if (reduced.change !== 0) basis.set(Math.clz32(reduced.change), reduced);
  }
  const { letters } = reduce((target ^ plain) >>> 0, []);
  // Two changes of a letter cancel each other.
  return flip(letters.filter((letter, i) => letters.indexOf(letter) === i && count(letters, letter) % 2 === 1));
}

const count = (list: readonly number[], item: number): number => list.filter((other) => other === item).length;
