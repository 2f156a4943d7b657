// The one alarm of an object: set for the earliest of its due-times, or gone. Runs nothing when it rings; group.ts does.
import type { PeriodicPush } from "../consumers/consumer.ts";
import { alarmStep, nextWake, withDue } from "../core/due.ts";
import { nextTick, type Push } from "../core/schedule.ts";
import type { Settings } from "../core/settings.ts";
import type { Store } from "./store.ts";

/** For `arm`: no alarm counts as about to ring. */
const EXACTLY = -1;

export class Alarm {
  readonly #storage: DurableObjectStorage;
  readonly #store: Store;
  readonly #push: PeriodicPush | undefined;
  /** What it is set for, in ms, null = nothing, as far as is known here; undefined = the platform has to be asked. */
  #armed: number | null | undefined;

  constructor(storage: DurableObjectStorage, store: Store, push: PeriodicPush | undefined) {
    this.#storage = storage;
    this.#store = store;
    this.#push = push;
  }

  /** The push as it runs; null if it does not. */
  push(settings: Settings): Push | null {
    const { push: start } = this.#store.due();
    const period = this.#push?.every(settings);
    return start === undefined || period === undefined ? null : { start, period };
  }

  /** Begins a push: its first tick is due at once. */
  async start(start: number): Promise<void> {
    this.#store.keepDue(withDue(this.#store.due(), "push", start));
    await this.#set(start);
    // The start is what the platform has made of it: it puts off an alarm for the present (seen in workerd 1.20261023: by 1 ms).
    this.#store.keepDue(withDue(this.#store.due(), "push", (await this.#storage.getAlarm()) ?? start));
  }

  /** It rings, or is gone with everything else: what is known of it is of no use. */
  forget(): void {
    this.#armed = undefined;
  }

  /** Sets the alarm for the earliest of the due-times, or takes it away. `late` is how late one may be that is about to ring, in ms. */
  async arm(settings: Settings, late?: number): Promise<void> {
    if (!this.#isKnown) await this.know();
    const now = Date.now();
    const period = this.push(settings)?.period ?? null;
    const wanted = nextWake(this.#store.due(), period, now);
    const step = alarmStep(this.#armed ?? null, wanted, now, late ?? (period === null ? undefined : 2 * period));
    if (step.do === "set") await this.#set(step.at);
    if (step.do === "delete") await this.#set(null);
  }

  /**
   * Asks what the alarm is set for, unless that is known. Before anything is written: what is written without an await between is one
   * commit, and a commit is what a callback costs.
   */
  async know(): Promise<void> {
    if (this.#isKnown) return;
    const armed = await this.#storage.getAlarm();
    if (!this.#isKnown) this.#armed = armed; // somebody else may have set it meanwhile
  }

  /** One that has had its time may have rung, or been lost: only the platform knows. */
  get #isKnown(): boolean {
    return this.#armed === null || (this.#armed ?? 0) > Date.now();
  }

  async #set(at: number | null): Promise<void> {
    this.#armed = at; // at once: while it is being set, somebody else may set it anew
    try {
      await (at === null ? this.#storage.deleteAlarm() : this.#storage.setAlarm(at));
    } catch (error) {
      this.#armed = undefined;
      throw error;
    }
  }

  /**
   * The same behind jobs that began at `since`: the alarm that was set as a guard while they were done has had its time, unless a tick
   * has become due meanwhile. That one it rings for, at once.
   */
  async armAfter(since: number, settings: Settings): Promise<void> {
    const push = this.push(settings);
    if (push === null || nextTick(push, since) > Date.now()) await this.arm(settings, EXACTLY);
  }
}
