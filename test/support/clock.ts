// A clock that tests advance, and clients of the fake server that run under it.
import { onTestFinished } from "vitest";
import { connect } from "../../src/client/index.ts";
import type { Clock, Client, Options } from "../../src/client/index.ts";
import { fakeServer, type FakeServer, type FakeServerOptions } from "../../src/client/testing.ts";

export class FakeClock implements Clock {
  #now = Date.UTC(2026, 10, 22, 17);
  readonly #timers = new Set<{ readonly at: number; readonly act: () => void }>();

  now(): number {
    return this.#now;
  }

  after(ms: number, act: () => void): () => void {
    if (ms >= 2 ** 31) throw new RangeError("a platform's timer would fire at once"); // HTML, 8.6: a signed 32-bit integer
    const timer = { at: this.#now + ms, act };
    this.#timers.add(timer);
    return () => this.#timers.delete(timer);
  }

  /** Number of pending timers. */
  get waiting(): number {
    return this.#timers.size;
  }

  /** Advances the clock by `ms`. Runs the timers due in that time, in order. */
  async pass(ms: number): Promise<void> {
    const end = this.#now + ms;
    for (;;) {
      await settle();
      const [next] = [...this.#timers].toSorted((a, b) => a.at - b.at);
      if (next === undefined || next.at > end) break;
      this.#timers.delete(next);
      this.#now = next.at;
      next.act();
    }
    this.#now = end;
  }
}

/** Waits until all pending microtasks have run. */
export const settle = (): Promise<void> => new Promise((resolve) => setImmediate(resolve));

export const newBiz = (): string => crypto.randomUUID().replaceAll("-", "");

export interface Scene {
  readonly server: FakeServer;
  readonly clock: FakeClock;
  readonly client: Client;
  /** Creates another client with its own options. */
  readonly connect: (options?: Options) => Client;
}

/** A client of a fake server under a stopped clock. Random delays are the longest by default. */
export function scene(options: Options = {}, serverOptions: FakeServerOptions = {}): Scene {
  const clock = new FakeClock();
  const server = fakeServer({ now: () => clock.now(), ...serverOptions });
  const make = (own: Options = {}) => {
    const client = connect("https://push.test", { ...server.options, clock, random: () => 1, ...own });
    onTestFinished(() => client.close());
    return client;
  };
  return { server, clock, client: make(options), connect: make };
}

/** Records the values that `listen` passes to its listener. */
export function valuesOf<Value>(listen: (listener: (value: Value) => void) => unknown): Value[] {
  const values: Value[] = [];
  listen((value) => values.push(value));
  return values;
}
