// The periodic push as it runs: one tick's frame, made, kept where somebody counts, and sent. Arms no alarm; ends what nobody waits for.
import { dueTick, produceDeadline, type Push } from "../core/schedule.ts";
import { paramsOf } from "../core/route.ts";
import { countOf } from "./connections.ts";
import type { Parts } from "./parts.ts";
import { produceFrame } from "./push.ts";
import type { Tick } from "../consumers/consumer.ts";
import type { BelfryEnv } from "../env.ts";

export class Ticks {
  readonly #parts: Parts;
  /** Ends the `produce` that is running; its result would reach nobody, or a group begun anew. */
  #running: AbortController | null = null;
  /** The number of the tick that was dealt with last. */
  #dealt: number | null = null;

  constructor(parts: Parts) {
    this.#parts = parts;
  }

  /** The push stops, or begins anew. */
  stop(): void {
    this.#running?.abort();
    this.#dealt = null;
  }

  /** Deals with the tick that is due as the alarm rings that was set for `armed`, if there is one. */
  async push(push: Push, armed: number, env: BelfryEnv, now: number): Promise<void> {
    const due = dueTick(push, armed, now);
    // The alarm may have been set for something else, a moment behind the tick's own.
    if (due === null || due === this.#dealt) return;
    this.#dealt = due;
    await this.#make(push, env, now);
  }

  async #make({ period }: Push, env: BelfryEnv, now: number): Promise<void> {
    const { connections, history, self } = this.#parts;
    const { consumer, name, settings } = self;
    if (consumer.push === undefined) return;
    const running = (this.#running = new AbortController());
    const tick = { now, group: name, params: paramsOf(consumer, name), env: env as Tick["env"], settings }; // the platform hands over the whole environment
    const frame = await produceFrame(consumer.push, tick, produceDeadline(period), running.signal, (line) =>
      this.#parts.log(line),
    );
    if (frame === null) return;
    const receivers = connections.receivers({ kind: "group" }, null);
    // Kept only while somebody is there who counts: a tick of plain members writes its alarm and nothing else.
    const at = history.keeping === "cache" && receivers.v1.size > 0 ? history.replace(frame, now) : null;
    this.#parts.deliver(receivers, [{ data: frame, position: at }]);
    this.#parts.log({
      event: "push",
      group: name,
      reason: "sent",
      connections: countOf(receivers),
      ms: Date.now() - now,
    });
  }
}
