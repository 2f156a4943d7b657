// The single alarm of an object: set to the earliest due-time, or removed.
import { alarmStep, nextWake } from "../../core/due.ts";
import { nextTick, type Push } from "../../core/schedule.ts";
import type { DueTimes } from "./due-times.ts";

/** For `#sync`: an overdue alarm is not assumed to be firing. */
const NOT_LATE = -1;

export class Alarm {
  readonly #storage: DurableObjectStorage;
  readonly #dueTimes: DueTimes;
  readonly #period: () => number | null;
  /** The alarm's time in ms; null = unset; undefined = must be read from storage. */
  #armed: number | null | undefined;

  /** `period` returns the period of the push in ms; null without a push. */
  constructor(storage: DurableObjectStorage, dueTimes: DueTimes, period: () => number | null) {
    this.#storage = storage;
    this.#dueTimes = dueTimes;
    this.#period = period;
  }

  /** The running push; null while it is stopped. */
  push(): Push | null {
    const { push: start } = this.#dueTimes.current;
    const period = this.#period();
    return start === undefined || period === null ? null : { start, period };
  }

  /** Starts the push at `start`, the time of its first tick. */
  async startPush(start: number): Promise<void> {
    this.#dueTimes.set("push", start);
    await this.#set(start);
    // workerd 1.20261023 delays an alarm set for the present by 1 ms, and the grid starts at the actual alarm time.
    this.#dueTimes.set("push", (await this.#storage.getAlarm()) ?? start);
  }

  /** Drops the cached alarm time: the alarm is firing, or was deleted with the storage. */
  invalidate(): void {
    this.#armed = undefined;
  }

  /** Sets the alarm to the earliest due-time, or deletes it. */
  sync(): Promise<void> {
    const period = this.push()?.period ?? null;
    return this.#sync(period === null ? undefined : 2 * period);
  }

  /**
   * Sets the alarm again after jobs that started at `since`. The alarm set before them as a guard is
   * past and is replaced, unless a tick fell due in between: then the alarm may fire at once.
   */
  async syncAfterJobs(since: number): Promise<void> {
    const push = this.push();
    if (push === null || nextTick(push, since) > Date.now()) await this.#sync(NOT_LATE);
  }

  /**
   * Reads the alarm time unless it is cached. Call it before the first write: writes without an
   * `await` in between form one commit, and commits dominate the cost of a callback.
   */
  async load(): Promise<void> {
    if (this.#isCached) return;
    const armed = await this.#storage.getAlarm();
    if (!this.#isCached) this.#armed = armed; // a concurrent event may have set the alarm
  }

  /** An alarm overdue by at most `lateMs` is assumed to be firing and is left alone. */
  async #sync(lateMs: number | undefined): Promise<void> {
    await this.load();
    const now = Date.now();
    this.#dueTimes.followClock(now);
    const wanted = nextWake(this.#dueTimes.current, this.push()?.period ?? null, now);
    const step = alarmStep(this.#armed ?? null, wanted, now, lateMs);
    if (step.do === "set") await this.#set(step.at);
    if (step.do === "delete") await this.#set(null);
  }

  /** A past alarm may have fired or been lost, so its time must be read again. */
  get #isCached(): boolean {
    return this.#armed === null || (this.#armed ?? 0) > Date.now();
  }

  async #set(at: number | null): Promise<void> {
    this.#armed = at; // before the await: a concurrent event may set another time
    try {
      await (at === null ? this.#storage.deleteAlarm() : this.#storage.setAlarm(at));
    } catch (error) {
      this.#armed = undefined;
      throw error;
    }
  }
}
