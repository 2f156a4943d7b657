// Who listens to what, typed by the event's name. Knows no connection; a listener that throws costs the others nothing.
import type { Undo } from "./api.ts";
import { whenAborted } from "./wait.ts";

interface Ear<Events> {
  readonly event: keyof Events;
  readonly listener: (value: never) => void;
  /** Whether it has been told something since it began to listen. */
  hasHeard: boolean;
  /** A signal may outlive what it ends. */
  readonly unsignal: Undo;
}

export class Ears<Events> {
  readonly #ears = new Set<Ear<Events>>();

  /** `present` gives what a new listener is told at once, so that it need not care when it came; nothing for what is no state. */
  on<Event extends keyof Events>(
    event: Event,
    listener: (value: Events[Event]) => void,
    present: () => Events[Event] | null | undefined,
    signal: AbortSignal | undefined,
  ): Undo {
    const undo = () => {
      ear.unsignal();
      this.#ears.delete(ear);
    };
    const ear = { event, listener, hasHeard: false, unsignal: whenAborted(signal, undo) };
    this.#ears.add(ear);
    // Behind the caller's own line, which may be about to keep the undo.
    queueMicrotask(() => {
      const value = present();
      if (!ear.hasHeard && value != null) this.#tell(ear, value);
    });
    return undo;
  }

  /** There is nothing to tell any more. */
  end(): void {
    for (const { unsignal } of this.#ears) unsignal();
    this.#ears.clear();
  }

  tell<Event extends keyof Events>(event: Event, value: Events[Event]): void {
    // A copy: who begins to listen while it is told is not told this.
    for (const ear of Array.from(this.#ears)) if (ear.event === event) this.#tell(ear, value);
  }

  #tell(ear: Ear<Events>, value: unknown): void {
    if (!this.#ears.has(ear)) return;
    ear.hasHeard = true;
    try {
      ear.listener(value as never); // of its event, as `on` and `tell` have it
    } catch (error) {
      // Reported as any other uncaught one, behind what is being done here.
      queueMicrotask(() => {
        throw error;
      });
    }
  }
}
