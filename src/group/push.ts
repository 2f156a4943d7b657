// One tick of the periodic push: runs the user's `produce` against its deadline. Arms no alarm and sends nothing.
import type { PeriodicPush, Tick } from "../consumers/consumer.ts";
import { encode, type Frame } from "../core/frames.ts";
import type { Json } from "../core/json.ts";
import { errorText, type LogLine, type PushFault } from "../core/log.ts";
import { TICK_LENGTH } from "../core/limits.ts";
import { no, ok, type Result } from "../core/result.ts";

/** Why there is no frame: a fault worth a line in the log, or nobody was left to push to. */
type NoFrame = { readonly fault: PushFault; readonly detail: string } | "stopped";

/** The frame of one tick; null for a fault, which stands in the log, and where nobody is left. */
export async function produceFrame(
  push: PeriodicPush,
  tick: Omit<Tick, "signal">,
  deadlineMs: number,
  stop: AbortSignal,
  note: (line: LogLine) => void,
): Promise<Frame | null> {
  const made = await produceWithin(push, tick, deadlineMs, stop);
  if (made.ok) return made.value;
  if (made.reason !== "stopped") {
    const { fault, detail } = made.reason;
    const { group, now } = tick;
    note({ event: "push", group, reason: fault, detail, ms: Date.now() - now });
  }
  return null;
}

/**
 * Runs `produce` for one tick. It is raced, not trusted: an await in `alarm()` that never ends would block every later alarm of
 * the object, and `produce` may ignore its signal. What comes after the deadline is dropped.
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
    const made = await Promise.race([produceJson(push, { ...tick, signal }), aborted(signal)]);
    if (made !== "aborted") return made;
    return no(stop.aborted ? "stopped" : { fault: "timed_out", detail: `no result within ${deadlineMs} ms` });
  } finally {
    clearTimeout(timer); // a pending timer would keep the object awake, and billed (durable_object_io_tasks_prevent_eviction)
    deadline.abort();
  }
}

async function produceJson(push: PeriodicPush, tick: Tick): Promise<Result<Frame, NoFrame>> {
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
