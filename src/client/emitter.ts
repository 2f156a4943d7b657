// A typed event emitter. A listener that throws does not affect the others.
import type { Unsubscribe } from "./api.ts";
import { onAbort } from "./wait.ts";

interface Listener<Events> {
  readonly event: keyof Events;
  readonly callback: (value: never) => void;
  /** Whether it has received an event since it was added. */
  wasNotified: boolean;
  /** Removes the abort listener, since a signal may outlive the emitter. */
  readonly detachSignal: () => void;
}

export class Emitter<Events> {
  readonly #listeners = new Set<Listener<Events>>();

  /**
   * Adds a listener. `current` returns the value to send to it at once, so that late listeners see
   * the present state; null or undefined for events without a state.
   */
  on<Event extends keyof Events>(
    event: Event,
    callback: (value: Events[Event]) => void,
    current: () => Events[Event] | null | undefined,
    signal: AbortSignal | undefined,
  ): Unsubscribe {
    const unsubscribe = () => {
      listener.detachSignal();
      this.#listeners.delete(listener);
    };
    const listener = { event, callback, wasNotified: false, detachSignal: onAbort(signal, unsubscribe) };
    this.#listeners.add(listener);
    // In a microtask: the caller can store the returned function first.
    queueMicrotask(() => {
      const value = current();
      if (!listener.wasNotified && value != null) this.#notify(listener, value);
    });
    return unsubscribe;
  }

  /** Removes all listeners. */
  clear(): void {
    for (const { detachSignal } of this.#listeners) detachSignal();
    this.#listeners.clear();
  }

  emit<Event extends keyof Events>(event: Event, value: Events[Event]): void {
    // A copy: a listener added by another listener does not receive this event.
    for (const listener of Array.from(this.#listeners)) if (listener.event === event) this.#notify(listener, value);
  }

  #notify(listener: Listener<Events>, value: unknown): void {
    if (!this.#listeners.has(listener)) return;
    listener.wasNotified = true;
    try {
      listener.callback(value as never); // `on` and `emit` type it by the event
    } catch (error) {
      // Rethrown in a microtask: reported as uncaught, without interrupting the emitter.
      queueMicrotask(() => {
        throw error;
      });
    }
  }
}
