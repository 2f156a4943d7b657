// Two ways to wait for what is told: a promise that can be given up, and an iteration. Wait for nothing by themselves.
import type { Undo, Until } from "./api.ts";
import { BelfryError } from "./error.ts";
import type { Clock } from "./platform.ts";

/** The longest a platform's timer can be set for: a longer one would fire at once. */
const TIMER_MAX_MS = 2 ** 31 - 1;

/** A promise that `begin` ends, later, or the timeout, or the signal: whichever is first. What `begin` gives is called then. */
export function until<Value>(
  clock: Clock,
  { timeout = Infinity, signal }: Until,
  begin: (resolve: (value: Value) => void, reject: (error: unknown) => void) => Undo,
): Promise<Value> {
  return new Promise((resolve, reject) => {
    const undos: Undo[] = [];
    const ending =
      <Given>(act: (given: Given) => void) =>
      (given: Given): void => {
        for (const undo of undos) undo();
        act(given);
      };
    const fail = ending(reject);
    if (timeout <= TIMER_MAX_MS) undos.push(clock.after(timeout, () => fail(new BelfryError("timeout"))));
    undos.push(
      begin(ending(resolve), fail),
      whenAborted(signal, () => fail(signal?.reason)),
    );
  });
}

/** Also for one that is aborted already. */
export function whenAborted(signal: AbortSignal | undefined, act: () => void): Undo {
  if (signal?.aborted) queueMicrotask(act);
  signal?.addEventListener("abort", act);
  return () => signal?.removeEventListener("abort", act);
}

/** Everything that is told from now on, one after the other; ends when `end` is called. */
export function iterate<Value>(begin: (tell: (value: Value) => void, end: () => void) => Undo): AsyncIterator<Value> {
  const told: Value[] = [];
  let isEnded = false;
  let wake: () => void = () => undefined;
  const undo = begin(
    (value) => {
      told.push(value);
      wake();
    },
    () => {
      isEnded = true;
      wake();
    },
  );
  return (async function* () {
    try {
      for (;;) {
        yield* told.splice(0);
        if (isEnded) return;
        if (told.length === 0) await new Promise<void>((resolve) => (wake = resolve));
      }
    } finally {
      undo();
    }
  })();
}
