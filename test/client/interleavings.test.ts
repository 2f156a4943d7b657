// Tests that an order emits each version once and in order, under random losses, wakes and reloads.
import { expect, it } from "vitest";
import { connect, type Client, type Order, type Outcome, type Settled } from "../../src/client/index.ts";
import { fakeServer } from "../../src/client/testing.ts";
import { isSettled, type OrderStatus } from "../../src/core/order.ts";
import { FakeClock, newBiz, settle } from "../support/clock.ts";

const RUNS = 500;
const STEPS = 60;

/** Mulberry32: returns the same numbers for the same seed. */
function randomOf(seed: number): () => number {
  let state = seed;
  return () => {
    state = (state + 0x6d2b79f5) | 0;
    let t = Math.imul(state ^ (state >>> 15), 1 | state);
    t = (t + Math.imul(t ^ (t >>> 7), 61 | t)) ^ t;
    return ((t ^ (t >>> 14)) >>> 0) / 2 ** 32;
  };
}

/**
 * Possible transitions. A new registration reopens a `closed` order. A failed capture reverts
 * `paid` and its refunds.
 */
const next: Readonly<Record<OrderStatus, readonly OrderStatus[]>> = {
  pending: ["failed", "closed", "paid"],
  failed: ["pending", "closed", "paid"],
  closed: ["pending", "paid"],
  paid: ["partially_refunded", "refunded", "failed"],
  partially_refunded: ["partially_refunded", "refunded", "failed"],
  refunded: ["failed"],
};

/** Queues of undelivered messages: in order on each connection, in any order between two. */
class Queues {
  readonly #queues = new Map<object, (() => void)[]>();

  readonly deliver = (callback: () => void, via: object): void => {
    this.#queues.set(via, [...(this.#queues.get(via) ?? []), callback]);
  };

  /** Delivers the oldest message of a random queue; false if all queues are empty. */
  deliverNext(random: () => number): boolean {
    const busy = [...this.#queues].filter(([, callbacks]) => callbacks.length > 0);
    const [, callbacks] = busy[Math.floor(random() * busy.length)] ?? [];
    callbacks?.shift()?.();
    return callbacks !== undefined;
  }
}

/** The listeners of one page. A reload starts a new one with the same storage. */
class Watch {
  readonly outcomes: Outcome[] = [];
  readonly settled: Settled[] = [];
  readonly rejected: unknown[] = [];
  readonly order: Order;

  constructor(client: Client, biz: string) {
    this.order = client.order(biz);
    this.order.on("status", (outcome) => this.outcomes.push(outcome));
    this.order.settled().then(
      (outcome) => this.settled.push(outcome),
      (error: unknown) => this.rejected.push(error),
    );
  }

  /** Asserts the invariants that hold after every step. */
  check(history: readonly OrderStatus[]): void {
    const versions = this.outcomes.map(({ version }) => version);
    expect(versions).toEqual([...new Set(versions)].toSorted((a, b) => a - b));
    for (const { version, status } of this.outcomes) expect(status).toBe(history[version]);
    expect(this.settled.length).toBeLessThanOrEqual(1);
    const first = this.outcomes.find(({ status }) => isSettled(status));
    expect(this.settled[0]).toEqual(first);
  }
}

async function run(seed: number): Promise<Record<Outcome["source"], number>> {
  const random = randomOf(seed);
  const clock = new FakeClock();
  const queues = new Queues();
  const server = fakeServer({ deliver: queues.deliver, now: () => clock.now() });
  const biz = newBiz();
  const remote = server.order(biz);
  const history: OrderStatus[] = ["pending"];
  const open = () => connect("https://push.test", { ...server.options, clock, random });
  let client = open();
  const watches = [new Watch(client, biz)];

  const change = () => {
    const possible = next[remote.status];
    const status = possible[Math.floor(random() * possible.length)];
    if (status === undefined) return;
    history.push(status);
    remote.becomes(status);
  };
  const steps: readonly [weight: number, step: () => unknown][] = [
    [2, change],
    [12, () => queues.deliverNext(random)],
    [2, () => server.disconnectNetwork()],
    [1, () => server.stallNetwork()],
    [4, () => server.restoreNetwork()],
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
  const totalWeight = steps.reduce((sum, [weight]) => sum + weight, 0);
  for (let i = 0; i < STEPS; i++) {
    let draw = random() * totalWeight;
    const [, step] = steps.find(([weight]) => (draw -= weight) < 0) ?? [];
    await step?.();
    await settle();
    for (const watch of watches) watch.check(history);
  }

  // Finally the network is restored for good.
  while (!isSettled(remote.status)) change();
  server.restoreNetwork();
  for (let i = 0; i < 100; i++) {
    await clock.pass(1000);
    while (queues.deliverNext(random)) await settle();
  }
  for (const watch of watches) {
    watch.check(history);
    const isClosed = watch.order.state.name === "closed";
    expect(watch.settled.length + watch.rejected.length).toBe(1);
    if (isClosed) continue;
    expect(watch.order.outcome).toMatchObject({ status: remote.status, version: remote.version });
    expect(watch.settled).toHaveLength(1);
    expect(watch.outcomes.at(-1)).toBe(watch.order.outcome);
  }
  client.close();
  expect(clock.waiting).toBe(0);
  const by = { push: 0, snapshot: 0, poll: 0 };
  for (const { outcomes } of watches) for (const { source } of outcomes) by[source] += 1;
  return by;
}

it(
  `an order settles once in each of ${RUNS} random interleavings of push, snapshot and poll`,
  { timeout: 120_000 },
  async () => {
    const by = { push: 0, snapshot: 0, poll: 0 };
    for (let seed = 1; seed <= RUNS; seed++) {
      const outcomes = await run(seed).catch((error: unknown) => {
        throw new Error(`seed ${seed}`, { cause: error });
      });
      for (const source of ["push", "snapshot", "poll"] as const) by[source] += outcomes[source];
    }
    // Each source must occur often enough for the test to be meaningful.
    for (const count of Object.values(by)) expect(count).toBeGreaterThan(RUNS / 5);
  },
);
