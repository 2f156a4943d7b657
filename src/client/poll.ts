// Asks again and again, less and less often, for as long as it is told to. What is asked, and what the answer means, is not known here.
import type { Undo } from "./api.ts";
import type { Clock } from "./platform.ts";
import { ANSWER_MS, POLL_GROWTH, POLL_MAX_MS, POLL_MIN_MS } from "./times.ts";

export interface Poll {
  /** Asks from time to time from now on. */
  run(): void;
  /** Asks at once, unless it is asking already. */
  now(): Promise<void>;
  /** Asks only when told `now`, until it is told to run again. */
  rest(): void;
  /** As `rest`, and does not wait for an answer any more. */
  stop(): void;
}

export function pollOf(clock: Clock, ask: (signal: AbortSignal) => Promise<void>): Poll {
  let asking: AbortController | undefined;
  let isRunning = false;
  let pauseMs = POLL_MIN_MS;
  let undo: Undo | undefined;

  /** The next one begins when the last one has ended. */
  function plan(): void {
    if (!isRunning || asking || undo) return;
    undo = clock.after(pauseMs, () => void now());
    pauseMs = Math.min(POLL_MAX_MS, pauseMs * POLL_GROWTH);
  }

  function clear(): void {
    undo?.();
    undo = undefined;
  }

  async function now(): Promise<void> {
    clear();
    if (asking) return;
    asking = new AbortController();
    const { signal } = asking;
    const met = clock.after(ANSWER_MS, () => asking?.abort());
    try {
      await ask(signal);
    } catch {
      // No answer is no news: the next time it may be another.
    }
    met();
    asking = undefined;
    plan();
  }

  function rest(): void {
    isRunning = false;
    pauseMs = POLL_MIN_MS;
    clear();
  }

  return {
    run() {
      isRunning = true;
      plan();
    },
    now,
    rest,
    stop() {
      rest();
      asking?.abort();
    },
  };
}
