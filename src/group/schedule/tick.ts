// Runs the ticks of the periodic push: produces the frame, stores the latest, sends it.
import type { PeriodicPush, Tick } from "../../consumers/consumer.ts";
import { encode, type Frame } from "../../core/frames.ts";
import type { Json } from "../../core/json.ts";
import { TICK_LENGTH } from "../../core/limits.ts";
import { errorText, type LogLine, type PushFault } from "../../core/log.ts";
import { no, ok, type Result } from "../../core/result.ts";
import { dueTick, produceDeadline, type Push } from "../../core/schedule.ts";
import type { History } from "../publishing/history.ts";
import { countOf, type Connections } from "../sockets/connections.ts";

interface TickerOptions {
  /** Undefined if the consumer lacks a push. */
  readonly push: PeriodicPush | undefined;
  /** Arguments of `produce` besides time and signal. */
  readonly tick: () => Omit<Tick, "now" | "signal">;
  readonly connections: Connections;
  readonly history: History;
  readonly log: (line: LogLine) => void;
}

export class Ticker {
  readonly #options: TickerOptions;
  /** Aborts the running `produce` when the push stops or starts anew. */
  #running: AbortController | null = null;
  /** Number of the last tick that was run. */
  #lastTick: number | null = null;

  constructor(options: TickerOptions) {
    this.#options = options;
  }

  stop(): void {
    this.#running?.abort();
    this.#lastTick = null;
  }

  /** Runs the tick that is due when the alarm set for `armed` fires, if there is one. */
  async run(push: Push, armed: number, now: number): Promise<void> {
    const due = dueTick(push, armed, now);
    // An alarm set for another job may fire just after the tick's own.
    if (due === null || due === this.#lastTick) return;
    this.#lastTick = due;
    await this.#run(push.period, now);
  }

  async #run(period: number, now: number): Promise<void> {
    const { push, connections, history, log } = this.#options;
    if (push === undefined) return;
    const running = (this.#running = new AbortController());
    const tick = { ...this.#options.tick(), now };
    const produced = await produceWithin(push, tick, produceDeadline(period), running.signal);
    if (!produced.ok) {
      if (produced.reason === "stopped") return;
      const { fault, detail } = produced.reason;
      return log({ event: "push", group: tick.group, reason: fault, detail, ms: Date.now() - now });
    }
    const receivers = connections.receivers({ kind: "group" }, null);
    // Stored only while a belfry.v1 member is connected: a tick to plain members writes only its alarm.
    const position =
      history.retention === "cache" && receivers.v1.size > 0 ? history.replace(produced.value, now) : null;
    connections.deliver(receivers, [{ data: produced.value, position }]);
    const ms = Date.now() - now;
    log({ event: "push", group: tick.group, reason: "sent", connections: countOf(receivers), ms });
  }
}

/** The failure of a tick: a fault to log, or the push was stopped. */
type NoFrame = { readonly fault: PushFault; readonly detail: string } | "stopped";

/**
 * Runs `produce` for one tick, at most for `deadlineMs`. Raced against a timer: `produce` may ignore
 * its signal, and an `await` in `alarm()` that never ends would block every later alarm of the
 * object. A later result is dropped.
 */
async function produceWithin(
  push: PeriodicPush,
  tick: Omit<Tick, "signal">,
  deadlineMs: number,
  stop: AbortSignal,
): Promise<Result<Frame, NoFrame>> {
  const deadline = new AbortController();
  const timer = setTimeout(() => deadline.abort(), deadlineMs);
  const signal = AbortSignal.any([deadline.signal, stop]);
  try {
    const produced = await Promise.race([produceFrame(push, { ...tick, signal }), aborted(signal)]);
    if (produced !== "aborted") return produced;
    return no(stop.aborted ? "stopped" : { fault: "timed_out", detail: `no result within ${deadlineMs} ms` });
  } finally {
    clearTimeout(timer); // a pending timer keeps the object awake and billed (durable_object_io_tasks_prevent_eviction)
    deadline.abort();
  }
}

async function produceFrame(push: PeriodicPush, tick: Tick): Promise<Result<Frame, NoFrame>> {
  let json: Json;
  try {
    json = await push.produce(tick);
  } catch (error) {
    return no({ fault: "threw", detail: errorText(error) });
  }
  try {
    const frame = encode(json);
    return frame.length <= TICK_LENGTH ? ok(frame) : no({ fault: "too_large", detail: `${frame.length} characters` });
  } catch (error) {
    return no({ fault: "not_json", detail: errorText(error) });
  }
}

const aborted = (signal: AbortSignal): Promise<"aborted"> =>
  new Promise((resolve) => {
    if (signal.aborted) resolve("aborted");
    else signal.addEventListener("abort", () => resolve("aborted"), { once: true });
  });
