// Polls with growing delays, and on demand. The request itself is passed in.
import type { Clock } from "./platform.ts";
import { POLL_GROWTH, POLL_MAX_MS, POLL_MIN_MS, RESPONSE_TIMEOUT_MS } from "./times.ts";

export interface Poll {
  /** Starts periodic polling. */
  run(): void;
  /** Polls at once, unless a request is in flight. */
  now(): Promise<void>;
  /** Stops periodic polling until the next `run`. `now` still works. */
  pause(): void;
  /** Stops periodic polling and aborts the request in flight. */
  stop(): void;
}

export function pollOf(clock: Clock, request: (signal: AbortSignal) => Promise<void>): Poll {
  let inFlight: AbortController | undefined;
  let isRunning = false;
  let delayMs = POLL_MIN_MS;
  let cancelTimer: (() => void) | undefined;

  /** Schedules the next poll once the previous one has ended. */
  function schedule(): void {
    if (!isRunning || inFlight || cancelTimer) return;
    cancelTimer = clock.after(delayMs, () => void now());
    delayMs = Math.min(POLL_MAX_MS, delayMs * POLL_GROWTH);
  }

  function unschedule(): void {
    cancelTimer?.();
    cancelTimer = undefined;
  }

  async function now(): Promise<void> {
    unschedule();
    if (inFlight) return;
    inFlight = new AbortController();
    const { signal } = inFlight;
    const cancelTimeout = clock.after(RESPONSE_TIMEOUT_MS, () => inFlight?.abort());
    try {
      await request(signal);
    } catch {
      // Ignored: the next poll may succeed.
    }
    cancelTimeout();
    inFlight = undefined;
    schedule();
  }

  function pause(): void {
    isRunning = false;
    delayMs = POLL_MIN_MS;
    unschedule();
  }

  return {
    run() {
      isRunning = true;
      schedule();
    },
    now,
    pause,
    stop() {
      pause();
      inFlight?.abort();
    },
  };
}
