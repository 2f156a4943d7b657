// Clients reconnect in a loop while others publish: publications arrive once each (channels#1244, #1683).
import { setTimeout as pause } from "node:timers/promises";
import { expect, inject, it, vi } from "vitest";
import { WebSocket, type RawData } from "ws";
import { apiKey, backend, Client, newBiz } from "../support/client.ts";

const server = inject("url");
const asBackend = { headers: { "X-API-Key": apiKey } };
const between = (least: number, most: number): number => least + Math.random() * (most - least);

interface Frame {
  readonly type: string;
  readonly offset?: number;
  readonly epoch?: string;
  readonly recovered?: boolean;
  readonly data?: number;
  readonly items?: readonly { readonly offset: number; readonly data: number }[];
}

/** A client that connects, stays, drops its connection and reconnects with its position. */
class Looper {
  readonly received: { readonly offset: number; readonly data: number }[] = [];
  connects = 0;
  replayed = 0;
  unrecovered = 0;
  #position: { epoch: string; offset: number } | null = null;
  readonly #url: string;

  constructor(url: string) {
    this.#url = url;
  }

  /** Connects until `over` resolves. */
  async stay(over: () => Promise<unknown>): Promise<void> {
    const query = this.#position === null ? "" : `?epoch=${this.#position.epoch}&offset=${this.#position.offset}`;
    const socket = new WebSocket(this.#url + query, ["belfry.v1"], asBackend);
    socket.on("error", () => undefined); // a close follows
    let isOver = false;
    const welcomed = new Promise<void>((resolve, reject) => {
      socket.on("message", (text: RawData) => {
        // Frames that this process has received after the close count as lost.
        if (!isOver) this.#receive(JSON.parse((text as Buffer).toString()) as Frame); // `ws` passes a Buffer; a frame of belfry.v1
        resolve();
      });
      socket.on("close", (code) => reject(new Error(`closed with ${code} before its welcome`)));
    });
    await welcomed;
    this.connects += 1;
    await over();
    isOver = true;
    if (Math.random() < 0.5) socket.close();
    else socket.terminate();
  }

  #receive(frame: Frame): void {
    if (frame.type === "welcome") {
      if (this.#position !== null && frame.recovered !== true) this.unrecovered += 1;
      if (frame.recovered !== true) this.#position = { epoch: frame.epoch ?? "", offset: frame.offset ?? -1 };
    }
    if (frame.type === "publications") this.replayed += frame.items?.length ?? 0;
    const items = frame.type === "publications" ? frame.items : frame.type === "publication" ? [frame] : [];
    for (const { offset = -1, data = -1 } of items ?? []) {
      this.received.push({ offset, data });
      if (this.#position !== null) this.#position.offset = offset;
    }
  }
}

it(
  "40 clients that reconnect in a loop for 6 s receive each of 200 publications once and in order",
  { timeout: 240_000 },
  async () => {
    const name = newBiz();
    const group = `feed_${name}`;
    const loopers = Array.from({ length: 40 }, () => new Looper(`${server.replace("http", "ws")}/ws/feed/${name}/`));
    // Every client connects once before the first publication, so that it must receive all of them.
    await Promise.all(loopers.map((looper) => looper.stay(async () => undefined)));
    const published = new Map<number, number>();
    const over = new AbortController();
    const looping = loopers.map(async (looper) => {
      while (!over.signal.aborted) {
        await looper.stay(() => pause(between(0, 1500)));
        await pause(between(0, 500));
      }
    });
    const began = performance.now();
    for (let n = 1; n <= 200; n += 2) {
      // The group retains 100 publications: on a busy machine, wait for the slowest client.
      const slowest = () => Math.min(...loopers.map((looper) => looper.received.at(-1)?.offset ?? 0));
      await vi.waitUntil(() => slowest() >= n - 80, { timeout: 60_000 });
      // Sends two events concurrently. The group decides their order.
      const pair = [n, n + 1].map(async (message) => {
        const response = await backend(server, "POST", `/groups/${group}/send`, { type: "send.message", message });
        published.set(((await response.json()) as { offset: number }).offset, message);
      });
      await Promise.all([...pair, pause(Math.max(0, n * 30 - (performance.now() - began)))]);
    }
    over.abort();
    await Promise.all(looping);
    await Promise.all(
      loopers.map((looper) =>
        looper.stay(async () => {
          await expect.poll(() => looper.received.at(-1)?.offset, { timeout: 30_000 }).toBe(200);
        }),
      ),
    );
    const expected = Array.from({ length: 200 }, (_, i) => ({ offset: i + 1, data: published.get(i + 1) }));
    for (const { received, unrecovered } of loopers) {
      expect(unrecovered).toBe(0);
      expect(received).toEqual(expected);
    }
    const sum = (of: (looper: Looper) => number) => loopers.reduce((total, looper) => total + of(looper), 0);
    const seconds = ((performance.now() - began) / 1000).toFixed(1);
    console.log(
      `40 clients, ${seconds} s: ${sum(({ connects }) => connects)} connects, ${sum(({ received }) => received.length)} publications, ` +
        `${sum(({ replayed }) => replayed)} of them by replay, 0 lost, 0 doubled`,
    );
  },
);

it("a page receives every frame while seven plain pages reconnect in a loop", { timeout: 120_000 }, async () => {
  const biz = newBiz();
  const path = `/ws/order/${biz}/`;
  const page = await Client.connect(server, path);
  const over = new AbortController();
  const looping = Array.from({ length: 7 }, async () => {
    while (!over.signal.aborted) {
      const other = await Client.connect(server, path);
      await pause(between(0, 100));
      if (Math.random() < 0.5) other.socket.terminate();
      else await other.leave();
    }
  });
  for (let message = 1; message <= 100; message++) {
    await backend(server, "POST", `/groups/order_${biz}/send`, { type: "send.message", message });
    expect(await page.next()).toBe(String(message));
  }
  over.abort();
  await Promise.all(looping);
});

it("a client that reads slowly receives every frame and delays no other client", { timeout: 120_000 }, async () => {
  const name = newBiz();
  const path = `/ws/feed/${name}/`;
  const slow = await Client.connect(server, path, asBackend, ["belfry.v1"]);
  const quick = await Client.connect(server, path, asBackend, ["belfry.v1"]);
  await quick.next();
  for (const type of ["welcome", "join"]) expect(await slow.nextJson()).toMatchObject({ type });
  slow.socket.pause();
  const long = "x".repeat(32_768);
  const times: number[] = [];
  for (let n = 1; n <= 200; n++) {
    const sent = performance.now();
    await backend(server, "POST", `/groups/feed_${name}/send`, { type: "send.message", message: `${n} ${long}` });
    expect(await quick.nextJson()).toMatchObject({ offset: n, data: `${n} ${long}` });
    times.push(performance.now() - sent);
  }
  slow.socket.resume();
  for (let n = 1; n <= 200; n++) expect(await slow.nextJson()).toMatchObject({ offset: n, data: `${n} ${long}` });
  console.log(
    `beside a client that does not read: ${times.toSorted((a, b) => a - b)[100]?.toFixed(1)} ms (median of 200)`,
  );
});
