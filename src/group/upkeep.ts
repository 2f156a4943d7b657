// What keeps a group going: its push, its due-times and its alarm, made right behind whatever may have changed who is here. Sends nothing.
import { withDue } from "../core/due.ts";
import { pushStep } from "../core/schedule.ts";
import type { Desk } from "./desk.ts";
import { forgetBy } from "./forget.ts";
import type { Parts } from "./parts.ts";
import type { Ticks } from "./ticks.ts";

export class Upkeep {
  readonly #parts: Parts;
  readonly #ticks: Ticks;
  readonly #desk: Desk;

  constructor(parts: Parts, ticks: Ticks, desk: Desk) {
    this.#parts = parts;
    this.#ticks = ticks;
    this.#desk = desk;
  }

  /** `first` says that somebody is about to come who may be the first. */
  async keepGoing(first: boolean): Promise<void> {
    const { self, store, alarm, presence, connections } = this.#parts;
    const watchers = connections.count;
    if (self.consumer.presence === true) store.keepDue(withDue(store.due(), "presence", presence.due));
    if (watchers === 0) this.#nobodyLeft();
    if (self.consumer.push !== undefined) {
      const step = pushStep(watchers, first, store.due().push, Date.now());
      if (step.do === "stop") return this.#stopPush();
      if (step.do === "start") {
        this.#ticks.stop();
        return alarm.start(step.start);
      }
    }
    if (self.consumer.keeps === "order") this.#parts.order.setDueTimes(await this.#desk.around());
    await alarm.arm(self.settings);
  }

  /** No token can run out; a stream's position outlives its last member for a time. */
  #nobodyLeft(): void {
    const { store, history } = this.#parts;
    store.keepDue(withDue(store.due(), "tokens", undefined));
    if (history.keeping === "stream" && history.position() !== null)
      forgetBy(this.#parts, store.due().history ?? Date.now() + history.ttl);
  }

  /** The alarm goes, and with it everything that was kept for the push only. */
  async #stopPush(): Promise<void> {
    this.#ticks.stop();
    const { store, alarm, history, once, settings } = this.#parts;
    if (history.keeping !== "stream" && once.forget(Date.now()) === undefined) return this.#parts.forgetAll();
    store.keepDue(withDue(store.due(), "push", undefined));
    await alarm.arm(settings);
  }
}
