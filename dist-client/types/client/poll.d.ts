import type { Clock } from "./platform.ts";
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
export declare function pollOf(clock: Clock, ask: (signal: AbortSignal) => Promise<void>): Poll;
