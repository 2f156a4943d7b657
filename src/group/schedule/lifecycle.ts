// Starts or stops the periodic push and sets the alarm. Called after every event that can change the
// members or the due-times.
import type { Consumer } from "../../consumers/consumer.ts";
import { firstTick, pushStep } from "../../core/schedule.ts";
import type { Connections } from "../sockets/connections.ts";
import type { Presence } from "../sockets/presence.ts";
import type { Intake } from "../order/intake.ts";
import type { History } from "../publishing/history.ts";
import type { IdempotencyStore } from "../publishing/idempotency.ts";
import type { Alarm } from "./alarm.ts";
import type { DueTimes } from "./due-times.ts";
import type { Ticker } from "./tick.ts";

interface LifecycleOptions {
  readonly consumer: Consumer;
  readonly connections: Connections;
  readonly presence: Presence;
  readonly dueTimes: DueTimes;
  readonly alarm: Alarm;
  readonly ticker: Ticker;
  readonly history: History;
  readonly idempotency: IdempotencyStore<unknown>;
  /** Null in a group without an order. */
  readonly intake: Intake | null;
  /** Deletes everything that the group stores. */
  readonly deleteAll: () => Promise<void>;
}

/** Groups that are deleted once they are empty and have no members. */
const DELETABLE: ReadonlySet<Consumer["keeps"]> = new Set(["stream", "cache", "nothing"]);

export class Lifecycle {
  readonly #options: LifecycleOptions;

  constructor(options: LifecycleOptions) {
    this.#options = options;
  }

  /** After a handshake that found the group empty: starts the push anew if the connection was accepted. */
  async start(): Promise<void> {
    const { connections, consumer } = this.#options;
    if (connections.count === 0 || consumer.push === undefined) return this.sync();
    this.#syncPresence();
    return this.#startPush(firstTick(Date.now()));
  }

  async sync(): Promise<void> {
    const { connections, consumer, dueTimes, intake, alarm } = this.#options;
    this.#syncPresence();
    if (connections.count === 0) this.#onEmpty();
    if (consumer.push !== undefined) {
      const step = pushStep(connections.count, dueTimes.current.push, Date.now());
      if (step.do === "stop") return this.#stopPush();
      if (step.do === "start") return this.#startPush(step.start);
    }
    await intake?.setDueTimes();
    await alarm.sync();
  }

  /**
   * Deletes expired publications and idempotency keys. Deletes the whole group if it is empty and
   * without members.
   */
  async deleteExpired(now: number): Promise<void> {
    const { connections, history, idempotency, consumer, dueTimes, deleteAll } = this.#options;
    const isWatched = connections.count > 0;
    const next = history.deleteExpired(now, isWatched);
    const nextKey = idempotency.deleteExpired(now);
    const isEmpty = next === null && nextKey === undefined && !isWatched;
    if (isEmpty && DELETABLE.has(consumer.keeps)) return deleteAll();
    const at = Math.min(next ?? Infinity, nextKey ?? Infinity);
    dueTimes.set("history", at === Infinity ? undefined : at);
  }

  #syncPresence(): void {
    const { consumer, dueTimes, presence } = this.#options;
    if (consumer.presence === true) dueTimes.set("presence", presence.dueAt);
  }

  /** Without members no token can expire. The position of a stream outlives them for a time. */
  #onEmpty(): void {
    const { dueTimes, history } = this.#options;
    dueTimes.set("tokens", undefined);
    if (history.retention !== "stream" || history.position() === null) return;
    if (dueTimes.current.history === undefined) dueTimes.set("history", Date.now() + history.ttlMs);
  }

  #startPush(start: number): Promise<void> {
    this.#options.ticker.stop();
    return this.#options.alarm.startPush(start);
  }

  /** Stops the push, and deletes what was stored only for its members. */
  async #stopPush(): Promise<void> {
    const { ticker, history, idempotency, dueTimes, alarm, deleteAll } = this.#options;
    ticker.stop();
    if (history.retention !== "stream" && idempotency.deleteExpired(Date.now()) === undefined) return deleteAll();
    dueTimes.set("push", undefined);
    await alarm.sync();
  }
}
