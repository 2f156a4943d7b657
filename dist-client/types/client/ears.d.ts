import type { Undo } from "./api.ts";
export declare class Ears<Events> {
  #private;
  /** `present` gives what a new listener is told at once, so that it need not care when it came; nothing for what is no state. */
  on<Event extends keyof Events>(
    event: Event,
    listener: (value: Events[Event]) => void,
    present: () => Events[Event] | null | undefined,
    signal: AbortSignal | undefined,
  ): Undo;
  /** There is nothing to tell any more. */
  end(): void;
  tell<Event extends keyof Events>(event: Event, value: Events[Event]): void;
}
