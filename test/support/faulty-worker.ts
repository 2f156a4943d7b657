// The Worker with two faults that a test cannot cause from outside, or only after 75 s.
import { alarm } from "./consumers.ts";
import type { PeriodicPush } from "../../src/consumers/consumer.ts";
import { HEARTBEATS_MISSED, HEARTBEAT_SECONDS } from "../../src/core/limits.ts";
import { Group as RealGroup } from "./worker.ts";

export { default } from "./worker.ts";

/**
 * Dates each heartbeat back by the three that a connection may miss: after its first heartbeat a
 * connection is silent at once, not after 75 s. Before it, the connection is checked at every event.
 */
export class Group extends RealGroup {
  constructor(ctx: DurableObjectState, env: Env) {
    super(ctx, env);
    const stamp = ctx.getWebSocketAutoResponseTimestamp.bind(ctx);
    ctx.getWebSocketAutoResponseTimestamp = (socket) => {
      const at = stamp(socket);
      return new Date((at?.getTime() ?? Date.now()) - HEARTBEATS_MISSED * HEARTBEAT_SECONDS * 1000);
    };
  }
}

/** If the project begins with `hangs`, every second `produce` never ends and ignores its signal. */
const push = alarm.push as { -readonly [key in keyof PeriodicPush]: PeriodicPush[key] }; // the consumer above declares it; the object is mutable
const { produce } = push;
let ticks = 0;
push.produce = (tick) => {
  if (!tick.params["project"]?.startsWith("hangs")) return produce(tick);
  ticks += 1;
  return ticks % 2 === 0 ? new Promise(() => undefined) : produce(tick);
};
