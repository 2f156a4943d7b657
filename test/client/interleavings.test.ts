// An order's news by push, snapshot and poll, with losses, wakes and reloads between any two of them: told once each, and never back.
import { expect, it } from "vitest";
import { connect, type Client, type Order, type Outcome, type Settled } from "../../src/client/index.ts";
import { fakeServer } from "../../src/client/testing.ts";
import { isSettled, type OrderStatus } from "../../src/core/order.ts";
import { FakeClock, newBiz, settle } from "../support/clock.ts";

const RUNS = 500;
const STEPS = 60;

/** The same numbers for the same seed. */
function randomOf(seed: number): () => number {
  let state = seed;
  return () => {
    state = (state + 0x6d2b79f5) | 0;
    let t = Math.imul(state ^ (state >>> 15), 1 | state);
    t = (t + Math.imul(t ^ (t >>> 7), 61 | t)) ^ t;
    return ((t ^ (t >>> 14)) >>> 0) / 2 ** 32;
  };
}

/** The changes that the server can make: `closed` opens again by a new registration, `paid` and its refunds go by a capture that fails. */
const next: Readonly<Record<OrderStatus, readonly OrderStatus[]>> = {
  pending: ["failed", "closed", "paid"],
  failed: ["pending", "closed", "paid"],
  closed: ["pending", "paid"],
  paid: ["partially_refunded", "refunded", "failed"],
  partially_refunded: ["partially_refunded", "refunded", "failed"],
  refunded: ["failed"],
};

/** What is on its way, in order on each connection, and in no order between two. */
class Wires {
  readonly #wires = new Map<object, (() => void)[]>();

  readonly deliver = (act: () => void, on: object): void => {
    this.#wires.set(on, [...(this.#wires.get(on) ?? []), act]);
  };

  /** Brings one thing of one wire to its end; false if nothing is on its way. */
  bring(random: () => number): boolean {
    const busy = [...this.#wires].filter(([, acts]) => acts.length > 0);
    const [, acts] = busy[Math.floor(random() * busy.length)] ?? [];
    acts?.shift()?.();
    return acts !== undefined;
  }
}

/** One page's watch over the order; a reload ends it and begins another, with the same storage. */
class Watch {
  readonly told: Outcome[] = [];
  readonly settled: Settled[] = [];
  readonly rejected: unknown[] = [];
  readonly order: Order;

  constructor(client: Client, biz: string) {
    this.order = client.order(biz);
    this.order.on("status", (outcome) => this.told.push(outcome));
    this.order.settled().then(
      (outcome) => this.settled.push(outcome),
      (error: unknown) => this.rejected.push(error),
    );
  }

  /** What holds at any time. */
  check(happened: readonly OrderStatus[]): void {
    const versions = this.told.map(({ version }) => version);
    expect(versions).toEqual([...new Set(versions)].toSorted((a, b) => a - b));
    for (const { version, status } of this.told) expect(status).toBe(happened[version]);
    expect(this.settled.length).toBeLessThanOrEqual(1);
    const first = this.told.find(({ status }) => isSettled(status));
    expect(this.settled[0]).toEqual(first);
  }
}

async function run(seed: number): Promise<Record<Outcome["source"], number>> {
  const random = randomOf(seed);
  const clock = new FakeClock();
  const wires = new Wires();
  const server = fakeServer({ deliver: wires.deliver, now: () => clock.now() });
  const biz = newBiz();
  const remote = server.order(biz);
  const happened: OrderStatus[] = ["pending"];
  const open = () => connect("https://push.test", { ...server.options, clock, random });
  let client = open();
  const watches = [new Watch(client, biz)];

  const change = () => {
    const possible = next[remote.status];
    const status = possible[Math.floor(random() * possible.length)];
    if (status === undefined) return;
    happened.push(status);
    remote.becomes(status);
  };
  const steps: readonly [weight: number, step: () => unknown][] = [
    [2, change],
    [12, () => wires.bring(random)],
    [2, () => server.cut()],
    [1, () => server.hang()],
    [4, () => server.mend()],
    [1, () => server.refuse(4102, "group_unavailable")],
    [1, () => server.connections[0]?.close(4201, "silent")],
    [1, () => server.wake()],
    [1, () => remote.relay({ biz, paid: true, status: "paid" })],
    [5, () => clock.pass(random() * 3000)],
    [1, () => clock.pass(random() * 40_000)],
    [1, () => watches.push(new Watch(client, biz))],
    [
      0.5,
      () => {
        client.close();
        client = open();
        watches.push(new Watch(client, biz));
      },
    ],
  ];
  const whole = steps.reduce((sum, [weight]) => sum + weight, 0);
  for (let i = 0; i < STEPS; i++) {
    let at = random() * whole;
    const [, step] = steps.find(([weight]) => (at -= weight) < 0) ?? [];
    await step?.();
    await settle();
    for (const watch of watches) watch.check(happened);
  }

  // In the end the network comes back, and stays.
  while (!isSettled(remote.status)) change();
  server.mend();
  for (let i = 0; i < 100; i++) {
    await clock.pass(1000);
    while (wires.bring(random)) await settle();
  }
  for (const watch of watches) {
    watch.check(happened);
    const isClosed = watch.order.state.name === "closed";
    expect(watch.settled.length + watch.rejected.length).toBe(1);
    if (isClosed) continue;
    expect(watch.order.outcome).toMatchObject({ status: remote.status, version: remote.version });
    expect(watch.settled).toHaveLength(1);
    expect(watch.told.at(-1)).toBe(watch.order.outcome);
  }
  client.close();
  expect(clock.waiting).toBe(0);
  const by = { push: 0, snapshot: 0, poll: 0 };
  for (const { told } of watches) for (const { source } of told) by[source] += 1;
  return by;
}

it(`settles once, whatever way the news came, in ${RUNS} random interleavings`, { timeout: 120_000 }, async () => {
  const by = { push: 0, snapshot: 0, poll: 0 };
  for (let seed = 1; seed <= RUNS; seed++) {
    const told = await run(seed).catch((error: unknown) => {
      throw new Error(`seed ${seed}`, { cause: error });
    });
    for (const source of ["push", "snapshot", "poll"] as const) by[source] += told[source];
  }
  // They are of all three kinds, or this would prove little.
  for (const count of Object.values(by)) expect(count).toBeGreaterThan(RUNS / 5);
});
