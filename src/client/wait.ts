// Waits for events: as a promise with a timeout and a signal, and as an async iterator.
import type { Unsubscribe, WaitOptions } from "./api.ts";
import { BelfryError } from "./error.ts";
import type { Clock } from "./platform.ts";

/** Longest delay of a platform timer. A longer one fires at once. */
const TIMER_MAX_MS = 2 ** 31 - 1;

/**
 * Returns a promise that `subscribe` settles later, unless the timeout or the signal is first. Then
 * unsubscribes.
 */
export function waitFor<Value>(
  clock: Clock,
  { timeout = Infinity, signal }: WaitOptions,
  subscribe: (resolve: (value: Value) => void, reject: (error: unknown) => void) => Unsubscribe,
): Promise<Value> {
  return new Promise((resolve, reject) => {
    const cleanups: (() => void)[] = [];
    const settling =
      <Result>(settle: (result: Result) => void) =>
      (result: Result): void => {
        for (const cleanup of cleanups) cleanup();
        settle(result);
      };
    const fail = settling(reject);
    if (timeout <= TIMER_MAX_MS) cleanups.push(clock.after(timeout, () => fail(new BelfryError("timeout"))));
    cleanups.push(
      subscribe(settling(resolve), fail),
      onAbort(signal, () => fail(signal?.reason)),
    );
  });
}

/** Calls `callback` when `signal` is aborted; in a microtask if it already is. */
export function onAbort(signal: AbortSignal | undefined, callback: () => void): Unsubscribe {
  if (signal?.aborted) queueMicrotask(callback);
  signal?.addEventListener("abort", callback);
  return () => signal?.removeEventListener("abort", callback);
}

/** Iterates over all values emitted from now on, in order, until `end` is called. */
export function iterate<Value>(
  subscribe: (emit: (value: Value) => void, end: () => void) => Unsubscribe,
): AsyncIterator<Value> {
  const buffer: Value[] = [];
  let isEnded = false;
  let resume: () => void = () => undefined;
  const unsubscribe = subscribe(
    (value) => {
      buffer.push(value);
      resume();
    },
    () => {
      isEnded = true;
      resume();
    },
  );
  return (async function* () {
    try {
      for (;;) {
        yield* buffer.splice(0);
        if (isEnded) return;
        if (buffer.length === 0) await new Promise<void>((resolve) => (resume = resolve));
      }
    } finally {
      unsubscribe();
    }
  })();
}
