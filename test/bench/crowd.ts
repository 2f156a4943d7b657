// A crowd of connections: opens them a few at a time, and tells when each has got what it waits for. Knows no server.
import { setTimeout as sleep } from "node:timers/promises";
import { Pipe, type Way } from "./wire.ts";

/** Handshakes on their way at once. */
const AT_ONCE = 64;

/** A frame that has not come by then is lost, in ms. */
const PATIENCE_MS = 60_000;

/** So long nothing comes when all has come, in ms. */
const QUIET_MS = 300;

interface Waiting {
  left: number;
  /** When each was served, in the order they were. */
  readonly times: Float64Array;
  readonly done: () => void;
}

export class Crowd {
  /** In the order they came; the first can be read. */
  readonly pipes: readonly Pipe[];
  /** How long opening them took, in ms. */
  readonly took: number;
  /** When the latest frame of all came. */
  lastAt = 0;
  /** At how many frames each pipe has what it waits for. */
  readonly #goals = new Map<Pipe, number>();
  #waiting: Waiting | null = null;

  private constructor(pipes: readonly Pipe[], took: number) {
    this.pipes = pipes;
    this.took = took;
    for (const pipe of pipes) pipe.onFrame = () => this.#arrived(pipe);
  }

  /** Opens one connection per way; when this returns, each has got what it gets as it comes. */
  static async open(ways: readonly Way[], welcomes = 0): Promise<Crowd> {
    const pipes: Pipe[] = [];
    const began = performance.now();
    let next = 0;
    const openSome = async () => {
      for (let way = ways[next++]; way !== undefined; way = ways[next++]) {
        const pipe = new Pipe(way, pipes.length === 0);
        pipes.push(pipe);
        await pipe.opened;
      }
    };
    await Promise.all(Array.from({ length: Math.min(AT_ONCE, ways.length) }, openSome));
    const crowd = new Crowd(pipes, performance.now() - began);
    await crowd.#served(new Map(pipes.map((pipe) => [pipe, welcomes])));
    await crowd.#quiet();
    return crowd;
  }

  /** When each has received so many more frames than it has now: the times, in the order they came. */
  each(frames = 1): Promise<Float64Array> {
    return this.since(this.had(), frames);
  }

  /** The same from `then` on, which is what each had. */
  since(then: ReadonlyMap<Pipe, number>, frames: number): Promise<Float64Array> {
    return this.#served(new Map([...then].map(([pipe, had]) => [pipe, had + frames])));
  }

  /** What each has had so far. */
  had(): ReadonlyMap<Pipe, number> {
    return new Map(this.pipes.map((pipe) => [pipe, pipe.frames]));
  }

  async #served(goals: ReadonlyMap<Pipe, number>): Promise<Float64Array> {
    const left = [...goals].filter(([pipe, goal]) => pipe.frames < goal);
    const times = new Float64Array(left.length);
    if (left.length === 0) return times;
    for (const [pipe, goal] of left) this.#goals.set(pipe, goal);
    await new Promise<void>((resolve, reject) => {
      const late = setTimeout(() => {
        const missing = `${this.#waiting?.left} of ${this.pipes.length}`;
        reject(new Error(`${missing} connections have not got their frames within ${PATIENCE_MS} ms`));
      }, PATIENCE_MS);
      const done = () => {
        clearTimeout(late);
        resolve();
      };
      this.#waiting = { left: left.length, times, done };
    });
    return times;
  }

  #arrived(pipe: Pipe): void {
    this.lastAt = performance.now();
    const waiting = this.#waiting;
    if (waiting === null || pipe.frames !== this.#goals.get(pipe)) return;
    waiting.times[waiting.times.length - waiting.left] = this.lastAt;
    if (--waiting.left > 0) return;
    this.#waiting = null;
    waiting.done();
  }

  /** Whoever comes may be told to the others. */
  async #quiet(): Promise<void> {
    do {
      await sleep(QUIET_MS); // nothing announces that nothing follows
    } while (performance.now() - this.lastAt < QUIET_MS);
  }

  write(frame: Buffer): void {
    for (const pipe of this.pipes) pipe.write(frame);
  }

  /** Gone, and the server's work for it done: nothing of it is in what is measured next. */
  async close(): Promise<void> {
    for (const pipe of this.pipes) pipe.drop();
    await sleep(300 + this.pipes.length / 10);
  }
}
