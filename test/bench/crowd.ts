// Opens many connections, some at a time, and measures when each has received its frames.
import { setTimeout as sleep } from "node:timers/promises";
import { Connection, type Endpoint } from "./wire.ts";

/** Concurrent handshakes. */
const AT_ONCE = 64;

/** A frame counts as lost after this time. */
const TIMEOUT_MS = 60_000;

/** Time without a frame after which all frames count as received. */
const QUIET_MS = 300;

interface Waiting {
  left: number;
  /** The times at which connections were served, in order. */
  readonly times: Float64Array;
  readonly done: () => void;
}

export class Crowd {
  /** In order of opening. The first one can be read. */
  readonly connections: readonly Connection[];
  /** The time that opening them took, in ms. */
  readonly openingMs: number;
  /** Time of the latest frame. */
  lastAt = 0;
  /** The number of frames that each connection waits for. */
  readonly #goals = new Map<Connection, number>();
  #waiting: Waiting | null = null;

  private constructor(connections: readonly Connection[], openingMs: number) {
    this.connections = connections;
    this.openingMs = openingMs;
    for (const connection of connections) connection.onFrame = () => this.#onFrame(connection);
  }

  /** Opens a connection to each endpoint. Resolves when each has received `welcomes` frames. */
  static async open(endpoints: readonly Endpoint[], welcomes = 0): Promise<Crowd> {
    const connections: Connection[] = [];
    const began = performance.now();
    let next = 0;
    const openSome = async () => {
      for (let endpoint = endpoints[next++]; endpoint !== undefined; endpoint = endpoints[next++]) {
        const connection = new Connection(endpoint, connections.length === 0);
        connections.push(connection);
        await connection.opened;
      }
    };
    await Promise.all(Array.from({ length: Math.min(AT_ONCE, endpoints.length) }, openSome));
    const crowd = new Crowd(connections, performance.now() - began);
    await crowd.#waitForFrames(new Map(connections.map((connection) => [connection, welcomes])));
    await crowd.#waitForQuiet();
    return crowd;
  }

  /** Waits until each connection has received `frames` more frames. Returns the times, in order. */
  each(frames = 1): Promise<Float64Array> {
    return this.since(this.counts(), frames);
  }

  /** Waits until each connection has received `frames` more frames than in `counts`. */
  since(counts: ReadonlyMap<Connection, number>, frames: number): Promise<Float64Array> {
    return this.#waitForFrames(new Map([...counts].map(([connection, count]) => [connection, count + frames])));
  }

  /** The number of frames that each connection has received. */
  counts(): ReadonlyMap<Connection, number> {
    return new Map(this.connections.map((connection) => [connection, connection.frames]));
  }

  async #waitForFrames(goals: ReadonlyMap<Connection, number>): Promise<Float64Array> {
    const left = [...goals].filter(([connection, goal]) => connection.frames < goal);
    const times = new Float64Array(left.length);
    if (left.length === 0) return times;
    for (const [connection, goal] of left) this.#goals.set(connection, goal);
    await new Promise<void>((resolve, reject) => {
      const late = setTimeout(() => {
        const missing = `${this.#waiting?.left} of ${this.connections.length}`;
        reject(new Error(`${missing} connections did not receive their frames within ${TIMEOUT_MS} ms`));
      }, TIMEOUT_MS);
      const done = () => {
        clearTimeout(late);
        resolve();
      };
      this.#waiting = { left: left.length, times, done };
    });
    return times;
  }

  #onFrame(connection: Connection): void {
    this.lastAt = performance.now();
    const waiting = this.#waiting;
    if (waiting === null || connection.frames !== this.#goals.get(connection)) return;
    waiting.times[waiting.times.length - waiting.left] = this.lastAt;
    if (--waiting.left > 0) return;
    this.#waiting = null;
    waiting.done();
  }

  /** Waits for frames that follow the welcomes, for example joins of other members. */
  async #waitForQuiet(): Promise<void> {
    do {
      await sleep(QUIET_MS); // the absence of frames raises no event
    } while (performance.now() - this.lastAt < QUIET_MS);
  }

  write(frame: Buffer): void {
    for (const connection of this.connections) connection.write(frame);
  }

  /** Drops all connections and waits for the server's work after it, which the next measure would include. */
  async close(): Promise<void> {
    for (const connection of this.connections) connection.drop();
    await sleep(300 + this.connections.length / 10);
  }
}
