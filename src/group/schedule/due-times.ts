// The due-times of one object, in one row.
import { followClock, isSameDue, withDue, type Due } from "../../core/due.ts";
import { storageKey, type GroupStorage } from "../storage.ts";

// docs/storage.md describes the row.
const DUE = storageKey<Due>("due");

/** Due-times that are a plain time in ms. */
type TimeName = Exclude<keyof Due, "reconcile" | "setAt">;

export class DueTimes {
  readonly #storage: GroupStorage;

  constructor(storage: GroupStorage) {
    this.#storage = storage;
  }

  get current(): Due {
    return this.#storage.get(DUE) ?? {};
  }

  /** Sets one due-time; undefined removes it. */
  set<Name extends keyof Due>(name: Name, at: Due[Name] | undefined): void {
    this.replace(withDue(this.current, name, at));
  }

  /** Sets a due-time unless an earlier one is set. */
  setEarlier(name: TimeName, at: number): void {
    this.set(name, Math.min(this.current[name] ?? Infinity, at));
  }

  /** Replaces all due-times. Writes a row only if one of them changes. */
  replace(due: Due): void {
    if (isSameDue(this.current, due)) return;
    const { setAt: _, ...times } = due;
    if (Object.keys(times).length === 0) this.#storage.delete(DUE);
    else this.#storage.put(DUE, { ...times, setAt: Date.now() });
  }

  /** Moves the due-times back if the clock has gone back since they were stored. */
  followClock(now: number): void {
    this.replace(followClock(this.current, now));
  }
}
