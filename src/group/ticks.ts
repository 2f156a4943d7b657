// The periodic push as it runs: one tick's frame, made, kept where somebody counts, and sent. Arms no alarm; ends what nobody waits for.
import { dueTick, produceDeadline, type Push } from "../core/schedule.ts";
import { paramsOf } from "../core/route.ts";
import { receiversOf } from "./connections.ts";
import type { Parts } from "./parts.ts";
import { produceFrame } from "./push.ts";

export class Ticks {
  readonly #parts: Parts;
  /** Ends the `produce` that is running; its result would reach nobody, or a group begun anew. */
  #running: AbortController | null = null;
  /** The tick pushed last, since the object woke: it wakes at the earliest long after an alarm could still count as that tick's. */
  #pushed: number | null = null;

  constructor(parts: Parts) {
    this.#parts = parts;
  }

  /** The push stops, or begins anew. */
  stop(): void {
    this.#running?.abort();
    this.#pushed = null;
  }

  /** Pushes the tick that an alarm set for `armed` owes, if it owes one. */
  async push(push: Push, armed: number, env: Env, now: number): Promise<void> {
    const { ctx, history, self } = this.#parts;
    const { consumer, name, settings } = self;
    const due = dueTick(push, armed, now);
    // What rings shortly after a tick may have been set for something else.
    if (consumer.push === undefined || due === null || due === this.#pushed) return;
    this.#pushed = due;
    const running = (this.#running = new AbortController());
    const tick = { now, group: name, params: paramsOf(consumer, name), env, settings };
    const frame = await produceFrame(consumer.push, tick, produceDeadline(push.period), running.signal, (line) =>
      this.#parts.note(line),
    );
    if (frame === null) return;
    const receivers = receiversOf(ctx, { kind: "group" }, null);
    // Kept only while somebody is there who counts: a tick of plain members writes its alarm and nothing else.
    const at = history.keeping === "cache" && receivers.v1.length > 0 ? history.replace(frame, now) : null;
    const connections = this.#parts.deliver(receivers, frame, at);
    this.#parts.note({ event: "push", group: name, reason: "sent", connections, ms: Date.now() - now });
  }
}
